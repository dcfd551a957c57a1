assemble crates/cli/tests/cases/error_assemble.listing
