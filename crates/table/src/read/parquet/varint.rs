//! Integers of seven bits a byte, the least significant first, as levels and delta encodings have them.

/// Reads one, and leaves the bytes behind it; `None` when they end before it, or it has more than ten.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
