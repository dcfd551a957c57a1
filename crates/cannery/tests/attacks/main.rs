//! Every file of `fixtures/attacks`: attacks are refused with the verdict and by the rules that their index names, and by no
//! others; what only looks like one is not called dangerous.
//!
//! `cargo run -p cannery --example build_attacks -- FOLDER` writes the files that the listings and recipes stand for.

mod fixture;
mod recipe;
mod zip;

use std::collections::{BTreeMap, BTreeSet};

use fixture::Fixture;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

#[test]
fn every_fixture_can_be_built() {
    for fixture in Fixture::all() {
        assert!(!fixture.bytes().is_empty(), "{}", fixture.place());
        assert!(
            fixture.listing.ends_with(".txt") || fixture.listing.ends_with(".json"),
            "{}",
            fixture.place()
        );
    }
}

#[test]
fn there_are_attacks_of_every_class_and_things_that_look_like_them() {
    let mut classes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for fixture in Fixture::all() {
        let (attacks, harmless) = classes.entry(fixture.class).or_default();
        *(if fixture.is_harmless { harmless } else { attacks }) += 1;
    }
    let all: String = classes.keys().map(String::as_str).collect();
    assert_eq!(all, "ABCDEFGHIJKLMNS");
    assert!(classes.values().map(|(attacks, _)| attacks).sum::<usize>() >= 300, "{classes:?}");
    assert!(classes.values().all(|&(attacks, harmless)| attacks >= 10 && harmless >= 1), "{classes:?}");
}

#[test]
fn no_two_fixtures_are_the_same_file() {
    let mut seen: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let mut same = Vec::new();
    for fixture in Fixture::all() {
        let place = fixture.place();
        let ending = place.rsplit('.').next().unwrap_or_default().to_owned();
        let key = [fixture.bytes(), ending.into_bytes()].concat();
        if let Some(other) = seen.insert(key, place.clone()) {
            same.push(format!("{other} and {place}"));
        }
    }
    assert!(same.is_empty(), "{same:#?}");
}

#[test]
fn folders_of_advisories_have_their_names_and_all_say_what_they_do() {
    for fixture in Fixture::all() {
        let folder = fixture.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if folder.starts_with("GHSA-") || folder.starts_with("CVE-") {
            assert_eq!(fixture.advisory, folder, "{}", fixture.place());
        }
        assert!(!fixture.what.is_empty(), "{}", fixture.place());
        assert_eq!(fixture.verdict == "safe", fixture.rules.is_empty(), "{}", fixture.place());
        let is_refused = fixture.verdict != "safe";
        let is_harmful = ["dangerous", "malformed"].contains(&&*fixture.verdict);
        assert!(if fixture.is_harmless { !is_harmful } else { is_refused }, "{}", fixture.place());
    }
}

#[test]
fn what_is_malformed_is_not_read_either() {
    for fixture in Fixture::all().iter().filter(|fixture| fixture.verdict == "malformed") {
        // whether the parts of an object fit together is for those to say who use them
        if !fixture.rules.contains("unsound-structure") {
            let read = cannery::loads(&fixture.bytes());
            assert!(read.is_err(), "{} is read", fixture.place());
        }
    }
}

/// What is wrong with the report on a fixture, if anything.
fn wrong(fixture: &Fixture) -> Option<String> {
    let report = cannery::scan::scan_bytes(&fixture.bytes());
    let found: BTreeSet<String> =
        report.findings.iter().map(|finding| finding.rule.info().id.to_owned()).collect();
    let got = (report.verdict.as_str(), found);
    let want = (&*fixture.verdict, fixture.rules.clone());
    (got != want).then(|| format!("{}: {got:?}, expected {want:?}", fixture.place()))
}

#[test]
fn every_attack_is_refused_by_its_rule_and_nothing_harmless_is_called_dangerous() {
    let fixtures = Fixture::all();
    let all: Vec<String> = fixtures.par_iter().filter_map(wrong).collect();
    assert!(all.is_empty(), "{} of {}:\n{}", all.len(), fixtures.len(), all.join("\n"));
}

/// What a folder with the fixtures, under names made of their places, comes to: each file with its verdict.
fn in_a_folder(fixtures: &[Fixture], name: impl Fn(usize) -> String) -> Vec<(usize, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (place, fixture) in fixtures.iter().enumerate() {
        std::fs::write(folder.path().join(name(place)), fixture.bytes()).expect("written");
    }
    let scanned = cannery::scan::Scan::default().run([folder.path()]).expect("a folder");
    let verdict = |file: &cannery::scan::FileReport| match file.is_aside() {
        true => "skipped".to_owned(),
        false => file.report.verdict.as_str().to_owned(),
    };
    let verdicts: BTreeMap<_, _> =
        scanned.files.iter().map(|file| (file.path.clone(), verdict(file))).collect();
    (0..fixtures.len()).map(|place| (place, verdicts[&folder.path().join(name(place))].clone())).collect()
}

#[test]
fn in_a_folder_attacks_are_refused_under_each_extension_of_models() {
    let fixtures = Fixture::all();
    for extension in ["pkl", "pickle", "joblib", "skops", "npy", "npz", "sav", "dill", "z", "pk", "pkl.gz"] {
        let found = in_a_folder(&fixtures, |place| format!("{place}.{extension}"));
        let wrong: Vec<String> = found
            .into_iter()
            .filter(|(place, verdict)| *verdict != fixtures[*place].verdict)
            .map(|(place, verdict)| format!("{}: {verdict}", fixtures[place].place()))
            .collect();
        assert!(wrong.is_empty(), "{extension}:\n{}", wrong.join("\n"));
    }
}

/// Whether a file is a pickle by its first bytes.
fn has_header(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, ..])
}

#[test]
fn in_a_folder_attacks_are_refused_under_any_name() {
    let mut fixtures = Fixture::all();
    fixtures.retain(|fixture| !fixture.is_harmless);
    let mut wrong = Vec::new();
    for (place, verdict) in in_a_folder(&fixtures, |place| format!("{place} LICENSE.txt")) {
        let fixture = &fixtures[place];
        let bytes = fixture.bytes();
        let must = has_header(&bytes) || fixture.verdict == "dangerous" || fixture.rules.contains("gadget");
        if must && verdict != fixture.verdict && verdict != "malformed" {
            wrong.push(format!("{}: {verdict}, {:?}", fixture.place(), &bytes[..bytes.len().min(24)]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
