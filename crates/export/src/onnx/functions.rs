//! Functions that ONNX Runtime does not have for float64, by those that it has.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, LN_2, LN_10, PI};

use cannery_graph::DType;
use cannery_graph::normal::{
    ERF_OVER, ERF_UNDER, ERFC_FAR_OVER, ERFC_FAR_UNDER, ERFC_OVER, ERFC_UNDER, PPF_FAR_OVER, PPF_FAR_UNDER,
    PPF_OVER, PPF_TAIL, PPF_TAIL_OVER, PPF_TAIL_UNDER, PPF_UNDER,
};

use super::columns::{exp_m1, log_1p};
use super::net::Net;

fn number(net: &mut Net, value: f64) -> String {
    net.float(DType::F64, value)
}

/// a where the condition holds, else b.
fn choose(net: &mut Net, condition: &str, a: &str, b: &str) -> String {
    net.op("Where", &[condition, a, b])
}

/// log x / log b.
fn log_by(net: &mut Net, x: &str, log_of_base: f64) -> String {
    let log = net.op("Log", &[x]);
    let by = number(net, log_of_base);
    net.op("Div", &[&log, &by])
}

/// The logarithm to base 2.
pub(super) fn log_2(net: &mut Net, x: &str) -> String {
    log_by(net, x, LN_2)
}

/// The logarithm to base 10.
pub(super) fn log_10(net: &mut Net, x: &str) -> String {
    log_by(net, x, LN_10)
}

/// |x|^⅓ with the sign of x.
pub(super) fn cube_root(net: &mut Net, x: &str) -> String {
    let (sign, size) = (net.op("Sign", &[x]), net.op("Abs", &[x]));
    let third = number(net, 1.0 / 3.0);
    let root = net.op("Pow", &[&size, &third]);
    net.op("Mul", &[&sign, &root])
}

/// x without its fraction.
pub(super) fn truncate(net: &mut Net, x: &str, dtype: DType) -> String {
    let zero = net.float(dtype, 0.0);
    let is_below = net.op("Less", &[x, &zero]);
    let (floor, ceil) = (net.op("Floor", &[x]), net.op("Ceil", &[x]));
    choose(net, &is_below, &ceil, &floor)
}

/// cos x = 1 − 2·sin²(x/2): ONNX Runtime 1.21 has no cosine of float64.
pub(super) fn cosine(net: &mut Net, x: &str) -> String {
    let [half, one, two] = [0.5, 1.0, 2.0].map(|value| number(net, value));
    let x = net.op("Mul", &[&half, x]);
    let sine = net.op("Sin", &[&x]);
    let square = net.op("Mul", &[&sine, &sine]);
    let square = net.op("Mul", &[&two, &square]);
    net.op("Sub", &[&one, &square])
}

/// sin x / cos x.
pub(super) fn tangent(net: &mut Net, x: &str) -> String {
    let (sine, cosine) = (net.op("Sin", &[x]), cosine(net, x));
    net.op("Div", &[&sine, &cosine])
}

/// Numerator of (asin x − x)/x³ as a function of x², from the highest power. Source: FreeBSD's `e_asin.c`.
const ARC_SINE_OVER: [f64; 6] = [
    3.479_331_075_960_212e-5,
    7.915_349_942_898_145e-4,
    -0.040_055_534_500_679_41,
    0.201_212_532_134_862_93,
    -0.325_565_818_622_400_9,
    0.166_666_666_666_666_66,
];
/// Its denominator.
const ARC_SINE_UNDER: [f64; 5] = [
    0.077_038_150_555_901_94,
    -0.688_283_971_605_453_3,
    2.020_945_760_233_505_7,
    -2.403_394_911_734_414,
    1.0,
];

/// asin x of 0 ≤ x ≤ 1, NaN above. Beyond ½ it is π/2 − 2·asin √((1−x)/2).
pub(super) fn arc_sine_of_size(net: &mut Net, x: &str) -> String {
    let (is_large, small) = arc_sine_parts(net, x);
    let [two, quarter] = [2.0, FRAC_PI_2].map(|value| number(net, value));
    let double = net.op("Mul", &[&two, &small]);
    let large = net.op("Sub", &[&quarter, &double]);
    choose(net, &is_large, &large, &small)
}

/// Whether x is above ½, and asin x or, where it is, asin √((1−x)/2).
fn arc_sine_parts(net: &mut Net, x: &str) -> (String, String) {
    let [half, one] = [0.5, 1.0].map(|value| number(net, value));
    let is_large = net.op("Greater", &[x, &half]);
    let rest = net.op("Sub", &[&one, x]);
    let rest = net.op("Mul", &[&half, &rest]);
    let root = net.op("Sqrt", &[&rest]);
    let argument = choose(net, &is_large, &root, x);
    let square = net.op("Mul", &[&argument, &argument]);
    let over = polynomial(net, &square, &ARC_SINE_OVER);
    let over = net.op("Mul", &[&square, &over]);
    let under = polynomial(net, &square, &ARC_SINE_UNDER);
    let quotient = net.op("Div", &[&over, &under]);
    let more = net.op("Mul", &[&argument, &quotient]);
    let small = net.op("Add", &[&argument, &more]);
    (is_large, small)
}

/// asin x.
pub(super) fn arc_sine(net: &mut Net, x: &str) -> String {
    let (sign, size) = (net.op("Sign", &[x]), net.op("Abs", &[x]));
    let angle = arc_sine_of_size(net, &size);
    net.op("Mul", &[&sign, &angle])
}

/// 2·asin √((1−x)/2) above ½, else π/2 − asin x.
pub(super) fn arc_cosine(net: &mut Net, x: &str) -> String {
    let (sign, size) = (net.op("Sign", &[x]), net.op("Abs", &[x]));
    let (is_large, small) = arc_sine_parts(net, &size);
    let [zero, two, quarter, half] = [0.0, 2.0, FRAC_PI_2, PI].map(|value| number(net, value));
    let double = net.op("Mul", &[&two, &small]);
    let rest = net.op("Sub", &[&half, &double]);
    let is_below = net.op("Less", &[x, &zero]);
    let large = choose(net, &is_below, &rest, &double);
    let small = net.op("Mul", &[&sign, &small]);
    let small = net.op("Sub", &[&quarter, &small]);
    choose(net, &is_large, &large, &small)
}

/// asin(x/√(1+x²)), beyond 1 π/2 − asin(1/√(1+x²)).
pub(super) fn arc_tangent(net: &mut Net, x: &str) -> String {
    let [one, quarter] = [1.0, FRAC_PI_2].map(|value| number(net, value));
    let (sign, size) = (net.op("Sign", &[x]), net.op("Abs", &[x]));
    let square = net.op("Mul", &[&size, &size]);
    let square = net.op("Add", &[&one, &square]);
    let root = net.op("Sqrt", &[&square]);
    let is_large = net.op("Greater", &[&size, &one]);
    let over = choose(net, &is_large, &one, &size);
    let sine = net.op("Div", &[&over, &root]);
    let angle = arc_sine_of_size(net, &sine);
    let rest = net.op("Sub", &[&quarter, &angle]);
    let angle = choose(net, &is_large, &rest, &angle);
    net.op("Mul", &[&sign, &angle])
}

/// (eˣ − 1)/2 − (e⁻ˣ − 1)/2.
pub(super) fn hyperbolic_sine(net: &mut Net, x: &str) -> String {
    let half = number(net, 0.5);
    let negative = net.op("Neg", &[x]);
    let [up, down] = [x, &negative].map(|x| {
        let part = exp_m1(net, x, DType::F64);
        net.op("Mul", &[&half, &part])
    });
    net.op("Sub", &[&up, &down])
}

/// eˣ/2 + e⁻ˣ/2.
pub(super) fn hyperbolic_cosine(net: &mut Net, x: &str) -> String {
    let half = number(net, 0.5);
    let negative = net.op("Neg", &[x]);
    let [up, down] = [x, &negative].map(|x| {
        let part = net.op("Exp", &[x]);
        net.op("Mul", &[&half, &part])
    });
    net.op("Add", &[&up, &down])
}

/// log1p(|x| + x²/(1 + √(1+x²))) with the sign of x, beyond 2²⁸ log|x| + log 2.
pub(super) fn arc_hyperbolic_sine(net: &mut Net, x: &str) -> String {
    let [one, log_2, bound] = [1.0, LN_2, 268_435_456.0].map(|value| number(net, value));
    let (sign, size) = (net.op("Sign", &[x]), net.op("Abs", &[x]));
    let square = net.op("Mul", &[&size, &size]);
    let root = net.op("Add", &[&one, &square]);
    let root = net.op("Sqrt", &[&root]);
    let divisor = net.op("Add", &[&one, &root]);
    let more = net.op("Div", &[&square, &divisor]);
    let argument = net.op("Add", &[&size, &more]);
    let near = log_1p(net, &argument, DType::F64);
    let far = net.op("Log", &[&size]);
    let far = net.op("Add", &[&far, &log_2]);
    let is_far = net.op("Greater", &[&size, &bound]);
    let size = choose(net, &is_far, &far, &near);
    net.op("Mul", &[&sign, &size])
}

/// The part of the standard normal distribution below x.
pub(super) fn normal_cdf(net: &mut Net, x: &str) -> String {
    let [zero, half, one, eight, scale] = [0.0, 0.5, 1.0, 8.0, FRAC_1_SQRT_2].map(|value| number(net, value));
    let x = net.op("Mul", &[x, &scale]);
    let size = net.op("Abs", &[&x]);
    let square = net.op("Mul", &[&x, &x]);
    let over = polynomial(net, &square, &ERF_OVER);
    let over = net.op("Mul", &[&x, &over]);
    let under = monic(net, &square, &ERF_UNDER);
    let error = net.op("Div", &[&over, &under]);
    let error = net.op("Mul", &[&half, &error]);
    let middle = net.op("Add", &[&half, &error]);
    let is_far = net.op("GreaterOrEqual", &[&size, &eight]);
    let near = fraction(net, &size, &ERFC_OVER, &ERFC_UNDER);
    let far = fraction(net, &size, &ERFC_FAR_OVER, &ERFC_FAR_UNDER);
    let part = choose(net, &is_far, &far, &near);
    let exponent = net.op("Neg", &[&square]);
    let exp = net.op("Exp", &[&exponent]);
    let tail = net.op("Mul", &[&exp, &part]);
    let tail = net.op("Mul", &[&half, &tail]);
    // where powers of x overflow, nothing is left
    let is_none = net.op("Equal", &[&exp, &zero]);
    let tail = choose(net, &is_none, &zero, &tail);
    let rest = net.op("Sub", &[&one, &tail]);
    let is_above = net.op("Greater", &[&x, &zero]);
    let tail = choose(net, &is_above, &rest, &tail);
    let is_middle = net.op("Less", &[&size, &one]);
    let y = choose(net, &is_middle, &middle, &tail);
    let is_nan = net.op("IsNaN", &[&x]);
    choose(net, &is_nan, &x, &y)
}

/// The inverse of [`normal_cdf`].
pub(super) fn normal_ppf(net: &mut Net, y: &str) -> String {
    let [zero, half, one, eight] = [0.0, 0.5, 1.0, 8.0].map(|value| number(net, value));
    let [bound, upper, root] = [PPF_TAIL, 1.0 - PPF_TAIL, (2.0 * PI).sqrt()].map(|value| number(net, value));
    let is_mirrored = net.op("Greater", &[y, &upper]);
    let rest = net.op("Sub", &[&one, y]);
    let part = choose(net, &is_mirrored, &rest, y);
    let from_half = net.op("Sub", &[&part, &half]);
    let square = net.op("Mul", &[&from_half, &from_half]);
    let more = fraction(net, &square, &PPF_OVER, &PPF_UNDER);
    let more = net.op("Mul", &[&square, &more]);
    let more = net.op("Mul", &[&from_half, &more]);
    let middle = net.op("Add", &[&from_half, &more]);
    let middle = net.op("Mul", &[&middle, &root]);
    let tail = ppf_tail(net, &part, &eight);
    let mirrored = net.op("Neg", &[&tail]);
    let tail = choose(net, &is_mirrored, &tail, &mirrored);
    let is_middle = net.op("Greater", &[&part, &bound]);
    let x = choose(net, &is_middle, &middle, &tail);
    let [lowest, highest] = [f64::NEG_INFINITY, f64::INFINITY].map(|value| number(net, value));
    let is_zero = net.op("Equal", &[y, &zero]);
    let x = choose(net, &is_zero, &lowest, &x);
    let is_one = net.op("Equal", &[y, &one]);
    let x = choose(net, &is_one, &highest, &x);
    let is_low = net.op("GreaterOrEqual", &[y, &zero]);
    let is_high = net.op("LessOrEqual", &[y, &one]);
    let is_part = net.op("And", &[&is_low, &is_high]);
    let nan = number(net, f64::NAN);
    choose(net, &is_part, &x, &nan)
}

/// How far from 0 the part y of a tail begins.
fn ppf_tail(net: &mut Net, y: &str, eight: &str) -> String {
    let [one, minus_two] = [1.0, -2.0].map(|value| number(net, value));
    let log = net.op("Log", &[y]);
    let square = net.op("Mul", &[&minus_two, &log]);
    let x = net.op("Sqrt", &[&square]);
    let log = net.op("Log", &[&x]);
    let less = net.op("Div", &[&log, &x]);
    let first = net.op("Sub", &[&x, &less]);
    let z = net.op("Div", &[&one, &x]);
    let near = fraction(net, &z, &PPF_TAIL_OVER, &PPF_TAIL_UNDER);
    let far = fraction(net, &z, &PPF_FAR_OVER, &PPF_FAR_UNDER);
    let is_near = net.op("Less", &[&x, eight]);
    let part = choose(net, &is_near, &near, &far);
    let part = net.op("Mul", &[&z, &part]);
    net.op("Sub", &[&first, &part])
}

/// A quotient of polynomials, of which the lower has a highest coefficient of 1 that is not in the list.
fn fraction(net: &mut Net, x: &str, over: &[f64], under: &[f64]) -> String {
    let (over, under) = (polynomial(net, x, over), monic(net, x, under));
    net.op("Div", &[&over, &under])
}

fn monic(net: &mut Net, x: &str, coefficients: &[f64]) -> String {
    let all: Vec<f64> = std::iter::once(1.0).chain(coefficients.iter().copied()).collect();
    polynomial(net, x, &all)
}

/// By Horner's scheme, from the coefficient of the highest power.
fn polynomial(net: &mut Net, x: &str, coefficients: &[f64]) -> String {
    let mut sum = String::new();
    for (place, &coefficient) in coefficients.iter().enumerate() {
        let coefficient = number(net, coefficient);
        sum = if place == 0 {
            coefficient
        } else {
            let product = net.op("Mul", &[&sum, x]);
            net.op("Add", &[&product, &coefficient])
        };
    }
    sum
}
