//! Errors for values that a model does not take. The message of the runtime is that of an index out of range: it does not
//! name the element.

use cannery_graph::{Check, DType, Shape};

use super::emit::{Arg, Made, Part, Value};
use super::net::{Net, int};

/// x, or an error when an element fails the check.
pub(super) fn guard(net: &mut Net, x: Arg<'_>, check: Check) -> Made {
    if let Value::Parts(parts) = x.value {
        let mut checked = Vec::with_capacity(parts.len());
        for part in parts {
            let is_float = part.dtype.is_float();
            let name = if is_float {
                matrix(net, &part.name, part.dtype, part.columns, check)
            } else {
                part.name.clone()
            };
            checked.push(Part { name, ..part.clone() });
        }
        return Ok(Value::Parts(checked));
    }
    let as_matrix = x.matrix(net)?;
    let checked = matrix(net, &as_matrix, x.ty.dtype, x.ty.columns(), check);
    Ok(Value::Tensor(if x.ty.shape == Shape::Vector { net.squeeze(&checked, 1) } else { checked }))
}

/// The same matrix, picked column by column with positions that are in range when all elements pass.
fn matrix(net: &mut Net, x: &str, dtype: DType, columns: usize, check: Check) -> String {
    let bad = match check {
        Check::Finite => {
            let (nan, infinite) = (net.op("IsNaN", &[x]), net.op("IsInf", &[x]));
            net.op("Or", &[&nan, &infinite])
        }
        Check::NotInfinite => net.op("IsInf", &[x]),
        Check::NotBelow0 => {
            let zero = net.float(dtype, 0.0);
            net.op("Less", &[x, &zero])
        }
        Check::Above0 => {
            let zero = net.float(dtype, 0.0);
            net.op("LessOrEqual", &[x, &zero])
        }
        Check::NotNegative => {
            let zero = net.ints(&[], &[0]);
            net.op("Less", &[x, &zero])
        }
    };
    let zero = none_of(net, &bad);
    let positions: Vec<usize> = (0..columns).collect();
    let positions = net.list(&positions);
    let positions = net.op("Add", &[&positions, &zero]);
    net.gather(x, &positions, 1)
}

/// The integer 0, or an error when a truth value holds.
pub(super) fn none_of(net: &mut Net, bad: &str) -> String {
    let bad = net.cast(bad, DType::I64);
    let any = net.op_with("ReduceMax", &[&bad], vec![int("keepdims", 0)]);
    // of no element the maximum is the least integer
    let zero = net.ints(&[], &[0]);
    let any = net.op("Max", &[&any, &zero]);
    let only = net.ints(&[1], &[0]);
    net.gather(&only, &any, 0)
}
