//! Sums in numpy's order.

/// numpy's sum of neighbouring elements, to the bit.
///
/// Source: `pairwise_sum_DOUBLE` in `numpy/core/src/umath/loops.c.src`: in order up to 8 elements, in 8 lanes up to
/// 128, and by halves beyond. The halves of more than 128 classes nest as deep as the logarithm of their number.
pub(crate) fn pairwise_sum(x: &[f64]) -> f64 {
    if x.len() < 8 {
        return x.iter().fold(0.0, |sum, x| sum + x);
    }
    if x.len() > 128 {
        let half = x.len() / 2 / 8 * 8;
        return pairwise_sum(&x[..half]) + pairwise_sum(&x[half..]);
    }
    let (eights, rest) = x.as_chunks::<8>();
    let mut r = eights[0];
    for eight in &eights[1..] {
        r.iter_mut().zip(eight).for_each(|(sum, x)| *sum += x);
    }
    let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    rest.iter().fold(sum, |sum, x| sum + x)
}
