seal examples/iris_svc.joblib -o target/no_bundle --data https://example.org/train.csv
