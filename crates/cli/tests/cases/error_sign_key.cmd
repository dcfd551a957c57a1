sign examples --key examples/iris.csv
