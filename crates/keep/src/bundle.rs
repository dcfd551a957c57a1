//! A bundle as it lies on disk: the files of a folder or a zip, as names and streams.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::zip::Archive;

/// Most files of a bundle: what a hostile folder may cost.
const MOST_FILES: usize = 100_000;

/// The files of a bundle. Nothing in it is followed: no link, no path out of it.
#[derive(Debug)]
pub struct Bundle {
    place: Place,
    files: Vec<Listed>,
    faults: Vec<(String, String)>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Zip(Archive),
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path in the bundle, with `/`.
    pub path: String,
    /// Its size, as the folder or the zip says.
    pub bytes: u64,
    /// Whether it may be executed.
    pub(crate) is_executable: bool,
}

impl Bundle {
    /// Lists a bundle.
    ///
    /// # Errors
    /// `Io`; `Malformed` for a zip that `cannery seal` would not write.
    pub fn open(path: &Path) -> Result<Self> {
        let in_file = |error: Error| error.in_file(path);
        let metadata = std::fs::metadata(path).map_err(|error| in_file(error.into()))?;
        if metadata.is_dir() {
            return Self::of_folder(path).map_err(in_file);
        }
        let is_zip = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        if !is_zip && !begins_as_zip(path).map_err(|error| in_file(error.into()))? {
            return Err(in_file(Error::usage("is not a bundle: neither a folder nor a zip")));
        }
        let archive = Archive::open(path).map_err(in_file)?;
        let files =
            archive.entries().map(|(path, bytes)| Listed { path: path.into(), bytes, is_executable: false });
        let files = files.collect();
        Ok(Self { place: Place::Zip(archive), files, faults: Vec::new() })
    }

    fn of_folder(root: &Path) -> Result<Self> {
        let mut bundle =
            Self { place: Place::Folder(root.to_owned()), files: Vec::new(), faults: Vec::new() };
        let mut open = vec![String::new()];
        while let Some(folder) = open.pop() {
            let mut is_empty = true;
            for entry in std::fs::read_dir(root.join(&folder))? {
                is_empty = false;
                bundle.take(&entry?, &folder, &mut open)?;
                if bundle.files.len() + open.len() > MOST_FILES {
                    return Err(Error::unsupported(format!("has more than {MOST_FILES} files")));
                }
            }
            if is_empty && !folder.is_empty() {
                bundle.faults.push((folder, "an empty folder, which the manifest does not list".into()));
            }
        }
        bundle.files.sort_by(|a, b| a.path.cmp(&b.path));
        bundle.judge_permissions();
        Ok(bundle)
    }

    fn take(&mut self, entry: &std::fs::DirEntry, folder: &str, open: &mut Vec<String>) -> Result<()> {
        let sign = if folder.is_empty() { "" } else { "/" };
        let name = entry.file_name();
        let path = format!("{folder}{sign}{}", name.to_string_lossy());
        let metadata = entry.metadata()?; // of a link itself
        match name.to_str() {
            None => self.faults.push((path, "its name is not UTF-8".into())),
            Some(_) if metadata.is_dir() => open.push(path),
            Some(_) if metadata.is_file() => {
                let is_executable = is_executable(&metadata);
                self.files.push(Listed { path, bytes: metadata.len(), is_executable });
            }
            Some(_) if metadata.is_symlink() => self.faults.push((path, "a symbolic link".into())),
            Some(_) => self.faults.push((path, "neither a file nor a folder".into())),
        }
        Ok(())
    }

    /// No file of a bundle is sealed executable. On file systems without permissions all are, which says nothing.
    fn judge_permissions(&mut self) {
        if self.files.iter().all(|file| file.is_executable) {
            return;
        }
        for file in self.files.iter().filter(|file| file.is_executable) {
            self.faults.push((file.path.clone(), "was made executable".into()));
        }
    }

    /// The files, by path.
    pub fn files(&self) -> &[Listed] {
        &self.files
    }

    /// What can't be part of a bundle, each with the reason: links, empty folders, executable files.
    pub(crate) fn faults(&self) -> &[(String, String)] {
        &self.faults
    }

    /// Whether it is a zip.
    pub fn is_zip(&self) -> bool {
        matches!(self.place, Place::Zip(_))
    }

    /// The content of a file that was listed.
    ///
    /// # Errors
    /// `Io`; of a zip also a checksum that is wrong, at the end.
    pub fn read(&self, path: &str) -> Result<Box<dyn Read + '_>> {
        let listed = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        if listed.is_err() {
            return Err(Error::from(std::io::Error::from(ErrorKind::NotFound)).in_file(path));
        }
        match &self.place {
            Place::Folder(root) => {
                let file = open_plain(&root.join(path)).map_err(|error| Error::from(error).in_file(path))?;
                Ok(Box::new(file))
            }
            Place::Zip(archive) => archive.read(path).map_err(|error| error.in_file(path)),
        }
    }

    /// The whole of a small file.
    ///
    /// # Errors
    /// As [`read`](Self::read), and `Malformed` when it is longer than `most`.
    pub fn read_small(&self, path: &str, most: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut reader = self.read(path)?.take(most + 1);
        reader.read_to_end(&mut bytes).map_err(|error| Error::from(error).in_file(path))?;
        if bytes.len() as u64 > most {
            return Err(Error::malformed(format!("is longer than {most} bytes")).in_file(path));
        }
        Ok(bytes)
    }
}

fn begins_as_zip(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start == b"PK\x03\x04")
}

/// A file that was a plain one when it was listed: a link or a pipe that has taken its place since is not opened.
#[cfg(unix)]
fn open_plain(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

#[cfg(not(unix))]
fn open_plain(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}
