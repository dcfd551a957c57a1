//! docs/operators.md is made of the documentation of the operators. `BLESS=1` writes it.

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
    assert!(
        have == want,
        "docs/operators.md differs from the documentation of the operators (BLESS=1 writes it)"
    );
}

const HEAD: &str = "\
# Operators

A model becomes a graph of these operators; whoever predicts or exports lowers them. This page is made of the documentation
in `crates/graph/src/op/`, a file an operator, by `BLESS=1 cargo test -p cannery-graph --test page`.

`f64[n,d]` is a matrix of d columns for n rows, `[n]` a vector, `[n,d csr]` a matrix of which only some elements are stored,
`[n,*]` rows of any length, `[n,k hits]` neighbours. All arithmetic is IEEE 754 with round to nearest even, one rounding for each operation written,
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
    let mut operators: Vec<Operator> = operators();
    operators.sort_by(|a, b| a.variant.cmp(&b.variant));
    let mut page = HEAD.to_owned();
    for (family, title) in FAMILIES {
        let mut members = operators.iter().filter(|operator| operator.family == family).peekable();
        if members.peek().is_none() {
            continue;
        }
        write!(page, "\n## {title}\n").expect("a string takes all");
        for operator in members {
            let (name, doc, exact) = (&operator.name, prose(&operator.doc), &operator.exactness);
            write!(page, "\n### `{name}`\n\n{doc}\nExactness: {exact}.\n").expect("a string takes all");
        }
    }
    page
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What the file of an operator says.
struct Operator {
    variant: String,
    name: String,
    family: String,
    doc: Vec<String>,
    exactness: String,
}

/// Those of the list in `op.rs`.
fn operators() -> Vec<Operator> {
    let source = fs::read_to_string(folder("src/op.rs")).expect("op.rs");
    let list = source.split_once("\noperators! {\n").expect("the list").1;
    let list = list.split_once("\n}\n").expect("its end").0;
    list.lines().map(|line| operator(line.trim().trim_end_matches(','))).collect()
}

/// The operator of a line: `softmax: Softmax` or `guard: Guard(Check)`.
fn operator(line: &str) -> Operator {
    let (file, operator) = line.split_once(": ").expect("a file and an operator");
    let (variant, constants) = operator.trim_end_matches(')').split_once('(').unwrap_or((operator, operator));
    let source = fs::read_to_string(folder(&format!("src/op/{file}.rs"))).expect(file);
    let body = source.split_once(&format!("impl Operator for {constants} {{")).expect(file).1;
    let of = |function: &str| {
        body.split_once(function).expect(function).1.split_once("\n    }").expect(function).0
    };
    Operator {
        variant: variant.into(),
        name: of("fn name").split('"').nth(1).expect("a name").into(),
        family: of("fn family").rsplit("::").next().expect("a family").trim().into(),
        doc: documentation(&source, constants),
        exactness: exact(of("fn exactness").split_once('{').expect("a body").1),
    }
}

/// Documentation of a type.
fn documentation(source: &str, name: &str) -> Vec<String> {
    let mut doc = Vec::new();
    for line in source.lines() {
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
        } else if declared.is_some_and(|declared| identifier(declared) == name) {
            return doc;
        } else if !line.starts_with("#[") {
            doc.clear();
        }
    }
    panic!("no type {name}");
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

/// What the body of `fn exactness` mentions.
fn exact(body: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    for mention in body.split("Exactness::").skip(1) {
        let bound =
            mention.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(bound, _)| bound);
        let text = match &*identifier(mention) {
            "Exact" => "exact".to_owned(),
            "Ulp" => format!("{bound} ulp"),
            "Rel" => format!("relative {bound}"),
            "SUMS" => "relative 1e-12".to_owned(),
            other => panic!("an exactness of {other:?}"),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join(" or ")
}
