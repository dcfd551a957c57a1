convert examples/iris_svc.joblib target/never.pkl --protocol 5 --target python=3.6
