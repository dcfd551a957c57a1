inspect examples/iris_svc.joblib --input-bytes 100
