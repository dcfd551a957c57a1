convert examples/iris_svc.joblib target/never.model
