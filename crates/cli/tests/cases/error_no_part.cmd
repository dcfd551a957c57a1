predict crates/cli/tests/data/several.pkl crates/cli/tests/data/rows.ndjson --part 1.rbf
