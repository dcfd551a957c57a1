inspect examples/iris_svc.joblib
