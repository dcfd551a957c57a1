convert examples/iris_svc.joblib target/never.pkl --target pandas=2
