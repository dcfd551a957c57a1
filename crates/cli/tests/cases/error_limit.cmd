inspect examples/iris_svc.joblib --decompressed-bytes 1K
