scan examples/iris.csv
