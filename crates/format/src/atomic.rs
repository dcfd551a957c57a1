//! Files that appear complete or not at all.

use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file under a temporary name in the folder of its own one, which it gets when all is written.
///
/// The temporary name is `.cannery-NAME`, so the next write of the same file finds and removes what a process left that was
/// killed. A lock on it says that its writer is alive; a second writer then takes a name of its own.
#[derive(Debug)]
pub struct AtomicFile {
    out: BufWriter<NamedTempFile>,
    path: PathBuf,
}

const PREFIX: &str = ".cannery-";

/// Longest file name that the prefix is put before; file systems take 255 bytes.
const MOST_NAME: usize = 200;

impl AtomicFile {
    /// Begins a file that will have this path.
    pub fn create(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::metadata(folder)?;
        let file = match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if name.len() <= MOST_NAME => {
                let name = format!("{PREFIX}{name}");
                remove_left(&folder.join(&name));
                temporary(folder, &name, 0).or_else(|_| temporary(folder, PREFIX, 6))
            }
            _ => temporary(folder, PREFIX, 6),
        };
        Ok(Self { out: BufWriter::with_capacity(64 << 10, file?), path: path.to_owned() })
    }

    /// Gives the file its name, in place of whatever has it, once it is on the disk.
    pub fn finish(self) -> io::Result<()> {
        self.give_name(true)
    }

    /// Gives the file its name; it is on the disk when the system writes it. Whoever ends this process, and not the
    /// machine, leaves the file whole or as it was.
    pub fn finish_unsynced(self) -> io::Result<()> {
        self.give_name(false)
    }

    fn give_name(self, sync: bool) -> io::Result<()> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        if sync {
            file.as_file().sync_all()?;
        }
        let kept: Result<File, _> = file.persist(&self.path);
        kept?;
        if sync { sync_folder(&self.path) } else { Ok(()) }
    }
}

/// Removes a temporary file whose writer is gone.
fn remove_left(path: &Path) {
    if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
        return;
    }
    let Ok(left) = File::open(path) else { return };
    match left.try_lock() {
        // its writer lives, or nobody can tell
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        // what can't be removed stays, and the new file gets another name
        Ok(()) => drop(std::fs::remove_file(path)),
    }
}

/// A new file, locked. Another writer may take it for one that was left before the lock is there; then it is gone.
fn temporary(folder: &Path, prefix: &str, random: usize) -> io::Result<NamedTempFile> {
    for _ in 0..4 {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).suffix("").rand_bytes(random);
        let builder = as_readable_as_others(&mut builder);
        // the message of tempfile's error has the random name
        let file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
        // a file system without locks has no writers that see each other
        let _ = file.as_file().lock();
        if file.path().exists() {
            return Ok(file);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A temporary file is its owner's only; a result has the permissions of any new file.
#[cfg(unix)]
fn as_readable_as_others<'b, 'a>(
    builder: &'b mut tempfile::Builder<'a, 'a>,
) -> &'b mut tempfile::Builder<'a, 'a> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn as_readable_as_others<'b, 'a>(
    builder: &'b mut tempfile::Builder<'a, 'a>,
) -> &'b mut tempfile::Builder<'a, 'a> {
    builder
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.out.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_writer_left_is_removed_and_a_living_one_is_not_disturbed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, left) = (folder.path().join("m.pkl"), folder.path().join(".cannery-m.pkl"));
        std::fs::write(&left, "half").expect("written");
        let mut first = AtomicFile::create(&path).expect("created");
        let mut second = AtomicFile::create(&path).expect("created");
        first.write_all(b"first").expect("written");
        second.write_all(b"second").expect("written");
        first.finish().expect("named");
        assert_eq!(std::fs::read(&path).expect("there"), b"first");
        second.finish_unsynced().expect("named");
        assert_eq!(std::fs::read(&path).expect("there"), b"second");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
