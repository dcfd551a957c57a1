load examples/iris_svc.joblib
