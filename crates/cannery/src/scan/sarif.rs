//! Reports in SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), which code hosts show beside files.

use std::path::Path;

use serde_json::{Value, json};

use super::{FileReport, Finding, RULES, Scanned, Verdict};
use crate::error::Result;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(scanned: &Scanned, out: &mut impl std::io::Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(scanned)).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

fn log(scanned: &Scanned) -> Value {
    let results: Vec<Value> = scanned
        .files
        .iter()
        .flat_map(|file| file.report.findings.iter().map(|finding| result(file, finding)))
        .collect();
    let skipped: Vec<Value> = scanned.files.iter().filter_map(notification).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cannery",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            } },
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": scanned.exit_status(),
                "toolExecutionNotifications": skipped,
            }],
            "results": results,
        }],
    })
}

fn rules() -> Vec<Value> {
    let rule = |info: &super::RuleInfo| {
        let class =
            if info.class == '-' { json!([]) } else { json!([format!("attack-class-{}", info.class)]) };
        json!({
            "id": info.id,
            "name": info.name,
            "shortDescription": { "text": info.what },
            "fullDescription": { "text": format!("{} {}", info.what, info.why) },
            "help": { "text": format!("{} Example: {}", info.remedy, info.example) },
            "defaultConfiguration": { "level": level(info.verdict) },
            "properties": { "tags": class, "verdict": info.verdict.as_str() },
        })
    };
    RULES.iter().map(rule).collect()
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "note",
        Verdict::Unknown => "warning",
        Verdict::Dangerous | Verdict::Malformed => "error",
    }
}

fn result(file: &FileReport, finding: &Finding) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&file.path) } });
    // an offset in a part or in inflated bytes is none in the artifact
    if let (Some(offset), true) = (finding.offset, finding.part.is_empty()) {
        physical["region"] = json!({ "byteOffset": offset, "byteLength": 1 });
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(path) = finding.path.as_deref().filter(|path| !path.is_empty()) {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": path, "kind": "member" }]);
    }
    let symbol = if finding.symbol.is_empty() { String::new() } else { format!("{}: ", finding.symbol) };
    json!({
        "ruleId": finding.rule.info().id,
        "ruleIndex": finding.rule as usize,
        "level": level(finding.verdict),
        "message": { "text": format!("{symbol}{}", finding.message) },
        "locations": [location],
        "properties": {
            "verdict": finding.verdict.as_str(),
            "opcode": finding.opcode,
            "part": finding.part,
            "more": finding.more,
        },
    })
}

/// A file of a folder that is no model, and was not judged.
fn notification(file: &FileReport) -> Option<Value> {
    let reason = file.report.skipped.as_ref()?;
    Some(json!({
        "level": "note",
        "message": { "text": format!("not judged: {reason}") },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&file.path) } } }],
    }))
}

/// A path as a URI reference (RFC 3986): `/` between names, all but unreserved characters escaped.
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Scan;

    /// What the schema of SARIF 2.1.0 asks of the objects that are written here: required members and closed sets.
    #[test]
    fn a_log_has_the_structure_that_the_schema_asks_for() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a b.pkl"), b"cos\nsystem\n(S'id'\ntR.").expect("written");
        std::fs::write(folder.path().join("notes.txt"), b"plain words").expect("written");
        let scanned = Scan::default().run([folder.path()]).expect("a folder");
        let log = log(&scanned);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        assert_eq!(run["tool"]["driver"]["name"], "cannery");
        assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
        for rule in rules {
            assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
            let level = rule["defaultConfiguration"]["level"].as_str().expect("a level");
            assert!(["none", "note", "warning", "error"].contains(&level));
        }
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), 1);
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(result["message"]["text"].is_string());
            let physical = &result["locations"][0]["physicalLocation"];
            assert!(
                physical["artifactLocation"]["uri"].as_str().is_some_and(|uri| uri.ends_with("/a%20b.pkl"))
            );
            assert!(physical["region"]["byteOffset"].is_u64());
        }
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
        assert_eq!(notes.len(), 1);
        assert!(notes[0]["message"]["text"].is_string());
    }
}
