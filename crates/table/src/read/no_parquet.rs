//! What takes the place of `parquet.rs` where the feature `parquet` is off: an error.

use std::fs::File;
use std::io::Read;

use cannery_object::Limits;
use cannery_rows::Batch;

use super::Wanted;
use crate::error::Error;

/// The rows of a Parquet file, which are never there.
pub(super) enum ParquetRows {}

impl ParquetRows {
    pub(super) fn of_file(_: File, _: &Limits) -> Result<Self, Error> {
        Err(absent())
    }

    pub(super) fn of_stream(_: impl Read, _: &Limits) -> Result<Self, Error> {
        Err(absent())
    }

    pub(super) fn names(&self) -> &[String] {
        match *self {}
    }

    pub(super) fn columns(&self) -> usize {
        match *self {}
    }

    pub(super) fn rows_in_all(&self) -> u64 {
        match *self {}
    }

    pub(super) fn select(&mut self, _: &[String]) -> Result<(), Error> {
        match *self {}
    }

    pub(super) fn peek(&mut self, _: usize, _: Wanted) -> Result<Batch, Error> {
        match *self {}
    }

    pub(super) fn give(&mut self, _: usize) {
        match *self {}
    }
}

fn absent() -> Error {
    cannery_format::Error::unsupported("this build can't read Parquet: its feature `parquet` is off").into()
}
