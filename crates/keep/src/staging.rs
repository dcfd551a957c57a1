//! A folder that appears complete or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use cannery_format::AtomicFile;
use cannery_manifest::{BundlePath, FileEntry, MANIFEST, Role, SIGNATURE};

use crate::digest::copy;
use crate::error::{Error, Result};

/// A folder beside its place, which it gets when all is written. It is removed when it is dropped before, and by the next one
/// for the same place when its process was killed.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    /// Held while the folder is in use.
    _lock: Option<File>,
    files: Vec<FileEntry>,
    is_done: bool,
}

impl Staging {
    /// Begins a folder for this place.
    pub(crate) fn create(place: &Path) -> Result<Self> {
        let parent = parent_of(place);
        fs::metadata(parent).map_err(|error| Error::from(error).in_file(parent))?;
        let name = place.file_name().ok_or_else(|| Error::usage("the bundle needs a name").in_file(place))?;
        let folder = parent.join(format!(".cannery-{}.d", name.to_string_lossy()));
        remove_left(&folder)?;
        fs::create_dir(&folder).map_err(|error| Error::from(error).in_file(&folder))?;
        let lock = File::open(&folder).ok();
        // a file system without locks has no writers that see each other
        let _ = lock.as_ref().map(File::try_lock);
        Ok(Self { folder, _lock: lock, files: Vec::new(), is_done: false })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file, to be listed in the manifest.
    pub(crate) fn add(&mut self, path: &str, role: Role, content: impl Read) -> Result<BundlePath> {
        let path = BundlePath::new(path).map_err(|error| Error::usage(error.to_string()))?;
        let is_taken =
            self.files.iter().any(|file| file.path == path) || [MANIFEST, SIGNATURE].contains(&path.as_str());
        if is_taken {
            return Err(Error::usage(format!(
                "two files of the bundle would be named {path}: rename the one given"
            )));
        }
        let digested = self.write(path.as_str(), content)?;
        self.files.push(FileEntry {
            path: path.clone(),
            sha256: digested.sha256,
            bytes: digested.bytes,
            role,
        });
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(path)
    }

    /// Writes the manifest or the signature, which are not listed.
    pub(crate) fn add_unlisted(&self, path: &str, content: &[u8]) -> Result<()> {
        self.write(path, content).map(drop)
    }

    fn write(&self, path: &str, content: impl Read) -> Result<crate::digest::Digested> {
        let place = self.folder.join(path);
        let write = || {
            fs::create_dir_all(parent_of(&place))?;
            let mut file = File::create_new(&place)?;
            let digested = copy(content, &mut file)?;
            file.sync_all()?;
            Ok(digested)
        };
        write().map_err(|error: io::Error| Error::from(error).in_file(&place))
    }

    /// The files that are to be listed, by path.
    pub(crate) fn files(&self) -> &[FileEntry] {
        &self.files
    }

    /// Gives the folder its place. A bundle that is there is swapped with it in one step, and removed.
    pub(crate) fn finish(mut self, place: &Path) -> Result<()> {
        sync(&self.folder);
        let moved = match place.symlink_metadata() {
            Ok(_) => exchange(&self.folder, place),
            Err(_) => fs::rename(&self.folder, place),
        };
        moved.map_err(|error| Error::from(error).in_file(place))?;
        sync(parent_of(place));
        self.is_done = true;
        // what was there before now has the name of the staging folder
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).map_err(|error| Error::from(error).in_file(&self.folder))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_done {
            // what can't be removed is removed by the next writer
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The folder of a path.
pub(crate) fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A small file, whole or as it was.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let write = || {
        let mut file = AtomicFile::create(path)?;
        file.write_all(content)?;
        file.finish()
    };
    write().map_err(|error: io::Error| Error::from(error).in_file(path))
}

/// Removes what a writer left that was killed; one that lives keeps its folder locked.
fn remove_left(folder: &Path) -> Result<()> {
    let Ok(metadata) = folder.symlink_metadata() else { return Ok(()) };
    if !metadata.is_dir() {
        return Err(Error::usage("is in the way: remove it").in_file(folder));
    }
    let lock = File::open(folder);
    if lock.as_ref().is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock))) {
        return Err(Error::usage("another process is writing this bundle").in_file(folder));
    }
    fs::remove_dir_all(folder).map_err(|error| Error::from(error).in_file(folder))
}

/// Swaps two folders in one step.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this system can't replace a folder in one step: remove it first",
    ))
}

/// Has the entries of a folder on the disk, where the system can do that.
fn sync(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}
