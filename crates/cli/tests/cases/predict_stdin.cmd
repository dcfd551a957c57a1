predict examples/iris_svc.joblib -
stdin examples/iris.csv
