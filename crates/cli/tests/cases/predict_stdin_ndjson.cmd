predict examples/iris_svc.joblib -
stdin crates/cli/tests/data/rows.ndjson
