//! `cannery convert`: a model file in another form.

use std::io::Write;
use std::path::PathBuf;

use cannery::{Codec, Conversion, ExportOptions, ExportTarget, Migrated, Migration, Target};
use clap::{ArgAction, Args as ClapArgs, ValueEnum, ValueHint};

use crate::limits::LimitArgs;
use crate::out::{ExitCode, Failure};
use crate::progress::Progress;

pub(crate) const EXAMPLES: &str = "\
Examples:
  cannery convert model.pkl model.joblib --compress zlib:3
  cannery convert model.joblib model.pkl --target python=3.8,numpy=1
  cannery convert model.pkl new.pkl --scikit-learn 1.9 --explain
  cannery convert model.joblib model.onnx --method predict,predict_proba
  cannery convert model.joblib model.pmml --rows rows.csv

`convert` judges the file like scan: it rejects a dangerous file, and warns about an unknown one.
Exit status: 0 written, 1 rejected, 2 error. `cannery --limits` lists the options that limit size and memory.";

#[derive(Debug, ClapArgs)]
#[command(disable_help_flag = true)]
pub(crate) struct Convert {
    /// The model file: pickle, joblib, skops, npy or npz
    #[arg(value_name = "IN", value_hint = ValueHint::FilePath)]
    pub(crate) from: PathBuf,

    /// The file to write; its ending decides: .pkl, .joblib, .joblib.gz …, .onnx, .pmml
    #[arg(value_name = "OUT", value_hint = ValueHint::FilePath)]
    pub(crate) to: PathBuf,

    /// Output format
    #[arg(long = "to", value_enum)]
    format: Option<Format>,

    /// Pickle protocol, 0 to 5 [default: 4, or what the target reads]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=5))]
    protocol: Option<u8>,

    /// Compression: zlib, gzip, bz2, xz or lzma with a level, or lz4
    #[arg(long, value_name = "CODEC[:LEVEL]", value_parser = codec)]
    compress: Option<Codec>,

    /// Versions that must read the file: python=3.8,numpy=1
    #[arg(long, value_name = "VERSIONS", value_parser = target)]
    pub(crate) target: Option<Target>,

    /// Move the model to this release of scikit-learn
    #[arg(long, value_name = "VERSION")]
    pub(crate) scikit_learn: Option<String>,

    /// Move the model to the versions that this interpreter has
    #[arg(long = "for", value_name = "PYTHON", conflicts_with_all = ["scikit_learn", "target"], value_hint = ValueHint::ExecutablePath)]
    interpreter: Option<PathBuf>,

    /// Print each change of moving, with its rule and reason
    #[arg(long)]
    pub(crate) explain: bool,

    /// Compare predictions of both files, or store rows in .pmml
    #[arg(long, value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub(crate) rows: Option<PathBuf>,

    /// Move a model that then computes something else
    #[arg(long)]
    pub(crate) accept_behaviour_change: bool,

    /// Move a model that needs another class
    #[arg(long)]
    pub(crate) accept_class_change: bool,

    /// For .onnx and .pmml: methods to export, with commas, or all
    #[arg(long, value_name = "NAMES")]
    method: Option<String>,

    /// For .onnx: the operator set [default: 21]
    #[arg(long, value_name = "N")]
    opset: Option<u32>,

    /// For .onnx and .pmml: inputs are float32 instead of float64
    #[arg(long)]
    float32: bool,

    /// For .onnx: probabilities as a list of maps, as skl2onnx
    #[arg(long)]
    zipmap: bool,

    /// Reject unknown files too
    #[arg(long)]
    strict: bool,

    /// Wait until the file is written to disk
    #[arg(long)]
    sync: bool,

    /// Print help
    #[arg(long, short, action = ArgAction::HelpShort)]
    help: Option<bool>,

    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Pickle,
    Joblib,
}

fn codec(text: &str) -> Result<Codec, String> {
    let (name, level) = match text.split_once(':') {
        Some((name, level)) => (name, Some(level.parse().map_err(|_| "the level is not a number")?)),
        None => (text, None),
    };
    Codec::named(name, level)
        .ok_or_else(|| "zlib, gzip, xz or lzma with a level from 0 to 9, bz2 from 1 to 9, or lz4".into())
}

fn target(text: &str) -> Result<Target, String> {
    text.parse().map_err(|error: cannery::Error| error.message().to_owned())
}

/// Writes the file, or says why not.
pub(crate) fn run(args: &Convert, quiet: bool) -> Result<ExitCode, Failure> {
    let mut progress = Progress::new(quiet);
    let format = args.format.map(|format| match format {
        Format::Pickle => cannery::Format::Pickle,
        Format::Joblib => cannery::Format::Joblib,
    });
    let (version, target) = match &args.interpreter {
        Some(interpreter) => {
            let (version, target) = crate::installed::installed(interpreter)?;
            (Some(version), target)
        }
        None => (args.scikit_learn.clone(), args.target.unwrap_or_default()),
    };
    let conversion = Conversion::default()
        .format(format)
        .protocol(args.protocol)
        .compress(args.compress)
        .target(target)
        .migration(migration(args, version.as_deref()))
        .strict(args.strict)
        .sync(args.sync)
        .limits(args.limits.0.clone());
    let conversion = match exported(args) {
        Some((target, options)) => conversion.export(target, options),
        None => conversion,
    };
    let converted = conversion.run_watched(&args.from, &args.to, &mut |stage, done, all| {
        if all.is_none_or(|all| all >= LARGE) {
            progress.report(stage, done, all);
        }
    });
    progress.finish();
    let converted = converted?;
    let mut err = std::io::stderr();
    // nobody is left to tell when standard error is closed
    let _ = converted.write_findings(&args.from, &mut err);
    if let Some(migrated) = converted.migrated().filter(|_| !quiet || args.explain) {
        let _ = tell(migrated, args, &mut err);
    }
    let _ = err.flush();
    Ok(if converted.is_written() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn migration(args: &Convert, version: Option<&str>) -> Option<Migration> {
    let migration = Migration::to(version?)
        .accept_behaviour_change(args.accept_behaviour_change)
        .accept_class_change(args.accept_class_change)
        .rows(args.rows.as_deref());
    Some(migration)
}

/// Says what was done to move the model: changes to standard output, the rest to standard error.
fn tell(migrated: &Migrated, args: &Convert, err: &mut impl Write) -> std::io::Result<()> {
    if args.explain {
        let mut out = std::io::stdout().lock();
        for line in migrated.changes() {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
    }
    for caveat in migrated.caveats() {
        writeln!(err, "cannery: accepted: {caveat}")?;
    }
    for note in migrated.notes() {
        writeln!(err, "cannery: note: {note}")?;
    }
    writeln!(err, "cannery: moved to scikit-learn {}; {}", migrated.version(), migrated.proof())
}

/// What is asked of an export, where the file to write is one.
fn exported(args: &Convert) -> Option<(ExportTarget, ExportOptions)> {
    let ending = args.to.extension()?.to_str()?.to_ascii_lowercase();
    let target = ExportTarget::ALL.into_iter().find(|target| target.extension() == ending);
    let target = target.filter(|_| args.format.is_none())?;
    let mut options = ExportOptions::default().float32(args.float32).zipmap(args.zipmap);
    if let Some(methods) = &args.method {
        options = options.methods(methods);
    }
    if let Some(rows) = &args.rows {
        options = options.verification(rows);
    }
    if let Some(opset) = args.opset {
        options = options.opset(opset);
    }
    Some((target, options))
}

/// Bytes from which on there is something to watch.
const LARGE: u64 = 50 << 20;
