predict crates/cli/tests/data/foreign.pkl examples/iris.csv
