//! Definition levels of columns that are not nested: a bit for each row, which says whether it has a value
//! (<https://github.com/apache/parquet-format/blob/master/Encodings.md>).

use super::varint::varint;

/// How many of so many rows have a value, by levels in runs and groups of eight bits; `None` if they are damaged.
pub(super) fn values_in_runs(levels: &[u8], rows: usize) -> Option<usize> {
    let (mut rest, mut left, mut values) = (levels, rows, 0);
    while left > 0 {
        let header = varint(&mut rest)?;
        let count = usize::try_from(header >> 1).ok().filter(|&count| count > 0)?;
        let is_packed = header & 1 == 1;
        let (run, after) = rest.split_at_checked(if is_packed { count } else { 1 })?;
        let covered = left.min(if is_packed { count.saturating_mul(8) } else { count });
        values += match (is_packed, run[0]) {
            (true, _) => ones(run, covered, u8::reverse_bits),
            (false, 0) => 0,
            (false, 1) => covered,
            (false, _) => return None,
        };
        (rest, left) = (after, left - covered);
    }
    Some(values)
}

/// The same by levels that are a bit each, the most significant first.
pub(super) fn values_in_bits(levels: &[u8], rows: usize) -> Option<usize> {
    (levels.len() >= rows.div_ceil(8)).then(|| ones(levels, rows, |byte| byte))
}

/// Bits that are set among the first so many, of bytes that have the first one on top after `turn`.
fn ones(bytes: &[u8], count: usize, turn: impl Fn(u8) -> u8) -> usize {
    let set = |byte: u8| byte.count_ones() as usize;
    let whole: usize = bytes.iter().take(count / 8).map(|&byte| set(byte)).sum();
    let last = bytes.get(count / 8).map_or(0, |&byte| turn(byte));
    whole + set(last & !(0xff >> (count % 8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_groups_are_counted_as_far_as_there_are_rows() {
        let cases: [(&[u8], usize, Option<usize>); 14] = [
            (&[], 0, Some(0)),
            (&[10, 0], 5, Some(0)),
            (&[10, 1], 5, Some(5)),
            (&[10, 1], 3, Some(3)),
            (&[4, 0, 6, 1], 5, Some(3)),
            (&[3, 0b0001_0110], 5, Some(3)),
            (&[3, 0b1110_0000], 5, Some(0)),
            (&[5, 0xff, 0b11], 9, Some(9)),
            (&[3, 0xff, 4, 1], 10, Some(10)),
            (&[4, 0], 5, None),
            (&[0, 0], 5, None),
            (&[10, 2], 5, None),
            (&[5, 1], 9, None),
            (&[0x80, 0x80], 5, None),
        ];
        for (levels, rows, want) in cases {
            assert_eq!(values_in_runs(levels, rows), want, "{levels:?} {rows}");
        }
    }

    #[test]
    fn bits_are_counted_from_the_top() {
        assert_eq!(values_in_bits(&[0b1010_0000, 0b1000_0001], 9), Some(3));
        assert_eq!(values_in_bits(&[0b0001_1111], 3), Some(0));
        assert_eq!(values_in_bits(&[0xff], 8), Some(8));
        assert_eq!(values_in_bits(&[0xff], 9), None);
        assert_eq!(values_in_bits(&[], 0), Some(0));
    }
}
