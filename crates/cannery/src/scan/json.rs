//! Reports as JSON: docs/scan.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{FileReport, Finding, Scanned, Verdict};
use crate::error::Result;

pub(super) fn write(scanned: &Scanned, out: &mut impl std::io::Write) -> Result<()> {
    if let (true, [file]) = (scanned.single, &scanned.files[..]) {
        serde_json::to_writer(&mut *out, &of_file(file)).map_err(std::io::Error::from)?;
        return Ok(out.write_all(b"\n")?);
    }
    out.write_all(b"{\"files\":[")?;
    for (place, file) in scanned.files.iter().enumerate() {
        out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &of_file(file)).map_err(std::io::Error::from)?;
    }
    let folders: Vec<Value> =
        folders(&scanned.files).into_iter().map(|(folder, counts)| counts.json(Some(&folder))).collect();
    let all = Counts::of(scanned.files.iter()).json(None);
    let rest =
        json!({ "folders": folders, "counts": all, "verdict": scanned.verdict().as_str() }).to_string();
    out.write_all(b"],\n")?;
    out.write_all(&rest.as_bytes()[1..])?;
    Ok(out.write_all(b"\n")?)
}

fn of_file(file: &FileReport) -> Value {
    let report = &file.report;
    let mut object = json!({
        "file": file.path.to_string_lossy(),
        "verdict": if report.skipped.is_some() { "skipped" } else { report.verdict.as_str() },
        "format": report.format,
        "bytes": report.bytes,
        "findings": report.findings.iter().map(of_finding).collect::<Vec<_>>(),
    });
    if let Some(reason) = &report.skipped {
        object["reason"] = json!(reason);
    }
    object
}

fn of_finding(finding: &Finding) -> Value {
    let info = finding.rule.info();
    json!({
        "rule": info.id,
        "class": if info.class == '-' { Value::Null } else { json!(info.class.to_string()) },
        "verdict": finding.verdict.as_str(),
        "symbol": if finding.symbol.is_empty() { Value::Null } else { json!(finding.symbol) },
        "opcode": finding.opcode,
        "offset": finding.offset,
        "path": finding.path,
        "part": finding.part,
        "message": finding.message,
        "more": finding.more,
    })
}

/// How many files came to what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) safe: u64,
    pub(super) unknown: u64,
    pub(super) dangerous: u64,
    pub(super) malformed: u64,
    pub(super) skipped: u64,
}

impl Counts {
    pub(super) fn of<'f>(files: impl Iterator<Item = &'f FileReport>) -> Self {
        let mut counts = Self::default();
        files.for_each(|file| counts.add(file));
        counts
    }

    fn add(&mut self, file: &FileReport) {
        let count = match (&file.report.skipped, file.report.verdict) {
            (Some(_), _) => &mut self.skipped,
            (None, Verdict::Safe) => &mut self.safe,
            (None, Verdict::Unknown) => &mut self.unknown,
            (None, Verdict::Dangerous) => &mut self.dangerous,
            (None, Verdict::Malformed) => &mut self.malformed,
        };
        *count += 1;
    }

    fn json(&self, folder: Option<&Path>) -> Value {
        let Self { safe, unknown, dangerous, malformed, skipped } = self;
        let mut object = json!({
            "safe": safe, "unknown": unknown, "dangerous": dangerous, "malformed": malformed, "skipped": skipped,
        });
        if let Some(folder) = folder {
            object["folder"] = json!(folder.to_string_lossy());
        }
        object
    }
}

/// Counts by the folder in which files lie.
pub(super) fn folders(files: &[FileReport]) -> BTreeMap<PathBuf, Counts> {
    let mut folders: BTreeMap<PathBuf, Counts> = BTreeMap::new();
    for file in files {
        let folder = file.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folders.entry(folder.unwrap_or(Path::new(".")).to_owned()).or_default().add(file);
    }
    folders
}
