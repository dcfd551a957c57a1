//! SHA-256 of streams, in constant memory.

use std::io::{self, ErrorKind, Read, Write};

use cannery_manifest::Sha256;
use sha2::Digest;

/// Bytes read at once: enough to hide the calls, and still in the cache when they are hashed.
const CHUNK: usize = 256 << 10;

/// What was read of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digested {
    /// Its digest.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
}

/// The digest of a stream, read to its end.
pub fn digest(reader: impl Read) -> io::Result<Digested> {
    copy(reader, io::sink())
}

/// Copies a stream; gives the digest of the bytes that were written.
pub fn copy(mut reader: impl Read, mut writer: impl Write) -> io::Result<Digested> {
    let mut hashing = Hashing::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(hashing.finish()),
            Ok(read) => {
                hashing.update(&chunk[..read]);
                writer.write_all(&chunk[..read])?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> Digested {
    let mut hashing = Hashing::default();
    hashing.update(bytes);
    hashing.finish()
}

/// A digest in the making.
#[derive(Default)]
pub(crate) struct Hashing {
    sha256: sha2::Sha256,
    bytes: u64,
}

impl Hashing {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn finish(self) -> Digested {
        Digested { sha256: Sha256::of_bytes(self.sha256.finalize().into()), bytes: self.bytes }
    }
}

/// A reader that hashes what goes through it: the bytes judged are the bytes used.
pub(crate) struct HashingReader<R> {
    reader: R,
    hashing: Hashing,
}

impl<R: Read> HashingReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, hashing: Hashing::default() }
    }

    /// The digest of what was read.
    pub(crate) fn finish(self) -> Digested {
        self.hashing.finish()
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hashing.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        for (bytes, want) in [
            (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            let digested = digest(bytes).expect("bytes");
            assert_eq!((digested.sha256.as_str(), digested.bytes), (want, bytes.len() as u64));
            assert_eq!(digest_of(bytes), digested);
        }
        let mut copied = Vec::new();
        let long = vec![7; CHUNK + 3];
        assert_eq!(copy(&long[..], &mut copied).expect("bytes"), digest_of(&long));
        assert_eq!(copied, long);
    }
}
