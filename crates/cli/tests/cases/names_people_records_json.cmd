predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people_records.json --method predict,predict_proba
