scan examples/iris_svc.joblib
