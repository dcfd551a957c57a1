inspect crates/cli/tests/data/truncated.joblib
