predict crates/cli/tests/data/parts.joblib crates/cli/tests/data/named.ndjson --method all --part models.clf[1]
