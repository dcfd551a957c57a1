//! The tables of docs/support.md: every class that can be read, and what scripts/bit_identical.py counted (docs/support.tsv).
//! `BLESS=1 cargo test -p cannery-sklearn --test support` writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

#[test]
fn the_page_lists_every_class() {
    let path = page("support.md");
    let text = std::fs::read_to_string(&path).expect("docs/support.md");
    let counts = std::fs::read_to_string(page("support.tsv")).expect("docs/support.tsv");
    let counts: Vec<Count> = counts.lines().filter(|line| !line.starts_with('#')).map(Count::of).collect();
    let want = replaced(&text, "classes", &classes(&counts));
    let want = replaced(&want, "families", &families(&counts));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, want).expect("docs/support.md is written");
    } else {
        assert!(text == want, "docs/support.md is not what the classes say: run this test with BLESS=1");
    }
}

fn page(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn replaced(page: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- {name}: made by crates/sklearn/tests/support.rs -->\n");
    let end = format!("<!-- end of {name} -->");
    let (before, rest) = page.split_once(&begin).expect("the mark where the table begins");
    let (_, after) = rest.split_once(&end).expect("the mark where the table ends");
    format!("{before}{begin}\n{table}\n{end}{after}")
}

/// A row of docs/support.tsv.
struct Count {
    class: String,
    method: String,
    family: String,
    versions: Vec<String>,
    models: u64,
    values: u64,
    identical: u64,
}

impl Count {
    fn of(line: &str) -> Self {
        let cells: Vec<&str> = line.split('\t').collect();
        let [class, method, family, versions, models, values, identical] = cells[..] else {
            panic!("seven cells: {line:?}")
        };
        let number = |cell: &str| cell.parse().expect("a number");
        Self {
            class: class.into(),
            method: method.into(),
            family: family.into(),
            versions: versions.split(' ').map(str::to_owned).collect(),
            models: number(models),
            values: number(values),
            identical: number(identical),
        }
    }
}

fn classes(counts: &[Count]) -> String {
    let mut classes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, name) in cannery_sklearn::supported() {
        classes.entry(name).or_default().push(module);
    }
    let mut table = String::from(
        "| class | modules in which versions keep it | methods compared: bit-identical values | versions compared |\n\
         |---|---|---|---|\n",
    );
    for (name, modules) in classes {
        let modules: Vec<String> = modules.iter().map(|module| format!("`{module}`")).collect();
        let of_class = || counts.iter().filter(|count| count.class == name);
        let mut methods: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for count in of_class() {
            let sums = methods.entry(&count.method).or_default();
            *sums = (sums.0 + count.identical, sums.1 + count.values);
        }
        let methods: Vec<String> =
            methods.iter().map(|(method, &(same, all))| format!("{method} {}", share(same, all))).collect();
        let versions: BTreeSet<&str> =
            of_class().flat_map(|count| &count.versions).map(String::as_str).collect();
        let (modules, methods) = (modules.join(", "), methods.join(", "));
        writeln!(table, "| `{name}` | {modules} | {methods} | {} |", range(&versions)).expect("to a String");
    }
    table
}

/// The first and the last version, and how many there are.
fn range(versions: &BTreeSet<&str>) -> String {
    let key = |version: &&&str| -> Vec<u32> {
        version
            .split('-')
            .next()
            .unwrap_or_default()
            .split('.')
            .map(|part| part.parse().unwrap_or(0))
            .collect()
    };
    match (versions.iter().min_by_key(key), versions.iter().max_by_key(key), versions.len()) {
        (Some(first), Some(last), count) if count > 1 => format!("{first} to {last} ({count})"),
        (Some(only), ..) => (*only).to_owned(),
        (None, ..) => "none".to_owned(),
    }
}

fn families(counts: &[Count]) -> String {
    let mut families: BTreeMap<(&str, &str), [u64; 3]> = BTreeMap::new();
    for count in counts {
        let sums = families.entry((&count.family, &count.method)).or_default();
        let more = [count.models, count.values, count.identical];
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    let mut table =
        String::from("| family | method | models | values | bit-identical |\n|---|---|---:|---:|---:|\n");
    for ((family, method), [models, values, identical]) in families {
        let share = share(identical, values);
        writeln!(table, "| `{family}` | `{method}` | {models} | {values} | {share} |").expect("to a String");
    }
    table
}

/// In percent, rounded down: 100 % is all of them.
fn share(part: u64, all: u64) -> String {
    let tenths = (part * 1000).checked_div(all).unwrap_or(0);
    if tenths == 1000 { "100 %".to_owned() } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}
