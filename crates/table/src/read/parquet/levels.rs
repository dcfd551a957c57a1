//! Definition levels of columns that are not nested: a bit for each row, which says whether it has a value
//! (<https://github.com/apache/parquet-format/blob/master/Encodings.md>, run length encoding and bit-packing hybrid).

/// Whether the first so many levels say that there is a value, or are damaged.
pub(super) fn has_values(levels: &[u8], count: usize) -> bool {
    let (mut rest, mut left) = (levels, count);
    while left > 0 {
        let Some(header) = varint(&mut rest) else { return true };
        let runs = usize::try_from(header >> 1).unwrap_or(usize::MAX);
        let (bytes, rows) = if header & 1 == 1 { (runs, runs.saturating_mul(8)) } else { (1, runs) };
        let Some((packed, after)) = rest.split_at_checked(bytes).filter(|_| rows > 0) else { return true };
        let of_rows = if header & 1 == 1 { packed.get(..left.div_ceil(8)).unwrap_or(packed) } else { packed };
        if of_rows.iter().any(|&byte| byte != 0) {
            return true;
        }
        (rest, left) = (after, left.saturating_sub(rows));
    }
    false
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_runs_or_bits() {
        let cases: [(&[u8], usize, bool); 12] = [
            (&[], 0, false),
            (&[10, 0], 5, false),
            (&[10, 1], 5, true),
            (&[4, 0, 6, 1], 5, true),
            (&[4, 0, 6, 1], 2, false),
            (&[3, 0], 5, false),
            (&[3, 0b1_0000], 5, true),
            (&[5, 0, 1], 8, false),
            (&[5, 0, 1], 9, true),
            (&[4, 0], 5, true),
            (&[0, 0], 5, true),
            (&[0x80, 0x80], 5, true),
        ];
        for (levels, count, want) in cases {
            assert_eq!(has_values(levels, count), want, "{levels:?} {count}");
        }
    }
}
