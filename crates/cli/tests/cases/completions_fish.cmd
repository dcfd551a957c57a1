completions fish
stdout any
