//! `cannery rebuild`.

use std::io::Write;
use std::path::PathBuf;

use cannery::keep::{self, SandboxLimits, Versions};
use clap::{ArgGroup, Args, ValueHint};

use crate::args::Format;
use crate::limits::LimitArgs;
use crate::out::{ExitCode, Failure, stdout};

pub(crate) const REBUILD: &str = "\
Examples:
  cannery rebuild iris --key key.pub.pem --data-root data --scikit-learn 1.9.1 -o iris-1.9
  cannery rebuild iris --key key.pub.pem --data-root data --same-versions -o iris-again --sign key.pem
  cannery rebuild iris --key key.pub.pem --data-root data --try 1.5.2,1.7.2,1.9.1

This runs the script that the bundle holds, once its signature is verified: in a sandbox (bubblewrap)
without network, with copies of the data. uv installs the packages as wheels. The score is in the same
range if its mean moved by no more than twice the standard deviation of the recorded folds or, for
scores from 0 to 1, 2/sqrt(rows). Exit status: 0 in range, 1 out of range or no score to compare,
2 error.";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("versions").required(true))]
pub(crate) struct Rebuild {
    /// The bundle
    #[arg(value_hint = ValueHint::AnyPath)]
    bundle: PathBuf,

    /// Public key that the bundle must be signed with
    #[arg(long, value_name = "KEY.pub.pem", value_hint = ValueHint::FilePath)]
    key: PathBuf,

    /// Train with this scikit-learn, and other packages as recorded where they fit
    #[arg(long, value_name = "VERSION", group = "versions", requires = "output")]
    scikit_learn: Option<String>,

    /// Train with all versions as recorded
    #[arg(long, group = "versions", requires = "output")]
    same_versions: bool,

    /// Train with each of these, print the scores and write nothing
    #[arg(
        long = "try",
        value_name = "VERSIONS",
        group = "versions",
        value_delimiter = ',',
        conflicts_with = "output"
    )]
    try_: Vec<String>,

    /// The bundle to write: a folder, or a zip if the name ends in .zip
    #[arg(long, short, value_name = "BUNDLE", value_hint = ValueHint::AnyPath)]
    output: Option<PathBuf>,

    /// Folder with the training data
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    data_root: Option<PathBuf>,

    /// Private key, to sign the new bundle
    #[arg(long, value_name = "KEY.pem", requires = "output", value_hint = ValueHint::FilePath)]
    sign: Option<PathBuf>,

    /// Python to train with: a version or a path
    #[arg(long, value_name = "PYTHON")]
    python: Option<String>,

    /// The program uv [default: the one on PATH]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    uv: Option<PathBuf>,

    /// Stop the script after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = SandboxLimits::default().seconds)]
    seconds: u64,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(crate) fn run(args: &Rebuild, quiet: bool) -> Result<ExitCode, Failure> {
    let versions: Vec<Versions> = match args.same_versions {
        true => vec![Versions::Same],
        false => args.scikit_learn.iter().chain(&args.try_).cloned().map(Versions::ScikitLearn).collect(),
    };
    let rebuild = keep::Rebuild::new(&args.key)
        .data_root(args.data_root.clone())
        .uv(args.uv.clone())
        .python(args.python.clone())
        .sandbox(SandboxLimits { seconds: args.seconds, ..SandboxLimits::default() })
        .limits(args.limits.0.clone());
    let mut report = |what: &str| {
        if !quiet {
            // nobody is left to tell when standard error is closed
            let _ = writeln!(std::io::stderr(), "cannery: {what}");
        }
    };
    let all =
        rebuild.run(&args.bundle, &versions, args.output.as_deref(), args.sign.as_deref(), &mut report)?;
    let mut out = stdout();
    match args.format {
        Format::Text => keep::write_rebuilt_text(&all, args.output.as_deref(), &mut out)?,
        Format::Json => keep::write_rebuilt_json(&all, args.output.as_deref(), &mut out)?,
    }
    out.flush()?;
    let is_in_range = all.iter().all(|one| one.trained.is_in_range());
    Ok(if is_in_range { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
