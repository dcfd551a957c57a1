predict fixtures/pickle/py3.13-shared-p4.pkl examples/iris.csv
