//! Text in gzip or zstd, inflated as it is read.

use std::io::{self, Read};
use std::path::Path;

use cannery_object::Limits;
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use crate::error::Error;

/// How a text is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Zstd,
}

impl Codec {
    pub(super) fn of(prefix: &[u8]) -> Option<Self> {
        match prefix {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The name of the file without the codec's ending: `rows.csv` of `rows.csv.gz`.
    pub(super) fn plain_name(self, name: &str) -> &str {
        let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let is_codec = ["gz", "zst", "zstd"].iter().any(|codec| ending.eq_ignore_ascii_case(codec));
        if is_codec { &name[..name.len() - ending.len() - 1] } else { name }
    }
}

/// The plain text. Its bytes are counted under the limits of ratio.
pub(super) fn inflate(codec: Codec, packed: Box<dyn Read>, limits: &Limits) -> Result<Box<dyn Read>, Error> {
    let packed = Counted::new(packed);
    let read = packed.read.clone();
    let plain: Box<dyn Read> = match codec {
        Codec::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Codec::Zstd => Box::new(zstd(packed)?),
    };
    Ok(Box::new(Bounded { plain, inflated: 0, read, limits: limits.clone() }))
}

fn zstd(packed: Counted) -> Result<impl Read, Error> {
    StreamingDecoder::new(packed)
        .map_err(|error| Error::usage(format!("the zstd stream can't be read: {error}")))
}

/// A stream whose bytes are counted.
struct Counted {
    stream: Box<dyn Read>,
    read: std::rc::Rc<std::cell::Cell<u64>>,
}

impl Counted {
    fn new(stream: Box<dyn Read>) -> Self {
        Self { stream, read: std::rc::Rc::default() }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

/// Inflated bytes, as long as they are not too many for those that they came of.
struct Bounded {
    plain: Box<dyn Read>,
    inflated: u64,
    read: std::rc::Rc<std::cell::Cell<u64>>,
    limits: Limits,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.plain.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => wrong("the compressed input is cut short".to_owned()),
            io::ErrorKind::Interrupted => error,
            _ => wrong(format!("the compressed input is damaged: {error}")),
        })?;
        self.inflated += count as u64;
        let checked = self.limits.check_ratio(self.read.get(), self.inflated);
        checked.map_err(|limit| wrong(limit.to_string()))?;
        Ok(count)
    }
}

/// An error of kind `InvalidData` is one of the input, not of the operating system.
fn wrong(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_codec_is_left_out() {
        for (name, plain) in [("rows.csv.gz", "rows.csv"), ("a.ZST", "a"), ("rows.csv", "rows.csv"), ("", "")]
        {
            assert_eq!(Codec::Gzip.plain_name(name), plain);
        }
    }
}
