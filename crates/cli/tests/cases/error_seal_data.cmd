seal examples/iris_svc.joblib -o target/no_bundle --data no_such.csv
