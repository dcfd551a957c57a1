//! What follows the options in `--help`: examples of each command, and what they need explained.

pub(crate) const CANNERY: &str = "\
Examples:
  cannery inspect model.pkl               show the contents of a model file, and who wrote it
  cannery scan model.pkl                  check whether the file is safe to load in Python
  cannery predict model.joblib rows.csv   print a prediction for each row
  cannery convert model.pkl model.joblib  write the same model as a joblib file

`cannery predict --help` and so on have more. Exit status: 0 success, 1 a finding or a failed check,
2 error.";

pub(crate) const INSPECT: &str = "\
Examples:
  cannery inspect preprocessor.pkl model.pkl
  cannery inspect - < model.joblib
  cannery inspect model.skops --format json | jq .root.class
  cannery inspect model.joblib --format json --arrays > model.json

docs/inspect-json.md describes the JSON. `cannery --limits` lists the options that limit size and memory.";

pub(crate) const DISASSEMBLE: &str = "\
Examples:
  cannery disassemble model.pkl | less
  cannery disassemble model.joblib --format json
  cannery disassemble python2.pkl --encoding latin1
  cannery disassemble model.joblib --full > listing.txt

The exit status is 2 where Python's pickletools.genops fails: at an opcode that can't be decoded, and
for Python 2 strings that are not ASCII, unless --encoding latin1 is given.
`cannery --limits` lists the options that limit size and memory.";

pub(crate) const ASSEMBLE: &str = "\
Examples:
  cannery assemble listing.txt -o model.pkl
  cannery assemble listing.txt | cmp - model.pkl

The listing is what `cannery disassemble --full` writes, or text with one opcode a line:
  PROTO 4
  FRAME auto
  SHORT_BINUNICODE 'text'
  STOP
docs/listings.md describes the format. `cannery --limits` lists the options that limit size and memory.";

pub(crate) const PREDICT: &str = "\
Examples:
  cannery predict model.joblib rows.csv
  cannery predict model.joblib rows.npy --method predict,predict_proba --output results.npz
  cannery predict models.pkl rows.ndjson --part models.clf[1] --output results.ndjson
  cannery predict preprocessor.pkl model.pkl rows.csv
  cut -d, -f1-4 rows.csv | cannery predict model.joblib - --method decision_function

The format of the rows is detected from their content. If both the model and the rows name their
columns, columns are matched by name and extra columns are ignored. The extension of --output sets
its format: .csv, .parquet, .ndjson, .npy (one method) or .npz. docs/predict.md has the details.
`cannery --limits` lists the options that limit size and memory.";

pub(crate) const BENCH: &str = "\
Examples:
  cannery bench model.joblib
  cannery bench model.joblib rows.csv --method predict_proba --threads 1
  cannery bench model.joblib rows.npy --format json | jq .runs[0].ns_per_row

Times are medians of calls with 1, 100 and 10,000 rows. The rows are the distinct ones among the first
10,000 of ROWS, repeated; without ROWS, random numbers from -2 to 2 that are the same in each run.
`cannery --limits` lists the options that limit size and memory.";

pub(crate) const SCAN: &str = "\
Examples:
  cannery scan model.joblib
  cannery scan models --format json --output report.json
  cannery scan models --format sarif > report.sarif
  cannery scan model.pkl --allow my_package.preprocess.Cleaner

Verdicts: safe (everything in the file is known and was read), unknown (something is not known),
dangerous (something is known to do harm), malformed (unreadable, over a limit, or inconsistent).
Files in folders that are not models are skipped; --skipped lists them. Exit status, the highest of
all files: 0 safe, 1 unknown or dangerous, 2 malformed. docs/scan.md describes the reports and the
policy file, docs/rules.md every rule. `cannery --limits` lists the options that limit size and memory.";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  cannery completions bash > ~/.local/share/bash-completion/completions/cannery
  cannery completions zsh > ~/.zfunc/_cannery
  cannery completions fish > ~/.config/fish/completions/cannery.fish";
