//! Special functions of constants.

/// Bernoulli numbers by twice their index, from the second on.
const SERIES: [f64; 7] =
    [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0];

/// The logarithmic derivative of the gamma function; NaN for what is not above 0.
///
/// Steps up to 10 and Stirling's series there: relative to |ψ(x)| + 1 about 1e-15, as near as scipy's.
pub(crate) fn digamma(mut x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut below = 0.0;
    while x < 10.0 {
        below += 1.0 / x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let rest = SERIES.iter().rev().fold(0.0, |rest, term| (rest + term) * inverse);
    x.ln() - 0.5 / x - rest - below
}

#[cfg(test)]
mod tests {
    use super::digamma;

    #[test]
    fn digamma_is_scipys() {
        let cases = [
            (1.0, -0.577_215_664_901_532_9),
            (0.5, -1.963_510_026_021_423_4),
            (2.5, 0.703_156_640_645_243_1),
            (10.0, 2.251_752_589_066_721),
            (123.456, 4.811_829_323_828_985),
            (1e-3, -1_000.575_571_931_810_3),
        ];
        for (x, want) in cases {
            assert!((digamma(x) - want).abs() < 2e-15 * (want.abs() + 1.0), "{x}: {} {want}", digamma(x));
        }
        assert!(digamma(0.0).is_nan() && digamma(-1.5).is_nan() && digamma(f64::NAN).is_nan());
    }
}
