//! `cannery seal`, `sign`, `verify` and `keygen`.

use std::io::Write;
use std::path::PathBuf;

use cannery::keep::{self, Curve};
use clap::{Args, ValueEnum, ValueHint};

use crate::args::Format;
use crate::limits::LimitArgs;
use crate::out::{ExitCode, Failure, stdout};

pub(crate) const SEAL: &str = "\
Examples:
  cannery seal iris.joblib -o iris --record run.json --golden rows.csv
  cannery seal iris.joblib -o iris.zip --data train.csv --source train.py --environment pylock.toml
  cannery seal iris.joblib -o iris --from-python .venv/bin/python --scores scores.json

What is missing is written as missing. References to data: git+https://…@COMMIT, s3://…?versionId=…,
gs://…#GENERATION, delta:TABLE@VERSION, iceberg:TABLE@SNAPSHOT, openml:ID@VERSION, https://…#sha256=…,
hf://datasets/OWNER/NAME@COMMIT. docs/keep.md has the details.
Exit status: 0 sealed, 2 error. `cannery --limits` lists the options that limit size and memory.";

pub(crate) const SIGN: &str = "\
Examples:
  cannery sign iris --key key.pem
  cannery sign iris.zip --key key.pem

The signature, model.sig, follows OpenSSF Model Signing v1: the tool model_signing verifies it too.";

pub(crate) const VERIFY: &str = "\
Examples:
  cannery verify iris --key key.pub.pem
  cannery verify iris.zip --data-root data --format json

Runs nothing of the bundle, and works offline. Exit status: 0 verified, 1 a check failed, 2 error.
docs/keep.md lists the checks. `cannery --limits` lists the options that limit size and memory.";

pub(crate) const KEYGEN: &str = "\
Examples:
  cannery keygen key.pem                  writes key.pem, to be kept secret, and key.pub.pem, to be given away
  cannery keygen key.pem --curve p384";

#[derive(Debug, Args)]
pub(crate) struct Seal {
    /// The model file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) model: PathBuf,

    /// The bundle to write: a folder, or a zip if the name ends in .zip
    #[arg(long, short, value_name = "BUNDLE", value_hint = ValueHint::AnyPath)]
    pub(crate) output: PathBuf,

    /// Record of the training, written by cannery.record
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) record: Option<PathBuf>,

    /// Training data: a file, a folder or a reference; repeatable
    #[arg(long, value_name = "DATA", value_hint = ValueHint::AnyPath)]
    pub(crate) data: Vec<String>,

    /// Training script, folder of git, or git+https://…@COMMIT
    #[arg(long, value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub(crate) source: Option<String>,

    /// Argument that the script was run with; repeatable
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, requires = "source")]
    pub(crate) argument: Vec<String>,

    /// Lock file: pylock.toml, uv.lock or requirements
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) environment: Option<PathBuf>,

    /// Run this Python interpreter to list its packages
    #[arg(long, value_name = "PYTHON", value_hint = ValueHint::FilePath)]
    pub(crate) from_python: Option<PathBuf>,

    /// JSON: {"metric": "accuracy", "folds": [0.9, 1.0]}
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) scores: Option<PathBuf>,

    /// A few rows, whose predictions verify computes again
    #[arg(long, value_name = "ROWS", value_hint = ValueHint::FilePath)]
    pub(crate) golden: Option<PathBuf>,

    /// Methods for --golden, separated by commas
    #[arg(long, value_name = "NAMES", requires = "golden")]
    pub(crate) method: Option<String>,

    /// License as an SPDX expression, such as BSD-3-Clause
    #[arg(long, value_name = "SPDX")]
    pub(crate) license: Option<String>,

    /// Name of the model [default: that of the file]
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Private key, to sign the bundle at once
    #[arg(long, value_name = "KEY.pem", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,

    /// Accept data that may change, such as a branch
    #[arg(long)]
    pub(crate) allow_mutable: bool,

    /// Fail if one of these items is missing
    #[arg(long)]
    pub(crate) require_all: bool,

    /// Replace a bundle that is there already
    #[arg(long)]
    pub(crate) replace: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The bundle
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) bundle: PathBuf,

    /// Private key
    #[arg(long, value_name = "KEY.pem", value_hint = ValueHint::FilePath)]
    pub(crate) key: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) bundle: PathBuf,

    /// Public key that the bundle must be signed with
    #[arg(long, value_name = "KEY.pub.pem", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,

    /// Folder with the training data, to check that it is unchanged
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data_root: Option<PathBuf>,

    /// Check digests and signature only, in constant memory
    #[arg(long)]
    pub(crate) digests_only: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// The private key to write; the public one gets the ending .pub.pem
    #[arg(value_name = "KEY.pem", value_hint = ValueHint::FilePath)]
    pub(crate) key: PathBuf,

    /// The elliptic curve
    #[arg(long, value_enum, default_value_t)]
    pub(crate) curve: CurveName,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CurveName {
    #[default]
    P256,
    P384,
}

pub(crate) fn seal(args: &Seal) -> Result<ExitCode, Failure> {
    let seal = keep::Seal::new(&args.model)
        .record(args.record.clone())
        .data(args.data.clone())
        .source(args.source.clone())
        .arguments(args.argument.clone())
        .environment(args.environment.clone())
        .python(args.from_python.clone())
        .scores(args.scores.clone())
        .golden(args.golden.clone(), args.method.clone())
        .license(args.license.clone())
        .name(args.name.clone())
        .key(args.key.clone())
        .allow_mutable(args.allow_mutable)
        .require_all(args.require_all)
        .replace(args.replace)
        .limits(args.limits.0.clone());
    let sealed = seal.run(&args.output)?;
    let mut out = stdout();
    match args.format {
        Format::Text => keep::write_sealed_text(&sealed, &args.output, &mut out)?,
        Format::Json => keep::write_sealed_json(&sealed, &args.output, &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn sign(args: &Sign) -> Result<ExitCode, Failure> {
    keep::sign(&args.bundle, &args.key)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn verify(args: &Verify) -> Result<ExitCode, Failure> {
    let verify = keep::Verify::default()
        .key(args.key.clone())
        .data_root(args.data_root.clone())
        .digests_only(args.digests_only)
        .limits(args.limits.0.clone());
    let done = verify.run(&args.bundle)?;
    let mut out = stdout();
    match args.format {
        Format::Text => keep::write_verification_text(&done, &args.bundle, &mut out)?,
        Format::Json => keep::write_verification_json(&done, &args.bundle, &mut out)?,
    }
    out.flush()?;
    Ok(if done.is_verified() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub(crate) fn keygen(args: &Keygen) -> Result<ExitCode, Failure> {
    let curve = match args.curve {
        CurveName::P256 => Curve::P256,
        CurveName::P384 => Curve::P384,
    };
    let public = keep::keygen(&args.key, curve)?;
    let mut out = stdout();
    writeln!(out, "{}: private key, keep it secret", args.key.display())?;
    writeln!(out, "{}: public key", public.display())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
