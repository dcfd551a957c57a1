//! The commands and their options. Examples for `--help` are in `examples.rs`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};

use crate::examples;
use crate::limits::LimitArgs;

/// Inspect, scan and predict with scikit-learn model files, without Python and without running any code in them
#[derive(Debug, Parser)]
#[command(name = "cannery", version, arg_required_else_help = true, after_help = examples::CANNERY)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// List the options that limit size, memory and nesting, with their defaults
    #[arg(long)]
    pub(crate) limits: bool,

    /// Color text output; auto means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Hide progress bars
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

impl Args {
    /// Whether the output, and with it what is said of errors, is JSON.
    pub(crate) fn wants_json(&self) -> bool {
        match &self.command {
            Some(Command::Inspect(inspect)) => inspect.format == Format::Json,
            Some(Command::Disassemble(disassemble)) => disassemble.format == Format::Json,
            Some(Command::Bench(bench)) => bench.format == Format::Json,
            Some(Command::Scan(scan)) => scan.format == ScanFormat::Json,
            _ => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the contents of a model file: classes, parameters, array shapes, versions
    #[command(after_help = examples::INSPECT)]
    Inspect(Inspect),
    /// List the opcodes of a pickle or joblib file
    #[command(after_help = examples::DISASSEMBLE)]
    Disassemble(Disassemble),
    /// Write a pickle from a listing of its opcodes
    #[command(after_help = examples::ASSEMBLE)]
    Assemble(Assemble),
    /// Compute a prediction for each row of a table
    #[command(after_help = examples::PREDICT, override_usage = "cannery predict [OPTIONS] <MODEL>... <ROWS>")]
    Predict(Predict),
    /// Measure how long loading, compiling and predicting take
    #[command(after_help = examples::BENCH)]
    Bench(Bench),
    /// Check whether model files are safe to load in Python
    #[command(after_help = examples::SCAN)]
    Scan(Scan),
    /// Show which formats a model can be exported to, and why not
    #[command(after_help = crate::targets::EXAMPLES)]
    Targets(crate::targets::Targets),
    /// Write a model file as pickle or joblib for other versions, or as ONNX or PMML
    #[command(after_help = crate::convert::EXAMPLES)]
    Convert(crate::convert::Convert),
    /// Make a bundle of a model and what is needed to trust it and to train it again
    #[command(after_help = crate::keep::SEAL)]
    Seal(Box<crate::keep::Seal>),
    /// Sign a bundle
    #[command(after_help = crate::keep::SIGN)]
    Sign(crate::keep::Sign),
    /// Check a bundle: digests, signature, scan, predictions, data
    #[command(after_help = crate::keep::VERIFY)]
    Verify(crate::keep::Verify),
    /// Make a key to sign bundles with
    #[command(after_help = crate::keep::KEYGEN)]
    Keygen(crate::keep::Keygen),
    /// Write one page for people of a bundle, as HTML
    #[command(after_help = crate::pages::CARD)]
    Card(crate::pages::Card),
    /// Write what a bundle says as SLSA provenance, CycloneDX or a model card
    #[command(after_help = crate::pages::PROVENANCE)]
    Provenance(crate::pages::Provenance),
    /// Train a model again from its signed bundle, and compare the scores
    #[command(after_help = crate::rebuild::REBUILD)]
    Rebuild(crate::rebuild::Rebuild),
    /// Print a completion script for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(Completions),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Inspect {
    /// The model files, or - for standard input
    #[arg(value_hint = ValueHint::FilePath, required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Output format; JSON has one line per file
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Include the values of large arrays in JSON
    #[arg(long)]
    pub(crate) arrays: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Disassemble {
    /// The file, compressed or not
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Shorten nothing and include the bytes of arrays, as `cannery assemble` needs it
    #[arg(long, conflicts_with = "format")]
    pub(crate) full: bool,

    /// Encoding of Python 2 strings; with ascii, other bytes are an error
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

    /// Write to this file instead of standard output
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Predict {
    /// The model file, or several: each passes its results to the next one. Then the rows: CSV, NDJSON, JSON,
    /// Parquet, .npy, .npz or text, or - for standard input
    #[arg(value_names = ["MODEL", "ROWS"], num_args = 2.., required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) call: Call,

    /// Whether the first line of a CSV file names the columns
    #[arg(long, value_enum, default_value_t)]
    pub(crate) header: Header,

    /// Separator of a CSV file: auto, tab, or one character such as ';'
    #[arg(long, value_name = "CHAR", default_value = "auto", value_parser = separator)]
    pub(crate) separator: Separator,

    /// Write to this file instead of standard output
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

    /// The rows, in the formats of predict
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) input: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) call: Call,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Which estimator and methods to call, and with how many threads.
#[derive(Debug, ClapArgs)]
pub(crate) struct Call {
    /// Methods to call, separated by commas, or all
    #[arg(long, default_value = "predict")]
    pub(crate) method: String,

    /// Path of the estimator inside a dict, list or tuple, such as model, 0 or models.clf[1]
    #[arg(long, value_name = "PATH")]
    pub(crate) part: Option<String>,

    /// Number of threads [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Scan {
    /// Model files, or folders to search for them
    #[arg(value_hint = ValueHint::AnyPath, required_unless_present = "rules")]
    pub(crate) paths: Vec<PathBuf>,

    /// Report format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ScanFormat,

    /// Write the report to this file instead of standard output
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Accept this class or function of your own, by its exact name; can be repeated
    #[arg(long, value_name = "MODULE.NAME")]
    pub(crate) allow: Vec<String>,

    /// TOML or JSON file with allowed names, ignored rules and the verdict that fails
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,

    /// List the skipped files of folders, each with the reason
    #[arg(long)]
    pub(crate) skipped: bool,

    /// Number of threads [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// List every rule, with its class of attack and its verdict
    #[arg(long)]
    pub(crate) rules: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    // For people.
    #[default]
    Text,
    // For programs.
    Json,
    // For code hosts: SARIF 2.1.0.
    Sarif,
}

/// When text is in colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    // For people.
    #[default]
    Text,
    // For programs.
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    // Text that is not ASCII is an error, as for Python's pickletools.
    #[default]
    Ascii,
    // Each byte is a character.
    Latin1,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Header {
    // It does.
    Yes,
    // It is a row.
    No,
    // It does if its cells are the model's feature names, or can't be a row. If both are possible, an error.
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

/// A separator; `None` means that it is detected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Separator(pub(crate) Option<u8>);

fn separator(text: &str) -> Result<Separator, String> {
    match text.as_bytes() {
        b"auto" => Ok(Separator(None)),
        b"tab" | b"\\t" => Ok(Separator(Some(b'\t'))),
        b"\"" | b"\n" | b"\r" => Err("a quote or a new line can't be a separator".into()),
        [byte] if byte.is_ascii() => Ok(Separator(Some(*byte))),
        _ => Err("expected auto, tab, or one ASCII character".into()),
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
