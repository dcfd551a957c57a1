inspect crates/cli/tests/data/empty.joblib
