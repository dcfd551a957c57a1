predict fixtures/sklearn/sk1.5-py3.13-forest-p5.pkl examples/iris.csv
