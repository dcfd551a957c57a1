predict examples/iris_svc.joblib README.md
