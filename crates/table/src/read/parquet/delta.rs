//! Checks of delta encodings (<https://github.com/apache/parquet-format/blob/master/Encodings.md>) before a decoder sees
//! them: integers in blocks of bit-packed differences, and the lengths of texts as such integers.

use super::varint::varint;

/// Most values of a block; writers take 128 or 256.
const MAX_BLOCK: u64 = 1 << 16;

/// What bytes of delta encoding are not.
const BAD: &str = "a page of delta encoding that is damaged";

/// Checks a page of `DELTA_BINARY_PACKED`, and gives the number of its integers.
pub(super) fn check_integers(bytes: &[u8], most: usize) -> Result<usize, &'static str> {
    let mut count = 0;
    Packed { bytes }.integers(most, |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

/// Checks a page of `DELTA_LENGTH_BYTE_ARRAY`.
pub(super) fn check_lengths(bytes: &[u8], most: usize) -> Result<(), &'static str> {
    let mut packed = Packed { bytes };
    let mut sum = 0_usize;
    packed.integers(most, |len| {
        sum = usize::try_from(len).ok().and_then(|len| sum.checked_add(len)).ok_or(BAD)?;
        Ok(())
    })?;
    if sum <= packed.bytes.len() { Ok(()) } else { Err(BAD) }
}

/// Checks a page of `DELTA_BYTE_ARRAY`, and gives the length of its longest text.
pub(super) fn check_texts(bytes: &[u8], most: usize) -> Result<usize, &'static str> {
    let mut packed = Packed { bytes };
    let mut prefixes = Vec::new();
    packed.integers(most, |len| {
        prefixes.push(usize::try_from(len).map_err(|_| BAD)?);
        Ok(())
    })?;
    let (mut sum, mut before, mut longest) = (0_usize, 0_usize, 0);
    let mut prefixes = prefixes.into_iter();
    packed.integers(most, |len| {
        let len = usize::try_from(len).map_err(|_| BAD)?;
        let prefix = prefixes.next().filter(|&prefix| prefix <= before).ok_or(BAD)?;
        sum = sum.checked_add(len).ok_or(BAD)?;
        before = prefix.checked_add(len).ok_or(BAD)?;
        longest = longest.max(before);
        Ok(())
    })?;
    if prefixes.next().is_none() && sum <= packed.bytes.len() { Ok(longest) } else { Err(BAD) }
}

/// Bytes whose rest is still to be read.
struct Packed<'a> {
    bytes: &'a [u8],
}

impl Packed<'_> {
    /// Gives all integers, at most so many, to `each`.
    fn integers(
        &mut self,
        most: usize,
        mut each: impl FnMut(i64) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        let (block, minis, total) = (self.varint()?, self.varint()?, self.varint()?);
        let mut value = self.zigzag()?;
        let is_sound = block > 0 && block <= MAX_BLOCK && block % 128 == 0 && minis > 0 && block % minis == 0;
        if !is_sound || (block / minis) % 32 != 0 || total > most as u64 {
            return Err(BAD);
        }
        let size = (block / minis) as usize;
        let mut left = total as usize;
        if left > 0 {
            each(value)?;
            left -= 1;
        }
        while left > 0 {
            let least = self.zigzag()?;
            let widths = self.take(minis as usize)?.to_vec();
            for width in widths {
                if left == 0 {
                    break;
                }
                if width > 64 {
                    return Err(BAD);
                }
                let packed = self.take(size / 8 * usize::from(width))?;
                for index in 0..size.min(left) {
                    let delta = least.wrapping_add(unpacked(packed, index, width.into()));
                    value = value.wrapping_add(delta);
                    each(value)?;
                }
                left -= size.min(left);
            }
        }
        Ok(())
    }

    fn zigzag(&mut self) -> Result<i64, &'static str> {
        let raw = self.varint()?;
        Ok((raw >> 1).cast_signed() ^ -((raw & 1).cast_signed()))
    }

    fn varint(&mut self) -> Result<u64, &'static str> {
        varint(&mut self.bytes).ok_or(BAD)
    }

    fn take(&mut self, len: usize) -> Result<&[u8], &'static str> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(BAD)?;
        self.bytes = rest;
        Ok(taken)
    }
}

/// The bits of one value, least significant first, of bytes that hold it.
fn unpacked(packed: &[u8], index: usize, width: usize) -> i64 {
    let mut value = 0_u64;
    let first = index * width;
    let mut done = 0;
    while done < width {
        let at = first + done;
        let bits = (8 - at % 8).min(width - done);
        let byte = packed.get(at / 8).copied().unwrap_or(0);
        let part = (u64::from(byte) >> (at % 8)) & ((1 << bits) - 1);
        value |= part << done;
        done += bits;
    }
    value.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of 128 in 4 parts; 7, 5, 3, 1, 2, 3, 4, 5, of which the differences less -2 are 0, 0, 0, 3, 3, 3, 3 in 2
    /// bits each: the second example of the specification.
    const EIGHT: [u8; 18] = [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0];

    #[test]
    fn integers_are_those_of_the_specification() {
        let mut values = Vec::new();
        let mut packed = Packed { bytes: &EIGHT };
        let read = packed.integers(8, |value| {
            values.push(value);
            Ok(())
        });
        assert_eq!((read, values), (Ok(()), vec![7, 5, 3, 1, 2, 3, 4, 5]));
        assert!(packed.bytes.is_empty());
        assert_eq!(check_integers(&EIGHT, 7), Err(BAD), "more than the page has");
        for len in 0..EIGHT.len() {
            assert_eq!(check_integers(&EIGHT[..len], 8), Err(BAD), "{len}");
        }
    }

    #[test]
    fn lengths_are_those_of_bytes_that_are_there() {
        // 7 + 5 + 3 + 1 + 2 + 3 + 4 + 5
        let texts = |bytes: usize| [&EIGHT[..], &vec![b'x'; bytes]].concat();
        assert_eq!(check_lengths(&texts(30), 8), Ok(()));
        assert_eq!(check_lengths(&texts(29), 8), Err(BAD));
        // prefixes of 0 and 2 bytes, suffixes of 3 and 1
        let one = |first: u8, delta: u8| [0x80, 1, 4, 2, first * 2, delta * 2, 0, 0, 0, 0];
        let pages = |prefix: u8, bytes: &[u8]| {
            [&one(0, prefix)[..], &[0x80, 1, 4, 2, 6, 3, 0, 0, 0, 0], bytes].concat()
        };
        assert_eq!(check_texts(&pages(2, b"abcd"), 2), Ok(3));
        assert_eq!(check_texts(&pages(2, b"abc"), 2), Err(BAD));
        assert_eq!(
            check_texts(&pages(4, b"abcd"), 2),
            Err(BAD),
            "a prefix that is longer than the text before"
        );
    }
}
