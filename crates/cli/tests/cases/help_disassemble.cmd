disassemble --help
