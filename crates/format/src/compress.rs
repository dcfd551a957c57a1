//! Inflation of compressed files, in chunks, under the limits; and compression.

mod codec;
mod encode;
mod lz4;
mod sink;

use bytes::Bytes;
use cannery_object::{Budget, Limit, Limits};
use cannery_pickle::Breach;

pub(crate) use self::codec::inflate_raw;
use self::codec::{base64, bzip2, gzip, lzma, xz, zfile, zlib};
pub use self::encode::{Codec, Encoder};
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
    /// The member of an archive that the bytes are, if they are one.
    pub member: Option<String>,
}

/// Takes off every layer of compression, at most `wrap-depth` of them, and spends the bytes of each layer as input;
/// plain bytes are spent too. Progress counts the bytes inflated of a layer.
///
/// A layer cut short, with a wrong checksum or with anything behind it is malformed. Several gzip members, or bzip2 or
/// xz streams, one right behind another, are one layer. The ratio
/// is taken between what is inflated and the bytes of the file, whatever number of layers lies between.
pub fn unwrap(bytes: &Bytes, budget: &mut Budget, progress: Progress<'_>) -> Result<Unwrapped> {
    let mut unwrapped = Unwrapped { bytes: bytes.clone(), layers: Vec::new(), member: None };
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

/// The first bytes inside all layers of compression, about `most` of them: also of streams that are damaged behind these.
pub fn start_of(bytes: &Bytes, most: u64, limits: &Limits) -> Bytes {
    let limits = limits.clone().with(Limit::DecompressedBytes, most);
    let mut start = bytes.clone();
    for _ in 0..limits.of(Limit::WrapDepth) {
        let Format::Wrapped(wrapping) = sniff(&start) else { break };
        let mut budget = Budget::new(limits.clone());
        let mut ignored = |_, _| ();
        let Ok(mut sink) = Sink::new(start.len(), bytes.len(), &mut budget, &mut ignored) else { break };
        // what came before the limit or the damage is what is asked for
        let _ = inflate_stream(&start, wrapping, &mut sink);
        start = sink.finish();
    }
    start
}

/// Inflates every stream of a layer. The standard tools and Python write and read several one after another as one
/// file; what is no further stream of the same codec is refused.
fn inflate(bytes: &[u8], wrapping: Wrapping, sink: &mut Sink<'_>) -> Result<()> {
    let mut done = 0;
    loop {
        done += inflate_stream(&bytes[done..], wrapping, sink).map_err(|error| error.at(done))?;
        let rest = &bytes[done..];
        if rest.is_empty() {
            return Ok(());
        }
        if !continues(rest, wrapping) {
            return Err(Error::malformed(format!("{} bytes follow the compressed stream", rest.len()))
                .of_breach(Breach::Trailing)
                .at(done));
        }
    }
}

fn continues(rest: &[u8], wrapping: Wrapping) -> bool {
    match wrapping {
        Wrapping::Gzip | Wrapping::Bzip2 | Wrapping::Xz => sniff(rest) == Format::Wrapped(wrapping),
        Wrapping::Zlib | Wrapping::Zfile | Wrapping::Lzma | Wrapping::Lz4 | Wrapping::Base64 => false,
    }
}

fn inflate_stream(bytes: &[u8], wrapping: Wrapping, sink: &mut Sink<'_>) -> Result<usize> {
    match wrapping {
        Wrapping::Zlib => zlib(bytes, sink),
        Wrapping::Gzip => gzip(bytes, sink),
        Wrapping::Zfile => zfile(bytes, sink),
        Wrapping::Bzip2 => bzip2(bytes, sink),
        Wrapping::Xz => xz(bytes, sink),
        Wrapping::Lzma => lzma(bytes, sink),
        Wrapping::Lz4 => lz4::inflate(bytes, sink),
        Wrapping::Base64 => base64(bytes, sink),
    }
}

#[cfg(test)]
mod tests;
