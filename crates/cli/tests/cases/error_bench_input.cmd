bench examples/iris_svc.joblib crates/cli/tests/data/text.txt
