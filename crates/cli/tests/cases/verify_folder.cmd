verify examples/
