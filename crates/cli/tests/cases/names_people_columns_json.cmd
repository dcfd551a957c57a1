predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people_columns.json --method predict,predict_proba
