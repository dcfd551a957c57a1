//! Column by column.

use cannery_graph::{
    Arithmetic, Bin, Binarize, Clip, Code, CodeColumn, Codes, DType, Function, Poly, Scale, Term,
};

use super::emit::{Arg, Made, Value};
use super::guard::none_of;
use super::net::{Net, floats, of_tensor};

/// A node for each step; each is computed in float64 and rounded to the dtype.
pub(super) fn scale(net: &mut Net, x: Arg<'_>, scale: &Scale) -> Made {
    let mut y = x.tensor()?.to_owned();
    for (arithmetic, constants) in &scale.steps {
        let kind = match arithmetic {
            Arithmetic::Add => "Add",
            Arithmetic::Subtract => "Sub",
            Arithmetic::Multiply => "Mul",
            Arithmetic::Divide => "Div",
            Arithmetic::Power => "Pow",
        };
        let constants = net.floats(DType::F64, &[constants.len()], constants);
        y = in_f64(net, &y, x.ty.dtype, |net, y| net.op(kind, &[y, &constants]));
    }
    Ok(Value::Tensor(y))
}

/// A function of float64 on elements of a dtype.
pub(super) fn in_f64(
    net: &mut Net,
    x: &str,
    dtype: DType,
    function: impl FnOnce(&mut Net, &str) -> String,
) -> String {
    if dtype == DType::F64 {
        return function(net, x);
    }
    let wide = net.cast(x, DType::F64);
    let y = function(net, &wide);
    net.cast(&y, dtype)
}

/// `Clip` of ONNX does not say what becomes of NaN; `Where` does.
pub(super) fn clip(net: &mut Net, x: Arg<'_>, clip: Clip) -> Made {
    let (name, dtype) = (x.tensor()?, x.ty.dtype);
    let (low, high) = (net.float(dtype, clip.low), net.float(dtype, clip.high));
    let is_below = net.op("Less", &[name, &low]);
    let y = net.op("Where", &[&is_below, &low, name]);
    let is_above = net.op("Greater", &[name, &high]);
    Ok(Value::Tensor(net.op("Where", &[&is_above, &high, &y])))
}

/// 1 above a bound, else 0.
pub(super) fn binarize(net: &mut Net, x: Arg<'_>, binarize: Binarize) -> Made {
    let bound = net.float(x.ty.dtype, binarize.above);
    let is_above = net.op("Greater", &[x.tensor()?, &bound]);
    Ok(Value::Tensor(net.cast(&is_above, x.ty.dtype)))
}

/// Why norms over a batch can't be exported.
pub(super) const BATCH: &str = "results depend on the other rows of the batch";

/// Why power transforms, quantiles and splines can't be exported.
pub(super) const LATER: &str = "this operator is not written yet";

/// How many edges are at most x, column by column.
pub(super) fn bin(net: &mut Net, x: Arg<'_>, bin: &Bin) -> Made {
    let (mut name, dtype) = (x.tensor()?.to_owned(), x.ty.dtype);
    if bin.nudged {
        let (absolute, relative) = (net.float(dtype, 1e-8), net.float(dtype, 1e-5));
        let size = net.op("Abs", &[&name]);
        let part = net.op("Mul", &[&relative, &size]);
        let nudge = net.op("Add", &[&absolute, &part]);
        name = net.op("Add", &[&name, &nudge]);
    }
    let name = if dtype == DType::F64 { name } else { net.cast(&name, DType::F64) };
    let mut columns: Vec<String> = Vec::with_capacity(bin.edges.len());
    for (column, edges) in bin.edges.iter().enumerate() {
        let x = net.columns(&name, &[column]);
        let edges = match edges.is_empty() {
            // below which no number is
            true => net.floats(DType::F64, &[1, 1], &[f64::INFINITY]),
            false => net.floats(DType::F64, &[1, edges.len()], edges),
        };
        let is_above = net.op("GreaterOrEqual", &[&x, &edges]);
        let counted = net.cast(&is_above, dtype);
        let axes = net.list(&[1]);
        columns.push(net.op("ReduceSum", &[&counted, &axes]));
    }
    Ok(Value::Tensor(net.concat(&columns, 1)))
}

/// A product a term.
pub(super) fn poly(net: &mut Net, x: Arg<'_>, poly: &Poly) -> Made {
    let name = x.tensor()?;
    let features: Vec<String> = (0..poly.features).map(|feature| net.columns(name, &[feature])).collect();
    let one = net.float(x.ty.dtype, 1.0);
    let mut terms: Vec<String> = Vec::with_capacity(poly.terms.len());
    for term in &poly.terms {
        terms.push(match *term {
            Term::One => net.for_each_row(&one, &[1], name),
            Term::Column(column) => features[column as usize].clone(),
            Term::Product { term, column } => {
                net.op("Mul", &[&terms[term as usize], &features[column as usize]])
            }
        });
    }
    Ok(Value::Tensor(net.concat(&terms, 1)))
}

/// Why a function can't be exported.
pub(super) fn refuses(function: Function) -> Option<String> {
    let is_missing = matches!(
        function,
        Function::Log2
            | Function::Log10
            | Function::Cbrt
            | Function::Truncate
            | Function::Tan
            | Function::ArcSin
            | Function::ArcCos
            | Function::ArcTan
            | Function::Sinh
            | Function::Cosh
            | Function::ArcSinh
            | Function::NormalCdf
            | Function::NormalPpf
    );
    is_missing.then(|| format!("ONNX Runtime has no {function} of float64"))
}

/// A function of one number.
pub(super) fn elementwise(net: &mut Net, x: Arg<'_>, function: Function) -> Made {
    let (name, dtype) = (x.tensor()?, x.ty.dtype);
    Ok(Value::Tensor(match function {
        Function::Negate => net.op("Neg", &[name]),
        Function::Exp => net.op("Exp", &[name]),
        Function::Log => net.op("Log", &[name]),
        Function::Sqrt => net.op("Sqrt", &[name]),
        Function::Absolute => net.op("Abs", &[name]),
        Function::Square => net.op("Mul", &[name, name]),
        Function::ExpM1 => exp_m1(net, name, dtype),
        Function::Log1P => log_1p(net, name, dtype),
        Function::Exp2 => {
            let two = net.float(dtype, 2.0);
            net.op("Pow", &[&two, name])
        }
        Function::Expit => expit(net, name, dtype),
        Function::Sign => net.op("Sign", &[name]),
        Function::Reciprocal => net.op("Reciprocal", &[name]),
        Function::Floor => net.op("Floor", &[name]),
        Function::Ceil => net.op("Ceil", &[name]),
        Function::Round => net.op("Round", &[name]),
        Function::Sin => net.op("Sin", &[name]),
        Function::Cos => net.op("Cos", &[name]),
        Function::Tanh => tanh(net, name, dtype),
        Function::Relu => net.op("Relu", &[name]),
        Function::Log2
        | Function::Log10
        | Function::Cbrt
        | Function::Truncate
        | Function::Tan
        | Function::ArcSin
        | Function::ArcCos
        | Function::ArcTan
        | Function::Sinh
        | Function::Cosh
        | Function::ArcSinh
        | Function::NormalCdf
        | Function::NormalPpf => return Err(format!("ONNX Runtime has no {function} of float64")),
    }))
}

/// 1/(1 + e⁻ˣ): the `Sigmoid` of ONNX Runtime is 0 from −37 on.
pub(super) fn expit(net: &mut Net, x: &str, dtype: DType) -> String {
    let one = net.float(dtype, 1.0);
    let negative = net.op("Neg", &[x]);
    let exp = net.op("Exp", &[&negative]);
    let sum = net.op("Add", &[&one, &exp]);
    net.op("Div", &[&one, &sum])
}

/// 1 − 2/(e²ˣ + 1) loses digits near 0; by expm1 it is expm1(2x)/(expm1(2x) + 2), with the sign taken off first.
fn tanh(net: &mut Net, x: &str, dtype: DType) -> String {
    let minus_two = net.float(dtype, -2.0);
    let two = net.float(dtype, 2.0);
    let (sign, size) = (net.op("Sign", &[x]), net.op("Abs", &[x]));
    let twice = net.op("Mul", &[&size, &minus_two]);
    let part = exp_m1(net, &twice, dtype);
    let whole = net.op("Add", &[&part, &two]);
    let part = net.op("Neg", &[&part]);
    let ratio = net.op("Div", &[&part, &whole]);
    net.op("Mul", &[&sign, &ratio])
}

/// Kahan's way: with u = 1 + x it is log(u)·(x/(u−1)), and x where u is 1.
fn log_1p(net: &mut Net, x: &str, dtype: DType) -> String {
    let (zero, one) = (net.float(dtype, 0.0), net.float(dtype, 1.0));
    let u = net.op("Add", &[x, &one]);
    let less_one = net.op("Sub", &[&u, &one]);
    let is_x = net.op("Equal", &[&less_one, &zero]);
    let divisor = net.op("Where", &[&is_x, &one, &less_one]);
    let ratio = net.op("Div", &[x, &divisor]);
    let log = net.op("Log", &[&u]);
    let product = net.op("Mul", &[&log, &ratio]);
    let infinite = net.op("IsInf", &[x]);
    // −inf is below −1 as well
    let of_infinite = net.op("Where", &[&infinite, &log, &product]);
    net.op("Where", &[&is_x, x, &of_infinite])
}

/// Kahan's way: with u = eˣ it is (u−1)·(x/log u), x where u is 1 and −1 where u is 0.
fn exp_m1(net: &mut Net, x: &str, dtype: DType) -> String {
    let (zero, one, minus) = (net.float(dtype, 0.0), net.float(dtype, 1.0), net.float(dtype, -1.0));
    let u = net.op("Exp", &[x]);
    let less_one = net.op("Sub", &[&u, &one]);
    let is_x = net.op("Equal", &[&less_one, &zero]);
    let is_minus = net.op("Equal", &[&less_one, &minus]);
    let log = net.op("Log", &[&u]);
    let divisor = net.op("Where", &[&is_x, &one, &log]);
    let ratio = net.op("Div", &[x, &divisor]);
    let product = net.op("Mul", &[&less_one, &ratio]);
    let infinite = net.op("IsInf", &[&u]);
    let y = net.op("Where", &[&infinite, &u, &product]);
    let y = net.op("Where", &[&is_minus, &minus, &y]);
    net.op("Where", &[&is_x, x, &y])
}

/// The columns that trees with categories were grown on.
pub(super) fn codes(net: &mut Net, x: Arg<'_>, codes: &Codes) -> Made {
    let name = x.tensor()?;
    let name = if x.ty.dtype == DType::F64 { name.to_owned() } else { net.cast(name, DType::F64) };
    let mut columns: Vec<String> = Vec::new();
    let mut kept: Vec<usize> = Vec::new();
    for CodeColumn { from, code } in codes.columns() {
        if *code == Code::Keep {
            kept.push(*from);
            continue;
        }
        if !kept.is_empty() {
            columns.push(net.columns(&name, &std::mem::take(&mut kept)));
        }
        let column = net.columns(&name, &[*from]);
        columns.push(match code {
            Code::Keep => column,
            Code::Byte { below_zero_is_nan } => byte(net, &column, *below_zero_is_nan),
            Code::Position(numbers) => position(net, &column, numbers),
        });
    }
    if !kept.is_empty() {
        columns.push(net.columns(&name, &kept));
    }
    Ok(Value::Tensor(net.concat(&columns, 1)))
}

/// C's cast of a double to an unsigned byte on x86-64.
fn byte(net: &mut Net, x: &str, below_zero_is_nan: bool) -> String {
    let [low, high, zero, nan] =
        [-2_147_483_649.0, 2_147_483_648.0, 0.0, f64::NAN].map(|value| net.float(DType::F64, value));
    let (above, below) = (net.op("Greater", &[x, &low]), net.op("Less", &[x, &high]));
    let fits = net.op("And", &[&above, &below]);
    // −2³¹, which stands for all others, has 0 in its lowest byte
    let number = net.op("Where", &[&fits, x, &zero]);
    let number = net.cast(&number, DType::I64);
    let size = net.ints(&[], &[256]);
    let number = net.op("Mod", &[&number, &size]);
    let number = net.cast(&number, DType::F64);
    let mut missing = net.op("IsNaN", &[x]);
    if below_zero_is_nan {
        let negative = net.op("Less", &[x, &zero]);
        missing = net.op("Or", &[&missing, &negative]);
    }
    net.op("Where", &[&missing, &nan, &number])
}

/// The position among numbers that ascend; NaN for any other. An infinite x is an error.
fn position(net: &mut Net, x: &str, numbers: &[f64]) -> String {
    let infinite = net.op("IsInf", &[x]);
    let zero = none_of(net, &infinite);
    let first = net.reshape(&zero, &[1]);
    let x = net.gather(x, &first, 1);
    if numbers.is_empty() {
        let nan = net.float(DType::F64, f64::NAN);
        return net.for_each_row(&nan, &[1], &x);
    }
    let positions: Vec<f64> = (0..numbers.len()).map(|position| position as f64).collect();
    let tensor = |name, values: &[f64]| of_tensor(name, floats(DType::F64, &[values.len()], values));
    let attributes = vec![
        tensor("keys_tensor", numbers),
        tensor("values_tensor", &positions),
        tensor("default_tensor", &[f64::NAN]),
    ];
    net.ml("LabelEncoder", &[&x], attributes)
}
