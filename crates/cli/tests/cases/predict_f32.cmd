predict examples/iris_svc.joblib crates/cli/tests/data/rows_f32.npy --method all
