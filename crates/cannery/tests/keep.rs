//! Bundles from end to end: record, seal, sign, verify, and every way of changing one.
#![cfg(feature = "keep")]

use std::fs;
use std::path::{Path, PathBuf};

use cannery::keep::manifest::{Item, Reference, Standing};
use cannery::keep::{Curve, Outcome, Seal, Verification, Verify, keygen, sign};

const MODEL: &str = "../../examples/iris_svc.joblib";

/// A folder with a key, training data, script, record and scores.
struct Work {
    folder: tempfile::TempDir,
}

impl Work {
    fn new() -> Self {
        let work = Self { folder: tempfile::tempdir().expect("a folder") };
        keygen(work.path("key.pem"), Curve::P256).expect("a key");
        fs::copy("../../examples/iris.csv", work.path("train.csv")).expect("copied");
        fs::copy("tests/keep/train.py", work.path("train.py")).expect("copied");
        work
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn seal(&self) -> Seal {
        Seal::new(MODEL)
            .data(vec![self.text("train.csv")])
            .source(Some(self.text("train.py")))
            .environment(Some("tests/keep/requirements.txt".into()))
            .scores(Some("tests/keep/scores.json".into()))
            .golden(Some("tests/keep/rows.csv".into()), None)
            .license(Some("MIT".into()))
    }

    /// A signed bundle.
    fn bundle(&self, name: &str) -> PathBuf {
        let bundle = self.path(name);
        self.seal().key(Some(self.path("key.pem"))).require_all(true).run(&bundle).expect("sealed");
        bundle
    }

    fn verify(&self, bundle: &Path) -> Verification {
        let verify =
            Verify::default().key(Some(self.path("key.pub.pem"))).data_root(Some(self.folder.path().into()));
        verify.run(bundle).unwrap_or_else(|error| panic!("{}: {error}", bundle.display()))
    }
}

fn failures(done: &Verification) -> Vec<String> {
    let failed = done.checks.iter().filter(|check| check.outcome == Outcome::Failed);
    failed.map(|check| format!("{}: {}", check.subject, check.message)).collect()
}

#[test]
fn a_bundle_is_sealed_signed_and_verified() {
    let work = Work::new();
    for (name, curve) in [("iris", Curve::P256), ("iris.zip", Curve::P384)] {
        fs::remove_file(work.path("key.pem")).expect("the key");
        fs::remove_file(work.path("key.pub.pem")).expect("the key");
        keygen(work.path("key.pem"), curve).expect("a key");
        let bundle = work.bundle(name);
        let done = work.verify(&bundle);
        assert_eq!(failures(&done), Vec::<String>::new(), "{name}");
        assert!(done.is_verified() && done.is_signed, "{name}");
        let passed = done.checks.iter().filter(|check| check.outcome == Outcome::Passed);
        let passed: Vec<&str> = passed.map(|check| check.subject.as_str()).collect();
        let data = format!("data {}", work.text("train.csv"));
        assert_eq!(passed, ["manifest.json", "files", "signature", "scan", "golden", &data], "{name}");
        let manifest = done.manifest.expect("a manifest");
        assert_eq!(manifest.name, "iris_svc");
        assert_eq!(manifest.model.class.as_deref(), Some("sklearn.svm._classes.SVC"));
        assert_eq!(manifest.golden.standing(), Some(Standing::Observed));
        assert_eq!(manifest.golden.value().expect("golden").methods, ["predict", "decision_function"]);
        assert_eq!(manifest.environment.value().expect("versions").version("scikit-learn"), Some("1.9.1"));
        assert!(manifest.missing().is_empty() && manifest.model.computation.is_some());
    }
    let model = fs::read(MODEL).expect("the model");
    assert_eq!(fs::read(work.path("iris/iris_svc.joblib")).expect("a copy"), model);
}

#[test]
fn the_same_time_gives_the_same_bytes() {
    let work = Work::new();
    let names = ["a.zip", "b.zip"].map(|name| work.path(name));
    for bundle in &names {
        work.seal().created("2026-12-01T05:00:00Z").expect("a time").run(bundle).expect("sealed");
    }
    assert_eq!(fs::read(&names[0]).expect("a zip"), fs::read(&names[1]).expect("a zip"));
}

#[test]
fn a_bundle_can_be_signed_later_and_again() {
    let work = Work::new();
    for name in ["iris", "iris.zip"] {
        let bundle = work.path(name);
        work.seal().run(&bundle).expect("sealed");
        let unsigned = work.verify(&bundle);
        assert_eq!(failures(&unsigned), ["signature: not signed"]);
        for _ in 0..2 {
            sign(&bundle, work.path("key.pem")).expect("signed");
            assert!(work.verify(&bundle).is_verified(), "{name}");
        }
    }
}

type Tamper = fn(&Path);

/// Each way of changing a signed folder, and how the failure that must be reported begins.
const TAMPERED: &[(&str, Tamper, &str)] = &[
    (
        "a changed model",
        |b| edit(&b.join("iris_svc.joblib"), |bytes| bytes[700] ^= 1),
        "iris_svc.joblib: has changed",
    ),
    (
        "a longer model",
        |b| edit(&b.join("iris_svc.joblib"), |bytes| bytes.push(0)),
        "iris_svc.joblib: has 5828 bytes",
    ),
    ("a removed model", |b| remove(&b.join("iris_svc.joblib")), "iris_svc.joblib: is not there"),
    (
        "a changed script",
        |b| edit(&b.join("source/train.py"), |bytes| bytes[3] ^= 1),
        "source/train.py: has changed",
    ),
    ("a removed script", |b| remove(&b.join("source/train.py")), "source/train.py: is not there"),
    (
        "a changed lock",
        |b| edit(&b.join("requirements.txt"), |bytes| bytes[3] ^= 1),
        "requirements.txt: has changed",
    ),
    ("a removed lock", |b| remove(&b.join("requirements.txt")), "requirements.txt: is not there"),
    (
        "changed rows",
        |b| edit(&b.join("golden/rows.csv"), |bytes| bytes[0] ^= 1),
        "golden/rows.csv: has changed",
    ),
    ("removed rows", |b| remove(&b.join("golden/rows.csv")), "golden/rows.csv: is not there"),
    (
        "changed predictions",
        |b| edit(&b.join("golden/predictions.ndjson"), |bytes| bytes[11] ^= 1),
        "golden/predictions.ndjson: has changed",
    ),
    (
        "removed predictions",
        |b| remove(&b.join("golden/predictions.ndjson")),
        "golden/predictions.ndjson: is not there",
    ),
    ("a removed manifest", |b| remove(&b.join("manifest.json")), "manifest.json: is not there"),
    (
        "a changed manifest",
        |b| replace(&b.join("manifest.json"), "\"MIT\"", "\"BSD\""),
        "signature: manifest.json is not",
    ),
    (
        "a padded manifest",
        |b| replace(&b.join("manifest.json"), "{\"created\"", "{ \"created\""),
        "manifest.json: not the canonical",
    ),
    ("a removed signature", |b| remove(&b.join("model.sig")), "signature: not signed"),
    ("an extra file", |b| write(&b.join("extra.pkl"), "x"), "extra.pkl: is not in the manifest"),
    (
        "an extra file in a folder",
        |b| write(&b.join("golden/extra"), "x"),
        "golden/extra: is not in the manifest",
    ),
    (
        "a file that tools ignore",
        |b| write(&b.join(".gitattributes"), "x"),
        ".gitattributes: is not in the manifest",
    ),
    (
        "a folder that tools ignore",
        |b| {
            fs::create_dir(b.join(".git")).expect("made");
            write(&b.join(".git/config"), "x");
        },
        ".git/config: is not in the manifest",
    ),
    ("an empty folder", |b| fs::create_dir(b.join("empty")).expect("made"), "empty: an empty folder"),
    (
        "a file in place of a folder",
        |b| {
            fs::remove_dir_all(b.join("source")).expect("removed");
            write(&b.join("source"), "x");
        },
        "source: is not in the manifest",
    ),
    (
        "another payload",
        |b| replace(&b.join("model.sig"), "\"payload\":\"ey", "\"payload\":\"ez"),
        "signature: the signature is not",
    ),
    (
        "another type",
        |b| replace(&b.join("model.sig"), "in-toto+json", "in-toto+xml"),
        "signature: payloadType",
    ),
    ("another media type", |b| replace(&b.join("model.sig"), "v0.3", "v0.1"), "signature: mediaType"),
    (
        "a changed hint",
        |b| replace(&b.join("model.sig"), "\"hint\":\"", "\"hint\":\"0"),
        "signature: signed with another key",
    ),
    (
        "a removed hint",
        |b| {
            let text = fs::read_to_string(b.join("model.sig")).expect("a signature");
            let (start, rest) = text.split_once("\"publicKey\":{").expect("a key");
            let (_, end) = rest.split_once('}').expect("its end");
            write(&b.join("model.sig"), &format!("{start}{end}"));
        },
        "signature: does not say which key",
    ),
    (
        "a second signature",
        |b| replace(&b.join("model.sig"), "\"signatures\":[", "\"signatures\":[{\"sig\":\"AAAA\"},"),
        "signature: has 2 signatures",
    ),
    (
        "an extra field",
        |b| replace(&b.join("model.sig"), "{\"mediaType\"", "{\"x\":1,\"mediaType\""),
        "signature: unknown field",
    ),
    ("no JSON", |b| write(&b.join("model.sig"), "signed, honestly"), "signature: expected value"),
];

/// More that only Unix has.
#[cfg(unix)]
const TAMPERED_ON_UNIX: &[(&str, Tamper, &str)] = &[
    (
        "a link in place of a file",
        |b| {
            remove(&b.join("iris_svc.joblib"));
            let model = fs::canonicalize(MODEL).expect("the model");
            std::os::unix::fs::symlink(model, b.join("iris_svc.joblib")).expect("linked");
        },
        "iris_svc.joblib: a symbolic link",
    ),
    (
        "an added link",
        |b| std::os::unix::fs::symlink("/etc/passwd", b.join("link")).expect("linked"),
        "link: a symbolic link",
    ),
    (
        "an executable file",
        |b| {
            use std::os::unix::fs::PermissionsExt;
            let path = b.join("source/train.py");
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
        },
        "source/train.py: was made executable",
    ),
];

#[test]
fn every_change_of_a_bundle_is_reported_by_name() {
    let work = Work::new();
    #[cfg(unix)]
    let unix = TAMPERED_ON_UNIX;
    #[cfg(not(unix))]
    let unix: &[(&str, Tamper, &str)] = &[];
    for (at, (name, tamper, wanted)) in TAMPERED.iter().chain(unix).enumerate() {
        let bundle = work.bundle(&format!("iris{at}"));
        tamper(&bundle);
        let done = work.verify(&bundle);
        let failures = failures(&done);
        assert!(failures.iter().any(|failure| failure.starts_with(wanted)), "{name}: {failures:?}");
        assert!(!done.is_verified(), "{name}");
    }
}

#[test]
fn a_signature_of_another_key_or_of_another_bundle_does_not_count() {
    let work = Work::new();
    let bundle = work.bundle("iris");
    keygen(work.path("other.pem"), Curve::P256).expect("a key");
    sign(&bundle, work.path("other.pem")).expect("signed");
    assert!(failures(&work.verify(&bundle))[0].starts_with("signature: signed with another key"));
    let other = work.path("other");
    work.seal().name(Some("other".into())).run(&other).expect("sealed");
    sign(&bundle, work.path("key.pem")).expect("signed");
    fs::copy(bundle.join("model.sig"), other.join("model.sig")).expect("copied");
    assert_eq!(failures(&work.verify(&other)), ["signature: README.md is not what was signed"]);
    let tampered = work.bundle("tampered");
    edit(&tampered.join("iris_svc.joblib"), |bytes| bytes[700] ^= 1);
    let error = sign(&tampered, work.path("key.pem")).expect_err("not what was sealed");
    assert!(error.message().contains("iris_svc.joblib is not what the manifest lists"), "{error}");
}

#[test]
fn changed_training_data_is_reported_by_its_digest() {
    let work = Work::new();
    let bundle = work.bundle("iris");
    edit(&work.path("train.csv"), |bytes| bytes[0] ^= 1);
    let failures = failures(&work.verify(&bundle));
    assert!(failures[0].contains("train.csv: has changed: its SHA-256 is"), "{failures:?}");
    fs::remove_file(work.path("train.csv")).expect("removed");
    assert!(work.verify(&bundle).is_verified(), "what is not at hand is not checked");
}

#[test]
fn what_is_sealed_must_be_told_and_fixed() {
    let work = Work::new();
    let seal = || Seal::new(MODEL);
    let text = |text: &str| vec![text.to_owned()];
    fs::write(work.path("attack.pkl"), b"cos\nsystem\n(S'id'\ntR.").expect("written");
    fs::write(work.path("loose.txt"), "scikit-learn>=1.9\n").expect("written");
    fs::write(work.path("other.txt"), "scikit-learn==1.5.2\n").expect("written");
    fs::write(work.path("scores.json"), "{\"metric\":\"accuracy\",\"folds\":[]}").expect("written");
    let refused: [(Seal, &str, &str); 9] = [
        (Seal::new(work.path("attack.pkl")), "unsafe", "os.system"),
        (Seal::new(work.path("absent.pkl")), "io", "no such file"),
        (seal().data(text("https://example.org/train.csv")), "usage", "may change"),
        (seal().data(text("git+https://example.org/data@main")), "usage", "may change"),
        (seal().data(text("absent.csv")), "usage", "neither a file nor a reference"),
        (seal().environment(Some(work.path("loose.txt"))), "usage", "does not fix a version"),
        (seal().environment(Some(work.path("other.txt"))), "usage", "was written by scikit-learn 1.9.1"),
        (seal().scores(Some(work.path("scores.json"))), "usage", "no folds"),
        (seal().require_all(true), "usage", "data, source, environment, scores, golden are missing"),
    ];
    for (seal, kind, says) in refused {
        let error = seal.run(work.path("bundle")).expect_err(says);
        assert!(error.kind() == kind && error.message().contains(says), "{says}: {error}");
        assert!(
            !work.path("bundle").exists() && !work.path(".cannery-bundle.d").exists(),
            "{says}: something is left"
        );
    }
    let mutable = seal().data(text("https://example.org/train.csv")).allow_mutable(true);
    let sealed = mutable.run(work.path("bundle")).expect("sealed");
    assert!(matches!(sealed.manifest.data[0].reference, Reference::Mutable { .. }));
    assert_eq!(sealed.warnings, ["https://example.org/train.csv may change"]);
    assert_eq!(sealed.manifest.missing(), ["source", "environment", "scores", "golden"]);
}

#[test]
fn a_bundle_is_replaced_only_if_that_is_said() {
    let work = Work::new();
    for name in ["iris", "iris.zip"] {
        let bundle = work.bundle(name);
        let error = work.seal().run(&bundle).expect_err("is there");
        assert!(error.message().contains("--replace"), "{error}");
        work.seal().name(Some("second".into())).replace(true).run(&bundle).expect("replaced");
        let done = Verify::default().run(&bundle).expect("read");
        assert_eq!(done.manifest.expect("a manifest").name, "second");
    }
    fs::create_dir(work.path("mine")).expect("made");
    fs::write(work.path("mine/thesis.tex"), "years of work").expect("written");
    assert!(work.seal().replace(true).run(work.path("mine")).is_err());
    assert!(work.path("mine/thesis.tex").exists());
    let hidden = fs::read_dir(work.folder.path()).expect("a folder");
    let hidden =
        hidden.filter(|entry| entry.as_ref().is_ok_and(|e| e.file_name().to_string_lossy().starts_with('.')));
    assert_eq!(hidden.count(), 0, "staging is left");
}

/// A record as `cannery.record` writes it.
fn record(work: &Work, change: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string("tests/keep/run.json").expect("a record");
    for (from, to) in change {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let path = work.path("run.json");
    fs::write(&path, text).expect("written");
    path
}

#[test]
fn a_record_gives_all_items_and_is_checked() {
    let work = Work::new();
    let sealed = Seal::new(MODEL).record(Some(record(&work, &[]))).run(work.path("iris")).expect("sealed");
    let manifest = sealed.manifest;
    assert_eq!(manifest.missing(), ["golden"]);
    assert_eq!(manifest.data[0].standing, Standing::Observed);
    assert!(matches!(&manifest.source, Item::Observed(source) if source.script.is_some()));
    assert!(matches!(&manifest.environment, Item::Claimed(known) if known.version("numpy") == Some("2.5.5")));
    let scores = manifest.scores.value().expect("scores");
    assert_eq!((scores[0].seed, scores[0].rows, scores[0].folds.len()), (Some(0), Some(150), 5));
    edit(&work.path("train.csv"), |bytes| bytes[0] ^= 1);
    let error =
        Seal::new(MODEL).record(Some(record(&work, &[]))).run(work.path("x")).expect_err("changed data");
    assert!(error.to_string().contains("train.csv: has changed since the training"), "{error}");
    fs::remove_file(work.path("train.csv")).expect("removed");
    let sealed = Seal::new(MODEL).record(Some(record(&work, &[]))).run(work.path("y")).expect("sealed");
    assert_eq!(sealed.manifest.data[0].standing, Standing::Claimed);
    for (from, to, says) in [
        ("\"schema\"", "\"extra\": 1, \"schema\"", "not a record"),
        (
            "\"name\": \"scikit-learn\", \"version\": \"1.9.1\"",
            "\"name\": \"scikit-learn\", \"version\": \"1.5.2\"",
            "scikit-learn",
        ),
        (
            "\"models\": []",
            "\"models\": [{\"path\": \"other.joblib\", \"sha256\": \"SHA\", \"bytes\": 1}]",
            "another model",
        ),
    ] {
        let to = to.replace("SHA", &"0".repeat(64));
        let path = record(&work, &[(from, &to)]);
        let error = Seal::new(MODEL).record(Some(path)).run(work.path("z")).expect_err(says);
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

/// Bytes changed one at a time, in every file of a folder and in a zip; `CANNERY_FLIPS` says how many.
#[test]
fn flipped_bytes_are_found() {
    let flips: u64 = std::env::var("CANNERY_FLIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(300);
    let work = Work::new();
    let (folder, zip) = (work.bundle("iris"), work.bundle("iris.zip"));
    let done = work.verify(&folder);
    let listed = done.manifest.expect("a manifest").files;
    let mut paths: Vec<PathBuf> = listed.iter().map(|file| folder.join(file.path.as_str())).collect();
    paths.extend([folder.join("manifest.json"), folder.join("model.sig"), zip.clone()]);
    let mut random = 1_u64;
    for flip in 0..flips {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let path = &paths[flip as usize % paths.len()];
        let kept = fs::read(path).expect("a file");
        let mut bytes = kept.clone();
        let at = (random >> 33) as usize % bytes.len();
        bytes[at] ^= ((random >> 20) as u8).max(1);
        fs::write(path, &bytes).expect("written");
        let bundle = if *path == zip { &zip } else { &folder };
        assert!(!work.verify(bundle).is_verified(), "byte {at} of {}", path.display());
        fs::write(path, &kept).expect("written");
    }
    assert!(work.verify(&folder).is_verified() && work.verify(&zip).is_verified());
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("a file");
    change(&mut bytes);
    fs::write(path, bytes).expect("written");
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a text");
    assert!(text.contains(from), "{from} is not in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

fn remove(path: &Path) {
    fs::remove_file(path).expect("removed");
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
}
