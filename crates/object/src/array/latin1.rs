//! Bytes as a file has them: as they are, or as a text of the latin-1 characters that they stand for.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::OnceLock;

use crate::heap::{Heap, Node};

/// Bytes of which the number is known, and which are decoded when they are first looked at.
#[derive(Clone, Debug)]
pub(super) enum Encoded<'h> {
    /// As they are.
    Plain(Cow<'h, [u8]>),
    /// As the UTF-8 of their latin-1 characters, some of them of two bytes.
    Latin1 { utf8: &'h [u8], len: usize, bytes: OnceLock<Vec<u8>> },
}

impl<'h> Encoded<'h> {
    /// The bytes of a text that holds none but the first 256 characters.
    pub(super) fn of_text(text: Node, heap: &'h Heap) -> Option<Self> {
        let utf8 = match text {
            Node::Str(blob) => heap.bytes(blob),
            Node::Str8(blob) => return Some(heap.bytes(blob).into()), // read as latin-1
            _ => return None,
        };
        // without a branch for each byte, which random ones would make slow
        let (mut seconds, mut most) = (0, 0);
        for &byte in utf8 {
            seconds += usize::from(byte & 0xc0 == 0x80);
            most = most.max(byte);
        }
        if most < 0x80 {
            return Some(utf8.into());
        }
        // beyond U+00FF, and a character that is cut off, which no text ends with
        if most > 0xc3 || utf8.last().is_some_and(|&byte| byte >= 0xc0) {
            return None;
        }
        Some(Self::Latin1 { utf8, len: utf8.len() - seconds, bytes: OnceLock::new() })
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Latin1 { len, .. } => *len,
        }
    }

    /// The bytes, decoded.
    pub(super) fn into_bytes(self) -> Cow<'h, [u8]> {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Latin1 { utf8, bytes, .. } => {
                Cow::Owned(bytes.into_inner().unwrap_or_else(|| latin1_bytes(utf8)))
            }
        }
    }
}

impl Deref for Encoded<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Latin1 { utf8, bytes, .. } => bytes.get_or_init(|| latin1_bytes(utf8)),
        }
    }
}

impl<'h> From<&'h [u8]> for Encoded<'h> {
    fn from(bytes: &'h [u8]) -> Self {
        Self::Plain(Cow::Borrowed(bytes))
    }
}

/// The latin-1 of UTF-8 that holds none but the first 256 characters.
fn latin1_bytes(utf8: &[u8]) -> Vec<u8> {
    // a first byte of two stays where the second is written over it: without a branch, which would be random
    let mut bytes = vec![0; utf8.len()];
    let (mut end, mut before) = (0_usize, 0);
    for &byte in utf8 {
        let is_second = byte & 0xc0 == 0x80;
        bytes[end] = if is_second { before << 6 | byte & 0x3f } else { byte };
        end += usize::from(byte < 0xc0);
        before = byte;
    }
    bytes.truncate(end);
    bytes
}
