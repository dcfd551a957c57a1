completions zsh
stdout any
