verify fixtures/README.md
