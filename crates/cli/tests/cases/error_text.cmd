inspect crates/cli/tests/data/text.txt
