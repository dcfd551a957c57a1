//! What can be asked for.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};

use crate::limits::LimitArgs;

/// Open, inspect and predict with scikit-learn model files, without Python and without executing anything in them
#[derive(Debug, Parser)]
#[command(name = "cannery", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Print every limit with its default, and exit
    #[arg(long)]
    pub(crate) limits: bool,

    /// No progress bars
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  cannery inspect model.pkl                     what is in this file, and who wrote it
  cannery scan model.pkl                        is it safe to load this file
  cannery predict model.joblib rows.csv         a prediction for each row
  cannery bench model.joblib                    how long a prediction takes
  cannery convert model.pkl model.joblib        the same model for joblib, checked before
  cannery disassemble model.pkl                 the opcodes, as Python's pickletools shows them
  cannery assemble listing.txt -o model.pkl     a pickle from such a listing
  cannery --limits                              what reading a file may cost at most

Exit status: 0 fine, 1 a finding or a failed check, 2 an error.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is in a model file: class, pipeline, parameters, shapes, versions
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// List the opcodes of a pickle, through the arrays of a joblib file
    #[command(after_help = DISASSEMBLE_EXAMPLES)]
    Disassemble(Disassemble),
    /// Make a pickle of a listing of opcodes
    #[command(after_help = ASSEMBLE_EXAMPLES)]
    Assemble(Assemble),
    /// Predict with a model for each row of a table
    #[command(after_help = PREDICT_EXAMPLES, override_usage = "cannery predict [OPTIONS] <MODEL>... <ROWS>")]
    Predict(Predict),
    /// Measure how long a model takes to load, to compile, and for a row
    #[command(after_help = BENCH_EXAMPLES)]
    Bench(Bench),
    /// Say whether model files are safe to load, and why not
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(Scan),
    /// Write a model file in another form: pickle or joblib, for other versions of Python, numpy and joblib
    #[command(after_help = crate::convert::EXAMPLES)]
    Convert(crate::convert::Convert),
    /// Print a script that completes cannery's options in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  cannery inspect model.pkl
  cannery inspect model.skops --format json | jq .root.class
  cannery inspect model.joblib --format json --arrays > model.json";

const DISASSEMBLE_EXAMPLES: &str = "\
Examples:
  cannery disassemble model.pkl | less
  cannery disassemble model.joblib --format json
  cannery disassemble python2.pkl --encoding latin1
  cannery disassemble model.joblib --full > listing.txt

Exit status 2 where pickletools.genops fails too: at the first opcode that can't be decoded, and, unless
--encoding latin1 is given, after a listing that holds text of Python 2 that is not ASCII.";

const ASSEMBLE_EXAMPLES: &str = "\
Examples:
  cannery assemble listing.txt -o model.pkl
  cannery assemble listing.txt | cmp - model.pkl

The listing is what disassemble --full writes. By hand, a line is enough for each opcode:
  PROTO 4
  FRAME auto
  SHORT_BINUNICODE 'text'
  STOP
docs/listings.md has the rest: comments, raw bytes, pickles in arguments, wrong counts.";

const PREDICT_EXAMPLES: &str = "\
Examples:
  cannery predict model.joblib rows.csv
  cannery predict model.joblib rows.npy --method predict,predict_proba --output results.npz
  cannery predict models.pkl rows.ndjson --part models.clf[1] --output results.ndjson
  cannery predict preprocessor.pkl model.pkl rows.csv
  cut -d, -f1-4 rows.csv | cannery predict model.joblib - --method decision_function

The input is known by its content: CSV (a first line that holds text is a header), NDJSON (a line
is an array, or an object with a value for each column, or a string), Parquet, a 2-d array in a
.npy file or in an .npz (named X or arr_0, or the only one), or an .npz of scipy.sparse.save_npz.
For models of texts other text is a text a line. Columns with names are matched with those that
the model was fitted on; others are ignored. The form of the output follows its ending: .csv,
.parquet, .ndjson, .npy (one method) or .npz.";

const BENCH_EXAMPLES: &str = "\
Examples:
  cannery bench model.joblib
  cannery bench model.joblib rows.csv --method predict_proba --threads 1
  cannery bench model.joblib rows.npy --format json | jq .runs[0].ns_per_row

Times are medians. Calls are made for 1, 100 and 10,000 rows: the distinct ones among the first
10,000 of the input, again and again, or without an input float64 values that are drawn evenly
from [-2, 2), always the same (SplitMix64, seed 0).";

const SCAN_EXAMPLES: &str = "\
Examples:
  cannery scan model.joblib
  cannery scan models --format json --output report.json
  cannery scan models --format sarif > report.sarif
  cannery scan model.pkl --allow my_package.preprocess.Cleaner
  cannery scan models --policy policy.toml
  cannery scan --rules

Verdicts: safe (all of it is known, and nothing was left unread), unknown (something is not known),
dangerous (something is known to do harm), malformed (unreadable, over a limit, or contradicting
itself). Files of other kinds in folders are skipped. docs/scan.md has the JSON and the policy file,
docs/rules.md every rule.

Exit status, the highest of all files: 0 safe, 1 unknown or dangerous, 2 malformed or no model.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  cannery completions bash > ~/.local/share/bash-completion/completions/cannery
  cannery completions zsh > ~/.zfunc/_cannery
  cannery completions fish > ~/.config/fish/completions/cannery.fish";

#[derive(Debug, ClapArgs)]
pub(crate) struct Inspect {
    /// The model file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Give the values of all arrays in JSON, not only of small ones
    #[arg(long)]
    pub(crate) arrays: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Disassemble {
    /// The file with the pickle, compressed or not
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Cut nothing, and give the bytes of arrays: the listing that assemble takes
    #[arg(long, conflicts_with = "format")]
    pub(crate) full: bool,

    /// Encoding of Python 2's strings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) encoding: Encoding,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Assemble {
    /// The listing
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) listing: PathBuf,

    /// File to write to instead of standard output
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Predict {
    /// The model file, or several whose results go from one to the next; then the rows: CSV, NDJSON, JSON, Parquet,
    /// .npy, .npz or text, - for standard input
    #[arg(value_names = ["MODEL", "ROWS"], num_args = 2.., required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) call: Call,

    /// Whether the first line of a CSV names the columns
    #[arg(long, value_enum, default_value_t)]
    pub(crate) header: Header,

    /// What separates the values of a CSV: auto, tab or one character, such as ';'
    #[arg(long, value_name = "CHAR", default_value = "auto", value_parser = separator)]
    pub(crate) separator: Separator,

    /// File to write to instead of standard output
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Bench {
    /// The model file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) model: PathBuf,

    /// The rows, as for predict
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) input: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) call: Call,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// What of a model is called, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Call {
    /// Methods to call, with commas between them, or all that the model has
    #[arg(long, default_value = "predict")]
    pub(crate) method: String,

    /// The estimator inside a dict, list or tuple, such as model, 0 or models.clf[1]
    #[arg(long, value_name = "PATH")]
    pub(crate) part: Option<String>,

    /// Threads that compute [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Scan {
    /// Files, and folders with all files in them
    #[arg(value_hint = ValueHint::AnyPath, required_unless_present = "rules")]
    pub(crate) paths: Vec<PathBuf>,

    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ScanFormat,

    /// File to write the report to instead of standard output
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// A class or function of your own that models may hold, by its exact name; can be repeated
    #[arg(long, value_name = "MODULE.NAME")]
    pub(crate) allow: Vec<String>,

    /// A file with allowed names, ignored rules and when to fail, in TOML or JSON
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,

    /// Threads that judge files [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Print every rule with the class of attack that it answers and the verdict it leads to, and exit
    #[arg(long)]
    pub(crate) rules: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For people
    #[default]
    Text,
    /// For machines
    Json,
    /// For code hosts: SARIF 2.1.0
    Sarif,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For machines
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// Text that is not ASCII is an error, as for Python's pickletools
    #[default]
    Ascii,
    /// Each byte is a character
    Latin1,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Header {
    /// It does
    Yes,
    /// It is a row
    No,
    /// It does where its cells are the model's names, or can't be a row; an error where both could be
    #[default]
    Auto,
}

impl From<Header> for cannery::Header {
    fn from(header: Header) -> Self {
        match header {
            Header::Yes => Self::Yes,
            Header::No => Self::No,
            Header::Auto => Self::Auto,
        }
    }
}

/// A separator, or none where it is to be found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Separator(pub(crate) Option<u8>);

fn separator(text: &str) -> Result<Separator, String> {
    match text.as_bytes() {
        b"auto" => Ok(Separator(None)),
        b"tab" | b"\\t" => Ok(Separator(Some(b'\t'))),
        b"\"" | b"\n" | b"\r" => Err("a quote or a new line separates nothing".into()),
        [byte] if byte.is_ascii() => Ok(Separator(Some(*byte))),
        _ => Err("auto, tab, or one ASCII character".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        super::Args::command().debug_assert();
    }
}
