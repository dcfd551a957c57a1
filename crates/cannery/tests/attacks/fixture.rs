//! The rows of `fixtures/attacks/*/index.tsv`, and the files that they describe.
//!
//! Columns: the file's name, listing, recipe (see `recipe.rs`), class of attack (A–N, `S` for skops), the verdict, the rules
//! that are found and no others (`+` between them, `-` for none), advisory (`-` for none), what it does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::recipe;

/// One file: an attack, or something harmless that looks like one.
pub(crate) struct Fixture {
    /// Its folder, which is named by class or advisory.
    pub(crate) folder: PathBuf,
    /// Name of the file.
    pub(crate) name: String,
    /// Name of the listing in the folder.
    pub(crate) listing: String,
    /// What is made of the assembled listing.
    pub(crate) recipe: String,
    /// Class of attack, a letter.
    pub(crate) class: String,
    /// What a scan of the file comes to.
    pub(crate) verdict: String,
    /// The rules that are found in it: all of them, and no others.
    pub(crate) rules: BTreeSet<String>,
    /// Identifier of the public advisory, if there is one.
    pub(crate) advisory: String,
    /// Whether it is harmless.
    pub(crate) is_harmless: bool,
    /// What it does.
    pub(crate) what: String,
}

impl Fixture {
    /// Every fixture, in the order of folders and rows.
    pub(crate) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/attacks");
        let entries = fs::read_dir(root).expect("the folder of attacks");
        let mut folders: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        folders.retain(|path| path.is_dir());
        folders.sort();
        folders.iter().flat_map(|folder| rows(folder)).collect()
    }

    /// `folder/name`.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.folder.file_name().unwrap_or_default().display(), self.name)
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        recipe::build(&self.folder, &self.listing, &self.recipe)
            .unwrap_or_else(|error| panic!("{}: {error}", self.place()))
    }
}

fn rows(folder: &Path) -> Vec<Fixture> {
    let index = folder.join("index.tsv");
    let text = fs::read_to_string(&index).unwrap_or_else(|error| panic!("{}: {error}", index.display()));
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|row| fixture(folder, row)).collect()
}

fn fixture(folder: &Path, row: &str) -> Fixture {
    let cells: Vec<&str> = row.split('\t').collect();
    let [name, listing, recipe, class, verdict, rules, advisory, what] = cells[..] else {
        panic!("{}: {row:?} has not eight columns", folder.display());
    };
    let (verdict, is_harmless) = match verdict.strip_prefix("harmless:") {
        Some(verdict) => (verdict, true),
        None => (verdict, false),
    };
    assert!(["safe", "unknown", "dangerous", "malformed"].contains(&verdict), "{row:?}: no verdict");
    let rules: BTreeSet<String> = rules.split('+').filter(|&rule| rule != "-").map(str::to_owned).collect();
    for rule in &rules {
        assert!(cannery::scan::Rule::from_id(rule).is_some(), "{row:?}: {rule} is not a rule");
    }
    Fixture {
        folder: folder.to_owned(),
        name: name.into(),
        listing: listing.into(),
        recipe: recipe.into(),
        class: class.into(),
        verdict: verdict.into(),
        rules,
        advisory: advisory.into(),
        is_harmless,
        what: what.into(),
    }
}
