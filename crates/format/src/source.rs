//! From a file or a stream to bytes.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use cannery_object::{Limit, LimitError, Limits};

use crate::error::{Error, Result};
use crate::map::{Pages, map};

/// Told of progress now and then: bytes done, and bytes in all where that is known. What is counted (bytes read, or
/// bytes inflated) is said by the function that takes it.
pub type Progress<'a> = &'a mut dyn FnMut(u64, Option<u64>);

/// How the bytes of a file come into memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Read: what is judged is what is used, whatever happens to the file meanwhile.
    #[default]
    Read,
    /// Mapped when the file is larger than 1 MiB: no copy, but the bytes change with the file, and truncating
    /// the file meanwhile ends the process. Read where the feature `mmap` is off.
    Map,
}

const MAP_FROM: u64 = 1 << 20;
const CHUNK: usize = 1 << 20;
/// A file that is longer is read into pages of its own.
const LARGE: u64 = 4 << 20;
/// Most that is allocated on the word of a length that was not seen.
const TRUSTED: u64 = 16 << 20;

/// The bytes of a file, under the limit `input-bytes`. Progress counts bytes read.
///
/// Nothing is spent of a budget: [`unwrap`](crate::compress::unwrap) does that.
pub fn open(path: &Path, access: Access, limits: &Limits, progress: Progress<'_>) -> Result<Bytes> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    bytes_of(file, &metadata, access, limits, progress)
}

/// As [`open`], of a file that is open at its start, and what the system says of it.
pub fn bytes_of(
    file: File,
    metadata: &Metadata,
    access: Access,
    limits: &Limits,
    progress: Progress<'_>,
) -> Result<Bytes> {
    if metadata.is_dir() {
        return Err(Error::unsupported("this is a folder, not a file"));
    }
    limits.check(Limit::InputBytes, metadata.len())?;
    if access == Access::Map
        && metadata.is_file()
        && metadata.len() > MAP_FROM
        && let Some(mapped) = map(&file)?
    {
        return Ok(mapped);
    }
    match metadata.len() {
        len if metadata.is_file() && len > LARGE => read_large(file, len, limits, progress),
        len => read(file, metadata.is_file().then_some(len), limits, progress),
    }
}

/// The bytes of a large file, in large pages where the system has them: to hand out small ones takes longer than to read.
fn read_large(mut file: File, len: u64, limits: &Limits, progress: Progress<'_>) -> Result<Bytes> {
    let no_memory = || std::io::Error::from(std::io::ErrorKind::OutOfMemory);
    // one more than there should be, so that a file that has grown is seen
    let room = usize::try_from(len).ok().and_then(|len| len.checked_add(1)).ok_or_else(no_memory)?;
    let mut pages = Pages::new(room)?;
    let mut end = 0;
    while end < room {
        let chunk = end..room.min(end + CHUNK);
        match file.read(&mut pages.as_mut()[chunk]) {
            Ok(0) => return Ok(Bytes::from_owner(pages).slice(..end)),
            Ok(read) => end += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        }
        progress(end as u64, Some(len));
    }
    read(pages.as_ref().chain(file), None, limits, progress)
}

/// The bytes of a stream, under the limit `input-bytes`. `expected` only sizes the first allocation and the
/// progress; the stream may hold more or less. Progress counts bytes read.
pub fn read(
    mut stream: impl Read,
    expected: Option<u64>,
    limits: &Limits,
    progress: Progress<'_>,
) -> Result<Bytes> {
    let allowed = limits.of(Limit::InputBytes);
    let mut bytes = Vec::new();
    // one more than expected, so that the end is seen without more room
    reserve(&mut bytes, expected.map_or(CHUNK, |len| len.min(allowed).min(TRUSTED) as usize + 1))?;
    loop {
        if bytes.len() == bytes.capacity() {
            reserve(&mut bytes, CHUNK)?;
        }
        let before = bytes.len();
        let room = (bytes.capacity() - before).min(CHUNK);
        stream.by_ref().take(room as u64).read_to_end(&mut bytes)?;
        let done = bytes.len() as u64;
        if done > allowed {
            return Err(LimitError { limit: Limit::InputBytes, allowed, asked: done }.into());
        }
        progress(done, expected);
        if bytes.len() - before < room {
            bytes.shrink_to_fit();
            return Ok(bytes.into());
        }
    }
}

/// Makes room for `more` bytes, or says that there is no memory.
pub(crate) fn reserve(bytes: &mut Vec<u8>, more: usize) -> Result<()> {
    bytes.try_reserve(more).map_err(|_| std::io::Error::from(std::io::ErrorKind::OutOfMemory).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn file_of(len: usize) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), pattern(len)).expect("written");
        file
    }

    fn pattern(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i % 251) as u8).collect()
    }

    #[test]
    fn reading_and_mapping_give_the_same_bytes() {
        for len in [0, 1, 1 << 20, (1 << 20) + 1, (2 << 20) + 3, (4 << 20) + 1] {
            let file = file_of(len);
            for access in [Access::Read, Access::Map] {
                let bytes = open(file.path(), access, &Limits::default(), &mut |_, _| ()).expect("read");
                assert_eq!(bytes, pattern(len), "{len} {access:?}");
            }
        }
    }

    #[test]
    fn a_stream_stops_at_the_limit_and_not_at_its_end() {
        let limits = Limits::default().with(Limit::InputBytes, 3 << 20);
        let mut seen = 0;
        let error = read(std::io::repeat(1), None, &limits, &mut |done, _| seen = done).expect_err("endless");
        assert!(matches!(error.kind(), ErrorKind::Limit(limit) if limit.limit == Limit::InputBytes));
        assert_eq!(seen, 3 << 20);
    }

    #[test]
    fn a_length_is_not_trusted() {
        let bytes =
            read(&b"abc"[..], Some(1 << 30), &Limits::default(), &mut |_, _| ()).expect("three bytes");
        assert_eq!(bytes, "abc");
    }

    #[test]
    fn a_large_file_may_have_changed_its_length() {
        let (len, mut seen) = (LARGE as usize + 5, 0);
        for told in [LARGE, LARGE + 4, LARGE + 5, LARGE + 6, 2 * LARGE] {
            let file = File::open(file_of(len).path()).expect("there");
            let bytes = read_large(file, told, &Limits::default(), &mut |done, _| seen = done);
            assert_eq!(bytes.expect("read"), pattern(len), "{told}");
            assert_eq!(seen, len as u64, "{told}");
        }
        let limits = Limits::default().with(Limit::InputBytes, LARGE + 4);
        let file = File::open(file_of(len).path()).expect("there");
        let error = read_large(file, LARGE, &limits, &mut |_, _| ()).expect_err("has grown over the limit");
        assert!(matches!(error.kind(), ErrorKind::Limit(_)));
    }

    #[test]
    fn a_missing_file_is_an_io_error() {
        let error = open(Path::new("/no/such"), Access::Read, &Limits::default(), &mut |_, _| ())
            .expect_err("missing");
        assert_eq!(error.kind(), ErrorKind::Io);
    }

    #[test]
    fn a_folder_is_no_file_and_a_device_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |path: &Path| open(path, Access::Map, &Limits::default(), &mut |_, _| ());
        let error = open(folder.path()).expect_err("a folder");
        assert!(matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Io), "{error}");
        #[cfg(unix)]
        {
            assert_eq!(error.to_string(), "this is a folder, not a file");
            assert!(open(Path::new("/dev/null")).expect("nothing").is_empty());
        }
    }

    #[test]
    fn a_file_over_the_limit_is_not_read() {
        let file = file_of(1001);
        let open = |limit| {
            let limits = Limits::default().with(Limit::InputBytes, limit);
            open(file.path(), Access::Read, &limits, &mut |_, _| ()).map(|bytes| bytes.len())
        };
        assert_eq!(open(1001).expect("just small enough"), 1001);
        assert!(matches!(open(1000).expect_err("too large").kind(), ErrorKind::Limit(_)));
    }

    #[test]
    fn progress_knows_the_length_of_a_file() {
        let file = file_of((1 << 20) + 5);
        let mut seen = Vec::new();
        open(file.path(), Access::Read, &Limits::default(), &mut |done, all| seen.push((done, all)))
            .expect("read");
        let all = Some((1 << 20) + 5);
        assert_eq!(seen, [(1 << 20, all), ((1 << 20) + 5, all)]);
    }
}
