predict examples/iris_svc.joblib crates/cli/tests/data/text_column.ndjson
