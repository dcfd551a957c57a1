//! `cannery targets`: what a model can be exported to.

use std::io::Write;
use std::path::PathBuf;

use cannery::{ExportOptions, ExportTarget, Model, Options};
use clap::{Args, ValueHint};

use crate::limits::LimitArgs;
use crate::out::{Failure, stdout};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cannery targets model.joblib
  cannery targets model.joblib --method predict

For each format: yes, or which operators of the model it can't hold, and the steps that need them.
docs/export.md lists every operator.";

/// The arguments of the command.
#[derive(Debug, Args)]
pub(crate) struct Targets {
    /// The model file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) model: PathBuf,

    /// The methods to export, with commas between them, or all
    #[arg(long, short, value_name = "NAMES")]
    pub(crate) method: Option<String>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Prints a line for each target.
pub(crate) fn run(targets: &Targets) -> Result<(), Failure> {
    let in_file = |error: cannery::Error| error.in_file(targets.model.display());
    let model = Options::default().limits(targets.limits.0.clone()).open(&targets.model)?;
    let options = targets
        .method
        .as_deref()
        .map_or_else(ExportOptions::default, |methods| ExportOptions::default().methods(methods));
    let mut out = stdout();
    for target in ExportTarget::ALL {
        print(&model, target, &options, &mut out).map_err(|error| match error {
            Failure::Error(error) => Failure::Error(in_file(error)),
            closed @ Failure::BrokenPipe => closed,
        })?;
    }
    Ok(out.flush()?)
}

fn print(
    model: &Model,
    target: ExportTarget,
    options: &ExportOptions,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let gaps = model.export_gaps(target, options)?;
    if gaps.is_empty() {
        writeln!(out, "{:<6}yes", target.name())?;
        return Ok(());
    }
    writeln!(out, "{:<6}no", target.name())?;
    for gap in gaps {
        writeln!(out, "      {}", gap.message)?;
    }
    Ok(())
}
