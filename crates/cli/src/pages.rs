//! `cannery card` and `provenance`.

use std::io::Write;
use std::path::PathBuf;

use cannery::keep;
use clap::{Args, ValueEnum, ValueHint};

use crate::limits::LimitArgs;
use crate::out::{ExitCode, Failure, stdout};

pub(crate) const CARD: &str = "\
Examples:
  cannery card iris -o card.html
  cannery card iris.zip --key key.pub.pem --data-root data -o card.html

The page shows the checks of `cannery verify`, the model's parameters and parts, the scores as a plot,
training data, source, versions and files. It needs no network. Exit status: 0 verified, 1 a check
failed (the page is written and shows it), 2 error.";

pub(crate) const PROVENANCE: &str = "\
Examples:
  cannery provenance iris --format slsa --key key.pem -o iris.slsa.json
  cannery provenance iris --format cyclonedx > iris.cdx.json
  cannery provenance iris --format model-card > README.md

With --key, SLSA provenance is signed: a DSSE envelope in a Sigstore bundle. Of a bundle that fails
`cannery verify` nothing is written.";

#[derive(Debug, Args)]
pub(crate) struct Card {
    /// The bundle
    #[arg(value_hint = ValueHint::AnyPath)]
    bundle: PathBuf,

    /// The file to write; standard output if absent
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Public key that the bundle must be signed with
    #[arg(long, value_name = "KEY.pub.pem", value_hint = ValueHint::FilePath)]
    key: Option<PathBuf>,

    /// Folder with the training data, to check that it is unchanged
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    data_root: Option<PathBuf>,

    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Provenance {
    /// The bundle
    #[arg(value_hint = ValueHint::AnyPath)]
    bundle: PathBuf,

    /// Form of the output
    #[arg(long, value_enum)]
    format: Form,

    /// The file to write; standard output if absent
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Private key, to sign SLSA provenance
    #[arg(long, value_name = "KEY.pem", value_hint = ValueHint::FilePath)]
    key: Option<PathBuf>,

    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Slsa,
    Cyclonedx,
    ModelCard,
}

pub(crate) fn card(args: &Card) -> Result<ExitCode, Failure> {
    let verify = keep::Verify::default()
        .key(args.key.clone())
        .data_root(args.data_root.clone())
        .limits(args.limits.0.clone());
    let (page, done) = verify.page(&args.bundle)?;
    write(args.output.as_ref(), &page)?;
    Ok(if done.is_verified() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub(crate) fn provenance(args: &Provenance) -> Result<ExitCode, Failure> {
    let form = match args.format {
        Form::Slsa => keep::Provenance::Slsa,
        Form::Cyclonedx => keep::Provenance::CycloneDx,
        Form::ModelCard => keep::Provenance::ModelCard,
    };
    let verify = keep::Verify::default().limits(args.limits.0.clone());
    let text = verify.provenance(&args.bundle, form, args.key.as_deref())?;
    write(args.output.as_ref(), &text)?;
    Ok(ExitCode::SUCCESS)
}

fn write(output: Option<&PathBuf>, text: &str) -> Result<(), Failure> {
    match output {
        Some(output) => keep::write_text(output, text)?,
        None => {
            let mut out = stdout();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(())
}
