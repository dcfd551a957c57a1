predict examples/iris_svc.joblib
