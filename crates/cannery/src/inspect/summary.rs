//! What a person wants to know of a model file first.

use std::fmt::{self, Write};

use cannery_format::{Facts, Kind};
use cannery_object::{Heap, Value};
use serde_json::{Map, Value as Json, json};

use crate::error::printable;

use super::loads::LoadsWith;
use super::origin::Origin;
use super::tree::{Branch, thousands};

/// A model file in short: what is in it, who wrote it, how large its parts are. Prints as text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The model as a tree.
    pub model: Branch,
    /// Who wrote it.
    pub origin: Origin,
    /// Which releases can load it.
    pub loads_with: LoadsWith,
    /// The file: container, compression, protocol, sizes.
    pub file: Option<Facts>,
    /// Memory that was accounted for while reading, in bytes.
    pub memory: u64,
}

impl Summary {
    /// Looks at every value of the Heap once.
    pub fn of(heap: &Heap, root: Value, facts: Option<&Facts>) -> Self {
        let protocol = facts.filter(|facts| facts.skops_version.is_none()).and_then(|facts| facts.protocol);
        let origin = Origin::of(heap, root, protocol);
        Self {
            model: Branch::of(heap, root),
            loads_with: LoadsWith::of(facts, &origin),
            origin,
            file: facts.cloned(),
            memory: heap.budget().memory_used(),
        }
    }

    /// The same as JSON.
    pub fn to_json(&self) -> String {
        json!({
            "model": branch_json(&self.model),
            "sklearn": self.origin.sklearn,
            "libraries": self.origin.libraries.iter().map(|(name, span)| ((*name).into(), json!(span))).collect::<Map<_, _>>(),
            "unknown_names": self.origin.unknown_names,
            "python": self.origin.python,
            "loads_with": {
                "python": self.loads_with.python,
                "numpy": self.loads_with.numpy,
                "joblib": self.loads_with.joblib,
            },
            "byte_order": self.origin.byte_order,
            "word_bits": self.origin.word_bits,
            "values": self.origin.values,
            "array_bytes": self.origin.array_bytes,
            "text_bytes": self.origin.text_bytes,
            "memory": self.memory,
            "file": self.file.as_ref().map(facts_json),
        })
        .to_string()
    }
}

fn facts_json(facts: &Facts) -> Json {
    json!({
        "container": facts.kind.name(),
        "compression": facts.wrappings.iter().map(|wrapping| wrapping.name()).collect::<Vec<_>>(),
        "protocol": facts.protocol,
        "skops_version": facts.skops_version,
        "bytes": facts.file_bytes,
        "plain_bytes": facts.plain_bytes,
        "inline_arrays": facts.inline_arrays,
        "inline_bytes": facts.inline_bytes,
        "opcodes": facts.opcodes,
        "companions": facts.companions.len(),
    })
}

/// As deep as the tree was drawn, which is bounded.
fn branch_json(branch: &Branch) -> Json {
    let pairs =
        |pairs: &[(String, String)]| pairs.iter().map(|(k, v)| (k.clone(), json!(v))).collect::<Map<_, _>>();
    let mut out = Map::new();
    let optional = [("label", &branch.label), ("module", &branch.module), ("note", &branch.note)];
    out.insert("name".into(), json!(branch.name));
    out.extend(optional.into_iter().filter_map(|(key, text)| Some((key.into(), json!(text.as_ref()?)))));
    if !branch.params.is_empty() {
        out.insert("params".into(), Json::Object(pairs(&branch.params)));
    }
    if !branch.fitted.is_empty() {
        out.insert("fitted".into(), Json::Object(pairs(&branch.fitted)));
    }
    if !branch.parts.is_empty() {
        out.insert("parts".into(), branch.parts.iter().map(branch_json).collect());
    }
    Json::Object(out)
}

impl fmt::Display for Summary {
    /// Control characters, which names and texts in a file may hold, are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&Unescaped(self).to_string()))
    }
}

struct Unescaped<'s>(&'s Summary);

impl fmt::Display for Unescaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_branch(f, &self.0.model, "", "")?;
        f.write_char('\n')?;
        for (key, text) in self.0.lines() {
            writeln!(f, "{key:<11}{text}")?;
        }
        Ok(())
    }
}

/// Lines of fitted attributes are broken after this many characters.
const WIDTH: usize = 100;

/// One part and those in it: `first` stands before its line, `rest` before the lines below.
fn write_branch(f: &mut fmt::Formatter<'_>, branch: &Branch, first: &str, rest: &str) -> fmt::Result {
    let label = branch.label.as_ref().map(|label| format!("{label}: ")).unwrap_or_default();
    let params = branch.params.iter().map(|(name, value)| match name.as_str() {
        "" => value.clone(),
        name => format!("{name}={value}"),
    });
    writeln!(f, "{first}{label}{}", heading(branch, &params.collect::<Vec<_>>()))?;
    let stem = if branch.parts.is_empty() { "  " } else { "│ " };
    for line in wrapped(branch.fitted.iter().map(|(name, value)| format!("{name} {value}"))) {
        writeln!(f, "{rest}{stem}  {line}")?;
    }
    for (k, part) in branch.parts.iter().enumerate() {
        let last = k + 1 == branch.parts.len();
        let (fork, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        write_branch(f, part, &format!("{rest}{fork}"), &format!("{rest}{below}"))?;
    }
    Ok(())
}

fn heading(branch: &Branch, params: &[String]) -> String {
    let call = match params.is_empty() {
        true => branch.name.clone(),
        false => format!("{}({})", branch.name, params.join(", ")),
    };
    match &branch.note {
        Some(note) => format!("{call}   {note}"),
        None => call,
    }
}

/// Items joined by commas, in lines of [`WIDTH`].
fn wrapped(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.chars().count() + item.chars().count() + 2 <= WIDTH => {
                line.push_str(", ");
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

impl Summary {
    /// What is said below the tree.
    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if let Some(module) = &self.model.module {
            lines.push(("class", format!("{module}.{}", self.model.name)));
        }
        lines.extend(self.writer().map(|text| ("written by", text)));
        lines.extend(self.loads_with.line().map(|text| ("loads with", text)));
        lines.extend(self.machine().map(|text| ("on", text)));
        if !self.origin.unknown_names.is_empty() {
            lines.push(("unknown", self.unknown()));
        }
        if let Some(facts) = &self.file {
            lines.push(("file", file_line(facts)));
            lines.push(("bytes", self.bytes_line(facts)));
        }
        let values = thousands(self.origin.values);
        lines.push(("memory", format!("{} bytes for {values} values", thousands(self.memory))));
        lines
    }

    fn writer(&self) -> Option<String> {
        let mut parts: Vec<String> = Vec::new();
        let versions = &self.origin.sklearn;
        for (version, count) in versions {
            let of =
                if versions.len() > 1 { format!(" ({} objects)", thousands(*count)) } else { String::new() };
            parts.push(format!("scikit-learn {version}{of}"));
        }
        for (library, span) in &self.origin.libraries {
            match *library {
                "sklearn" if versions.is_empty() => {
                    parts.push(format!("scikit-learn {span}{}", self.before_stamps()));
                }
                "sklearn" => {}
                library => parts.push(format!("{library} {span}")),
            }
        }
        parts.extend(self.origin.python.map(|major| format!("Python {major}")));
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// scikit-learn stamps its version on estimators since 0.18.
    fn before_stamps(&self) -> &'static str {
        let is_estimator = self.model.module.as_ref().is_some_and(|module| {
            let known = cannery_object::known::known(module, &self.model.name);
            known.is_some_and(|known| known.kind == cannery_object::known::Kind::Estimator)
        });
        if is_estimator { " by its names, without version: before 0.18" } else { " by its names" }
    }

    fn machine(&self) -> Option<String> {
        let order = self.origin.byte_order.map(|order| match order {
            "mixed" => "little- and big-endian arrays".into(),
            order => format!("{order}-endian"),
        });
        let bits = self.origin.word_bits.map(|bits| format!("{bits}-bit"));
        let parts: Vec<_> = order.into_iter().chain(bits).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn unknown(&self) -> String {
        let names = &self.origin.unknown_names;
        let shown = names.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
        if names.len() > 6 { format!("{shown}, … {} names in all", names.len()) } else { shown }
    }

    fn bytes_line(&self, facts: &Facts) -> String {
        let (arrays, text) = (self.origin.array_bytes, self.origin.text_bytes);
        let rest = facts.plain_bytes.saturating_sub(arrays.saturating_add(text));
        let mut line = thousands(facts.file_bytes);
        if facts.plain_bytes != facts.file_bytes {
            line.push_str(&format!(", {} without compression", thousands(facts.plain_bytes)));
        }
        let parts = (thousands(arrays), thousands(text), thousands(rest));
        line.push_str(&format!(": {} arrays, {} text, {} structure", parts.0, parts.1, parts.2));
        line
    }
}

fn file_line(facts: &Facts) -> String {
    let mut parts = vec![facts.kind.name().to_owned()];
    parts.extend(facts.wrappings.iter().map(|wrapping| wrapping.name().to_owned()));
    match facts.protocol {
        Some(protocol) => parts.push(format!("protocol {protocol}")),
        None if matches!(facts.kind, Kind::Pickle | Kind::Joblib) => parts.push("protocol 0 or 1".into()),
        None => {}
    }
    parts.extend(facts.skops_version.as_ref().map(|version| format!("skops {version}")));
    if facts.inline_arrays > 0 {
        parts.push(format!("{} inline arrays", thousands(facts.inline_arrays)));
    }
    if !facts.companions.is_empty() {
        parts.push(format!("{} array files beside it", facts.companions.len()));
    }
    parts.join(", ")
}
