//! Writes every file of `fixtures/attacks` into a folder: `build_attacks FOLDER`. The attacks go to `FOLDER/attack`, what
//! only looks like one to `FOLDER/benign`.
//!
//! The attacks print a word or fail to; still, give them to scanners only, never to `pickle.load` or `joblib.load`.

#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

#[path = "../tests/attacks/fixture.rs"]
#[allow(dead_code)] // what a fixture is to give is for the test alone
mod fixture;
#[path = "../tests/attacks/recipe.rs"]
mod recipe;
#[path = "../tests/attacks/zip.rs"]
mod zip;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).filter(|folder| !folder.starts_with('-'));
    let folder = folder.ok_or("usage: build_attacks FOLDER")?;
    for fixture in fixture::Fixture::all() {
        let kind = if fixture.is_harmless { "benign" } else { "attack" };
        let path = Path::new(&folder).join(kind).join(fixture.place());
        fs::create_dir_all(path.parent().ok_or("a folder")?)?;
        fs::write(path, fixture.bytes())?;
    }
    Ok(())
}
