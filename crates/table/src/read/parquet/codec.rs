//! Pages as they were before compression.

use std::io::Read;

use bytes::Bytes;

use super::footer::{malformed, unsupported};
use crate::error::Error;

/// How pages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    None,
    Snappy,
    Gzip,
    Zstd,
    Lz4,
}

/// Most bytes that a byte of Snappy stands for: a copy of 64 takes 3.
const SNAPPY_RATIO: usize = 22;
/// Most bytes that a byte of LZ4 stands for.
const LZ4_RATIO: usize = 256;

impl Codec {
    pub(super) fn of(code: i64) -> Result<Self, Error> {
        let name = match code {
            0 => return Ok(Self::None),
            1 => return Ok(Self::Snappy),
            2 => return Ok(Self::Gzip),
            6 => return Ok(Self::Zstd),
            7 => return Ok(Self::Lz4),
            3 => "LZO",
            4 => "Brotli",
            5 => "LZ4 with Hadoop's framing",
            _ => "of a kind that is not known",
        };
        Err(unsupported(format!(
            "Parquet pages compressed with {name}: write them with Snappy, gzip, zstd or LZ4_RAW"
        )))
    }

    /// The `len` bytes that a page has before compression. Nothing is allocated that its bytes can't stand for.
    pub(super) fn plain(self, page: &Bytes, len: usize) -> Result<Bytes, Error> {
        let ratio = match self {
            Self::None => return if page.len() == len { Ok(page.clone()) } else { Err(other_len()) },
            Self::Gzip => return through(flate2::read::MultiGzDecoder::new(&page[..]), len),
            Self::Zstd => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(&page[..]);
                return through(decoder.map_err(|error| bad("zstd", &error))?, len);
            }
            Self::Snappy => SNAPPY_RATIO,
            Self::Lz4 => LZ4_RATIO,
        };
        if len > page.len().saturating_mul(ratio).saturating_add(64) {
            return Err(other_len());
        }
        let mut plain = vec![0; len];
        let count = if self == Self::Snappy {
            if snap::raw::decompress_len(page).map_err(|error| bad("Snappy", &error))? != len {
                return Err(other_len());
            }
            snap::raw::Decoder::new().decompress(page, &mut plain).map_err(|error| bad("Snappy", &error))?
        } else {
            lz4_flex::block::decompress_into(page, &mut plain).map_err(|error| bad("LZ4", &error))?
        };
        if count == len { Ok(plain.into()) } else { Err(other_len()) }
    }
}

/// Reads exactly `len` bytes, which grow as they come.
fn through(decoder: impl Read, len: usize) -> Result<Bytes, Error> {
    let mut plain = Vec::new();
    let read = decoder.take(len as u64 + 1).read_to_end(&mut plain).map_err(|error| bad("a page", &error))?;
    if read == len { Ok(plain.into()) } else { Err(other_len()) }
}

fn other_len() -> Error {
    malformed("a page of a Parquet file has another length than its header says")
}

fn bad(codec: &str, error: &dyn std::fmt::Display) -> Error {
    malformed(format!("a page of a Parquet file can't be decompressed: {codec}: {error}"))
}
