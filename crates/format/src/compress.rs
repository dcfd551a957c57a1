//! Inflation of compressed files, in chunks, under the limits.

mod codec;
mod lz4;
mod sink;

use bytes::Bytes;
use cannery_object::{Budget, Limit};

pub(crate) use self::codec::inflate_raw;
use self::codec::{bzip2, gzip, lzma, xz, zfile, zlib};
pub(crate) use self::sink::Sink;
use crate::error::{Error, Result};
use crate::sniff::{Format, Wrapping, sniff};
use crate::source::Progress;

/// What was inside all layers of compression.
#[derive(Clone, Debug)]
pub struct Unwrapped {
    /// The plain bytes.
    pub bytes: Bytes,
    /// The layers around them, outermost first.
    pub layers: Vec<Wrapping>,
}

/// Takes off every layer of compression, at most `wrap-depth` of them, and spends the bytes of each layer as input;
/// plain bytes are spent too. Progress counts the bytes inflated of a layer.
///
/// A layer must be exactly one stream: cut short, with a wrong checksum or with anything behind it, it is malformed.
/// Of gzip, bzip2 and xz this refuses files of several members or streams, which no writer of models makes. The ratio
/// is taken between what is inflated and the bytes of the file, whatever number of layers lies between.
pub fn unwrap(bytes: &Bytes, budget: &mut Budget, progress: Progress<'_>) -> Result<Unwrapped> {
    let mut unwrapped = Unwrapped { bytes: bytes.clone(), layers: Vec::new() };
    while let Format::Wrapped(wrapping) = sniff(&unwrapped.bytes) {
        unwrapped.layers.push(wrapping);
        budget.limits().check(Limit::WrapDepth, unwrapped.layers.len() as u64)?;
        let mut sink = Sink::new(unwrapped.bytes.len(), bytes.len(), budget, progress)?;
        inflate(&unwrapped.bytes, wrapping, &mut sink).map_err(|error| error.within(wrapping.name()))?;
        unwrapped.bytes = sink.finish();
    }
    if unwrapped.layers.is_empty() {
        budget.spend_input(bytes.len() as u64)?;
    }
    Ok(unwrapped)
}

fn inflate(bytes: &[u8], wrapping: Wrapping, sink: &mut Sink<'_>) -> Result<()> {
    let used = match wrapping {
        Wrapping::Zlib => zlib(bytes, sink)?,
        Wrapping::Gzip => gzip(bytes, sink)?,
        Wrapping::Zfile => zfile(bytes, sink)?,
        Wrapping::Bzip2 => bzip2(bytes, sink)?,
        Wrapping::Xz => xz(bytes, sink)?,
        Wrapping::Lzma => lzma(bytes, sink)?,
        Wrapping::Lz4 => lz4::inflate(bytes, sink)?,
    };
    match bytes.len() - used {
        0 => Ok(()),
        surplus => Err(Error::malformed(format!("{surplus} bytes follow the compressed stream")).at(used)),
    }
}

#[cfg(test)]
mod tests;
