//! Bundles and their checks, for people and for programs.

use std::io::Write;
use std::path::Path;

use cannery_keep::manifest::{Data, Environment, Item, Manifest, Reference, Score, Source, Standing};
use cannery_keep::{Outcome, Sealed, Verification};
use serde_json::{Value, json};

use crate::error::{Result, printable_line};

/// What was sealed, for people: each item, and how it is known.
///
/// # Errors
/// Those of writing.
pub fn write_sealed_text(sealed: &Sealed, bundle: &Path, out: &mut impl Write) -> Result<()> {
    let how = if sealed.is_signed { "sealed and signed" } else { "sealed" };
    writeln!(out, "{}: {how}", printable_line(&bundle.to_string_lossy()))?;
    write_items(&sealed.manifest, out)?;
    for warning in &sealed.warnings {
        writeln!(out, "  warning      {}", printable_line(warning))?;
    }
    Ok(())
}

/// What was sealed, for programs: docs/keep.md.
///
/// # Errors
/// Those of writing.
pub fn write_sealed_json(sealed: &Sealed, bundle: &Path, out: &mut impl Write) -> Result<()> {
    let object = json!({
        "bundle": bundle.to_string_lossy(),
        "signed": sealed.is_signed,
        "missing": sealed.manifest.missing(),
        "warnings": sealed.warnings,
        "manifest": manifest_json(&sealed.manifest),
    });
    Ok(writeln!(out, "{object}")?)
}

/// Every check, then what the bundle says of its model, for people.
///
/// # Errors
/// Those of writing.
pub fn write_verification_text(done: &Verification, bundle: &Path, out: &mut impl Write) -> Result<()> {
    let verdict = match (done.is_verified(), done.is_signed) {
        (true, true) => "verified",
        (true, false) if done.has_signature => "verified, but for the signature",
        (true, false) => "verified, not signed",
        (false, _) => "failed",
    };
    writeln!(out, "{}: {verdict}", printable_line(&bundle.to_string_lossy()))?;
    let width =
        done.checks.iter().map(|check| check.subject.chars().count()).max().unwrap_or(0).clamp(13, 40);
    for check in &done.checks {
        let (subject, message) = (printable_line(&check.subject), printable_line(&check.message));
        writeln!(out, "  {:<8}{subject:<width$}  {message}", check.outcome.name())?;
    }
    match &done.manifest {
        Some(manifest) => {
            writeln!(out)?;
            write_items(manifest, out)
        }
        None => Ok(()),
    }
}

/// Every check and the manifest, for programs: docs/keep.md.
///
/// # Errors
/// Those of writing.
pub fn write_verification_json(done: &Verification, bundle: &Path, out: &mut impl Write) -> Result<()> {
    let checks: Vec<Value> = done
        .checks
        .iter()
        .map(|check| {
            json!({ "subject": check.subject, "outcome": check.outcome.name(), "message": check.message })
        })
        .collect();
    let failed = done.checks.iter().filter(|check| check.outcome == Outcome::Failed).count();
    let object = json!({
        "bundle": bundle.to_string_lossy(),
        "verified": done.is_verified(),
        "signed": done.is_signed,
        "failed": failed,
        "checks": checks,
        "missing": done.manifest.as_ref().map(Manifest::missing),
        "manifest_sha256": done.manifest_sha256.as_ref().map(ToString::to_string),
        "manifest": done.manifest.as_ref().map(manifest_json),
    });
    Ok(writeln!(out, "{object}")?)
}

fn manifest_json(manifest: &Manifest) -> Value {
    // one that was written or read is consistent
    let text = manifest.write().unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// A line for each item: `observed`, `claimed` or `missing`.
fn write_items(manifest: &Manifest, out: &mut impl Write) -> Result<()> {
    let model = &manifest.model;
    let mut shown = vec![model.class.clone().unwrap_or_else(|| "no object".into())];
    shown.extend(versions(&model.scikit_learn));
    shown.push(model.container.clone());
    line("model", "", &shown.join(", "), out)?;
    if manifest.data.is_empty() {
        line("data", "missing", "", out)?;
    }
    for Data { standing, reference } in &manifest.data {
        line("data", word(Some(*standing)), &reference_line(reference), out)?;
    }
    item("source", &manifest.source, source_line, out)?;
    item("environment", &manifest.environment, environment_line, out)?;
    match &manifest.scores {
        Item::Missing => line("scores", "missing", "", out)?,
        Item::Claimed(scores) | Item::Observed(scores) => {
            for score in scores {
                line("scores", word(manifest.scores.standing()), &score_line(score), out)?;
            }
        }
    }
    item("golden", &manifest.golden, |golden| golden.input.to_string(), out)?;
    line(
        "license",
        if manifest.license.is_some() { "claimed" } else { "missing" },
        manifest.license.as_deref().unwrap_or(""),
        out,
    )?;
    if let Some(parent) = &manifest.parent {
        line("parent", "", &format!("{}, manifest {}", parent.name, short(parent.manifest.as_str())), out)?;
    }
    Ok(())
}

fn item<T>(name: &str, item: &Item<T>, show: impl Fn(&T) -> String, out: &mut impl Write) -> Result<()> {
    line(name, word(item.standing()), &item.value().map(show).unwrap_or_default(), out)
}

fn line(name: &str, standing: &str, text: &str, out: &mut impl Write) -> Result<()> {
    let line = format!("  {name:<13}{standing:<10}{}", printable_line(text));
    Ok(writeln!(out, "{}", line.trim_end())?)
}

fn word(standing: Option<Standing>) -> &'static str {
    match standing {
        Some(Standing::Observed) => "observed",
        Some(Standing::Claimed) => "claimed",
        None => "missing",
    }
}

fn versions(scikit_learn: &[String]) -> Option<String> {
    (!scikit_learn.is_empty()).then(|| format!("scikit-learn {}", scikit_learn.join(", ")))
}

fn short(digest: &str) -> String {
    digest.chars().take(16).collect()
}

fn reference_line(reference: &Reference) -> String {
    match reference {
        Reference::File { path, sha256, .. } => format!("{path}, SHA-256 {}", short(sha256.as_str())),
        Reference::Folder { path, files } => format!("{path}, {} files", files.len()),
        Reference::Mutable { uri } => format!("{uri}, which may change"),
        other => other.uri(),
    }
}

fn source_line(source: &Source) -> String {
    let script = source.script.as_ref().map(|script| script.path.to_string());
    let commit = source.commit.as_ref().map(|commit| {
        let path = commit.path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
        format!("{}{path} at {}", commit.repository, short(commit.commit.as_str()))
    });
    script.into_iter().chain(commit).collect::<Vec<_>>().join(", ")
}

fn environment_line(environment: &Environment) -> String {
    let python =
        environment.python.as_ref().map(|python| format!("{} {}", python.implementation, python.version));
    let named = ["scikit-learn", "numpy"].into_iter();
    let versions =
        named.filter_map(|name| environment.version(name).map(|version| format!("{name} {version}")));
    let count = format!("{} packages", environment.packages.len());
    let lock = environment.lock.as_ref().map(|lock| lock.path.to_string());
    python.into_iter().chain(versions).chain([count]).chain(lock).collect::<Vec<_>>().join(", ")
}

fn score_line(score: &Score) -> String {
    let splitter =
        score.splitter.as_ref().map(|splitter| format!(", {}", splitter.describe())).unwrap_or_default();
    let folds = if score.folds.len() == 1 { "fold" } else { "folds" };
    format!(
        "{} {:.4} ± {:.4}, {} {folds}{splitter}",
        score.metric,
        score.mean(),
        score.std(),
        score.folds.len()
    )
}
