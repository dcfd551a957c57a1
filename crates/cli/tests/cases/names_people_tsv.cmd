predict crates/cli/tests/data/people.pkl crates/cli/tests/data/people.tsv --method predict,predict_proba
