//! Scores to probabilities, classes and labels.

use cannery_graph::{DType, Labels, Shape};

use super::emit::{Arg, Made, Value};
use super::net::{Net, int};

/// \[1 − p, p\].
pub(super) fn complement(net: &mut Net, x: Arg<'_>) -> Made {
    let p = x.matrix(net)?;
    let one = net.float(x.ty.dtype, 1.0);
    let other = net.op("Sub", &[&one, &p]);
    Ok(Value::Tensor(net.concat(&[other, p], 1)))
}

/// eˣ of each element, divided by their sum.
pub(super) fn softmax(net: &mut Net, x: Arg<'_>) -> Made {
    Ok(Value::Tensor(net.op_with("Softmax", &[x.tensor()?], vec![int("axis", 1)])))
}

/// Step by step: `LogSoftmax` of ONNX Runtime loses digits near 0.
pub(super) fn log_softmax(net: &mut Net, x: Arg<'_>) -> Made {
    let (name, dtype) = (x.tensor()?, x.ty.dtype);
    let maximum = net.reduce("ReduceMax", name, 1, true);
    let difference = net.op("Sub", &[&maximum, &maximum]);
    let is_odd = net.op("IsNaN", &[&difference]);
    let zero = net.float(dtype, 0.0);
    let maximum = net.op("Where", &[&is_odd, &zero, &maximum]);
    let shifted = net.op("Sub", &[name, &maximum]);
    let exp = net.op("Exp", &[&shifted]);
    let sum = net.reduce("ReduceSum", &exp, 1, true);
    let log = net.op("Log", &[&sum]);
    let log = net.op("Add", &[&log, &maximum]);
    Ok(Value::Tensor(net.op("Sub", &[name, &log])))
}

/// Whether a number exceeds another, as 0 and 1.
pub(super) fn threshold(net: &mut Net, x: Arg<'_>, above: f64) -> Made {
    let name = x.tensor()?;
    let name = if x.ty.dtype == DType::F64 { name.to_owned() } else { net.cast(name, DType::F64) };
    let above = net.float(DType::F64, above);
    let exceeds = net.op("Greater", &[&name, &above]);
    Ok(Value::Tensor(net.cast(&exceeds, DType::I64)))
}

/// The position of the first maximum of each row.
pub(super) fn arg_max(net: &mut Net, x: Arg<'_>) -> Made {
    let name = x.tensor()?.to_owned();
    Ok(Value::Tensor(first_maximum(net, &name, x.ty.dtype)))
}

/// Where a row has NaN, its first NaN is the maximum; ONNX leaves that open.
fn first_maximum(net: &mut Net, x: &str, dtype: DType) -> String {
    let is_nan = net.op("IsNaN", &[x]);
    let is_nan = net.cast(&is_nan, dtype);
    let any = net.reduce("ReduceMax", &is_nan, 1, true);
    let zero = net.float(dtype, 0.0);
    let any = net.op("Greater", &[&any, &zero]);
    let x = net.op("Where", &[&any, &is_nan, x]);
    net.op_with("ArgMax", &[&x], vec![int("axis", 1), int("keepdims", 0)])
}

/// The same for each of several groups of columns, counted from the first column of all.
pub(super) fn group_arg_max(net: &mut Net, x: Arg<'_>, widths: &[usize]) -> Made {
    let (name, mut start, mut found) = (x.tensor()?, 0, Vec::with_capacity(widths.len()));
    for width in widths {
        let columns: Vec<usize> = (start..start + width).collect();
        let group = net.columns(name, &columns);
        let position = first_maximum(net, &group, x.ty.dtype);
        let start_of_group = net.ints(&[], &[start as i64]);
        let position = net.op("Add", &[&position, &start_of_group]);
        found.push(net.unsqueeze(&position, 1));
        start += width;
    }
    Ok(Value::Tensor(net.concat(&found, 1)))
}

/// The label of each class index.
pub(super) fn labels(net: &mut Net, x: Arg<'_>, labels: &Labels) -> Made {
    let name = x.tensor()?;
    let table = match labels {
        Labels::I64(labels) => net.ints(&[labels.len()], labels),
        Labels::F64(labels) => net.floats(DType::F64, &[labels.len()], labels),
        Labels::Bool(labels) => net.bools(&[labels.len()], labels),
        Labels::Str(labels) => net.texts(labels.iter().map(|label| &**label)),
    };
    Ok(Value::Tensor(net.gather(&table, name, 0)))
}

/// Each element divided by the sum of its row.
pub(super) fn normalize_sum(net: &mut Net, x: Arg<'_>) -> Made {
    debug_assert!(matches!(x.ty.shape, Shape::Matrix(_)));
    let sum = net.reduce("ReduceSum", x.tensor()?, 1, true);
    Ok(Value::Tensor(net.op("Div", &[x.tensor()?, &sum])))
}

/// Rows of ones instead of rows of zeros.
pub(super) fn ones_for_zeros(net: &mut Net, x: Arg<'_>) -> Made {
    let name = x.tensor()?;
    let absolute = net.op("Abs", &[name]);
    let largest = net.reduce("ReduceMax", &absolute, 1, true);
    let (zero, one) = (net.float(x.ty.dtype, 0.0), net.float(x.ty.dtype, 1.0));
    let is_zero = net.op("Equal", &[&largest, &zero]);
    Ok(Value::Tensor(net.op("Where", &[&is_zero, &one, name])))
}
