//! Progress bars on standard error, for work that takes long and a person who watches.

use std::time::{Duration, Instant};

use cannery::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows nothing before this much time has passed.
const PATIENCE: Duration = Duration::from_millis(400);

/// A bar that appears when work turns out to be long.
pub(crate) struct Progress {
    quiet: bool,
    start: Instant,
    bar: Option<(Stage, ProgressBar)>,
}

impl Progress {
    /// A bar for one command.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, start: Instant::now(), bar: None }
    }

    /// Takes a report.
    pub(crate) fn report(&mut self, stage: Stage, done: u64, all: Option<u64>) {
        if self.quiet || self.start.elapsed() < PATIENCE {
            return;
        }
        if self.bar.as_ref().is_none_or(|(shown, _)| *shown != stage) {
            self.finish();
            self.bar = Some((stage, bar(stage, all)));
        }
        if let Some((_, bar)) = &self.bar {
            // how much there is in all may be an estimate that gets better
            all.into_iter().for_each(|all| bar.set_length(all));
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(stage: Stage, all: Option<u64>) -> ProgressBar {
    let (verb, unit) = match (stage, all) {
        (Stage::Decompress, _) => ("decompressing", "{bytes}"),
        (Stage::Predict, Some(_)) => ("predicting", "{human_pos} of {human_len} rows"),
        (Stage::Write, _) => ("writing", "{bytes}"),
        (Stage::Scan, _) => ("scanning", "{human_pos} of {human_len} files"),
        (Stage::Predict, None) => ("predicting", "{human_pos} rows"),
        _ => ("reading", "{bytes}"),
    };
    let template = match all {
        Some(_) => format!("{verb} {{bar:30}} {unit} {{eta}}"),
        None => format!("{verb} {{spinner}} {unit}"),
    };
    let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
