predict examples/iris_svc.joblib examples/iris_expected.csv
