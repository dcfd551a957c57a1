//! Reports in SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), which code hosts show beside files.

use std::path::Path;

use serde_json::{Value, json};

use super::{FileReport, Finding, RULES, Scanned, Verdict};
use crate::error::Result;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Why model files are judged at all: scikit-learn's page on it. The program has no page of its own yet.
const INFORMATION: &str = "https://scikit-learn.org/stable/model_persistence.html";

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
                "informationUri": INFORMATION,
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
    let physical = json!({ "artifactLocation": { "uri": uri(&file.path) }, "region": region(file, finding) });
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
        "partialFingerprints": { "cannery/v1": fingerprint(file, finding) },
        "properties": {
            "verdict": finding.verdict.as_str(),
            "opcode": finding.opcode,
            "part": finding.part,
            "more": finding.more,
        },
    })
}

/// Where in the file: the byte of a finding, or all of the file where the offset is one in a part of it or in inflated
/// bytes. Code hosts want a line too, and show what has none nowhere.
fn region(file: &FileReport, finding: &Finding) -> Value {
    let within = |&offset: &u64| finding.part.is_empty() && offset < file.report.bytes;
    let (offset, length) = finding.offset.filter(within).map_or((0, file.report.bytes), |offset| (offset, 1));
    json!({ "startLine": 1, "byteOffset": offset, "byteLength": length })
}

/// What stays the same of a finding when the file is written again: not its offset, and not how it is described.
fn fingerprint(file: &FileReport, finding: &Finding) -> String {
    let path = uri(&file.path);
    let mut words =
        vec![&*path, finding.rule.info().id, &finding.symbol, finding.path.as_deref().unwrap_or("-")];
    words.extend(finding.part.iter().map(String::as_str));
    format!("{:016x}", fnv1a(words.join("\0").as_bytes()))
}

/// FNV-1a of 64 bits: a name for a text that is the same on every machine.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
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
        assert!(
            run["tool"]["driver"]["informationUri"].as_str().is_some_and(|uri| uri.starts_with("https://"))
        );
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
            assert!(physical["region"]["byteOffset"].is_u64() && physical["region"]["startLine"] == 1);
            assert_eq!(result["partialFingerprints"]["cannery/v1"].as_str().map(str::len), Some(16));
        }
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
        assert_eq!(notes.len(), 1);
        assert!(notes[0]["message"]["text"].is_string());
    }
}
