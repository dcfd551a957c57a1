predict examples/iris_svc.joblib crates/cli/tests/data/rows.parquet --method all
