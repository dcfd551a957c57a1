disassemble crates/cli/tests/data/truncated.joblib --format json
