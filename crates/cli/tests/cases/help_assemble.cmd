assemble --help
