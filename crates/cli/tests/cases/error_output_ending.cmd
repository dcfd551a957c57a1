predict examples/iris_svc.joblib crates/cli/tests/data/rows.ndjson --output out.xlsx
