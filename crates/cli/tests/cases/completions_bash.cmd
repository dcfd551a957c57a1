completions bash
stdout any
