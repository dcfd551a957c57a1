predict crates/cli/tests/data/parts.joblib crates/cli/tests/data/names_missing.csv
