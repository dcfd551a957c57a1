predict examples/iris_svc.joblib crates/cli/tests/data/no_number.csv
