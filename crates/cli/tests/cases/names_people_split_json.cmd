predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people_split.json --method predict,predict_proba
