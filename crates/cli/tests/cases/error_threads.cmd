predict examples/iris_svc.joblib crates/cli/tests/data/rows.ndjson --threads 0
