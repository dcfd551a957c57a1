use std::io::Read;

use lz4_flex::frame::FrameDecoder;

use super::codec::{cut_short, damaged};
use super::sink::{Sink, Step};
use crate::error::{Error, Result};

/// LZ4 frame: each block and the whole can have a checksum. Answers where the frame ends.
///
/// The library takes the end of its input, and an empty block, for the end of the frame. So the frame is walked first,
/// from block to block, which costs nothing, and the library then has to use all of it.
pub(super) fn inflate(bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize> {
    let end = frame_end(bytes)?;
    let mut decoder = FrameDecoder::new(&bytes[..end]);
    let mut left = end;
    sink.drive(&bytes[..end], |_, out| {
        let produced = decoder.read(out).map_err(damaged)?;
        let consumed = left - decoder.get_ref().len();
        left -= consumed;
        if produced == 0 && left > 0 {
            return Err(damaged("an empty block"));
        }
        Ok(Step { consumed, produced, ended: produced == 0 })
    })
}

const VERSION: u8 = 0xc0;
const BLOCK_CHECKSUM: u8 = 0x10;
const CONTENT_SIZE: u8 = 0x08;
const CONTENT_CHECKSUM: u8 = 0x04;
const RESERVED: u8 = 0x02;
const DICTIONARY: u8 = 0x01;
const STORED: u32 = 1 << 31;

/// Where the frame ends, by the lengths of its blocks (LZ4 Frame Format Description 1.6.4).
fn frame_end(bytes: &[u8]) -> Result<usize> {
    let cut_short = |at| cut_short().at(at);
    let &flags = bytes.get(4).ok_or_else(|| cut_short(4))?;
    if flags & (VERSION | RESERVED | DICTIONARY) != 0x40 {
        return Err(Error::unsupported("an lz4 frame of another version, or with a dictionary").at(4));
    }
    let mut at = 7 + if flags & CONTENT_SIZE != 0 { 8 } else { 0 };
    let block_checksum = if flags & BLOCK_CHECKSUM != 0 { 4 } else { 0 };
    loop {
        let size = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| cut_short(bytes.len()))?;
        let size = u32::from_le_bytes(*size);
        at += 4;
        match (size & !STORED) as usize {
            0 if size == 0 => break,
            0 => return Err(damaged("an empty block").at(at - 4)),
            len => at = at.saturating_add(len).saturating_add(block_checksum),
        }
    }
    let end = at + if flags & CONTENT_CHECKSUM != 0 { 4 } else { 0 };
    if end <= bytes.len() { Ok(end) } else { Err(cut_short(bytes.len())) }
}
