inspect examples/iris_svc.joblib --format json
