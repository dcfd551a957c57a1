//! Sums of products, and norms.

use cannery_graph::{DType, Linear, Norm, RowNorm, Shape};

use super::emit::{Arg, Made, Value};
use super::net::Net;

/// X·Wᵀ, then + b.
pub(super) fn linear(net: &mut Net, x: Arg<'_>, linear: &Linear) -> Made {
    let (outputs, features) = (linear.weights.rows(), linear.weights.columns());
    let mut transposed = Vec::with_capacity(linear.weights.values().len());
    for feature in 0..features {
        transposed.extend((0..outputs).map(|output| linear.weights.row(output)[feature]));
    }
    let weights = net.floats(x.ty.dtype, &[features, outputs], &transposed);
    let y = net.op("MatMul", &[x.tensor()?, &weights]);
    let Some(intercepts) = &linear.intercepts else { return Ok(Value::Tensor(y)) };
    let intercepts = net.floats(x.ty.dtype, &[outputs], intercepts);
    Ok(Value::Tensor(net.op("Add", &[&y, &intercepts])))
}

/// Rows of norm 1.
pub(super) fn row_norm(net: &mut Net, x: Arg<'_>, row_norm: RowNorm) -> Made {
    let (name, dtype) = (x.tensor()?, x.ty.dtype);
    let is_sparse = matches!(x.ty.shape, Shape::Csr(_));
    // scikit-learn adds up and divides sparse rows in float64, except by their maximum
    let by_sum = matches!(row_norm.norm, Norm::L1 | Norm::L2);
    let wide = if is_sparse && by_sum { DType::F64 } else { dtype };
    let widened = |net: &mut Net, x: &str| if wide == dtype { x.to_owned() } else { net.cast(x, wide) };
    let norm = match row_norm.norm {
        Norm::L1 => {
            let absolute = net.op("Abs", &[name]);
            let absolute = widened(net, &absolute);
            net.reduce("ReduceSum", &absolute, 1, true)
        }
        Norm::L2 => {
            let squares = net.op("Mul", &[name, name]);
            let squares = widened(net, &squares);
            let sum = net.reduce("ReduceSum", &squares, 1, true);
            net.op("Sqrt", &[&sum])
        }
        Norm::Max => {
            let absolute = net.op("Abs", &[name]);
            net.reduce("ReduceMax", &absolute, 1, true)
        }
        Norm::SignedMax => net.reduce("ReduceMax", name, 1, true),
    };
    let norm = not_zero(net, &norm, wide, row_norm.floor && !is_sparse);
    let y = widened(net, name);
    let y = net.op("Div", &[&y, &norm]);
    Ok(Value::Tensor(if wide == dtype { y } else { net.cast(&y, dtype) }))
}

/// Norms, of which those of 0, or with a floor those below 10 · ε, count as 1.
fn not_zero(net: &mut Net, norm: &str, dtype: DType, floor: bool) -> String {
    let one = net.float(dtype, 1.0);
    let is_one = if floor {
        let epsilon = if dtype == DType::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        let floor = net.float(dtype, 10.0 * epsilon);
        net.op("Less", &[norm, &floor])
    } else {
        let zero = net.float(dtype, 0.0);
        net.op("Equal", &[norm, &zero])
    };
    net.op("Where", &[&is_one, &one, norm])
}
