predict crates/cli/tests/data/parts.joblib crates/cli/tests/data/named.csv --method all
