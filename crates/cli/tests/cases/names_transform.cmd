predict crates/cli/tests/data/people_columns.pkl crates/cli/tests/data/people.csv --method transform
