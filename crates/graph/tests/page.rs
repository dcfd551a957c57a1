//! docs/operators.md is made of the documentation of the operators. `BLESS=1` writes it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_page_of_operators_is_their_documentation() {
    let path = folder("../../docs/operators.md");
    let want = page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, want).expect("docs/operators.md is written");
        return;
    }
    let have = fs::read_to_string(&path).unwrap_or_default();
    assert!(have == want, "docs/operators.md differs from the documentation of `Op` (BLESS=1 writes it)");
}

const HEAD: &str = "\
# Operators

A model becomes a graph of these operators; whoever predicts or exports lowers them. This page is made of the documentation
in `crates/graph/src/op.rs` and `crates/graph/src/op/` by `BLESS=1 cargo test -p cannery-graph --test page`.

`f64[n,d]` is a matrix of d columns for n rows, `[n]` a vector, `[n,d csr]` a matrix of which only some elements are stored,
`[n,*]` rows of any length. All arithmetic is IEEE 754 with round to nearest even, one rounding for each operation written,
unless the exactness allows otherwise: *exact* is to the bit, *ulp* in units of the last place, *relative* in fractions of the
sum of the absolute values of all terms.
";

const FAMILIES: [(&str, &str); 6] = [
    ("Glue", "Bringing, picking, joining, checking, converting"),
    ("Columns", "Column by column"),
    ("Text", "Texts to numbers"),
    ("Algebra", "Sums of products, distances, kernels"),
    ("Models", "What was learnt"),
    ("Scores", "Scores to probabilities, classes and labels"),
];

fn page() -> String {
    let source = fs::read_to_string(folder("src/op.rs")).expect("op.rs");
    let operators = operators(&source);
    let (families, exactness) = (arms(&source, "fn family"), arms(&source, "fn exactness"));
    let names = arms(&source, "fn name");
    let details = details();
    let mut page = HEAD.to_owned();
    for (family, title) in FAMILIES {
        let of_family = |name: &&String| families[*name].iter().any(|of| of.contains(family));
        let mut members = operators.keys().filter(of_family).peekable();
        if members.peek().is_none() {
            continue;
        }
        write!(page, "\n## {title}\n").expect("a string takes all");
        for name in members {
            let title = names[name][0].trim_matches('"');
            write!(page, "\n### `{title}`\n\n{}", prose(&operators[name])).expect("a string takes all");
            if let Some(detail) = details.get(name) {
                write!(page, "\n{}", prose(detail)).expect("a string takes all");
            }
            writeln!(page, "\nExactness: {}.", exact(&exactness[name])).expect("a string takes all");
        }
    }
    page
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Documentation of each variant of `Op`, by its name.
fn operators(source: &str) -> BTreeMap<String, Vec<String>> {
    let body = source.split_once("pub enum Op {").expect("the operators").1;
    let body = body.split_once("\n}\n").expect("their end").0;
    let mut operators = BTreeMap::new();
    let mut doc = Vec::new();
    for line in body.lines() {
        let is_variant =
            line.starts_with("    ") && line.as_bytes().get(4).is_some_and(u8::is_ascii_uppercase);
        if let Some(text) = line.strip_prefix("    ///") {
            doc.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
        } else if is_variant {
            operators.insert(identifier(&line[4..]), std::mem::take(&mut doc));
        }
    }
    operators
}

/// Documentation of the constants of operators: structs in `op/`, by their name.
fn details() -> BTreeMap<String, Vec<String>> {
    let mut details = BTreeMap::new();
    for entry in fs::read_dir(folder("src/op")).expect("the folder of operators") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            continue;
        }
        let source = fs::read_to_string(path).expect("a source file");
        let mut doc = Vec::new();
        for line in source.lines() {
            if let Some(text) = line.strip_prefix("///") {
                doc.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
            } else if let Some(name) = line.strip_prefix("pub struct ") {
                details.insert(identifier(name), std::mem::take(&mut doc));
            } else if !line.starts_with("#[") {
                doc.clear();
            }
        }
    }
    details
}

/// What a function that matches on the operator gives for each: the texts behind the arrows.
fn arms(source: &str, function: &str) -> BTreeMap<String, Vec<String>> {
    let body = source.split_once(function).expect(function).1;
    let body = body.split_once("match self {").expect("a match").1;
    let body = body.split_once("\n        }\n").expect("its end").0.replace('\n', " ");
    let mut arms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut parts = body.split("=>");
    let mut patterns = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (result, next) = part.split_once("Self::").unwrap_or((part, ""));
        let result = result.trim().trim_matches(['{', '}', ',', ' ']).trim().trim_end_matches(',').to_owned();
        for name in patterns.split("Self::").skip(1).map(identifier) {
            arms.entry(name).or_default().push(result.clone());
        }
        patterns = format!("Self::{next}");
    }
    arms
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// Documentation as Markdown: links to code become code.
fn prose(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let mut rest = line.as_str();
        while let Some((before, after)) = rest.split_once("[`") {
            let (code, after) = after.split_once("`]").unwrap_or((after, ""));
            write!(text, "{before}`{}`", code.replace("Self::", "").replace("super::", ""))
                .expect("a string takes all");
            rest = match after.strip_prefix('(') {
                Some(link) => link.split_once(')').map_or("", |(_, rest)| rest),
                None => after,
            };
        }
        writeln!(text, "{rest}").expect("a string takes all");
    }
    text
}

fn exact(results: &[String]) -> String {
    let mut said: Vec<String> = Vec::new();
    for result in results {
        let result = result.trim_start_matches("Exactness::");
        let (kind, bound) = result.split_once('(').unwrap_or((result, ""));
        let bound = bound.trim_end_matches(')');
        let text = match kind {
            "Exact" => "exact".to_owned(),
            "Ulp" => format!("{bound} ulp"),
            "Rel" => format!("relative {bound}"),
            other => panic!("an exactness of {other:?}"),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join(" or ")
}
