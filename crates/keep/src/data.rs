//! Training data that is at hand: files and folders, hashed.

use std::fs::File;
use std::path::{Component, Path, PathBuf};

use cannery_manifest::{DataFile, Reference};

use crate::digest::digest;
use crate::error::{Error, Result};

/// Most files of a folder of data.
const MOST_FILES: usize = 1_000_000;

/// A file or folder at `place`, named `path` in the manifest.
pub(crate) fn observe(place: &Path, path: &str) -> Result<Reference> {
    let in_place = |error: Error| error.in_file(place);
    let metadata = std::fs::metadata(place).map_err(|error| in_place(error.into()))?;
    if metadata.is_dir() {
        return Ok(Reference::Folder { path: path.into(), files: files_of(place)? });
    }
    if !metadata.is_file() {
        return Err(in_place(Error::usage("neither a file nor a folder")));
    }
    let DataFile { path, sha256, bytes } = observe_file(place, path)?;
    Ok(Reference::File { path, sha256, bytes })
}

fn observe_file(place: &Path, path: &str) -> Result<DataFile> {
    let digested = File::open(place).and_then(digest).map_err(|error| Error::from(error).in_file(place))?;
    Ok(DataFile { path: path.into(), sha256: digested.sha256, bytes: digested.bytes })
}

/// The files of a folder, by path. Links to files are followed, as stores of data sets are made of them; links to folders are
/// refused, since they may lead in circles.
fn files_of(root: &Path) -> Result<Vec<DataFile>> {
    let (mut files, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = open.pop() {
        let listing = std::fs::read_dir(root.join(&folder));
        for entry in listing.map_err(|error| Error::from(error).in_file(root.join(&folder)))? {
            let entry = entry?;
            let place = entry.path();
            let name = entry.file_name().into_string();
            let name = name.map_err(|_| Error::usage("a name that is not UTF-8").in_file(&place))?;
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let metadata = std::fs::metadata(&place).map_err(|error| Error::from(error).in_file(&place))?;
            match (metadata.is_dir(), metadata.is_file(), entry.file_type()?.is_symlink()) {
                (true, _, false) => open.push(path),
                (_, true, _) => files.push(observe_file(&place, &path)?),
                _ => return Err(Error::usage("a link to a folder, or no file").in_file(&place)),
            }
            if files.len() + open.len() > MOST_FILES {
                return Err(Error::usage(format!("has more than {MOST_FILES} files")).in_file(root));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What became of data that a manifest refers to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is the same.
    Unchanged,
    /// It is another: what differs.
    Changed(String),
    /// It is not there, or elsewhere.
    Absent,
}

/// Looks for data below a folder: at its path there, or by its name alone.
pub(crate) fn look_up(reference: &Reference, root: &Path) -> Result<Found> {
    let (Reference::File { path, .. } | Reference::Folder { path, .. }) = reference else {
        return Ok(Found::Absent);
    };
    let Some(place) = place_below(root, path) else { return Ok(Found::Absent) };
    let found = observe(&place, path)?;
    Ok(difference(reference, &found).map_or(Found::Unchanged, Found::Changed))
}

pub(crate) fn place_below(root: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let whole = is_inside.then(|| root.join(path));
    let name = path.file_name().map(|name| root.join(name));
    whole.into_iter().chain(name).find(|place| place.exists())
}

/// What differs between data in a manifest and data that was found.
pub(crate) fn difference(kept: &Reference, found: &Reference) -> Option<String> {
    match (kept, found) {
        (Reference::File { sha256: kept, .. }, Reference::File { sha256: found, .. }) if kept != found => {
            Some(format!("its SHA-256 is {found}, not {kept}"))
        }
        (Reference::Folder { files: kept, .. }, Reference::Folder { files: found, .. }) => {
            let same = |file: &&DataFile, others: &[DataFile]| {
                others
                    .binary_search_by(|other| other.path.cmp(&file.path))
                    .map(|at| others[at].sha256 == file.sha256)
            };
            let lost = kept.iter().find(|file| same(file, found).is_err());
            let new = found.iter().find(|file| same(file, kept).is_err());
            let changed = kept.iter().find(|file| same(file, found) == Ok(false));
            lost.map(|file| format!("{} is not there", file.path))
                .or(changed.map(|file| format!("{} has changed", file.path)))
                .or(new.map(|file| format!("{} is new", file.path)))
        }
        (Reference::File { .. }, Reference::Folder { .. }) => Some("it is a folder now".into()),
        (Reference::Folder { .. }, Reference::File { .. }) => Some("it is a file now".into()),
        _ => None,
    }
}
