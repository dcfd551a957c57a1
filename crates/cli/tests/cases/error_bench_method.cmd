bench examples/iris_svc.joblib --method fit
