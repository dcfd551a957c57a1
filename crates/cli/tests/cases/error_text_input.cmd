predict examples/iris_svc.joblib crates/cli/tests/data/texts.ndjson
