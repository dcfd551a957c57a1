predict crates/cli/tests/data/several.pkl crates/cli/tests/data/rows.ndjson
