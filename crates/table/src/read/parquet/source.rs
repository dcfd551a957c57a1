//! The bytes of a file, read where they are needed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::footer::malformed;
use crate::error::Error;

/// A file, or bytes that came from a stream. A clone is the same one.
#[derive(Clone)]
pub(super) struct Source {
    from: From,
    len: u64,
}

#[derive(Clone)]
enum From {
    File(Arc<Mutex<File>>),
    Memory(Bytes),
}

impl Source {
    pub(super) fn of_file(file: File) -> Result<Self, Error> {
        let len = file.metadata()?.len();
        Ok(Self { from: From::File(Arc::new(Mutex::new(file))), len })
    }

    pub(super) fn of_bytes(bytes: Bytes) -> Self {
        Self { len: bytes.len() as u64, from: From::Memory(bytes) }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// So many bytes from a position on.
    pub(super) fn bytes(&self, start: u64, len: usize) -> Result<Bytes, Error> {
        let short = || malformed("a Parquet file that is cut short");
        let end = start.checked_add(len as u64).filter(|&end| end <= self.len).ok_or_else(short)?;
        match &self.from {
            From::Memory(bytes) => Ok(bytes.slice(start as usize..end as usize)),
            From::File(file) => {
                // a thread that panicked left no state but the position, which is set anew
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start))?;
                let mut bytes = vec![0; len];
                file.read_exact(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}
