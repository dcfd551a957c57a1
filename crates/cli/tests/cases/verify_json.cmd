verify examples/ --format json
