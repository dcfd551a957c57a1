//! Parquet: row groups, a step of rows at a time, and only the columns that are taken.
//!
//! The footer and the headers of pages are read here, so that nothing is allocated from what they claim; the values in
//! pages are decoded by the `parquet` crate.

mod codec;
mod column;
mod delta;
mod footer;
mod levels;
mod pages;
mod source;
mod thrift;
mod varint;

use std::fs::File;
use std::io::Read;

use cannery_object::{Limit, Limits};

use self::column::{Decoded, Decoder, STEP};
use self::footer::{Footer, unsupported};
use self::source::Source;
use super::names::place;
use super::{BATCH_BYTES, Wanted};
use crate::error::Error;
use crate::frame;
use cannery_rows::{Batch, Cell, Data, Named, Values};

/// The rows of a Parquet file.
pub(super) struct ParquetRows {
    source: Source,
    footer: Footer,
    limits: Limits,
    /// Names of the columns that are taken, and where each stands in the footer.
    names: Vec<String>,
    order: Vec<usize>,
    /// Decoders of the row group at work, and its rows to come.
    decoders: Vec<Decoder>,
    left: u64,
    /// Row groups that were begun.
    begun: usize,
    /// What was decoded and not given, by column, and its number of rows.
    decoded: Vec<Decoded>,
    rows: usize,
}

impl ParquetRows {
    pub(super) fn of_file(file: File, limits: &Limits) -> Result<Self, Error> {
        Self::new(Source::of_file(file)?, limits)
    }

    /// Reads a whole stream into memory, for its end says where everything is.
    pub(super) fn of_stream(stream: impl Read, limits: &Limits) -> Result<Self, Error> {
        let bytes = cannery_format::source::read(stream, None, limits, &mut |_, _| ())?;
        Self::new(Source::of_bytes(bytes), limits)
    }

    fn new(source: Source, limits: &Limits) -> Result<Self, Error> {
        let footer = Footer::read(&source)?;
        let columns = footer.columns.iter().enumerate();
        let columns = columns.filter(|(_, column)| !is_pandas_index(&column.name));
        let (order, names) = columns.map(|(place, column)| (place, column.name.clone())).unzip();
        Ok(Self {
            source,
            footer,
            limits: limits.clone(),
            names,
            order,
            decoders: Vec::new(),
            left: 0,
            begun: 0,
            decoded: Vec::new(),
            rows: 0,
        })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn columns(&self) -> usize {
        self.names.len()
    }

    /// Number of rows in the file.
    pub(super) fn rows_in_all(&self) -> u64 {
        self.footer.rows
    }

    /// Takes these columns, from the beginning.
    pub(super) fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        let names: Vec<String> = self.footer.columns.iter().map(|column| column.name.clone()).collect();
        self.order = wanted.iter().map(|column| place(&names, column)).collect::<Result<_, _>>()?;
        self.names = wanted.to_vec();
        (self.decoders, self.left, self.begun) = (Vec::new(), 0, 0);
        (self.decoded, self.rows) = (Vec::new(), 0);
        Ok(())
    }

    /// The next rows, none at the end.
    pub(super) fn peek(&mut self, most: usize, wanted: Wanted) -> Result<Batch, Error> {
        self.fill(most)?;
        let rows = most.min(self.rows);
        let values =
            |(name, decoded): (&String, &Decoded)| Named { name: name.clone(), values: decoded.values(rows) };
        let columns: Vec<Named> = self.names.iter().zip(&self.decoded).map(values).collect();
        let data = match wanted {
            Wanted::Numbers => {
                Data::Dense { columns: columns.len(), values: frame::numbers(&columns, rows)? }
            }
            Wanted::Matrix => Data::Dense { columns: columns.len(), values: frame::matrix(&columns, rows)? },
            Wanted::Frame => Data::Frame(columns),
            Wanted::Texts => match &columns[..] {
                [Named { values: Values::Str(texts), .. }] => Data::Texts(texts.clone()),
                [Named { name, values: Values::Any(cells) }] if cells.contains(&Cell::None) => {
                    return Err(Error::usage(format!(
                        "column {name:?} has a null, and the model takes texts"
                    )));
                }
                [Named { name, .. }] => {
                    return Err(Error::usage(format!(
                        "column {name:?} holds no texts, and the model takes texts"
                    )));
                }
                columns => {
                    let count = columns.len();
                    return Err(Error::usage(format!("{count} columns, and the model takes one text a row")));
                }
            },
        };
        Ok(Batch { rows, data })
    }

    /// Goes on behind so many of the rows that were seen.
    pub(super) fn give(&mut self, rows: usize) {
        let rows = rows.min(self.rows);
        self.decoded.iter_mut().for_each(|decoded| decoded.give(rows));
        self.rows -= rows;
    }

    /// Decodes rows until there are so many, or they have enough bytes for a batch. Of a whole table any number of bytes is
    /// decoded, up to the limit.
    fn fill(&mut self, most: usize) -> Result<(), Error> {
        if self.decoded.is_empty() {
            self.begin()?;
        }
        while self.rows < most {
            let bytes = self.decoded.iter().map(Decoded::bytes).fold(0, usize::saturating_add);
            self.limits.check(Limit::DecompressedBytes, bytes as u64).map_err(cannery_format::Error::from)?;
            let is_enough = bytes >= BATCH_BYTES && most != usize::MAX;
            if is_enough || (self.left == 0 && !self.next_group()?) {
                break;
            }
            let step = (most - self.rows).min(STEP).min(usize::try_from(self.left).unwrap_or(STEP));
            for (decoder, decoded) in self.decoders.iter_mut().zip(&mut self.decoded) {
                decoder.read(step, decoded)?;
            }
            self.rows += step;
            self.left -= step as u64;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        if self.order.is_empty() && self.footer.rows > 0 {
            return Err(Error::usage("a Parquet file without columns"));
        }
        let columns = self.order.len() as u64;
        let bytes = self.footer.rows.saturating_mul(columns).saturating_mul(8);
        if bytes > self.limits.of(Limit::RatioFrom) {
            let ratio = bytes / self.source.len().max(1);
            self.limits.check(Limit::Ratio, ratio).map_err(cannery_format::Error::from)?;
        }
        let columns = self.order.iter().filter_map(|&place| self.footer.columns.get(place));
        let decoded = columns.map(|column| match &column.kind {
            Ok(kind) => Ok(Decoded::new(*kind)),
            Err(what) => Err(unsupported(format!("column {:?} holds {what}", column.name))),
        });
        self.decoded = decoded.collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Goes to the next row group that has rows.
    fn next_group(&mut self) -> Result<bool, Error> {
        while let Some(group) = self.footer.groups.get(self.begun) {
            self.begun += 1;
            if group.rows == 0 {
                continue;
            }
            let columns = self.order.iter().filter_map(|&place| self.footer.columns.get(place));
            let decoders = columns.filter_map(|column| {
                let chunk = group.chunks.get(column.leaf)?;
                Some(Decoder::new(&self.source, column, chunk, &self.limits))
            });
            self.decoders = decoders.collect::<Result<_, _>>()?;
            self.left = group.rows;
            return Ok(true);
        }
        Ok(false)
    }
}

/// Whether a column is the index of a pandas frame, which `to_parquet` writes beside the columns.
fn is_pandas_index(name: &str) -> bool {
    let level = name.strip_prefix("__index_level_").and_then(|name| name.strip_suffix("__"));
    level.is_some_and(|level| !level.is_empty() && level.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
