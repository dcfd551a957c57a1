predict examples/iris_svc.joblib crates/cli/tests/data/rows_csr.npz --method all
