//! Column by column.

use cannery_graph::{Arithmetic, Clip, Code, Codes, DType, Function, Scale};

use super::check::within;
use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, apply, apply_nan, choose};
use super::net::Net;

/// A step at a time. Of float32 each step is a field of its own, which rounds.
pub(super) fn scale(net: &mut Net, x: Arg<'_>, scale: &Scale) -> Made {
    let mut columns = x.numbers(net)?;
    for (arithmetic, constants) in &scale.steps {
        let function = match arithmetic {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Power => "pow",
        };
        for (column, &constant) in columns.iter_mut().zip(constants) {
            let mut expr = apply(function, [column.expr.clone(), Expr::Number(constant)]);
            if x.ty.dtype == DType::F32 {
                expr = net.narrow("scale", &expr);
            }
            *column = Column { overflows: true, ..column.with(expr) };
        }
    }
    Ok(Value::Columns(columns))
}

/// NaN stays.
pub(super) fn clip(net: &mut Net, x: Arg<'_>, clip: Clip) -> Made {
    let bound = |bound: f64| if x.ty.dtype == DType::F32 { f64::from(bound as f32) } else { bound };
    let (low, high) = (Expr::Number(bound(clip.low)), Expr::Number(bound(clip.high)));
    each(net, x, |x| {
        let top = choose(apply("greaterThan", [x.clone(), high.clone()]), high.clone(), x.clone());
        choose(apply("lessThan", [x, low.clone()]), low.clone(), top)
    })
}

/// A function of elements that are there; what is missing stays so.
pub(super) fn each(net: &mut Net, x: Arg<'_>, function: impl Fn(Expr) -> Expr) -> Made {
    let columns = x.numbers(net)?;
    let of = |column: &Column| {
        let x = column.bound(net);
        let y = function(x.clone());
        column.with(if column.missing { choose(apply("isMissing", [x.clone()]), x, y) } else { y })
    };
    Ok(Value::Columns(columns.iter().map(of).collect()))
}

/// A function of one number.
pub(super) fn elementwise(net: &mut Net, x: Arg<'_>, function: Function) -> Made {
    let columns = x.numbers(net)?;
    let mut made = Vec::with_capacity(columns.len());
    for column in &columns {
        let x = column.bound(net);
        let expr = of_one(function, x.clone())?;
        let compares = matches!(
            function,
            Function::Sign | Function::Truncate | Function::Relu | Function::Cbrt | Function::ArcSinh
        );
        let expr = match compares && column.missing {
            true => choose(apply("isMissing", [x.clone()]), x, expr),
            false => expr,
        };
        let is_bounded = matches!(
            function,
            Function::Negate | Function::Absolute | Function::Expit | Function::Tanh | Function::Relu
        );
        made.push(Column { overflows: column.overflows || !is_bounded, ..column.with(expr) });
    }
    Ok(Value::Columns(made))
}

fn of_one(function: Function, x: Expr) -> Result<Expr, String> {
    let number = Expr::Number;
    let below_zero = || apply("lessThan", [x.clone(), number(0.0)]);
    let signed = |size: Expr| choose(below_zero(), apply("-", [number(0.0), size.clone()]), size);
    let size = || apply("abs", [x.clone()]);
    Ok(match function {
        Function::Negate => apply("-", [number(0.0), x]),
        Function::Exp => apply("exp", [x]),
        Function::Exp2 => apply("pow", [number(2.0), x]),
        Function::Log => apply_nan("ln", [x]),
        Function::Log2 => apply_nan("/", [apply_nan("ln", [x]), number(std::f64::consts::LN_2)]),
        Function::Log10 => apply_nan("log10", [x]),
        Function::Sqrt => apply_nan("sqrt", [x]),
        Function::Cbrt => signed(apply("pow", [size(), number(1.0 / 3.0)])),
        Function::Absolute => apply("abs", [x]),
        Function::Sign => {
            let above = apply("greaterThan", [x.clone(), number(0.0)]);
            choose(below_zero(), number(-1.0), choose(above, number(1.0), number(0.0)))
        }
        Function::Square => apply("*", [x.clone(), x]),
        Function::Reciprocal => apply("/", [number(1.0), x]),
        Function::Floor => apply("floor", [x]),
        Function::Ceil => apply("ceil", [x]),
        Function::Round => apply("rint", [x]),
        Function::Truncate => choose(below_zero(), apply("ceil", [x.clone()]), apply("floor", [x.clone()])),
        Function::Sin => apply("sin", [x]),
        Function::Cos => apply("cos", [x]),
        Function::Tan => apply("tan", [x]),
        Function::ArcSin => apply_nan("asin", [x]),
        Function::ArcCos => apply_nan("acos", [x]),
        Function::ArcTan => apply("atan", [x]),
        Function::Sinh => apply("sinh", [x]),
        Function::Cosh => apply("cosh", [x]),
        Function::Tanh => apply("tanh", [x]),
        // without loss near 0: ln1p(|x| + x²/(1 + √(x² + 1)))
        Function::ArcSinh => {
            let square = || apply("*", [x.clone(), x.clone()]);
            let root = apply("sqrt", [apply("+", [square(), number(1.0)])]);
            let rest = apply("/", [square(), apply("+", [number(1.0), root])]);
            signed(apply("ln1p", [apply("+", [size(), rest])]))
        }
        Function::Relu => choose(below_zero(), number(0.0), x.clone()),
        Function::ExpM1 => apply("expm1", [x]),
        Function::Log1P => apply_nan("ln1p", [x]),
        Function::Expit => expit(x),
        Function::NormalCdf => {
            let erf = apply("erf", [apply("/", [x, number(std::f64::consts::SQRT_2)])]);
            apply("*", [number(0.5), apply("+", [number(1.0), erf])])
        }
        Function::NormalPpf => return Err("PMML's inverse of the normal distribution is less exact".into()),
    })
}

/// 1/(1 + e⁻ˣ)
pub(super) fn expit(x: Expr) -> Expr {
    let exp = apply("exp", [apply("-", [Expr::Number(0.0), x])]);
    apply("/", [Expr::Number(1.0), apply("+", [Expr::Number(1.0), exp])])
}

/// Columns and categories as trees know them.
pub(super) fn codes(net: &mut Net, x: Arg<'_>, codes: &Codes) -> Made {
    let columns = x.numbers(net)?;
    let mut made = Vec::new();
    for code in codes.columns() {
        let column = &columns[code.from];
        made.push(match &code.code {
            Code::Keep => column.clone(),
            Code::Byte { below_zero_is_nan } => {
                let x = column.bound(net);
                let byte = byte(x.clone());
                let expr = match below_zero_is_nan {
                    // without another branch it is missing
                    true => apply("if", [apply("greaterOrEqual", [x.clone(), Expr::Number(0.0)]), byte]),
                    false => byte,
                };
                let there = apply("if", [apply("isNotMissing", [x]), expr]);
                Column { missing: true, root: None, ..column.with(there) }
            }
            Code::Position(numbers) => {
                let mut x = column.bound(net);
                match column.root {
                    Some(input) => net.inputs[input].checks.narrow(-f64::MAX, f64::MAX),
                    None => x = finite(net, column, x),
                }
                let field = net.bind("number", &x);
                let rows = numbers.iter().enumerate().map(|(at, &value)| (value, at as f64));
                let expr = super::lookup::table_of_numbers(field, rows, None, None);
                Column { missing: true, root: None, ..column.with(expr) }
            }
        });
    }
    Ok(Value::Columns(made))
}

/// An error where x is infinite.
fn finite(net: &mut Net, column: &Column, x: Expr) -> Expr {
    let checked = within(net, x.clone(), -f64::MAX, f64::MAX);
    if column.missing { choose(apply("isMissing", [x.clone()]), x, checked) } else { checked }
}

/// C's cast of a double to an unsigned byte.
fn byte(x: Expr) -> Expr {
    let number = Expr::Number;
    let low = apply("ceil", [x.clone()]);
    let whole = choose(apply("lessThan", [x.clone(), number(0.0)]), low, apply("floor", [x.clone()]));
    let quotient = apply("floor", [apply("/", [whole.clone(), number(256.0)])]);
    let rest = apply("-", [whole, apply("*", [quotient, number(256.0)])]);
    let limit = 2_147_483_648.0;
    let fits =
        [apply("greaterThan", [x.clone(), number(-limit - 1.0)]), apply("lessThan", [x, number(limit)])];
    // what does not fit 32 bits is -2³¹, of which the lowest 8 bits are 0
    choose(apply("and", fits), rest, number(0.0))
}
