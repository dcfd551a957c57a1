//! Lines of a stream, a batch at a time.

use std::io::{BufRead, BufReader};

use cannery_object::{Limit, Limits};

use super::BATCH_BYTES;
use super::meter::{Meter, Metered};
use crate::error::Error;
use cannery_rows::{Batch, Data, Texts};

/// Lines that come one after the other.
pub(super) struct Lines {
    source: BufReader<Metered>,
    meter: Meter,
    limits: Limits,
    /// Lines without a byte are rows too.
    keeps_blank: bool,
    bytes: Vec<u8>,
    /// Where each line ends in the bytes.
    ends: Vec<usize>,
    /// The number of each line in the file, from 1.
    numbers: Vec<u64>,
    /// The number of the last line that was read.
    number: u64,
    /// Lines that were given.
    given: usize,
}

/// A text a line.
pub(super) struct TextRows(Lines);

impl Lines {
    pub(super) fn new(source: Metered, limits: &Limits) -> Self {
        let meter = source.meter();
        let source = BufReader::with_capacity(64 << 10, source);
        let (bytes, ends, numbers) = (Vec::new(), Vec::new(), Vec::new());
        let limits = limits.clone();
        Self { source, meter, limits, keeps_blank: false, bytes, ends, numbers, number: 0, given: 0 }
    }

    /// The same lines without those that are blank, from the next one on that is read.
    pub(super) fn without_blank(mut self) -> Self {
        self.keeps_blank = false;
        self
    }

    /// The same lines with those that are blank, from the next one on that is read.
    pub(super) fn with_blank(mut self) -> Self {
        self.keeps_blank = true;
        self
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The first line, which stays the next one.
    pub(super) fn first(&mut self) -> Result<Option<(u64, &[u8])>, Error> {
        if self.left() == 0 {
            self.read_line()?;
        }
        Ok(self.peek(1).next())
    }

    /// Has up to so many lines ready, and at least one if there is one; of a whole stream all, up to the limit.
    pub(super) fn fill(&mut self, most: usize) -> Result<usize, Error> {
        self.forget_given();
        while self.left() < most && (self.bytes.len() < BATCH_BYTES || most == usize::MAX) {
            if !self.read_line()? {
                break;
            }
            let bytes = self.bytes.len() as u64;
            self.limits.check(Limit::DecompressedBytes, bytes).map_err(cannery_format::Error::from)?;
        }
        Ok(self.left().min(most))
    }

    /// The next lines, at most so many, with their numbers and without their ends.
    pub(super) fn peek(&self, count: usize) -> impl Iterator<Item = (u64, &[u8])> {
        let until = self.given.saturating_add(count).min(self.ends.len());
        (self.given..until).map(|line| {
            let start = line.checked_sub(1).map_or(0, |before| self.ends[before]);
            (self.numbers[line], &self.bytes[start..self.ends[line]])
        })
    }

    /// Says that so many lines were given.
    pub(super) fn give(&mut self, count: usize) {
        self.given = self.given.saturating_add(count).min(self.ends.len());
    }

    fn left(&self) -> usize {
        self.ends.len() - self.given
    }

    /// Reads a line, without its end; blank ones are skipped unless they are rows.
    fn read_line(&mut self) -> Result<bool, Error> {
        loop {
            let start = self.bytes.len();
            if self.source.read_until(b'\n', &mut self.bytes)? == 0 {
                return Ok(false);
            }
            self.meter.end_row();
            self.number += 1;
            if self.number == 1 && self.bytes[start..].starts_with(b"\xef\xbb\xbf") {
                self.bytes.drain(start..start + 3);
            }
            let line = &self.bytes[start..];
            let line = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
            let end = start + line.len();
            if self.keeps_blank || !line.trim_ascii().is_empty() {
                self.bytes.truncate(end);
                self.ends.push(end);
                self.numbers.push(self.number);
                return Ok(true);
            }
            self.bytes.truncate(start);
        }
    }

    fn forget_given(&mut self) {
        let start = self.given.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.drain(..start);
        self.ends.drain(..self.given);
        self.ends.iter_mut().for_each(|end| *end -= start);
        self.numbers.drain(..self.given);
        self.given = 0;
    }
}

impl TextRows {
    /// Lines of which none was given.
    pub(super) fn new(lines: Lines) -> Self {
        Self(lines)
    }

    pub(super) fn meter(&self) -> &Meter {
        self.0.meter()
    }

    /// The next lines, none at the end.
    pub(super) fn peek(&mut self, most: usize) -> Result<Batch, Error> {
        let rows = self.0.fill(most)?;
        let mut texts = Texts::new();
        for (number, line) in self.0.peek(rows) {
            let no_text = |_| Error::usage(format!("line {number}: no UTF-8"));
            texts.push(str::from_utf8(line).map_err(no_text)?);
        }
        Ok(Batch { rows, data: Data::Texts(texts) })
    }

    /// Goes on behind so many of the rows that were seen.
    pub(super) fn give(&mut self, rows: usize) {
        self.0.give(rows);
    }
}
