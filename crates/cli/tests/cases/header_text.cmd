predict crates/cli/tests/data/unnamed.pkl crates/cli/tests/data/people.csv --method predict
