//! Figures on the pages are those of the repository: each is counted again here, and a page that says otherwise fails.
//! What only a measurement gives stands on a page with its command and its date, and is not compared.

use std::fs;
use std::path::{Path, PathBuf};

/// A page, the words in which it gives a figure (`{}` stands for the figure), and how the figure is counted.
type Figure = (&'static str, &'static str, fn() -> usize);

const FIGURES: &[Figure] = &[
    ("README.md", "| {} | fixtures", fixtures),
    ("README.md", "| {} | files that are damaged", seeds),
    ("README.md", "| {} | names in the table of known names", known_names),
    ("README.md", "| {} | attacks", attacks),
    ("README.md", "| {} | harmless files", harmless),
    ("README.md", "| {} | rows on which", rows_of_the_example),
    ("README.md", "It prints {} lines", rows_of_the_example),
    ("ARCHITECTURE.md", "| {} files with their contents", fixtures),
    ("docs/trust.md", "of {} files, and every change of one byte", seeds),
    ("docs/trust.md", "| {} attacks", attacks),
    ("docs/trust.md", "| {} harmless files", harmless),
];

#[test]
fn the_figures_on_the_pages_are_those_of_the_repository() {
    let mut wrong = Vec::new();
    for &(page, words, count) in FIGURES {
        let want = words.replace("{}", &grouped(count() as u64));
        if !one_line(&text(page)).contains(&want) {
            wrong.push(format!("{page} should say {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A figure that nothing counts has no place in this table.
#[test]
fn every_figure_of_the_readme_is_counted() {
    let page = text("README.md");
    let (_, table) = page.split_once("## Where the numbers come from").expect("the section");
    let rows = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 5, "{rows:?}");
    for row in rows {
        let is_counted = |&(page, words, count): &Figure| {
            page == "README.md" && row.starts_with(&words.replace("{}", &grouped(count() as u64)))
        };
        assert!(FIGURES.iter().any(is_counted), "no function counts this row: {row}");
    }
}

/// `python3 fuzz/fuzz.py report` prints the table of docs/trust.md: sums over the runs, and the most edges and features.
#[test]
fn the_table_of_fuzzing_is_the_log() {
    let (log, page) = (text("fuzz/log.tsv"), text("docs/trust.md"));
    let mut targets: Vec<(&str, Vec<[u64; 5]>)> = Vec::new();
    for row in log.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let number = |place: usize| cells[place].parse::<u64>().expect("a number");
        let run = [number(1), number(2), number(3), number(4), number(6)];
        match targets.iter_mut().find(|(target, _)| *target == cells[0]) {
            Some((_, runs)) => runs.push(run),
            None => targets.push((cells[0], vec![run])),
        }
    }
    assert_eq!(targets.len(), 7);
    for (target, runs) in targets {
        let sum = |place: usize| runs.iter().map(|run| run[place]).sum::<u64>();
        let most = |place: usize| runs.iter().map(|run| run[place]).max().unwrap_or_default();
        let minutes = sum(0) as f64 / 60.0;
        let [executions, edges, features, found] = [sum(1), most(2), most(3), sum(4)].map(grouped);
        let want = format!("| `{target}` | {minutes:.1} | {executions} | {edges} | {features} | {found} |");
        assert!(page.contains(&want), "docs/trust.md should say\n{want}");
    }
}

/// The output that the page shows is the one that the command line's tests expect. `BLESS=1` writes it.
#[test]
fn the_output_in_the_readme_is_that_of_the_command() {
    let output = text("crates/cli/tests/cases/inspect_iris.out");
    let page = text("README.md");
    let (head, rest) = page.split_once("```\nSVC\n").expect("the summary of an SVC");
    let (_, rest) = rest.split_once("```\n").expect("the end of the summary");
    let want = format!("{head}```\n{output}```\n{rest}");
    if page != want && std::env::var_os("BLESS").is_some() {
        fs::write(root().join("README.md"), want).expect("README.md is written");
        return;
    }
    assert!(page == want, "README.md should show (BLESS=1 writes it)\n{output}");
}

/// Files of `fixtures/` whose contents are compared.
fn fixtures() -> usize {
    let (mut count, mut open) = (0, vec![root().join("fixtures")]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of fixtures") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(".expect.json") {
                count += 1;
            }
        }
    }
    count
}

/// Files that `mutations.rs` damages.
fn seeds() -> usize {
    let source = text("crates/cannery/tests/mutations.rs");
    let (_, list) = source.split_once("const SEEDS: &[&str] = &[\n").expect("the list of seeds");
    let (list, _) = list.split_once("\n];").expect("the end of the list");
    list.lines().filter(|line| line.trim_start().starts_with('"')).count()
}

fn known_names() -> usize {
    let table = text("crates/object/src/known/names.tsv");
    table.lines().filter(|line| !line.starts_with('#')).count()
}

fn attacks() -> usize {
    verdicts().iter().filter(|verdict| !verdict.starts_with("harmless:")).count()
}

fn harmless() -> usize {
    verdicts().iter().filter(|verdict| verdict.starts_with("harmless:")).count()
}

/// The verdict of each file that the indexes of `fixtures/attacks/` list.
fn verdicts() -> Vec<String> {
    let mut out = Vec::new();
    for entry in fs::read_dir(root().join("fixtures/attacks")).expect("the folder of attacks") {
        let index = entry.expect("an entry").path().join("index.tsv");
        let Ok(index) = fs::read_to_string(index) else { continue };
        let rows = index.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        out.extend(rows.map(|row| row.split('\t').nth(4).expect("a verdict").to_owned()));
    }
    out
}

/// Rows of the example, a header aside.
fn rows_of_the_example() -> usize {
    let lines = |name: &str| text(name).lines().count() - 1;
    let rows = lines("examples/iris.csv");
    assert_eq!(rows, lines("examples/iris_expected.csv"));
    rows
}

/// With a comma before every three digits, as the pages write numbers.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Text in which a line break is a blank.
fn one_line(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
