use std::ops::{Add, AddAssign};

/// Elements that are added in eight lanes before numpy cuts a sum in two.
const BLOCK: usize = 128;

/// The sum in numpy's order: one after another below 8 elements, else in eight lanes; longer sums are cut in two.
///
/// Source: `pairwise_sum` in numpy's `loops_utils.h.src`.
pub(crate) fn pairwise<T: Copy + Default + Add<Output = T> + AddAssign>(x: &[T]) -> T {
    if x.len() > BLOCK {
        let half = x.len() / 2;
        let (left, right) = x.split_at(half - half % 8);
        return pairwise(left) + pairwise(right);
    }
    let (eights, rest) = x.as_chunks::<8>();
    let Some((first, others)) = eights.split_first() else { return in_order(T::default(), rest) };
    let mut lanes = *first;
    for chunk in others {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += x);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    in_order(((a + b) + (c + d)) + ((e + f) + (g + h)), rest)
}

fn in_order<T: Copy + AddAssign>(mut sum: T, x: &[T]) -> T {
    x.iter().for_each(|&x| sum += x);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_numpys() {
        assert_eq!(pairwise::<f64>(&[]), 0.0);
        assert_eq!(pairwise(&[1e16, 1.0, -1e16]), 0.0);
        // (1e16 + 1) + (1 - 1e16), then the last: both ones are lost
        assert_eq!(pairwise(&[1e16, 1.0, 1.0, -1e16, 0.0, 0.0, 0.0, 0.0, 3.0]), 3.0);
        let x = Vec::from_iter((0..1000).map(|i| 1.0 / f64::from(i + 1)));
        assert_eq!(pairwise(&x), 7.485470860550345);
    }
}
