//! The zip form of a bundle (PKWARE APPNOTE 6.3.10, a small part of it).
//!
//! A bundle has exactly one form as a zip: its files stored, by path, one after the other, each with the time 1980-01-01, then the
//! directory. So no byte of it can change unnoticed, not even one that zip readers ignore, and nothing in it can be hidden from
//! one of two readers. Any zip tool extracts it. Up to 65,534 files and 4 GiB − 1 in all: beyond, a bundle is a folder.

mod layout;

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use cannery_format::AtomicFile;
use flate2::Crc;

pub(crate) use self::layout::Entry;
use crate::error::{Error, Result};

/// Longest directory that is read.
const MOST_DIRECTORY: u64 = 64 << 20;

/// A zip whose directory has the one form.
#[derive(Debug)]
pub(crate) struct Archive {
    file: Arc<File>,
    entries: Vec<Entry>,
}

impl Archive {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        let mut end = [0; layout::END];
        if len < layout::END as u64 {
            return Err(other_form("it is too short"));
        }
        file.seek(SeekFrom::End(-(layout::END as i64)))?;
        file.read_exact(&mut end)?;
        let directory =
            layout::directory(&end).ok_or_else(|| other_form("it does not end with a directory"))?;
        let tail = len - directory.start.min(len);
        if directory.len != tail.saturating_sub(layout::END as u64) || directory.len > MOST_DIRECTORY {
            return Err(other_form("its directory does not fill the end of the file"));
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(directory.start))?;
        Read::by_ref(&mut file).take(tail).read_to_end(&mut bytes)?;
        let entries = layout::read_entries(&bytes, directory.count)?;
        let written = layout::directory_of(&entries).map_err(|_| other_form("it is too long"))?;
        let is_packed = entries.last().map_or(0, Entry::end) == directory.start;
        if written != bytes || !is_packed {
            return Err(other_form("its directory has other fields, or is in another order"));
        }
        Ok(Self { file: Arc::new(file), entries })
    }

    /// Paths and sizes, by path.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, u64)> {
        self.entries.iter().map(|entry| (&*entry.path, u64::from(entry.bytes)))
    }

    /// A file's content. The stream ends with an error where the checksum is wrong.
    pub(crate) fn read(&self, path: &str) -> Result<Box<dyn Read>> {
        let at = self.entries.binary_search_by(|entry| (*entry.path).cmp(path));
        let entry = &self.entries[at.map_err(|_| io::Error::from(ErrorKind::NotFound))?];
        let header = entry.local_header();
        let mut found = vec![0; header.len()];
        let mut stream =
            Section { file: Arc::clone(&self.file), at: u64::from(entry.start), end: entry.end() };
        stream.read_exact(&mut found)?;
        if found != header {
            return Err(other_form("the header of a file does not agree with the directory"));
        }
        Ok(Box::new(Checked { stream, crc: Crc::new(), want: entry.crc }))
    }
}

fn other_form(why: &str) -> Error {
    Error::malformed(format!(
        "not a zip as `cannery seal` writes it: {why}; extract it and verify the folder"
    ))
}

/// A part of a file, with a position of its own.
struct Section {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        Ok(read)
    }
}

struct Checked {
    stream: Section,
    crc: Crc,
    want: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.crc.update(&buffer[..read]);
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.want {
            return Err(io::Error::new(ErrorKind::InvalidData, "the content does not have its checksum"));
        }
        Ok(read)
    }
}

/// Writes a zip of files, which are given by path.
pub(crate) fn write<'r>(
    path: &Path,
    files: &[&str],
    mut read: impl FnMut(&str) -> Result<Box<dyn Read + 'r>>,
) -> Result<()> {
    let mut out = AtomicFile::create(path)?;
    let mut entries: Vec<Entry> = Vec::new();
    for &file in files {
        let start = entries.last().map_or(0, Entry::end);
        // the checksum is known behind the content, and stands before it
        let (crc, bytes) = checksum(read(file)?)?;
        let entry = Entry::new(file, start, bytes, crc)?;
        out.write_all(&entry.local_header())?;
        let (copied, _) = checksum(Tee { from: read(file)?, to: &mut out })?;
        if copied != crc {
            return Err(Error::usage("changed while it was read").in_file(file));
        }
        entries.push(entry);
    }
    out.write_all(&layout::directory_of(&entries)?)?;
    Ok(out.finish()?)
}

struct Tee<R, W> {
    from: R,
    to: W,
}

impl<R: Read, W: Write> Read for Tee<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.to.write_all(&buffer[..read])?;
        Ok(read)
    }
}

fn checksum(mut reader: impl Read) -> io::Result<(u32, u64)> {
    let (mut crc, mut bytes, mut chunk) = (Crc::new(), 0, vec![0; 256 << 10]);
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok((crc.sum(), bytes)),
            Ok(read) => {
                crc.update(&chunk[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("b.zip");
        let read = |name: &str| -> Result<Box<dyn Read>> {
            Ok(Box::new(io::Cursor::new(name.repeat(3).into_bytes())))
        };
        write(&path, &["a", "b/c", "b/d"], read).expect("written");
        path
    }

    fn contents(path: &Path) -> Result<Vec<(String, Vec<u8>)>> {
        let archive = Archive::open(path)?;
        let names: Vec<String> = archive.entries().map(|(name, _)| name.to_owned()).collect();
        let read = |name: String| {
            let mut bytes = Vec::new();
            archive.read(&name)?.read_to_end(&mut bytes)?;
            Ok((name, bytes))
        };
        names.into_iter().map(read).collect()
    }

    #[test]
    fn a_zip_is_read_back_and_no_byte_of_it_can_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = made(folder.path());
        let want = ["a", "b/c", "b/d"].map(|name| (name.to_owned(), name.repeat(3).into_bytes()));
        assert_eq!(contents(&path).expect("what was written"), want);
        let bytes = std::fs::read(&path).expect("a file");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            std::fs::write(&path, &changed).expect("written");
            assert!(contents(&path).is_err(), "byte {at}");
        }
        for len in 0..bytes.len() {
            std::fs::write(&path, &bytes[..len]).expect("written");
            assert!(contents(&path).is_err(), "cut at {len}");
        }
        std::fs::write(&path, [&bytes[..], b"x"].concat()).expect("written");
        assert!(contents(&path).is_err());
    }

    #[test]
    fn other_readers_of_zip_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes = std::fs::read(made(folder.path())).expect("a file");
        let archive = cannery_format::zip::Archive::open(&bytes.into(), &cannery_object::Limits::default());
        let archive = archive.expect("a zip");
        assert!(["a", "b/c", "b/d"].iter().all(|name| archive.find(name).is_some()));
    }
}
