//! What takes the place of `parquet.rs` where the feature `parquet` is off: an error.

use cannery_format::AtomicFile;
use cannery_rows::Column;

use super::labels::Labels;
use crate::error::Error;

/// A Parquet file, which is never written.
pub(super) enum ParquetSink {}

impl ParquetSink {
    pub(super) fn new(_: AtomicFile) -> Result<Self, Error> {
        let message = "this build can't write Parquet: its feature `parquet` is off";
        Err(cannery_format::Error::unsupported(message).into())
    }

    pub(super) fn push(&mut self, _: Vec<Column>, _: &Labels) -> Result<(), Error> {
        match *self {}
    }

    pub(super) fn finish(self, _: &Labels) -> Result<(), Error> {
        match self {}
    }
}
