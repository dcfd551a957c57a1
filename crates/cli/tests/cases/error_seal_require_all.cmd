seal examples/iris_svc.joblib -o target/no_bundle --require-all
