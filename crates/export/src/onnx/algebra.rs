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
    let norm = match row_norm.norm {
        Norm::L1 => {
            let absolute = net.op("Abs", &[name]);
            net.reduce("ReduceSum", &absolute, 1, true)
        }
        Norm::L2 => {
            let squares = net.op("Mul", &[name, name]);
            let sum = net.reduce("ReduceSum", &squares, 1, true);
            net.op("Sqrt", &[&sum])
        }
        Norm::Max => {
            let absolute = net.op("Abs", &[name]);
            net.reduce("ReduceMax", &absolute, 1, true)
        }
        Norm::SignedMax => net.reduce("ReduceMax", name, 1, true),
    };
    let one = net.float(dtype, 1.0);
    let is_one = if row_norm.floor && !matches!(x.ty.shape, Shape::Csr(_)) {
        let epsilon = if dtype == DType::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        let floor = net.float(dtype, 10.0 * epsilon);
        net.op("Less", &[&norm, &floor])
    } else {
        let zero = net.float(dtype, 0.0);
        net.op("Equal", &[&norm, &zero])
    };
    let norm = net.op("Where", &[&is_one, &one, &norm]);
    Ok(Value::Tensor(net.op("Div", &[name, &norm])))
}
