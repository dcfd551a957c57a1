predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people.csv.gz --method predict,predict_proba
