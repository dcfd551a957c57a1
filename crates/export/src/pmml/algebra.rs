//! Sums of products.

use cannery_graph::{DType, Linear, Norm, RowNorm, Shape, Type};

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, apply, choose, sum};
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
        let mut expr = sum(products);
        if x.ty.dtype == DType::F32 {
            expr = net.narrow("products", &expr);
        }
        overflowing(match intercept(row) {
            Some(intercept) => apply("+", [expr, Expr::Number(intercept)]),
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
