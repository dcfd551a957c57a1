//! Bytes inside a file that are a file of their own.

use cannery_format::sniff::{Container, Format, sniff};

/// Shorter bytes hold no call.
const SHORTEST: usize = 4;

/// Whether bytes are worth an attempt to read them: the start is that of a pickle or of a container, and a pickle without
/// a header ends as one.
pub(crate) fn may_hold_a_file(bytes: &[u8]) -> bool {
    bytes.len() >= SHORTEST && starts_like_a_file(bytes) && (has_magic(bytes) || bytes.ends_with(b"."))
}

/// Whether the first bytes are those of a file.
pub(crate) fn starts_like_a_file(bytes: &[u8]) -> bool {
    matches!(sniff(bytes), Format::Wrapped(_) | Format::Container(_))
}

/// Whether it can't be anything but what it begins with: the rest are pickles of protocols 0 and 1, which begin with any
/// letter.
pub(crate) fn has_magic(bytes: &[u8]) -> bool {
    match sniff(bytes) {
        Format::Container(Container::Pickle) => matches!(bytes, [0x80, 0..=5, ..]),
        Format::Wrapped(_) | Format::Container(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pickles_and_containers_are_tried_and_data_is_not() {
        for bytes in [
            &b"\x80\x04N."[..],
            b"cos\nsystem\n.",
            b"PK\x03\x04....",
            b"\x93NUMPY\x01\x00",
            b"\x1f\x8b\x08\x00",
        ] {
            assert!(may_hold_a_file(bytes), "{bytes:?}");
        }
        for bytes in [&b""[..], b"N.", b"cos\nsystem\n", b"\x00\x01\x02\x03.", b"text, just text"] {
            assert!(!may_hold_a_file(bytes), "{bytes:?}");
        }
    }
}
