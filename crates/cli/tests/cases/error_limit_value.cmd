inspect examples/iris_svc.joblib --ratio much
