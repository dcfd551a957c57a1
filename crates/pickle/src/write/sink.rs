//! Frames: bytes of opcodes, gathered and handed on.

use std::io::{self, Write};

use super::Dialect;
use crate::opcode::Opcode;

/// Bytes at which a frame ends, and from which on a text or bytes stand outside frames.
const TARGET: usize = 65_536;

/// Where a stream goes.
pub(super) struct Sink<'o> {
    out: &'o mut dyn Write,
    /// Bytes handed on, those before this stream too.
    written: u64,
    /// Bytes to hand on: of a frame, or of a stream without frames.
    pub(super) pending: Vec<u8>,
    is_framed: bool,
    dialect: Dialect,
}

impl<'o> Sink<'o> {
    pub(super) fn new(out: &'o mut dyn Write, written: u64, dialect: Dialect) -> Self {
        Self { out, written, pending: Vec::new(), is_framed: false, dialect }
    }

    /// From here on there are frames.
    pub(super) fn begin_frames(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.is_framed = true;
        Ok(())
    }

    /// To be called where an object begins: ends a frame that is long enough.
    #[inline]
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if self.pending.len() >= TARGET { self.flush() } else { Ok(()) }
    }

    /// Ends the frame here.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.is_framed && !self.pending.is_empty() && self.pending.len() >= self.dialect.least_frame() {
            let mut head = [Opcode::Frame as u8; 9];
            head[1..].copy_from_slice(&(self.pending.len() as u64).to_le_bytes());
            self.out.write_all(&head)?;
            self.written += 9;
        }
        self.hand_on()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.pending)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// A text or bytes behind their opcode and length.
    pub(super) fn data(&mut self, head: &[u8], data: &[u8]) -> io::Result<()> {
        let is_long = data.len() >= TARGET;
        if is_long && (!self.is_framed || self.dialect.long_data_outside()) {
            self.flush()?;
            self.out.write_all(head)?;
            self.written += head.len() as u64;
            return self.raw(data);
        }
        self.pending.extend_from_slice(head);
        self.pending.extend_from_slice(data);
        Ok(())
    }

    /// Bytes that are no opcodes, outside of frames.
    pub(super) fn raw(&mut self, data: &[u8]) -> io::Result<()> {
        self.flush()?;
        self.out.write_all(data)?;
        self.written += data.len() as u64;
        Ok(())
    }

    /// Bytes before this position.
    pub(super) fn position(&self) -> u64 {
        self.written + self.pending.len() as u64
    }
}
