//! Bytes of a stream, counted.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes that one row of text may have. A row of a million numbers has some 20 MiB.
const MAX_ROW_BYTES: u64 = 64 << 20;

/// A stream that knows how far it was read, and that fails when a row does not end.
pub(super) struct Metered {
    stream: Box<dyn Read>,
    meter: Meter,
}

/// How far a stream was read.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    bytes: Rc<Cell<u64>>,
    row: Rc<Cell<u64>>,
    len: Option<u64>,
}

impl Metered {
    pub(super) fn new(stream: Box<dyn Read>, len: Option<u64>) -> Self {
        Self { stream, meter: Meter { bytes: Rc::default(), row: Rc::default(), len } }
    }

    pub(super) fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

impl Meter {
    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// Bytes in all.
    pub(super) fn len(&self) -> Option<u64> {
        self.len
    }

    /// Says that a row ends here.
    pub(super) fn end_row(&self) {
        self.row.set(self.bytes.get());
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let bytes = self.meter.bytes.get() + read as u64;
        self.meter.bytes.set(bytes);
        if bytes - self.meter.row.get() > MAX_ROW_BYTES {
            let mib = MAX_ROW_BYTES >> 20;
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a row has more than {mib} MiB")));
        }
        Ok(read)
    }
}
