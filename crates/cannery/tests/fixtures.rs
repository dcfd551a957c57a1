//! Every file of `fixtures/` holds what the `.expect.json` beside it says.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use cannery::inspect::{JsonOptions, write_json};
use serde_json::{Map, Value};

#[test]
fn every_fixture_holds_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let expectations = expectations(&folder);
    assert!(expectations.len() > 100, "only {} fixtures in {}", expectations.len(), folder.display());
    let failures: Vec<_> = expectations.iter().filter_map(|path| check(path).err()).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), expectations.len(), failures.join("\n"));
}

fn expectations(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of fixtures") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(expectations(&path));
        } else if path.to_string_lossy().ends_with(".expect.json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn check(expectation: &Path) -> Result<(), String> {
    let name = expectation.to_string_lossy().into_owned();
    let file = name.trim_end_matches(".expect.json");
    let want: Value = serde_json::from_slice(&fs::read(expectation).expect("a file"))
        .map_err(|e| format!("{name}: {e}"))?;
    let got = inspect(file).map_err(|error| format!("{file}: {error}"))?;
    let compared = if is_summary(&want) { same_summary(&want, &got) } else { same_value(&want, &got) };
    compared.map_err(|difference| format!("{file}: {difference}"))
}

fn inspect(file: &str) -> Result<Value, String> {
    let model = cannery::open(file).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    let written = write_json(model.heap(), model.root(), &JsonOptions::default().arrays(true), &mut out);
    let written = written.map_err(|error| error.to_string())?;
    if written.fallbacks > 0 {
        return Err(format!("{} values were not decoded", written.fallbacks));
    }
    serde_json::from_slice(&out).map_err(|error| format!("no JSON: {error}"))
}

/// Models have a summary as expectation: class, version and plain parameters.
fn is_summary(want: &Value) -> bool {
    want.get("params").is_some() && want.get("type").is_none()
}

fn same_summary(want: &Value, got: &Value) -> Result<(), String> {
    let mut comparison = Comparison::of(got);
    let root = comparison.resolved(&got["root"]);
    let attributes = &root["attributes"];
    comparison.same(&want["class"], &root["class"], "class")?;
    let version = plain(&attributes["_sklearn_version"]);
    comparison.same(&want["sklearn"], &version, "_sklearn_version")?;
    for (name, value) in want["params"].as_object().into_iter().flatten() {
        // A parameter that a vectorizer passes on is an attribute of what it passes it to.
        let passed_on = &comparison.resolved(&attributes["_tfidf"])["attributes"];
        let got = if attributes[name].is_null() { &passed_on[name] } else { &attributes[name] };
        comparison.same(&plain(value), &plain(got), name)?;
    }
    Ok(())
}

/// Text of Python 2 or 3 as the same text.
fn plain(value: &Value) -> Value {
    if value["type"] == "str8" { value["text"].clone() } else { value.clone() }
}

fn same_value(want: &Value, got: &Value) -> Result<(), String> {
    Comparison::of(got).same(want, &got["root"], "root")
}

/// Compares an expectation with what was written: all that is expected must be there, not the other way round.
struct Comparison<'g> {
    definitions: HashMap<u64, &'g Value>,
    ids: HashMap<u64, u64>,
}

impl<'g> Comparison<'g> {
    fn of(got: &'g Value) -> Self {
        let mut definitions = HashMap::new();
        define(got, &mut definitions);
        Self { definitions, ids: HashMap::new() }
    }

    fn resolved<'v>(&self, got: &'v Value) -> &'v Value
    where
        'g: 'v,
    {
        let target = got["id"].as_u64().filter(|_| got["type"] == "ref");
        target.and_then(|id| self.definitions.get(&id).copied()).unwrap_or(got)
    }

    fn same(&mut self, want: &Value, got: &Value, at: &str) -> Result<(), String> {
        if want["type"] == "ref" {
            return self.same_id(want, got, at);
        }
        let got = self.resolved(got).clone();
        match (want, &got) {
            (Value::Object(want), Value::Object(got)) => self.same_object(want, got, at),
            (Value::Array(want), Value::Array(got)) => self.same_list(want, got, at),
            (Value::Number(w), Value::Number(g)) if w.is_f64() && g.is_f64() => {
                let same = w.as_f64().map(f64::to_bits) == g.as_f64().map(f64::to_bits);
                if same { Ok(()) } else { Err(format!("{at}: expected {w}, got {g}")) }
            }
            _ if *want == got => Ok(()),
            _ => Err(format!("{at}: expected {}, got {}", short(want), short(&got))),
        }
    }

    fn same_id(&mut self, want: &Value, got: &Value, at: &str) -> Result<(), String> {
        let (Some(want), Some(got)) = (want["id"].as_u64(), got["id"].as_u64()) else {
            return Err(format!("{at}: expected a reference, got {}", short(got)));
        };
        let bound = *self.ids.entry(want).or_insert(got);
        if bound == got { Ok(()) } else { Err(format!("{at}: refers to {got}, expected {bound}")) }
    }

    fn same_object(
        &mut self,
        want: &Map<String, Value>,
        got: &Map<String, Value>,
        at: &str,
    ) -> Result<(), String> {
        if want.contains_key("id") {
            let (want, got) = (Value::Object(want.clone()), Value::Object(got.clone()));
            self.same_id(&want, &got, at)?;
        }
        if let (Some(Value::Array(coords)), Some(row)) =
            (want.get("coords").map(|c| &c["items"]), got.get("row"))
        {
            // A file that holds rows and columns becomes one with coordinates when scipy reads it.
            let columns = got.get("col").cloned().unwrap_or_default();
            return self.same_list(coords, &[row.clone(), columns], at);
        }
        let is_set = matches!(want.get("type").and_then(Value::as_str), Some("set" | "frozenset"));
        for (key, value) in want.iter().filter(|(key, _)| *key != "id") {
            let at = format!("{at}.{key}");
            let got = got.get(key).ok_or_else(|| format!("{at}: expected {}, got nothing", short(value)))?;
            match (value, got) {
                (Value::Array(want), Value::Array(got)) if is_set => self.same_multiset(want, got, &at)?,
                _ => self.same(value, got, &at)?,
            }
        }
        Ok(())
    }

    fn same_list(&mut self, want: &[Value], got: &[Value], at: &str) -> Result<(), String> {
        if want.len() != got.len() {
            return Err(format!("{at}: expected {} elements, got {}", want.len(), got.len()));
        }
        let mut pairs = want.iter().zip(got).enumerate();
        pairs.try_for_each(|(k, (want, got))| self.same(want, got, &format!("{at}.{k}")))
    }

    fn same_multiset(&mut self, want: &[Value], got: &[Value], at: &str) -> Result<(), String> {
        let mut left: Vec<_> = got.iter().collect();
        for value in want {
            let found = left.iter().position(|got| self.same(value, got, at).is_ok());
            left.swap_remove(found.ok_or_else(|| format!("{at}: {} is missing", short(value)))?);
        }
        if left.is_empty() { Ok(()) } else { Err(format!("{at}: {} is not expected", short(left[0]))) }
    }
}

/// Finds the values that have an `id`.
fn define<'g>(got: &'g Value, definitions: &mut HashMap<u64, &'g Value>) {
    match got {
        Value::Array(items) => items.iter().for_each(|item| define(item, definitions)),
        Value::Object(members) => {
            if let (Some(id), true) = (got["id"].as_u64(), got["type"] != "ref") {
                definitions.insert(id, got);
            }
            members.values().for_each(|member| define(member, definitions));
        }
        _ => {}
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}
