//! Distances between each row and each of some constant points: f64\[n, points\].
//!
//! ‖x‖² − 2xy + ‖y‖² loses digits where x is near y, and so do the distances of ONNX Runtime. So terms are added up feature
//! by feature, in the order of the features.

use cannery_graph::{DType, Distance, Matrix, Metric, PairDistance};

use super::columns::in_f64;
use super::emit::{Arg, Made, Value};
use super::functions;
use super::kernel::{products, transposed, untyped};
use super::net::{Net, int, of_graph};

/// Features up to which each has nodes of its own; from there on a loop goes through them.
const MAX_UNROLLED: usize = 64;

/// What a feature adds to a distance.
#[derive(Clone, Copy)]
pub(super) enum Term {
    /// (x − y)²
    Square,
    /// |x − y|
    Absolute,
    /// |x − y|^p
    Power(f64),
    /// w·|x − y|^p
    Weighted(f64),
    /// (w·|x − y|)^p
    Inside(f64),
    /// (x − y)² / w
    Divided,
    /// 1 if x ≠ y
    Unequal,
    /// |x − y| / (|x| + |y|), 0 if the divisor is
    Share,
    /// |x| + |y|
    Sum,
    /// |x + y|
    SignedSum,
    /// (x − y)² / (x + y), 0 if the divisor is
    ChiSquared,
}

impl Term {
    fn emit(self, net: &mut Net, x: &str, y: &str, constant: &str) -> String {
        match self {
            Self::Square => {
                let difference = net.op("Sub", &[x, y]);
                net.op("Mul", &[&difference, &difference])
            }
            Self::Absolute => absolute(net, "Sub", x, y),
            Self::Power(p) => {
                let absolute = absolute(net, "Sub", x, y);
                power(net, &absolute, p)
            }
            Self::Weighted(p) => {
                let power = Self::Power(p).emit(net, x, y, constant);
                net.op("Mul", &[constant, &power])
            }
            Self::Inside(p) => {
                let absolute = absolute(net, "Sub", x, y);
                let weighted = net.op("Mul", &[constant, &absolute]);
                power(net, &weighted, p)
            }
            Self::Divided => {
                let square = Self::Square.emit(net, x, y, constant);
                net.op("Div", &[&square, constant])
            }
            Self::Unequal => {
                let equal = net.op("Equal", &[x, y]);
                let unequal = net.op("Not", &[&equal]);
                net.cast(&unequal, DType::F64)
            }
            Self::Share => {
                let divisor = Self::Sum.emit(net, x, y, constant);
                let absolute = absolute(net, "Sub", x, y);
                share(net, &absolute, &divisor)
            }
            Self::Sum => {
                let (x, y) = (net.op("Abs", &[x]), net.op("Abs", &[y]));
                net.op("Add", &[&x, &y])
            }
            Self::SignedSum => absolute(net, "Add", x, y),
            Self::ChiSquared => {
                let square = Self::Square.emit(net, x, y, constant);
                let sum = net.op("Add", &[x, y]);
                let zero = net.float(DType::F64, 0.0);
                let is_zero = net.op("Equal", &[&sum, &zero]);
                let quotient = net.op("Div", &[&square, &sum]);
                net.op("Where", &[&is_zero, &zero, &quotient])
            }
        }
    }
}

fn absolute(net: &mut Net, kind: &str, x: &str, y: &str) -> String {
    let value = net.op(kind, &[x, y]);
    net.op("Abs", &[&value])
}

fn power(net: &mut Net, x: &str, p: f64) -> String {
    let p = net.float(DType::F64, p);
    net.op("Pow", &[x, &p])
}

/// The quotient, 0 where the divisor is not above 0.
fn share(net: &mut Net, x: &str, divisor: &str) -> String {
    let zero = net.float(DType::F64, 0.0);
    let divides = net.op("Greater", &[divisor, &zero]);
    let quotient = net.op("Div", &[x, divisor]);
    net.op("Where", &[&divides, &quotient, &zero])
}

/// The terms of all features, brought together by `Add` or `Max` in the order of the features.
pub(super) fn differences(net: &mut Net, x: &str, points: &Matrix, term: Term, merge: &str) -> String {
    weighted(net, x, points, term, merge, None)
}

/// The same, where the term has a constant for each feature.
fn weighted(
    net: &mut Net,
    x: &str,
    points: &Matrix,
    term: Term,
    merge: &str,
    constants: Option<&[f64]>,
) -> String {
    if points.columns() > MAX_UNROLLED {
        return in_loop(net, x, points, term, merge, constants);
    }
    let mut sum: Option<String> = None;
    for feature in 0..points.columns() {
        let values: Vec<f64> = (0..points.rows()).map(|row| points.row(row)[feature]).collect();
        let values = net.floats(DType::F64, &[1, values.len()], &values);
        let constant = constants.and_then(|constants| constants.get(feature));
        let constant = constant.map(|&constant| net.float(DType::F64, constant)).unwrap_or_default();
        let column = net.columns(x, &[feature]);
        let value = term.emit(net, &column, &values, &constant);
        sum = Some(match sum {
            Some(sum) => net.op(merge, &[&sum, &value]),
            None => value,
        });
    }
    sum.unwrap_or_default()
}

/// `Scan` over the features: the columns of x, those of the points, and the constants.
fn in_loop(
    net: &mut Net,
    x: &str,
    points: &Matrix,
    term: Term,
    merge: &str,
    constants: Option<&[f64]>,
) -> String {
    let features = transposed(net, points);
    let rows = net.op("Transpose", &[x]);
    let ones = vec![1.0; points.columns()];
    let constants = net.floats(DType::F64, &[ones.len()], constants.unwrap_or(&ones));
    let start = net.floats(DType::F64, &[1, 1], &[0.0]);
    let start = net.for_each_row(&start, &[points.rows()], x);
    let mut body = net.body();
    let [sum, column, values, constant] =
        ["sum", "column", "values", "constant"].map(|name| body.given(name));
    let as_column = body.unsqueeze(&column, 1);
    let as_row = body.unsqueeze(&values, 0);
    let value = term.emit(&mut body, &as_column, &as_row, &constant);
    let result = body.op(merge, &[&sum, &value]);
    let mut graph = body.finish("features");
    graph.input = [sum, column, values, constant].map(|name| untyped(&name, DType::F64)).into();
    graph.output = vec![untyped(&result, DType::F64)];
    let attributes = vec![int("num_scan_inputs", 3), of_graph("body", graph)];
    net.op_with("Scan", &[&start, &rows, &features, &constants], attributes)
}

/// The distance of each row to each point, in float64.
pub(super) fn pair_distance(net: &mut Net, x: Arg<'_>, pairs: &PairDistance) -> Made {
    let y = in_f64(net, x.tensor()?, x.ty.dtype, |net, x| match pairs.distance {
        Distance::Euclidean => {
            let squares = expanded(net, x, &pairs.points);
            net.op("Sqrt", &[&squares])
        }
        Distance::SquaredEuclidean => expanded(net, x, &pairs.points),
        Distance::Direct => {
            let squares = differences(net, x, &pairs.points, Term::Square, "Add");
            net.op("Sqrt", &[&squares])
        }
        Distance::DirectSquared => differences(net, x, &pairs.points, Term::Square, "Add"),
        Distance::Manhattan => differences(net, x, &pairs.points, Term::Absolute, "Add"),
        Distance::ChiSquared => differences(net, x, &pairs.points, Term::ChiSquared, "Add"),
    });
    Ok(Value::Tensor(y))
}

/// What the search compares.
pub(super) fn reduced(net: &mut Net, x: &str, points: &Matrix, metric: &Metric) -> String {
    match metric {
        Metric::Euclidean => differences(net, x, points, Term::Square, "Add"),
        Metric::EuclideanExpanded => expanded(net, x, points),
        Metric::EuclideanExpandedF32 => {
            let wide = expanded(net, x, points);
            let narrow = net.cast(&wide, DType::F32);
            net.cast(&narrow, DType::F64)
        }
        Metric::Manhattan => differences(net, x, points, Term::Absolute, "Add"),
        Metric::Chebyshev => differences(net, x, points, Term::Absolute, "Max"),
        Metric::Minkowski { p, weights: None } => differences(net, x, points, Term::Power(*p), "Add"),
        Metric::Minkowski { p, weights: Some(w) } => {
            weighted(net, x, points, Term::Weighted(*p), "Add", Some(w))
        }
        Metric::MinkowskiInside { p, weights } => {
            weighted(net, x, points, Term::Inside(*p), "Add", Some(weights))
        }
        Metric::SEuclidean(variances) => weighted(net, x, points, Term::Divided, "Add", Some(variances)),
        Metric::Mahalanobis(inverse) => mahalanobis(net, x, points, inverse),
        Metric::Hamming => {
            let unequal = differences(net, x, points, Term::Unequal, "Add");
            let features = net.float(DType::F64, points.columns() as f64);
            net.op("Div", &[&unequal, &features])
        }
        Metric::Canberra => differences(net, x, points, Term::Share, "Add"),
        Metric::BrayCurtis => {
            let sums = differences(net, x, points, Term::Sum, "Add");
            let differences = differences(net, x, points, Term::Absolute, "Add");
            share(net, &differences, &sums)
        }
        Metric::BrayCurtisSigned => {
            let sums = differences(net, x, points, Term::SignedSum, "Add");
            let differences = differences(net, x, points, Term::Absolute, "Add");
            net.op("Div", &[&differences, &sums])
        }
        Metric::Haversine => haversine(net, x, points),
        Metric::Cosine { floor } => cosine(net, x, points, *floor),
        Metric::Correlation => correlation(net, x, points),
    }
}

/// From what the search compared to the distances.
pub(super) fn of_reduced(net: &mut Net, reduced: &str, metric: &Metric) -> String {
    match metric {
        Metric::Euclidean | Metric::EuclideanExpanded | Metric::SEuclidean(_) | Metric::Mahalanobis(_) => {
            net.op("Sqrt", &[reduced])
        }
        Metric::EuclideanExpandedF32 => {
            let narrow = net.cast(reduced, DType::F32);
            let root = net.op("Sqrt", &[&narrow]);
            net.cast(&root, DType::F64)
        }
        Metric::Minkowski { p, .. } | Metric::MinkowskiInside { p, .. } => power(net, reduced, 1.0 / p),
        Metric::Haversine => {
            let root = net.op("Sqrt", &[reduced]);
            let angle = functions::arc_sine_of_size(net, &root);
            net.op("Add", &[&angle, &angle])
        }
        Metric::Manhattan
        | Metric::Chebyshev
        | Metric::Hamming
        | Metric::Canberra
        | Metric::BrayCurtis
        | Metric::BrayCurtisSigned
        | Metric::Cosine { .. }
        | Metric::Correlation => reduced.to_owned(),
    }
}

/// ‖x‖² − 2xy + ‖y‖². Between a row and an equal point that is seldom 0, but what scikit-learn gives there.
fn expanded(net: &mut Net, x: &str, points: &Matrix) -> String {
    let squares = |row: &[f64]| row.iter().map(|value| value * value).sum();
    let norms: Vec<f64> = (0..points.rows()).map(|row| squares(points.row(row))).collect();
    let norms = net.floats(DType::F64, &[1, norms.len()], &norms);
    let norm = match Matrix::new(1, points.columns(), vec![0.0; points.columns()]) {
        Some(origin) => differences(net, x, &origin, Term::Square, "Add"),
        None => x.to_owned(),
    };
    let products = products(net, x, points);
    let factor = net.float(DType::F64, -2.0);
    let products = net.op("Mul", &[&factor, &products]);
    let sum = net.op("Add", &[&norm, &products]);
    let sum = net.op("Add", &[&sum, &norms]);
    let zero = net.float(DType::F64, 0.0);
    net.op("Max", &[&sum, &zero])
}

/// dᵀ·a·d of the difference d of each row and each point, f64\[n, points, features\].
fn mahalanobis(net: &mut Net, x: &str, points: &Matrix, inverse: &Matrix) -> String {
    let values = net.floats(DType::F64, &[1, points.rows(), points.columns()], points.values());
    let x = net.unsqueeze(x, 1);
    let differences = net.op("Sub", &[&x, &values]);
    let inverse = transposed(net, inverse);
    let products = net.op("MatMul", &[&differences, &inverse]);
    let products = net.op("Mul", &[&products, &differences]);
    net.reduce("ReduceSum", &products, 2, false)
}

/// sin²((x₀−y₀)/2) + cos x₀·cos y₀·sin²((x₁−y₁)/2)
fn haversine(net: &mut Net, x: &str, points: &Matrix) -> String {
    let half = net.float(DType::F64, 0.5);
    let [latitude, longitude] = [0, 1].map(|feature| {
        let values: Vec<f64> = (0..points.rows()).map(|row| points.row(row)[feature]).collect();
        let values = net.floats(DType::F64, &[1, values.len()], &values);
        let column = net.columns(x, &[feature]);
        let difference = net.op("Sub", &[&column, &values]);
        let difference = net.op("Mul", &[&half, &difference]);
        let sine = net.op("Sin", &[&difference]);
        net.op("Mul", &[&sine, &sine])
    });
    let cosines: Vec<f64> = (0..points.rows()).map(|row| points.row(row)[0].cos()).collect();
    let cosines = net.floats(DType::F64, &[1, cosines.len()], &cosines);
    let column = net.columns(x, &[0]);
    let cosine = functions::cosine(net, &column);
    let factor = net.op("Mul", &[&cosine, &cosines]);
    let longitude = net.op("Mul", &[&factor, &longitude]);
    net.op("Add", &[&latitude, &longitude])
}

/// 1 − x'y' of rows and points of norm 1.
fn cosine(net: &mut Net, x: &str, points: &Matrix, floor: f64) -> String {
    let points = each_row(points, |row| {
        let norm = norm(row);
        if norm > 0.0 && norm >= floor {
            row.iter_mut().for_each(|value| *value /= norm);
        }
    });
    let norm = norms(net, x);
    let [zero, one, two, floor] = [0.0, 1.0, 2.0, floor].map(|value| net.float(DType::F64, value));
    let is_norm = net.op("Greater", &[&norm, &zero]);
    let is_above = net.op("GreaterOrEqual", &[&norm, &floor]);
    let is_norm = net.op("And", &[&is_norm, &is_above]);
    let norm = net.op("Where", &[&is_norm, &norm, &one]);
    let x = net.op("Div", &[x, &norm]);
    let products = products(net, &x, &points);
    let distances = net.op("Sub", &[&one, &products]);
    let distances = net.op("Max", &[&distances, &zero]);
    net.op("Min", &[&distances, &two])
}

/// 1 − x'y'/(‖x'‖·‖y'‖) of rows and points less their means.
fn correlation(net: &mut Net, x: &str, points: &Matrix) -> String {
    let points = each_row(points, |row| {
        let mean = row.iter().sum::<f64>() / row.len() as f64;
        row.iter_mut().for_each(|value| *value -= mean);
    });
    let norms_of_points: Vec<f64> = (0..points.rows()).map(|row| norm(points.row(row))).collect();
    let norms_of_points = net.floats(DType::F64, &[1, norms_of_points.len()], &norms_of_points);
    let sum = net.reduce("ReduceSum", x, 1, true);
    let features = net.float(DType::F64, points.columns() as f64);
    let mean = net.op("Div", &[&sum, &features]);
    let x = net.op("Sub", &[x, &mean]);
    let norm = norms(net, &x);
    let norm = net.op("Mul", &[&norm, &norms_of_points]);
    let products = products(net, &x, &points);
    let quotient = net.op("Div", &[&products, &norm]);
    let [low, one] = [-1.0, 1.0].map(|value| net.float(DType::F64, value));
    let quotient = net.op("Max", &[&quotient, &low]);
    let quotient = net.op("Min", &[&quotient, &one]);
    net.op("Sub", &[&one, &quotient])
}

/// ‖x‖ of each row, f64\[n,1\].
fn norms(net: &mut Net, x: &str) -> String {
    let squares = net.op("Mul", &[x, x]);
    let sum = net.reduce("ReduceSum", &squares, 1, true);
    net.op("Sqrt", &[&sum])
}

fn norm(row: &[f64]) -> f64 {
    row.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn each_row(points: &Matrix, change: impl Fn(&mut [f64])) -> Matrix {
    let mut values = points.values().to_vec();
    values.chunks_exact_mut(points.columns().max(1)).for_each(change);
    Matrix::new(points.rows(), points.columns(), values).unwrap_or_else(|| points.clone())
}
