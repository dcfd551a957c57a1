//! The files to judge: those that were named, and all in folders that were.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::locate::Place;

/// A file that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) named: bool,
    /// Why it is not opened.
    pub(super) reason: Option<String>,
}

/// All files, those of a folder sorted by name. Links to folders are not followed, and what is neither file nor folder is
/// not opened.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for path in paths {
        let place = Place::of_file(path);
        if place.member.is_some() {
            found.push(Found { path: path.clone(), named: true, reason: None });
            continue;
        }
        let metadata = path.metadata().map_err(|error| Error::from(error).in_file(path.display()))?;
        if metadata.is_dir() {
            folder(path, &mut found)?;
        } else {
            let reason = (!metadata.is_file()).then(|| "neither a file nor a folder".to_owned());
            found.push(Found { path: path.clone(), named: true, reason });
        }
    }
    Ok(found)
}

fn folder(root: &Path, found: &mut Vec<Found>) -> Result<()> {
    let start = found.len();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let wrong = |error: std::io::Error| Error::from(error).in_file(folder.display());
        for entry in std::fs::read_dir(&folder).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(wrong)?);
            if kind.is_dir() {
                open.push(path);
                continue;
            }
            found.push(Found { reason: reason(&path, kind), path, named: false });
        }
    }
    found[start..].sort_by(|a, b| a.path.cmp(&b.path));
    Ok(())
}

fn reason(path: &Path, kind: std::fs::FileType) -> Option<String> {
    if kind.is_file() {
        return None;
    }
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => None,
        Ok(metadata) if metadata.is_dir() => Some("a link to a folder".into()),
        Ok(_) => Some("neither a file nor a folder".into()),
        Err(error) => Some(error.to_string().to_lowercase()),
    }
}
