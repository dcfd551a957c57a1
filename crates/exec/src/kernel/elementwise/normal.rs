//! The standard normal distribution.
//!
//! Source: `ndtr.c` and `ndtri.c` of the Cephes library, by which scipy computes `scipy.stats.norm.cdf` and `ppf`.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use cannery_graph::normal::{
    ERF_OVER, ERF_UNDER, ERFC_FAR_OVER, ERFC_FAR_UNDER, ERFC_OVER, ERFC_UNDER, PPF_FAR_OVER, PPF_FAR_UNDER,
    PPF_OVER, PPF_TAIL, PPF_TAIL_OVER, PPF_TAIL_UNDER, PPF_UNDER,
};

/// The probability of less than x.
pub(in crate::kernel) fn cdf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x * FRAC_1_SQRT_2;
    let z = x.abs();
    if z < 1.0 {
        return 0.5 + 0.5 * erf_near(x);
    }
    let tail = 0.5 * erfc_far(z);
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// The error function of |x| < 1.
fn erf_near(x: f64) -> f64 {
    let z = x * x;
    x * polynomial(z, &ERF_OVER) / monic(z, &ERF_UNDER)
}

/// The complement of the error function of x ≥ 1.
fn erfc_far(x: f64) -> f64 {
    let exponent = -x * x;
    if exponent < -709.782_712_893_384 {
        return 0.0;
    }
    let z = exponent.exp();
    let (p, q) = if x < 8.0 {
        (polynomial(x, &ERFC_OVER), monic(x, &ERFC_UNDER))
    } else {
        (polynomial(x, &ERFC_FAR_OVER), monic(x, &ERFC_FAR_UNDER))
    };
    z * p / q
}

/// The x below which a part y of all is.
pub(in crate::kernel) fn ppf(y: f64) -> f64 {
    if y == 0.0 {
        return f64::NEG_INFINITY;
    }
    if y == 1.0 {
        return f64::INFINITY;
    }
    if !(0.0..=1.0).contains(&y) {
        return f64::NAN;
    }
    let (y, is_mirrored) = if y > 1.0 - PPF_TAIL { (1.0 - y, true) } else { (y, false) };
    if y > PPF_TAIL {
        let y = y - 0.5;
        let square = y * y;
        let x = y + y * (square * polynomial(square, &PPF_OVER) / monic(square, &PPF_UNDER));
        return x * (2.0 * PI).sqrt();
    }
    let x = (-2.0 * y.ln()).sqrt();
    let x0 = x - x.ln() / x;
    let z = 1.0 / x;
    let x1 = match x < 8.0 {
        true => z * polynomial(z, &PPF_TAIL_OVER) / monic(z, &PPF_TAIL_UNDER),
        false => z * polynomial(z, &PPF_FAR_OVER) / monic(z, &PPF_FAR_UNDER),
    };
    let x = x0 - x1;
    if is_mirrored { x } else { -x }
}

/// Coefficients from the highest power on.
fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// The same with a highest coefficient of 1 that is not in the list.
fn monic(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().fold(1.0, |sum, c| sum * x + c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_scipys() {
        for (y, x) in [
            (0.5, 0.0),
            (1e-7, -5.199_337_582_192_816_5),
            (0.975, 1.959_963_984_540_054),
            (0.1, -1.281_551_565_544_600_4),
            (1e-300, -37.047_096_299_361_2),
        ] {
            assert!((ppf(y) - x).abs() <= 4e-15 * x.abs().max(1.0), "{y}: {}", ppf(y));
            assert!((cdf(x) - y).abs() <= 1e-11 * y, "{x}: {}", cdf(x));
        }
        assert_eq!([ppf(0.0), ppf(1.0)], [f64::NEG_INFINITY, f64::INFINITY]);
        assert!(ppf(-0.1).is_nan() && ppf(f64::NAN).is_nan() && cdf(f64::NAN).is_nan());
        assert_eq!([cdf(-1e9), cdf(1e9), cdf(0.0)], [0.0, 1.0, 0.5]);
    }
}
