predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people_comma.csv --method predict,predict_proba
