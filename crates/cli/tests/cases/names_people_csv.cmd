predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people.csv --method predict,predict_proba
