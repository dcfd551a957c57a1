//! What ARCHITECTURE.md and the other pages say, and the compiler does not check.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cannery::LIMITS;

/// The arrows of ARCHITECTURE.md: each crate with the crates that it may use, all of them above it.
const ARROWS: &[(&str, &[&str])] = &[
    ("rows", &[]),
    ("object", &[]),
    ("pickle", &["object"]),
    ("format", &["object", "pickle"]),
    ("graph", &["rows"]),
    ("sklearn", &["object", "graph"]),
    ("exec", &["rows", "graph"]),
    ("export", &["graph"]),
    ("table", &["rows", "object", "format"]),
    ("manifest", &[]),
    ("scan", &["object", "pickle", "format", "sklearn"]),
    ("keep", &["object", "format", "manifest"]),
    (
        "cannery",
        &[
            "rows", "object", "pickle", "format", "graph", "sklearn", "exec", "export", "table", "scan",
            "keep",
        ],
    ),
    ("cli", &["cannery"]),
    ("python", &["cannery", "cli"]),
];

/// Text that must not stand in a crate's code (comments and tests aside), and why.
const BANS: &[(&str, &[&str], &str)] = &[
    ("rows", &["std::fs", "std::path", "std::net"], "rows do not know where they come from"),
    ("object", &["std::fs", "std::path", "std::net"], "the Heap does not know files"),
    ("pickle", &["std::fs", "std::path", "std::net"], "a pickle is bytes, wherever they come from"),
    ("pickle", &["numpy", "joblib", "sklearn"], "the machine knows opcodes; views and `Inline` know classes"),
    ("format", &["std::net", "std::process"], "reading opens no socket and starts no process"),
    (
        "graph",
        &["sklearn", "std::fs", "std::path"],
        "operators are arithmetic; estimators are names in an `Origin`",
    ),
    ("sklearn", &["std::fs", "std::path", "bytes::"], "estimators read a Heap, not files"),
    ("exec", &["sklearn", "std::fs", "std::path"], "a program runs a graph, whatever it came from"),
    (
        "export",
        &["cannery_sklearn", "cannery_object", "std::fs", "std::path"],
        "an exporter looks at operators only",
    ),
    ("table", &["cannery_graph", "sklearn"], "rows are rows, whoever uses them"),
    ("manifest", &["std::fs", "std::path", "std::net", "std::process"], "a manifest is data"),
    (
        "scan",
        &["cannery_graph", "std::fs", "std::net", "std::process"],
        "a judge reads bytes that it is given",
    ),
    (
        "keep",
        &["sklearn::", "cannery_graph", "std::net"],
        "a bundle is files; models come in through `Native`",
    ),
    ("cannery", &["clap", "std::net", "std::process"], "the facade is not a skin"),
    ("cli", INNER, "a skin uses the facade only"),
    ("python", INNER, "a skin uses the facade only, and the command"),
];

/// What skins do not know.
const INNER: &[&str] = &[
    "cannery_object",
    "cannery_pickle",
    "cannery_format",
    "cannery_graph",
    "cannery_sklearn",
    "cannery_exec",
    "cannery_table",
    "cannery_scan",
    "cannery_manifest",
    "cannery_keep",
];

/// Files that are longer than the others may be, and why.
const LONG: &[(&str, &str)] = &[
    ("crates/cannery/src/inspect/encode.rs", "a short function for each kind of value"),
    ("fixtures/make.py", "runs in eleven environments, which have nothing but itself in common"),
];
const MAX_LINES: usize = 700;

#[test]
fn crates_use_only_what_the_arrows_allow() {
    let mut wrong = Vec::new();
    let folders: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .expect("the folder of crates")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = ARROWS.iter().map(|&(name, _)| name.to_owned()).collect();
    for name in folders.symmetric_difference(&listed) {
        wrong.push(format!("crates/{name} and ARROWS of this test disagree on whether it exists"));
    }
    for (place, &(name, allowed)) in ARROWS.iter().enumerate() {
        let above = |used: &&str| ARROWS[..place].iter().any(|(other, _)| other == used);
        wrong.extend(
            allowed
                .iter()
                .filter(|used| !above(used))
                .map(|used| format!("{name} may not use {used}, below it")),
        );
        let used = dependencies(name, "dependencies");
        let allowed: BTreeSet<String> = allowed.iter().map(|&other| other.to_owned()).collect();
        for other in used.symmetric_difference(&allowed) {
            let says = if used.contains(other) { "uses" } else { "does not use" };
            wrong
                .push(format!("crates/{name}/Cargo.toml {says} {other}, against ARROWS and ARCHITECTURE.md"));
        }
    }
    report(&wrong);
}

#[test]
fn tests_use_no_crate_that_is_built_on_theirs() {
    let mut wrong = Vec::new();
    for &(name, _) in ARROWS {
        for other in dependencies(name, "dev-dependencies") {
            if reaches(&other, name) {
                wrong.push(format!("the tests of {name} use {other}, which is built on {name}"));
            }
        }
    }
    report(&wrong);
}

#[test]
fn the_table_of_the_architecture_is_the_arrows() {
    let page = text(&root().join("ARCHITECTURE.md"));
    let rows: Vec<Vec<&str>> = page.lines().filter_map(cells).filter(|row| row.len() == 4).collect();
    let mut wrong = Vec::new();
    for &(name, uses) in ARROWS {
        let uses = if uses.is_empty() { "–".to_owned() } else { uses.join(", ") };
        match rows.iter().find(|row| row[0] == format!("`{name}`")) {
            None => wrong.push(format!("ARCHITECTURE.md has no row for {name}")),
            Some(row) if row[2] != uses => {
                wrong.push(format!("ARCHITECTURE.md: {name} uses {}; it is {uses}", row[2]));
            }
            Some(_) => {}
        }
    }
    report(&wrong);
}

/// Files and folders in the tables of ARCHITECTURE.md; a name without a folder lies beside the one before it in its cell.
#[test]
fn the_code_map_names_what_is_there() {
    let page = text(&root().join("ARCHITECTURE.md"));
    let (mut wrong, mut found) = (Vec::new(), 0);
    for cell in page.lines().filter_map(cells).filter(|row| row.len() == 2).flatten() {
        let mut folder = PathBuf::new();
        for name in cell.split('`').skip(1).step_by(2).filter(|name| is_file_name(name)) {
            let path = if root().join(name).exists() { PathBuf::from(name) } else { folder.join(name) };
            if !root().join(&path).exists() {
                wrong.push(format!(
                    "ARCHITECTURE.md: {name} is neither a path nor beside {}",
                    folder.display()
                ));
            }
            found += 1;
            if folder.as_os_str().is_empty() {
                folder = path.parent().unwrap_or(Path::new("")).to_owned();
            }
        }
    }
    assert!(found > 60, "{found} files are found in the tables");
    report(&wrong);
}

fn is_file_name(name: &str) -> bool {
    name.ends_with('/')
        || [".rs", ".tsv", ".txt", ".py", ".sh", ".toml"].iter().any(|end| name.ends_with(end))
}

#[test]
fn crates_do_not_know_what_they_must_not_know() {
    let mut wrong = Vec::new();
    for &(name, banned, why) in BANS {
        for (path, line, code) in code_of(name) {
            for text in banned.iter().filter(|&&text| code.contains(text)) {
                wrong.push(format!("{path}:{line}: {text:?} in crate {name}: {why}"));
            }
        }
    }
    report(&wrong);
}

#[test]
fn libraries_print_nothing() {
    let mut wrong = Vec::new();
    for &(name, _) in ARROWS.iter().filter(|&&(name, _)| name != "cli") {
        for (path, line, code) in code_of(name) {
            if ["print!(", "println!(", "dbg!("].iter().any(|print| code.contains(print)) {
                wrong.push(format!("{path}:{line}: a library prints; give the text to the caller"));
            }
        }
    }
    report(&wrong);
}

/// The modules with unsafe code, one a crate at most.
const UNSAFE: [&str; 3] =
    ["crates/format/src/map.rs", "crates/exec/src/gemm.rs", "crates/python/src/arrow.rs"];

#[test]
fn unsafe_code_is_in_named_modules() {
    const WORDS: &[&str] =
        &["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern", "unsafe("];
    let mut wrong = Vec::new();
    for &(name, _) in ARROWS {
        for (path, line, code) in code_of(name) {
            let is_unsafe =
                code.contains("allow(unsafe_code)") || WORDS.iter().any(|word| code.contains(word));
            if is_unsafe && !UNSAFE.contains(&path.as_str()) {
                wrong.push(format!("{path}:{line}: unsafe code outside {UNSAFE:?}"));
            }
        }
    }
    report(&wrong);
}

#[test]
fn every_crate_says_what_it_is_and_takes_the_lints() {
    let mut wrong = Vec::new();
    for &(name, _) in ARROWS {
        let file = if name == "cli" { "main.rs" } else { "lib.rs" };
        let path = format!("crates/{name}/src/{file}");
        let source = text(&root().join(&path));
        let has_unsafe = UNSAFE.iter().any(|path| path.starts_with(&format!("crates/{name}/")));
        let level = if has_unsafe { "#![deny(unsafe_code)]" } else { "#![forbid(unsafe_code)]" };
        if !source.starts_with("//!") {
            wrong.push(format!("{path} does not begin with //! and what the crate is"));
        }
        if !source.lines().any(|line| line == level) {
            wrong.push(format!("{path} has no line {level}"));
        }
        if !text(&manifest(name)).contains("[lints]\nworkspace = true") {
            wrong.push(format!("crates/{name}/Cargo.toml does not take the lints of the workspace"));
        }
    }
    report(&wrong);
}

/// `BLESS=1` writes the table.
#[test]
fn the_page_of_limits_is_the_table_of_limits() {
    let path = root().join("docs/limits.md");
    let page = text(&path);
    let is_row = |line: &&str| line.starts_with("| `");
    let row = |info: &cannery_object::LimitInfo| {
        format!("| `{}` | {} | {} |", info.name, amount(info.default, info.unit), info.help)
    };
    let want: Vec<String> = LIMITS.iter().map(row).collect();
    let have: Vec<&str> = page.lines().filter(is_row).collect();
    if have == want {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        let at = page.lines().position(|line| is_row(&line)).expect("a row to begin at");
        let others: Vec<&str> = page.lines().filter(|line| !is_row(line)).collect();
        let lines: Vec<&str> = others[..at]
            .iter()
            .copied()
            .chain(want.iter().map(String::as_str))
            .chain(others[at..].iter().copied())
            .collect();
        fs::write(&path, lines.join("\n") + "\n").expect("docs/limits.md is written");
        return;
    }
    panic!("docs/limits.md differs from LIMITS (BLESS=1 writes it); it should hold\n{}", want.join("\n"));
}

/// `BLESS=1` writes the rules.
#[test]
fn the_page_of_rules_is_the_table_of_rules() {
    let path = root().join("docs/rules.md");
    let page = text(&path);
    let head = page.find("<!-- what follows").expect("a mark behind which rules are written");
    let head = &page[..head + page[head..].find("-->\n").expect("the end of the mark") + 4];
    let rules: Vec<String> = cannery::scan::RULES.iter().map(section).collect();
    let want = format!("{head}{}", rules.concat());
    if page == want {
        return;
    }
    assert!(std::env::var_os("BLESS").is_some(), "docs/rules.md differs from RULES (BLESS=1 writes it)");
    fs::write(&path, want).expect("docs/rules.md is written");
}

fn section(info: &cannery::scan::RuleInfo) -> String {
    let class = if info.class == '-' { String::new() } else { format!(", class {}", info.class) };
    format!(
        "\n## {}\n\n{} ({}{class}).\n\n{}\n\nWhy: {}\n\nExample: `{}`\n\nRemedy: {}\n",
        info.id,
        capital(info.name),
        info.verdict,
        info.what,
        info.why,
        info.example.replace('`', "'"),
        info.remedy
    )
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in files(&["md"]) {
        for (line, target) in links(&text(&page)) {
            let outside =
                ["http://", "https://", "mailto:", "#"].iter().any(|start| target.starts_with(start));
            let file = target.split('#').next().unwrap_or_default();
            if !outside && !page.with_file_name("").join(file).exists() {
                wrong.push(format!("{}:{line}: {target} does not exist", relative(&page)));
            }
        }
    }
    report(&wrong);
}

#[test]
fn files_hold_one_idea() {
    let mut wrong = Vec::new();
    for path in files(&["rs", "py", "sh"]) {
        let (name, lines) = (relative(&path), text(&path).lines().count());
        if lines > MAX_LINES && !LONG.iter().any(|&(long, _)| long == name) {
            wrong.push(format!(
                "{name} has {lines} lines, more than {MAX_LINES}: split it, or say in LONG why not"
            ));
        }
    }
    for (long, _) in LONG.iter().filter(|(long, _)| !root().join(long).exists()) {
        wrong.push(format!("{long} is listed in LONG and does not exist"));
    }
    report(&wrong);
}

/// Look-up is a binary search over their lines.
#[test]
fn generated_tables_are_sorted() {
    let mut wrong = Vec::new();
    for name in ["crates/object/src/known/names.tsv", "crates/sklearn/src/defaults.tsv"] {
        let table = text(&root().join(name));
        let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() > 1000, "{name} has {} rows", rows.len());
        for pair in rows.windows(2).filter(|pair| key(pair[0]) > key(pair[1])) {
            wrong.push(format!("{name}: {:?} stands before {:?}", key(pair[0]), key(pair[1])));
        }
    }
    report(&wrong);
}

#[test]
fn commands_in_the_pages_exist() {
    let commands = commands(&text(&root().join("crates/cli/src/args.rs")));
    let args: String =
        ["args.rs", "keep.rs"].map(|name| text(&root().join("crates/cli/src").join(name))).concat();
    assert!(commands.contains("predict"), "no commands found in args.rs: {commands:?}");
    let args = args + &text(&root().join("crates/cli/src/convert.rs"));
    let mut wrong = Vec::new();
    for page in files(&["md"]) {
        for (line, command) in code_lines(&text(&page)) {
            let fault = fault_of(&command, &commands, &args);
            wrong.extend(fault.map(|fault| format!("{}:{line}: {fault}: {command}", relative(&page))));
        }
    }
    let readme = text(&root().join("README.md"));
    for needed in
        ["cargo run --release -- predict examples/iris_svc.joblib examples/iris.csv", "scripts/check.sh"]
    {
        if !code_lines(&readme).iter().any(|(_, line)| line == needed) {
            wrong.push(format!("README.md does not have the command {needed}"));
        }
    }
    report(&wrong);
}

/// Code that nobody compiles ages: what README.md shows is taken from the example, which is compiled.
#[test]
fn the_code_of_the_readme_is_in_the_example() {
    let example = text(&root().join("crates/cannery/examples/guide.rs"));
    let readme = text(&root().join("README.md"));
    let code = readme.split_once("```rust\n").and_then(|(_, rest)| rest.split_once("```"));
    let (code, _) = code.expect("README.md has a block of Rust");
    let missing = code.lines().filter(|line| !example.lines().any(|other| other.trim() == line.trim()));
    report(&missing.map(|line| format!("guide.rs has not what README.md shows: {line}")).collect::<Vec<_>>());
}

/// What is wrong with a command line, as far as this repository decides it.
fn fault_of(line: &str, commands: &BTreeSet<String>, args: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
    let ours = |word: &&str| {
        ["scripts/", "fixtures/", "examples/", "crates/", "benches/", "tests/"]
            .iter()
            .any(|f| word.starts_with(f))
    };
    let file = words.iter().find(|word| ours(word) && !word.contains('*') && !root().join(word).exists());
    if let Some(file) = file {
        return Some(format!("{file} does not exist"));
    }
    let arguments = match words[..] {
        ["cannery", ref rest @ ..] => rest,
        ["cargo", "run", "--release", "--", ref rest @ ..] => rest,
        _ => return None,
    };
    let &first = arguments.first()?;
    if !first.starts_with('-') && !commands.contains(first) {
        return Some(format!("there is no command {first}"));
    }
    let options = arguments
        .iter()
        .take_while(|word| !matches!(**word, "|" | ">"))
        .filter_map(|word| word.strip_prefix("--"));
    let mut unknown = options.filter(|option| !is_option(option.split('=').next().unwrap_or_default(), args));
    unknown.next().map(|option| format!("there is no option --{option}"))
}

fn is_option(name: &str, args: &str) -> bool {
    let field = format!("pub(crate) {}:", name.replace('-', "_"));
    let long = format!("long = \"{name}\"");
    matches!(name, "help" | "version")
        || args.contains(&field)
        || args.contains(&long)
        || LIMITS.iter().any(|info| info.name == name)
}

/// The variants of `enum Command`, as they are typed.
fn commands(args: &str) -> BTreeSet<String> {
    let body = args.split_once("enum Command {").map_or("", |(_, rest)| rest);
    let body = body.split_once("\n}").map_or(body, |(body, _)| body);
    let variants =
        body.lines().map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    variants.map(|line| line.split(['(', ',', ' ']).next().unwrap_or_default().to_lowercase()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the folder of the repository")
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", relative(path)))
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

/// Files of the repository by their endings, without what is built or installed.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                let skipped = name.starts_with('.') || name.starts_with("target") || name == "__pycache__";
                open.extend((!skipped).then_some(path));
            } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The lines of code of a crate with their places: no comments, no tests.
fn code_of(name: &str) -> Vec<(String, usize, String)> {
    let folder = root().join(format!("crates/{name}/src"));
    let mut out = Vec::new();
    for path in
        files(&["rs"]).into_iter().filter(|path| path.starts_with(&folder) && !path.ends_with("tests.rs"))
    {
        let source = text(&path);
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (index, line) in code.lines().enumerate() {
            let code = line.split(" // ").next().unwrap_or_default().trim();
            if !code.starts_with("//") {
                out.push((relative(&path), index + 1, code.to_owned()));
            }
        }
    }
    assert!(!out.is_empty(), "no code found in crate {name}");
    out
}

fn manifest(name: &str) -> PathBuf {
    root().join(format!("crates/{name}/Cargo.toml"))
}

/// The crates of this workspace that a section of a manifest names, by their folders.
fn dependencies(name: &str, section: &str) -> BTreeSet<String> {
    let manifest = text(&manifest(name));
    let header = format!("[{section}]");
    let lines =
        manifest.lines().skip_while(|line| *line != header).skip(1).take_while(|line| !line.starts_with('['));
    let keys =
        lines.filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|key| key.starts_with("cannery"));
    keys.map(|key| key.strip_prefix("cannery-").unwrap_or(key).to_owned()).collect()
}

/// Whether one crate is built on another, directly or not.
fn reaches(from: &str, to: &str) -> bool {
    let uses: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        open.extend(uses.get(name).copied().unwrap_or_default());
    }
    false
}

/// The cells of a row of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

/// Numbered lines of a page.
type Lines<'p> = Vec<(usize, &'p str)>;

/// Lines that are in no block of code, and those that are.
fn split_code(page: &str) -> (Lines<'_>, Lines<'_>) {
    let (mut prose, mut code, mut fenced) = (Vec::new(), Vec::new(), false);
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced || line.starts_with("    ") {
            code.push((index + 1, line.trim()));
        } else {
            prose.push((index + 1, line));
        }
    }
    (prose, code)
}

/// Lines of code as they are typed, without a prompt.
fn code_lines(page: &str) -> Vec<(usize, String)> {
    let (_, code) = split_code(page);
    code.into_iter().map(|(line, code)| (line, code.trim_start_matches("$ ").to_owned())).collect()
}

/// The targets of links in prose.
fn links(page: &str) -> Vec<(usize, String)> {
    let (prose, _) = split_code(page);
    let targets = prose.into_iter().flat_map(|(line, text)| {
        text.split("](").skip(1).filter_map(move |rest| Some((line, rest.split_once(')')?.0.to_owned())))
    });
    targets.collect()
}

fn key(row: &str) -> (&str, &str) {
    let mut columns = row.split('\t');
    (columns.next().unwrap_or_default(), columns.next().unwrap_or_default())
}

/// A limit's value with its unit, in binary multiples where it is one.
fn amount(value: u64, unit: &str) -> String {
    let multiple = [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        .into_iter()
        .find(|(shift, _)| value.is_multiple_of(1 << shift));
    match (unit, multiple) {
        ("bytes", _) if value == u64::from(u32::MAX) => "4 GiB − 1".to_owned(),
        ("bytes", Some((shift, name))) => format!("{} {name}", value >> shift),
        _ => format!("{value} {unit}"),
    }
}
