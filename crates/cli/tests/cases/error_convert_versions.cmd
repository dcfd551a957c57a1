convert examples/iris_svc.joblib target/never.pkl --target torch=2
