//! Lines between points.

use cannery_graph::{Beyond, DType, Interp, Shape};

use super::emit::{Arg, Made, Value};
use super::net::Net;

/// Why numbers outside can't be an error.
const OUTSIDE: &str = "numbers outside where the model was fitted are an error";

/// The line that begins at the last knot that is not above x; the ends outside.
pub(super) fn interp(net: &mut Net, x: Arg<'_>, interp: &Interp) -> Made {
    let name = x.tensor()?;
    let wide = if x.ty.dtype == DType::F64 { name.to_owned() } else { net.cast(name, DType::F64) };
    let (knots, heights) = (&interp.knots, &interp.heights);
    let last = knots.len() - 1;
    let slope = |at: usize| match at < last {
        true => (heights[at + 1] - heights[at]) / (knots[at + 1] - knots[at]),
        false => 0.0,
    };
    let slopes: Vec<f64> = (0..=last).map(slope).collect();
    let axis = if x.ty.shape == Shape::Vector { 1 } else { 2 };
    let column = net.unsqueeze(&wide, axis);
    let table = |net: &mut Net, values: &[f64]| net.floats(DType::F64, &[values.len()], values);
    let (starts, heights_at, slopes) = (table(net, knots), table(net, heights), table(net, &slopes));
    let reached = net.op("GreaterOrEqual", &[&column, &starts]);
    let reached = net.cast(&reached, DType::I64);
    let count = net.reduce("ReduceSum", &reached, axis, false);
    let (zero, one) = (net.ints(&[], &[0]), net.ints(&[], &[1]));
    let at = net.op("Sub", &[&count, &one]);
    let at = net.op("Max", &[&at, &zero]);
    let parts = [&slopes, &starts, &heights_at].map(|table| net.gather(table, &at, 0));
    let run = net.op("Sub", &[&wide, &parts[1]]);
    let rise = net.op("Mul", &[&parts[0], &run]);
    let y = net.op("Add", &[&rise, &parts[2]]);
    let ends = match interp.outside {
        Beyond::Nearest => [heights[0], heights[last]],
        Beyond::Nan => [f64::NAN; 2],
        Beyond::Error => return Err(OUTSIDE.into()),
    };
    let ends = if last == 0 { [heights[0]; 2] } else { ends };
    let mut y = y;
    for (kind, knot, end) in [("Less", knots[0], ends[0]), ("Greater", knots[last], ends[1])] {
        let (knot, end) = (net.float(DType::F64, knot), net.float(DType::F64, end));
        let is_outside = net.op(kind, &[&wide, &knot]);
        y = net.op("Where", &[&is_outside, &end, &y]);
    }
    Ok(Value::Tensor(if x.ty.dtype == DType::F64 { y } else { net.cast(&y, x.ty.dtype) }))
}
