//! The standard normal distribution.
//!
//! Source: `ndtr.c` and `ndtri.c` of the Cephes library, by which scipy computes `scipy.stats.norm.cdf` and `ppf`.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

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
    x * polynomial(z, &T) / monic(z, &U)
}

/// The complement of the error function of x ≥ 1.
fn erfc_far(x: f64) -> f64 {
    let exponent = -x * x;
    if exponent < -709.782_712_893_384 {
        return 0.0;
    }
    let z = exponent.exp();
    let (p, q) = if x < 8.0 { (polynomial(x, &P), monic(x, &Q)) } else { (polynomial(x, &R), monic(x, &S)) };
    z * p / q
}

/// The x below which a part y of all is.
pub(in crate::kernel) fn ppf(y: f64) -> f64 {
    /// e⁻².
    const TAIL: f64 = 0.135_335_283_236_612_7;
    if y == 0.0 {
        return f64::NEG_INFINITY;
    }
    if y == 1.0 {
        return f64::INFINITY;
    }
    if !(0.0..=1.0).contains(&y) {
        return f64::NAN;
    }
    let (y, is_mirrored) = if y > 1.0 - TAIL { (1.0 - y, true) } else { (y, false) };
    if y > TAIL {
        let y = y - 0.5;
        let square = y * y;
        let x = y + y * (square * polynomial(square, &P0) / monic(square, &Q0));
        return x * (2.0 * PI).sqrt();
    }
    let x = (-2.0 * y.ln()).sqrt();
    let x0 = x - x.ln() / x;
    let z = 1.0 / x;
    let x1 = match x < 8.0 {
        true => z * polynomial(z, &P1) / monic(z, &Q1),
        false => z * polynomial(z, &P2) / monic(z, &Q2),
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

const P: [f64; 9] = [
    2.461_969_814_735_305e-10,
    5.641_895_648_310_688e-1,
    7.463_210_564_422_699,
    4.863_719_709_856_814e1,
    1.965_208_329_560_771e2,
    5.264_451_949_954_773e2,
    9.345_285_271_719_576e2,
    1.027_551_886_895_157e3,
    5.575_353_353_693_994e2,
];
const Q: [f64; 8] = [
    1.322_819_511_547_45e1,
    8.670_721_408_859_897e1,
    3.549_377_788_878_199e2,
    9.757_085_017_432_055e2,
    1.823_909_166_879_097_3e3,
    2.246_337_608_187_109_8e3,
    1.656_663_091_941_613_6e3,
    5.575_353_408_177_277e2,
];
const R: [f64; 6] = [
    5.641_895_835_477_551e-1,
    1.275_366_707_599_781,
    5.019_050_422_511_805,
    6.160_210_979_930_536,
    7.409_742_699_504_489,
    2.978_866_653_721_002_3,
];
const S: [f64; 6] = [
    2.260_528_632_201_173,
    9.396_035_249_380_015,
    1.204_895_398_080_966_5e1,
    1.708_144_507_475_659e1,
    9.608_968_090_632_859,
    3.369_076_451_000_815,
];
const T: [f64; 5] = [
    9.604_973_739_870_516,
    9.002_601_972_038_427e1,
    2.232_005_345_946_843e3,
    7.003_325_141_128_051e3,
    5.559_230_130_103_949_6e4,
];
const U: [f64; 5] = [
    3.356_171_416_475_031e1,
    5.213_579_497_801_527e2,
    4.594_323_829_709_801e3,
    2.262_900_006_138_909e4,
    4.926_739_426_086_359e4,
];
const P0: [f64; 5] = [
    -5.996_335_010_141_079e1,
    9.800_107_541_859_997e1,
    -5.667_628_574_690_703e1,
    1.393_126_093_872_795e1,
    -1.239_165_838_673_812_5,
];
const Q0: [f64; 8] = [
    1.954_488_583_381_417_6,
    4.676_279_128_988_815,
    8.636_024_213_908_905e1,
    -2.254_626_878_541_194e2,
    2.002_602_123_800_606_6e2,
    -8.203_722_561_683_334e1,
    1.590_562_251_262_117e1,
    -1.183_316_211_213_3,
];
const P1: [f64; 9] = [
    4.055_448_923_059_624_5,
    3.152_510_945_998_938_7e1,
    5.716_281_922_464_213e1,
    4.408_050_738_932_008e1,
    1.468_495_619_288_580_2e1,
    2.186_633_068_507_902_6,
    -1.402_560_791_713_545e-1,
    -3.504_246_268_278_482e-2,
    -8.574_567_851_546_854e-4,
];
const Q1: [f64; 8] = [
    1.577_998_832_564_667_4e1,
    4.539_076_351_288_792e1,
    4.131_720_382_546_72e1,
    1.504_253_856_929_075e1,
    2.504_649_462_083_094,
    -1.421_829_228_547_877_8e-1,
    -3.808_064_076_915_783e-2,
    -9.332_594_808_954_574e-4,
];
const P2: [f64; 9] = [
    3.237_748_917_769_46,
    6.915_228_890_689_842,
    3.938_810_252_924_744,
    1.333_034_608_158_075_4,
    2.014_853_895_491_790_8e-1,
    1.237_166_348_178_200_3e-2,
    3.015_815_535_082_354e-4,
    2.658_069_746_867_375_4e-6,
    6.239_745_391_849_833e-9,
];
const Q2: [f64; 8] = [
    6.024_270_393_647_42,
    3.679_835_638_561_608_6,
    1.377_020_994_890_813_3,
    2.162_369_935_944_966_4e-1,
    1.342_040_060_885_431_8e-2,
    3.280_144_646_821_277_5e-4,
    2.892_478_647_453_806_8e-6,
    6.790_194_080_099_813e-9,
];

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
