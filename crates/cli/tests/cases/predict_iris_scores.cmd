predict examples/iris_svc.joblib examples/iris.csv --method decision_function
