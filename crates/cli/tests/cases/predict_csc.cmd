predict examples/iris_svc.joblib crates/cli/tests/data/rows_csc.npz --method all
