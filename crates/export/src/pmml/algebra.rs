//! Sums of products.

use cannery_graph::{DType, Distance, Linear, Norm, PairDistance, RowNorm, Shape, Type};

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, apply, apply_nan, choose, sum};
use super::net::Net;
use super::svm;

/// Each output is a sum of products, then its intercept. Of kernel values it is a model.
pub(super) fn linear(net: &mut Net, x: Arg<'_>, linear: &Linear) -> Made {
    let intercept = |row: usize| linear.intercepts.as_ref().map(|intercepts| intercepts[row]);
    if let Value::Kernel(kernels) = x.value {
        let all: Vec<usize> = (0..linear.weights.columns()).collect();
        let sums = (0..linear.weights.rows()).map(|row| {
            let weights = linear.weights.row(row);
            svm::kernel_sum(net, kernels, &all, weights, intercept(row).unwrap_or_default())
        });
        return Ok(Value::Columns(sums.map(|field| overflowing(Expr::Field(field))).collect()));
    }
    let refs = x.refs(net)?;
    let made = (0..linear.weights.rows()).map(|row| {
        let terms = refs.iter().zip(linear.weights.row(row));
        let products = terms.map(|(x, &weight)| apply("*", [x.clone(), Expr::Number(weight)])).collect();
        let mut expr = sum(products).taking_nan();
        if x.ty.dtype == DType::F32 {
            expr = net.narrow("products", &expr);
        }
        overflowing(match intercept(row) {
            Some(intercept) => apply_nan("+", [expr, Expr::Number(intercept)]),
            None => expr,
        })
    });
    Ok(Value::Columns(made.collect()))
}

/// A number that may be infinite.
fn overflowing(expr: Expr) -> Column {
    Column { overflows: true, ..Column::number(expr) }
}

/// Rows of norm 1.
pub(super) fn row_norm(net: &mut Net, x: Arg<'_>, norm: RowNorm, ty: Type) -> Made {
    let refs = x.refs(net)?;
    let is_narrow = ty.dtype == DType::F32;
    let is_dense = matches!(ty.shape, Shape::Matrix(_));
    let absolute = |x: &Expr| apply("abs", [x.clone()]);
    let terms: Vec<Expr> = refs
        .iter()
        .map(|x| match norm.norm {
            Norm::L1 | Norm::Max => absolute(x),
            Norm::L2 => {
                let square = apply("*", [x.clone(), x.clone()]);
                if is_narrow { net.narrow("square", &square) } else { square }
            }
            Norm::SignedMax => x.clone(),
        })
        .collect();
    let value = match norm.norm {
        Norm::L1 => sum(terms),
        Norm::L2 => apply("sqrt", [sum(terms)]),
        Norm::Max | Norm::SignedMax => apply("max", terms),
    };
    let value = match ty.dtype {
        DType::F32 if is_dense => net.narrow("norm", &value),
        _ => value,
    };
    let value = Expr::Field(net.bind("norm", &value));
    let epsilon = if is_narrow { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let is_low = match norm.floor && is_dense {
        true => apply("lessThan", [value.clone(), Expr::Number(10.0 * epsilon)]),
        false => apply("equal", [value.clone(), Expr::Number(0.0)]),
    };
    let divisor = Expr::Field(net.bind("divisor", &choose(is_low, Expr::Number(1.0), value)));
    let made = refs.into_iter().map(|x| Column::number(apply("/", [x, divisor.clone()])));
    Ok(Value::Columns(made.collect()))
}

/// The distance to each of some points.
pub(super) fn pair_distance(net: &mut Net, x: Arg<'_>, pairs: &PairDistance) -> Made {
    let refs = x.refs(net)?;
    let is_euclidean = matches!(pairs.distance, Distance::Euclidean | Distance::SquaredEuclidean);
    let squares = refs.iter().map(|x| apply("*", [x.clone(), x.clone()])).collect();
    let norm = is_euclidean.then(|| Expr::Field(net.bind("norm", &sum(squares))));
    let mut made = Vec::with_capacity(pairs.points.rows());
    for row in 0..pairs.points.rows() {
        let point = pairs.points.row(row);
        let terms = refs.iter().zip(point).map(|(x, &y)| (x.clone(), Expr::Number(y)));
        let expr = match pairs.distance {
            Distance::Manhattan => sum(terms.map(|(x, y)| apply("abs", [apply("-", [x, y])])).collect()),
            Distance::Direct | Distance::DirectSquared => {
                let square = |(x, y): (Expr, Expr)| {
                    let difference = apply("-", [x, y]);
                    apply("*", [difference.clone(), difference])
                };
                let square = sum(terms.map(square).collect());
                if pairs.distance == Distance::Direct { apply("sqrt", [square]) } else { square }
            }
            Distance::ChiSquared => sum(terms.map(|(x, y)| chi_squared(x, y)).collect()),
            Distance::Euclidean | Distance::SquaredEuclidean => {
                let product = sum(terms.map(|(x, y)| apply("*", [x, y])).collect());
                let product = apply("*", [Expr::Number(-2.0), product]);
                let own = norm.clone().unwrap_or(Expr::Number(0.0));
                let of_point: f64 = point.iter().map(|y| y * y).sum();
                let square = apply("+", [apply("+", [product, own]), Expr::Number(of_point)]);
                let square = apply("max", [square, Expr::Number(0.0)]);
                if pairs.distance == Distance::Euclidean { apply("sqrt", [square]) } else { square }
            }
        };
        made.push(overflowing(expr));
    }
    Ok(Value::Columns(made))
}

/// (x − y)² / (x + y), 0 where both are 0.
fn chi_squared(x: Expr, y: Expr) -> Expr {
    let total = apply("+", [x.clone(), y.clone()]);
    let difference = apply("-", [x, y]);
    let square = apply("*", [difference.clone(), difference]);
    let is_nothing = apply("equal", [total.clone(), Expr::Number(0.0)]);
    choose(is_nothing, Expr::Number(0.0), apply("/", [square, total]))
}
