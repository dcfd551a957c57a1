predict crates/cli/tests/data/unnamed.pkl crates/cli/tests/data/people_headless.csv --header yes
