assemble crates/cli/tests/cases/assemble.listing
