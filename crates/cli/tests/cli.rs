//! The command line, by examples: `cases/NAME.cmd` holds arguments in its first line, with paths relative to the root
//! of the repository, and beside it lie the expected `NAME.out`, `NAME.err` and `NAME.status` (missing: nothing, 0).
//!
//! Further lines of a `.cmd`: `stdin FILE`, and `stdout any` where only something must be printed.
//! `BLESS=1 cargo test -p cannery-cli --test cli` writes what the commands give now.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn cannery() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cannery"));
    command.current_dir(ROOT).env("NO_COLOR", "1").env_remove("COLUMNS").stdin(Stdio::null());
    command
}

#[test]
fn cases() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut cases = commands();
    cases.sort();
    assert!(!cases.is_empty(), "there are no cases");
    let failures: Vec<_> = cases.iter().filter_map(|path| Case::read(path).check(bless)).collect();
    assert!(failures.is_empty(), "{}\n(BLESS=1 accepts what is printed now)", failures.join("\n"));
}

fn commands() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files =
        fs::read_dir(folder).expect("the folder of cases").map(|entry| entry.expect("an entry").path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "cmd")).collect()
}

/// One command with what it is to give.
struct Case<'p> {
    path: &'p Path,
    args: Vec<String>,
    stdin: Option<String>,
    any_stdout: bool,
}

impl<'p> Case<'p> {
    fn read(path: &'p Path) -> Self {
        let text = fs::read_to_string(path).expect("a readable case");
        let mut lines = text.lines();
        let args = lines.next().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let mut case = Self { path, args, stdin: None, any_stdout: false };
        for line in lines {
            match line.split_once(' ') {
                Some(("stdin", file)) => case.stdin = Some(file.to_owned()),
                Some(("stdout", "any")) => case.any_stdout = true,
                _ => panic!("{}: unknown line {line:?}", path.display()),
            }
        }
        case
    }

    /// What is wrong, if anything.
    fn check(&self, bless: bool) -> Option<String> {
        let output = self.run();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(!err.contains("panicked"), "{}: {err}", self.path.display());
        let status = output.status.code().map_or("signal".to_owned(), |code| code.to_string());
        let out =
            if self.any_stdout { String::from(if out.is_empty() { "nothing\n" } else { "" }) } else { out };
        let found = [
            ("out", out),
            ("err", err),
            ("status", if status == "0" { String::new() } else { status + "\n" }),
        ];
        let wrong: Vec<_> =
            found.iter().filter_map(|(ending, now)| self.compare(ending, now, bless)).collect();
        (!wrong.is_empty()).then(|| format!("cannery {}\n{}", self.args.join(" "), wrong.join("\n")))
    }

    fn run(&self) -> Output {
        let mut command = cannery();
        if let Some(file) = &self.stdin {
            command.stdin(File::open(Path::new(ROOT).join(file)).expect("an input"));
        }
        command.args(&self.args).output().expect("cannery runs")
    }

    fn compare(&self, ending: &str, now: &str, bless: bool) -> Option<String> {
        let path = self.path.with_extension(ending);
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected == now {
            return None;
        }
        if bless {
            let done = if now.is_empty() { fs::remove_file(&path) } else { fs::write(&path, now) };
            done.expect("a writable folder of cases");
            return None;
        }
        Some(format!("--- {} expected\n{expected}--- found\n{now}", path.display()))
    }
}

/// Output as text, with the name that the binary has everywhere.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("cannery.exe", "cannery")
}

/// Help fits a screen, and shows how a command is used.
#[test]
fn help_is_short_and_has_examples() {
    let help = |args: &[&str]| text(&cannery().args(args).output().expect("cannery runs").stdout);
    let all = help(&["--help"]);
    let (_, commands) = all.split_once("Commands:\n").expect("a list of commands");
    let names: Vec<_> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|&name| !name.is_empty() && name != "help")
        .collect();
    assert!(names.contains(&"predict") && names.contains(&"scan"), "{names:?}");
    let mut pages = vec![vec!["--help"], vec!["-h"]];
    for name in names {
        pages.extend([vec![name, "--help"], vec![name, "-h"], vec!["help", name]]);
    }
    for args in pages {
        let page = help(&args);
        assert!(page.lines().count() <= 40, "{args:?}: {} lines\n{page}", page.lines().count());
        let (_, examples) =
            page.split_once("Examples:\n").unwrap_or_else(|| panic!("{args:?} has no examples"));
        let examples = examples.lines().take_while(|line| !line.is_empty());
        assert!(examples.filter(|line| line.contains("cannery ")).count() >= 2, "{args:?}");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let long = folder.path().join("long.pkl");
    fs::write(&long, [&b"("[..], &b"K\x01".repeat(500_000), b"l."].concat()).expect("a file");
    for args in [&["disassemble"][..], &["disassemble", "--format", "json"], &["inspect", "--format", "json"]]
    {
        let mut command = cannery();
        command.args(args).arg(&long).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("cannery runs");
        let mut first = String::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
        if args.len() == 1 {
            out.read_line(&mut first).expect("a line");
            assert_eq!(first, "    0: (    MARK\n");
        }
        drop(out);
        let done = child.wait_with_output().expect("cannery ends");
        assert_eq!((done.status.code(), text(&done.stderr)), (Some(0), String::new()), "{args:?}");
    }
}

#[test]
fn predictions_go_to_files_of_each_kind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (ending, method) in [("csv", "predict"), ("npy", "decision_function"), ("npz", "all")] {
        let out = folder.path().join(format!("out.{ending}"));
        let mut command = cannery();
        command.args([
            "predict",
            "examples/iris_svc.joblib",
            "examples/iris.csv",
            "--method",
            method,
            "--output",
        ]);
        let done = command.arg(&out).output().expect("cannery runs");
        assert_eq!(
            (done.status.code(), text(&done.stdout), text(&done.stderr)),
            (Some(0), String::new(), String::new())
        );
        let written = fs::read(&out).expect("a file");
        match ending {
            "csv" => assert_eq!(
                written,
                fs::read(Path::new(ROOT).join("examples/iris_expected.csv")).expect("the example")
            ),
            // 150 rows, of three columns in float64, and both
            "npy" => assert!(written.starts_with(b"\x93NUMPY") && written.len() == 128 + 150 * 3 * 8),
            _ => assert!(written.starts_with(b"PK") && written.len() > 150 * 4 * 8),
        }
    }
}

#[test]
fn every_form_of_input_gives_the_same_predictions() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let expected = |name: &str| fs::read_to_string(cases.join(name).with_extension("out")).expect("a case");
    let ndjson = expected("predict_ndjson");
    assert_eq!(ndjson.lines().count(), 6);
    for name in
        ["predict_npz", "predict_csr", "predict_csc", "predict_parquet", "predict_part", "predict_part_found"]
    {
        assert_eq!(expected(name), ndjson, "{name}");
    }
}

#[test]
fn ndjson_goes_out_as_it_comes_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out.ndjson");
    let mut command = cannery();
    command.args(["predict", "examples/iris_svc.joblib", "crates/cli/tests/data/rows.ndjson"]);
    command.args(["--method", "predict,decision_function", "--output"]).arg(&out);
    assert_eq!(command.output().expect("cannery runs").status.code(), Some(0));
    let written = fs::read_to_string(&out).expect("a file");
    let rows: Vec<serde_json::Value> =
        written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let classes: Vec<_> = rows.iter().map(|row| row["predict"].as_i64()).collect();
    assert_eq!(classes, [0, 0, 1, 1, 2].map(Some));
    for row in rows {
        let scores = row["decision_function"].as_object().expect("a score for each class");
        assert_eq!(scores.keys().collect::<Vec<_>>(), ["0", "1", "2"]);
    }
}

#[test]
fn bench_measures_three_sizes() {
    let mut command = cannery();
    command.args([
        "bench",
        "examples/iris_svc.joblib",
        "examples/iris.csv",
        "--format",
        "json",
        "--method",
        "all",
    ]);
    let done = command.output().expect("cannery runs");
    assert_eq!((done.status.code(), text(&done.stderr)), (Some(0), String::new()));
    let timings: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let keys: Vec<_> = timings.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["load_ns", "compile_ns", "runs"]);
    assert!(timings["load_ns"].as_u64() > Some(0) && timings["compile_ns"].as_u64() > Some(0));
    let runs = timings["runs"].as_array().expect("a list");
    assert_eq!(runs.iter().map(|run| run["rows"].as_u64()).collect::<Vec<_>>(), [1, 100, 10_000].map(Some));
    assert!(runs.iter().all(|run| run["ns_per_row"].as_f64() > Some(0.0)));
}

#[test]
fn a_failed_prediction_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (rows, out) = (folder.path().join("rows.csv"), folder.path().join("out.csv"));
    fs::write(&rows, "1,2,3,4\n1,2,3\n").expect("a file");
    let mut command = cannery();
    command.args(["predict", "examples/iris_svc.joblib"]).arg(&rows).arg("--output").arg(&out);
    assert_eq!(command.output().expect("cannery runs").status.code(), Some(2));
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(left, [rows]);
}

/// What is in the place of a model, and what every command says of it.
#[test]
fn inspect_scan_and_predict_say_the_same_of_a_file() {
    let iris = fs::read(Path::new(ROOT).join("examples/iris_svc.joblib")).expect("the example");
    let cases: [(&str, &[u8], &str); 9] = [
        ("lfs.pkl", b"version https://git-lfs.github.com/spec/v1\noid sha256:e3\nsize 2\n", "git lfs pull"),
        ("dvc.pkl", b"outs:\n- md5: a304\n  size: 2\n  path: model.pkl\n", "dvc pull"),
        ("json.pkl", b"{\"message\": \"Not Found\"}", "this is JSON text"),
        ("page.pkl", b"<!DOCTYPE html>\n<html></html>", "this is XML or HTML text"),
        ("empty.pkl", b"", "this is an empty file"),
        ("text.pkl", b"Permission is hereby granted", "this is text, not a pickle"),
        ("array.joblib", &iris[..2000], "cut short: 1,168 bytes are missing from an array of 1,920"),
        ("frame.pkl", b"\x80\x04\x95\x20\0\0\0\0\0\0\0]B\x10\0\0\0ab", "cut short: 24 bytes are missing"),
        (
            "crlf.pkl",
            b"(dp0\r\nS'a'\r\np1\r\nI1\r\ns.",
            "its line ends were changed to CRLF (git autocrlf or a text-mode transfer); restore it with",
        ),
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes, words) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        let run = |command: &str, more: &[&str]| {
            let output = cannery().arg(command).arg(&path).args(more).output().expect("run");
            assert_eq!(output.status.code(), Some(2), "{command} {name}");
            text(&output.stdout) + &text(&output.stderr)
        };
        let message = run("inspect", &[]);
        let message = message.trim_end().rsplit_once("malformed: ").expect("a kind").1;
        assert!(message.contains(words), "{name}: {message}");
        let table = format!("{ROOT}/examples/iris.csv");
        for said in [run("scan", &[]), run("predict", &[&table])] {
            assert!(said.contains(message) && said.contains("malformed"), "{name}: {said}, not {message}");
        }
    }
}

#[test]
fn skipped_files_are_listed_and_text_is_coloured_on_request() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("plot.png"), b"\x89PNG\r\n\x1a\n").expect("written");
    fs::write(folder.path().join("evil.pkl"), b"cposix\nsystem\n(S'echo hi'\ntR.").expect("written");
    let run = |more: &[&str]| {
        let output = cannery().arg("scan").arg(folder.path()).args(more).output().expect("run");
        assert_eq!(output.status.code(), Some(1));
        text(&output.stdout)
    };
    let plain = run(&[]);
    assert!(!plain.contains("plot.png") && plain.contains("calls posix.system('echo hi')"), "{plain}");
    assert!(run(&["--skipped"]).contains("plot.png: skipped: this is an image\n"));
    assert!(!plain.contains('\x1b') && run(&["--color", "always"]).contains("\x1b[1;31mdangerous"));
    let inspected = cannery().args(["inspect", "examples/iris_svc.joblib", "--color", "always"]).output();
    assert!(text(&inspected.expect("run").stdout).starts_with("\x1b[1mSVC\x1b[0m\n"));
}
