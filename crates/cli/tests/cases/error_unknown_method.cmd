predict examples/iris_svc.joblib examples/iris.csv --method transform
