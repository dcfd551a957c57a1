predict examples/iris_svc.joblib -
stdin crates/cli/tests/data/rows_f32.npy
