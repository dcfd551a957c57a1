//! Arithmetic of two values, numbers of whole rows or groups of columns, and rows that are always the same.

use cannery_graph::{Arith, Constant, DType, Reduce, Reduction, Shape, Type};

use super::emit::{Arg, Made, Value};
use super::net::{Net, int};

/// a ∘ b.
pub(super) fn arith(net: &mut Net, args: &[Arg<'_>], how: Arith, ty: Type) -> Made {
    let [a, b] = args else { return Err("it takes two edges".into()) };
    let (a, b) = match ty.shape {
        Shape::Vector => (a.tensor()?.to_owned(), b.tensor()?.to_owned()),
        _ => (a.matrix(net)?, b.matrix(net)?),
    };
    let kind = match how {
        Arith::Add => "Add",
        Arith::Subtract => "Sub",
        Arith::Multiply => "Mul",
        Arith::Divide => "Div",
        Arith::Maximum => "Max",
        Arith::Minimum => "Min",
    };
    Ok(Value::Tensor(net.op(kind, &[&a, &b])))
}

/// The same row as often as x has rows.
pub(super) fn constant(net: &mut Net, x: Arg<'_>, constant: &Constant) -> Made {
    let brought = match x.value {
        Value::Tensor(name) => name.clone(),
        _ => x.parts(net)?.first().ok_or("there is no column")?.name.clone(),
    };
    let dims: Vec<usize> = if constant.ty.shape == Shape::Vector { vec![] } else { vec![constant.row.len()] };
    let row = match constant.ty.dtype {
        DType::I64 => {
            let row: Vec<i64> = constant.row.iter().map(|&x| x as i64).collect();
            net.ints(&dims, &row)
        }
        dtype => net.floats(dtype, &dims, &constant.row),
    };
    Ok(Value::Tensor(net.for_each_row(&row, &dims, &brought)))
}

/// A number for each row, or for each group of columns.
pub(super) fn reduce(net: &mut Net, x: Arg<'_>, reduce: &Reduce) -> Made {
    let name = x.tensor()?;
    let Some(groups) = &reduce.groups else {
        return Ok(Value::Tensor(reduced(net, name, x.ty, reduce.how, false)?));
    };
    let mut parts = Vec::with_capacity(groups.len());
    for group in groups {
        let columns = net.columns(name, group);
        parts.push(reduced(net, &columns, x.ty, reduce.how, true)?);
    }
    Ok(Value::Tensor(net.concat(&parts, 1)))
}

fn reduced(net: &mut Net, x: &str, ty: Type, how: Reduction, keep: bool) -> Result<String, String> {
    Ok(match how {
        Reduction::Sum => net.reduce("ReduceSum", x, 1, keep),
        Reduction::Mean => net.reduce("ReduceMean", x, 1, keep),
        Reduction::Minimum => net.reduce("ReduceMin", x, 1, keep),
        Reduction::Maximum => net.reduce("ReduceMax", x, 1, keep),
        Reduction::SumOfSquares => {
            let squares = net.op("Mul", &[x, x]);
            net.reduce("ReduceSum", &squares, 1, keep)
        }
        Reduction::LogSumExp => log_sum_exp(net, x, ty.dtype, keep),
        Reduction::Median => median(net, x, ty.dtype, keep),
    })
}

/// The middle of the sorted elements, or the mean of the two there; NaN if one is.
fn median(net: &mut Net, x: &str, dtype: DType, keep: bool) -> String {
    let count = net.op_with("Shape", &[x], vec![int("start", 1), int("end", 2)]);
    let attributes = vec![int("axis", 1), int("largest", 0), int("sorted", 1)];
    let sorted = net.push("", "TopK", &[x, &count], attributes, 2).swap_remove(0);
    let (one, two) = (net.list(&[1]), net.list(&[2]));
    let less = net.op("Sub", &[&count, &one]);
    let [low, high] = [less, count].map(|count| {
        let middle = net.op("Div", &[&count, &two]);
        net.gather(&sorted, &middle, 1)
    });
    let half = net.float(dtype, 0.5);
    let sum = net.op("Add", &[&low, &high]);
    let middle = net.op("Mul", &[&half, &sum]);
    // NaN stays in a sum of zeros
    let zero = net.float(dtype, 0.0);
    let is_nan = net.op("IsNaN", &[x]);
    let nan = net.float(dtype, f64::NAN);
    let odd = net.op("Where", &[&is_nan, &nan, &zero]);
    let odd = net.reduce("ReduceSum", &odd, 1, true);
    let all = net.op("Add", &[&middle, &odd]);
    if keep { all } else { net.squeeze(&all, 1) }
}

/// Step by step, as the largest element may be infinite.
fn log_sum_exp(net: &mut Net, x: &str, dtype: DType, keep: bool) -> String {
    let largest = net.reduce("ReduceMax", x, 1, true);
    let difference = net.op("Sub", &[&largest, &largest]);
    let is_odd = net.op("IsNaN", &[&difference]);
    let zero = net.float(dtype, 0.0);
    let largest = net.op("Where", &[&is_odd, &zero, &largest]);
    let shifted = net.op("Sub", &[x, &largest]);
    let exp = net.op("Exp", &[&shifted]);
    let sum = net.reduce("ReduceSum", &exp, 1, true);
    let log = net.op("Log", &[&sum]);
    let all = net.op("Add", &[&log, &largest]);
    if keep { all } else { net.squeeze(&all, 1) }
}
