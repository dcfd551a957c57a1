//! Reports for people.

use std::io::Write;

use super::json::{Counts, folders};
use super::{FileReport, Finding, Scanned};
use super::{Style, Verdict};
use crate::error::{Result, printable_line};

/// Findings that are shown of one file.
const SHOWN: usize = 12;

pub(super) fn write(scanned: &Scanned, style: Style, out: &mut impl Write) -> Result<()> {
    let files = &scanned.files;
    for file in files.iter().filter(|file| scanned.single || is_shown(file)) {
        write_file(file, style, out)?;
    }
    if scanned.single {
        return Ok(());
    }
    let skipped = |file: &&FileReport| style.skipped && file.is_aside();
    for file in files.iter().filter(skipped) {
        let name = file.path.to_string_lossy();
        let reason = file.report.skipped.as_deref().unwrap_or_default();
        writeln!(out, "{}: skipped: {}", printable_line(&name), printable_line(reason))?;
    }
    let folders = folders(files);
    let width =
        folders.keys().map(|folder| folder.to_string_lossy().chars().count()).max().unwrap_or(0).max(6);
    if files.iter().any(is_shown) || files.iter().any(|file| skipped(&file)) {
        writeln!(out)?;
    }
    writeln!(
        out,
        "{:<width$} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "folder", "safe", "unknown", "dangerous", "malformed", "skipped"
    )?;
    for (folder, counts) in &folders {
        write_counts(&printable_line(&folder.to_string_lossy()), *counts, width, out)?;
    }
    if folders.len() > 1 {
        write_counts("all", Counts::of(files.iter()), width, out)?;
    }
    Ok(())
}

/// Safe files, and files that are no models, only count.
fn is_shown(file: &FileReport) -> bool {
    !file.is_aside() && !file.report.findings.is_empty()
}

fn write_counts(name: &str, counts: Counts, width: usize, out: &mut impl Write) -> Result<()> {
    let Counts { safe, unknown, dangerous, malformed, skipped } = counts;
    Ok(writeln!(out, "{name:<width$} {safe:>9} {unknown:>9} {dangerous:>9} {malformed:>9} {skipped:>9}")?)
}

fn write_file(file: &FileReport, style: Style, out: &mut impl Write) -> Result<()> {
    let name = file.path.to_string_lossy();
    let name = printable_line(&name);
    writeln!(out, "{name}: {}", painted(file.report.verdict, 0, style))?;
    for finding in file.report.findings.iter().take(SHOWN) {
        write_finding(finding, style, out)?;
    }
    if let Some(more) = file.report.findings.len().checked_sub(SHOWN).filter(|&more| more > 0) {
        writeln!(out, "    … and {more} more findings; --format json lists them")?;
    }
    Ok(())
}

/// A verdict in its colour, filled up to a width.
fn painted(verdict: Verdict, width: usize, style: Style) -> String {
    let code = match verdict {
        Verdict::Safe => "32",
        Verdict::Unknown => "33",
        Verdict::Dangerous => "1;31",
        Verdict::Malformed => "31",
    };
    match style.colour {
        true => format!("\x1b[{code}m{verdict:<width$}\x1b[0m"),
        false => format!("{verdict:<width$}"),
    }
}

fn write_finding(finding: &Finding, style: Style, out: &mut impl Write) -> Result<()> {
    let symbol = match finding.message.contains(&finding.symbol) {
        true => String::new(),
        false => format!("{}: ", finding.symbol),
    };
    writeln!(
        out,
        "    {}{:<22}{}",
        painted(finding.verdict, 10, style),
        finding.rule.info().id,
        printable_line(&format!("{symbol}{}", finding.message))
    )?;
    let mut places = Vec::new();
    if !finding.part.is_empty() {
        places.push(format!("in {}", finding.part.join(" / ")));
    }
    match (finding.opcode, finding.offset) {
        (Some(opcode), Some(offset)) => places.push(format!("{opcode} at byte {offset}")),
        (None, Some(offset)) => places.push(format!("at byte {offset}")),
        _ => {}
    }
    match finding.path.as_deref() {
        Some("") => places.push("the object itself".into()),
        Some(path) => places.push(format!("at {path}")),
        None => {}
    }
    if finding.more > 0 {
        places.push(format!("and {} more", finding.more));
    }
    if !places.is_empty() {
        writeln!(out, "{:36}{}", "", printable_line(&places.join(", ")))?;
    }
    Ok(())
}
