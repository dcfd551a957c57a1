//! One function for each codec: inflates the stream at the start of `bytes` and answers where it ends.

use std::fmt::Display;
use std::io::{self, Read};

use cannery_object::{Limit, LimitError};
use cannery_pickle::Breach;
use flate2::{Decompress, FlushDecompress, Status};
use lzma_rust2::{Action, LzmaStream, Status as LzmaStatus, StreamResult, XzStream};

use super::sink::{Sink, Step};
use crate::error::{Error, Result};

const WINDOW_BITS: u8 = 15;

/// zlib: ends with an Adler-32 of the plain bytes.
pub(crate) fn zlib(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    deflate(Decompress::new(true), bytes, sink)
}

/// gzip, one member: ends with a CRC-32 and the length of the plain bytes.
pub(crate) fn gzip(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    deflate(Decompress::new_gzip(WINDOW_BITS), bytes, sink)
}

/// Base64, in lines or not. All of the text belongs to it.
pub(crate) fn base64(text: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    let letters: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mut reader =
        base64::read::DecoderReader::new(&letters[..], &base64::engine::general_purpose::STANDARD);
    sink.drive(text, |input, out| {
        let produced = reader
            .read(out)
            .map_err(|error| Error::malformed(format!("the base64 text is damaged: {error}")))?;
        let ended = produced == 0;
        Ok(Step { consumed: if ended { input.len() } else { 0 }, produced, ended })
    })
}

/// Deflate without a frame, as in zip archives: has no checksum.
pub(crate) fn inflate_raw(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    deflate(Decompress::new(false), bytes, sink)
}

fn deflate(mut stream: Decompress, bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    sink.drive(bytes, |input, out| {
        let (read, written) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(input, out, FlushDecompress::None).map_err(damaged)?;
        Ok(Step {
            consumed: (stream.total_in() - read) as usize,
            produced: (stream.total_out() - written) as usize,
            ended: status == Status::StreamEnd,
        })
    })
}

/// joblib before 0.10 (`joblib.numpy_pickle_compat.read_zfile`): `ZF`, the length of the plain bytes as Python's
/// `hex` writes it, padded with blanks to 19 characters (20 from joblib 0.8.4 and older on Python 2), then zlib.
pub(crate) fn zfile(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    let bad = || Error::malformed("the length after ZF is not a hexadecimal number").at(2);
    let field = bytes.get(2..21).and_then(|field| str::from_utf8(field).ok()).ok_or_else(bad)?;
    let digits = field.trim_end_matches(' ').trim_end_matches('L').strip_prefix("0x").ok_or_else(bad)?;
    let claimed = u64::from_str_radix(digits, 16).map_err(|_| bad())?;
    let start = if bytes.get(21) == Some(&b' ') { 22 } else { 21 };
    let used = zlib(&bytes[start..], sink)?;
    if sink.len() as u64 != claimed {
        let message = format!("the header says {claimed} bytes, the stream holds {}", sink.len());
        return Err(Error::malformed(message).at(2));
    }
    Ok(start + used)
}

/// bzip2, one stream: ends with a CRC-32 over its blocks.
pub(crate) fn bzip2(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    let mut stream = bzip2::Decompress::new(false);
    sink.drive(bytes, |input, out| {
        let (read, written) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(input, out).map_err(damaged)?;
        Ok(Step {
            consumed: (stream.total_in() - read) as usize,
            produced: (stream.total_out() - written) as usize,
            ended: status == bzip2::Status::StreamEnd,
        })
    })
}

/// xz, one stream without padding: ends with an index and a footer, and each block with its check.
pub(crate) fn xz(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    let mut stream = XzStream::new_mem_limit(false, dictionary_kib(sink));
    let allowed = sink.budget().limits().of(Limit::DictionaryBytes);
    sink.drive(bytes, |input, out| lzma_step(stream.process(input, out, Action::Finish), allowed))
}

/// LZMA alone: ends with a marker or after the length in its header, and has no checksum.
pub(crate) fn lzma(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    let mut stream = LzmaStream::new_mem_limit(dictionary_kib(sink), None);
    let allowed = sink.budget().limits().of(Limit::DictionaryBytes);
    let used =
        sink.drive(bytes, |input, out| lzma_step(stream.process(input, out, Action::Finish), allowed))?;
    Ok(used - stream.unused_input().len())
}

/// Memory for the decoder around its dictionary; the libraries limit the sum.
const OVERHEAD_KIB: u64 = 1024;

fn dictionary_kib(sink: &Sink<'_>) -> u32 {
    let allowed = sink.budget().limits().of(Limit::DictionaryBytes);
    u32::try_from(allowed / 1024 + OVERHEAD_KIB).unwrap_or(u32::MAX)
}

fn lzma_step(result: io::Result<StreamResult>, allowed: u64) -> Result<Step> {
    match result {
        Ok(StreamResult { bytes_consumed, bytes_produced, status }) => Ok(Step {
            consumed: bytes_consumed,
            produced: bytes_produced,
            ended: status == LzmaStatus::StreamEnd,
        }),
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
            Err(LimitError { limit: Limit::DictionaryBytes, allowed, asked: allowed.saturating_add(1) }
                .into())
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(cut_short()),
        Err(error) => Err(damaged(error)),
    }
}

pub(super) fn cut_short() -> Error {
    Error::malformed("cut short: the compressed stream has no end").of_breach(Breach::CutShort)
}

pub(super) fn damaged(why: impl Display) -> Error {
    Error::malformed(format!("the compressed stream is damaged ({})", why.to_string().to_lowercase()))
}
