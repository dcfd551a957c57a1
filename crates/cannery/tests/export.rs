//! The table of docs/export.md that says of every class which targets hold it: made of the models that other tests have,
//! those of crates/sklearn/tests, of tests/state_edits and of fixtures/sklearn. `BLESS=1 cargo test -p cannery --test export`
//! writes it.

#[path = "../../sklearn/tests/json_heap/mod.rs"]
mod json_heap;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cannery::{ExportOptions, ExportTarget, Model};
use cannery_format::Writing;
use serde_json::Value;

/// The targets in the order of the columns.
const TARGETS: &[ExportTarget] = &ExportTarget::ALL;

#[test]
fn the_page_says_which_classes_each_target_holds() {
    let mut classes: BTreeMap<&str, Class> = BTreeMap::new();
    for (_, name) in cannery_sklearn::supported() {
        classes.entry(name).or_default();
    }
    for model in models() {
        let class = model.class().and_then(|(_, name)| classes.get_mut(name));
        class.into_iter().for_each(|class| class.add(&model));
    }
    let path = root().join("docs/export.md");
    let page = fs::read_to_string(&path).expect("docs/export.md");
    let want = replaced(&page, &table(&classes));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, want).expect("docs/export.md is written");
    } else {
        assert!(page == want, "docs/export.md is not what can be exported: run this test with BLESS=1");
    }
}

/// What the models of a class came to.
#[derive(Default)]
struct Class {
    models: usize,
    /// For each target how many models it holds, and what of the others it does not.
    targets: [(usize, BTreeSet<String>); TARGETS.len()],
}

impl Class {
    fn add(&mut self, model: &Model) {
        let options = ExportOptions::default().methods("all");
        let gaps: Result<Vec<_>, _> =
            TARGETS.iter().map(|target| model.export_gaps(*target, &options)).collect();
        // a model that can't be predicted with says nothing of targets
        let Ok(gaps) = gaps else { return };
        self.models += 1;
        for ((held, reasons), gaps) in self.targets.iter_mut().zip(gaps) {
            *held += usize::from(gaps.is_empty());
            reasons.extend(gaps.iter().map(|gap| {
                let reason = gap.message.split_once("operator ").map_or(&*gap.message, |(_, reason)| reason);
                reason.to_owned()
            }));
        }
    }

    fn cell(&self, (held, reasons): &(usize, BTreeSet<String>)) -> String {
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let reasons = reasons.join("; ");
        match (self.models, *held) {
            (0, _) => "no model to try".into(),
            (all, held) if held == all => "yes".into(),
            (_, 0) => format!("no: {reasons}"),
            (all, held) => format!("{held} of {all}: {reasons}"),
        }
    }
}

fn table(classes: &BTreeMap<&str, Class>) -> String {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name()).collect();
    let mut table =
        format!("| class | models | {} |\n|---|---:|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (name, class) in classes {
        let cells: Vec<String> = class.targets.iter().map(|target| class.cell(target)).collect();
        writeln!(table, "| `{name}` | {} | {} |", class.models, cells.join(" | ")).expect("to a String");
    }
    table
}

fn replaced(page: &str, table: &str) -> String {
    let begin = "<!-- classes: made by crates/cannery/tests/export.rs -->\n";
    let end = "<!-- end of classes -->";
    let (before, rest) = page.split_once(begin).expect("the mark where the table begins");
    let (_, after) = rest.split_once(end).expect("the mark where the table ends");
    format!("{before}{begin}\n{table}\n{end}{after}")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn models() -> impl Iterator<Item = Model> {
    let pickles = ["crates/cannery/tests/state_edits/models", "fixtures/sklearn"];
    let pickles = pickles.into_iter().flat_map(|folder| files(&root().join(folder), "pkl"));
    let opened = pickles.map(|path| cannery::open(&path).expect("a model"));
    let folders = fs::read_dir(root().join("crates/sklearn/tests")).expect("the folder of tests");
    let folders = folders.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let recorded = folders.flat_map(|folder| files(&folder, "json")).flat_map(|path| cases(&path));
    opened.chain(recorded)
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of models");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|of_file| of_file == extension));
    files.sort();
    files
}

/// The models of a file of cases, as files of their own.
fn cases(path: &Path) -> Vec<Model> {
    let file: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    let cases = file.as_array().or(file["cases"].as_array()).expect("cases");
    let model = |case: &Value| {
        let state = case["state"].as_object().expect("a state");
        let is_of_python2 = file["python2"] == true;
        let (heap, root) = match is_of_python2 {
            true => json_heap::object_of_python2(&case["class"], state),
            false => json_heap::object(&case["class"], state),
        };
        let mut bytes = Vec::new();
        let protocol = if is_of_python2 { 2 } else { 4 };
        cannery_format::write(&heap, root, Writing { protocol, ..Writing::default() }, &mut bytes)
            .expect("a heap can be written");
        cannery::loads(&bytes).expect("what was written")
    };
    cases.iter().map(model).collect()
}
