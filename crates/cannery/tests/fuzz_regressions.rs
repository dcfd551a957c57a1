//! What fuzzing has kept, through the checks of the fuzz targets, without a fuzzer: for each target small inputs that
//! together reach most of what was reached (`fuzz/kept/TARGET.zip`, without the largest), and every case that was once
//! wrong (`fuzz/found/TARGET/`).

use std::fs::{self, File};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

#[allow(unreachable_pub)] // public for the fuzz targets
#[path = "../../../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::{Check, TARGETS};

/// One test, because the checks measure the memory of the process.
#[test]
fn what_fuzzing_has_kept_passes_the_checks_of_its_target() {
    let mut wrong = Vec::new();
    for &(target, check) in TARGETS {
        let kept = kept(target);
        assert!(kept.len() >= 50, "only {} inputs are kept for {target}", kept.len());
        for (name, input) in kept.into_iter().chain(found(target)) {
            wrong.extend(carry_out(target, check, &name, &input));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn carry_out(target: &str, check: Check, name: &str, input: &[u8]) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(|| check(input))).err()?;
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panics");
    Some(format!("{target} {name}: {said}"))
}

fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let path = fuzz_folder().join("kept").join(format!("{target}.zip"));
    let mut archive =
        zip::ZipArchive::new(File::open(path).expect("a committed archive")).expect("an archive");
    let mut inputs = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut input = Vec::new();
        entry.read_to_end(&mut input).expect("its content");
        inputs.push((entry.name().expect("a name in UTF-8").into_owned(), input));
    }
    inputs
}

fn found(target: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(folder) = fs::read_dir(fuzz_folder().join("found").join(target)) else { return Vec::new() };
    let cases = folder.map(|entry| {
        let path = entry.expect("an entry").path();
        (path.display().to_string(), fs::read(&path).expect("a readable case"))
    });
    cases.collect()
}

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}
