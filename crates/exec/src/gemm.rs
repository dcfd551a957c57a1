//! Products of dense matrices by the crate `matrixmultiply`, whose interface is raw pointers.

#![allow(unsafe_code)]

/// Writes a · bᵀ into `out`: each row of `a` with each row of `b`, all of `depth` elements and in C order.
///
/// Each product is a sum in an order that depends on `depth` and the processor alone, not on how many rows there are or
/// where a row stands.
///
/// # Panics
/// If `out` has another number of elements than products, or a slice does not end with a row.
pub(crate) fn multiply_transposed(a: &[f64], b: &[f64], depth: usize, out: &mut [f64]) {
    if depth == 0 {
        return out.fill(0.0);
    }
    let (rows, columns) = (a.len() / depth, b.len() / depth);
    assert!(a.len() == rows * depth && b.len() == columns * depth, "whole rows of {depth} elements");
    assert_eq!(Some(out.len()), rows.checked_mul(columns), "an element for each pair of rows");
    // SAFETY: the strides address rows × depth elements of `a`, depth × columns of `b` (read transposed) and
    // rows × columns of `out`, which the slices have, as was just checked; `out` is borrowed for writing, so it overlaps
    // neither. No slice is longer than isize::MAX bytes, so no stride or length overflows isize.
    unsafe {
        matrixmultiply::dgemm(
            rows,
            depth,
            columns,
            1.0,
            a.as_ptr(),
            depth as isize,
            1,
            b.as_ptr(),
            1,
            depth as isize,
            0.0,
            out.as_mut_ptr(),
            columns as isize,
            1,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(len: usize, seed: usize) -> Vec<f64> {
        (0..len).map(|i| ((i * 7919 + seed) % 1000) as f64 / 370.0 - 1.3).collect()
    }

    #[test]
    fn products_are_those_of_the_plain_loop() {
        for (rows, columns, depth) in [(1, 1, 1), (3, 5, 2), (17, 33, 40), (70, 9, 300), (0, 4, 3), (4, 0, 3)]
        {
            let (a, b) = (numbers(rows * depth, 1), numbers(columns * depth, 5));
            let mut out = vec![f64::NAN; rows * columns];
            multiply_transposed(&a, &b, depth, &mut out);
            for (at, got) in out.iter().enumerate() {
                let (x, y) = (&a[at / columns * depth..][..depth], &b[at % columns * depth..][..depth]);
                let terms = || x.iter().zip(y).map(|(x, y)| x * y);
                let (want, bound) = (terms().sum::<f64>(), terms().map(f64::abs).sum::<f64>() * 1e-14);
                assert!((got - want).abs() <= bound, "{rows}x{columns}x{depth} at {at}: {got}, not {want}");
            }
        }
    }

    #[test]
    fn a_row_is_the_same_among_any_rows() {
        let (columns, depth) = (37, 300);
        let (a, b) = (numbers(200 * depth, 3), numbers(columns * depth, 9));
        let mut all = vec![0.0; 200 * columns];
        multiply_transposed(&a, &b, depth, &mut all);
        for (first, rows) in [(0, 1), (1, 2), (5, 7), (31, 64), (199, 1), (100, 100)] {
            let mut some = vec![0.0; rows * columns];
            multiply_transposed(&a[first * depth..][..rows * depth], &b, depth, &mut some);
            assert_eq!(some, all[first * columns..][..rows * columns], "rows {first}..{}", first + rows);
        }
    }

    #[test]
    fn no_depth_is_no_sum() {
        let mut out = [1.0; 6];
        multiply_transposed(&[], &[], 0, &mut out);
        assert_eq!(out, [0.0; 6]);
    }
}
