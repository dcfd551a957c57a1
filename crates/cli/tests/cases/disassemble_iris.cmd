disassemble examples/iris_svc.joblib
