//! Scores to probabilities, classes and labels.

use cannery_graph::Labels;

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, apply, apply_nan, choose, sum};
use super::net::Net;

/// The position of the first maximum, counted from `start`.
pub(super) fn first_of_most(net: &mut Net, scores: &[Expr], start: usize) -> Expr {
    if let [_] = scores {
        return Expr::Number(start as f64);
    }
    let most = Expr::Field(net.bind("most", &apply("max", scores.to_vec())));
    let behind = Expr::Number((start + scores.len()) as f64);
    let places = scores.iter().enumerate().map(|(place, score)| {
        let is_most = apply("equal", [score.clone(), most.clone()]);
        choose(is_most, Expr::Number((start + place) as f64), behind.clone())
    });
    apply("min", places.collect::<Vec<_>>())
}

/// The index of the first maximum.
pub(super) fn arg_max(net: &mut Net, x: Arg<'_>) -> Made {
    let scores = x.refs(net)?;
    Ok(Value::Columns(vec![Column::number(first_of_most(net, &scores, 0))]))
}

/// The same in each group of neighbouring columns, counted from the first column of all.
pub(super) fn group_arg_max(net: &mut Net, x: Arg<'_>, widths: &[usize]) -> Made {
    let scores = x.refs(net)?;
    let (mut made, mut start) = (Vec::new(), 0);
    for &width in widths {
        let group = scores.get(start..start + width).unwrap_or_default();
        made.push(Column::number(first_of_most(net, group, start)));
        start += width;
    }
    Ok(Value::Columns(made))
}

/// Positions that stand for labels.
pub(super) fn labels(net: &mut Net, x: Arg<'_>, labels: &Labels) -> Made {
    let columns = x.numbers(net)?;
    let of = |column: Column| Column { labels: Some(labels.clone()), ..column };
    Ok(Value::Columns(columns.into_iter().map(of).collect()))
}

/// 1 where x is above.
pub(super) fn threshold(net: &mut Net, x: Arg<'_>, above: f64) -> Made {
    let made = x
        .refs(net)?
        .into_iter()
        .map(|x| Column::number(choose(is_above(x, above), Expr::Number(1.0), Expr::Number(0.0))));
    Ok(Value::Columns(made.collect()))
}

/// Whether x is above a number; NaN, which is above all numbers to JPMML-Evaluator, is not.
pub(super) fn is_above(x: Expr, bound: f64) -> Expr {
    let is_number = apply("lessOrEqual", [x.clone(), Expr::Number(f64::INFINITY)]);
    apply("and", [apply("greaterThan", [x, Expr::Number(bound)]), is_number])
}

/// [1 − p, p]
pub(super) fn complement(net: &mut Net, x: Arg<'_>) -> Made {
    let columns = x.numbers(net)?;
    let Some(column) = columns.first() else { return Err("it takes nothing".into()) };
    let p = column.bound(net);
    Ok(Value::Columns(vec![column.with(apply("-", [Expr::Number(1.0), p.clone()])), column.with(p)]))
}

/// Each element divided by the sum of all; NaN where that is 0.
pub(super) fn normalize_sum(net: &mut Net, x: Arg<'_>) -> Made {
    let refs = x.refs(net)?;
    let total = Expr::Field(net.bind("total", &sum(refs.clone())));
    let of = |x: Expr| Column::number(apply_nan("/", [x, total.clone()]));
    Ok(Value::Columns(refs.into_iter().map(of).collect()))
}

/// The exponents of what is left of each score when the highest is taken off, and their sum.
fn exponents(net: &mut Net, scores: &[Expr]) -> (Expr, Vec<Expr>, Expr) {
    let most = Expr::Field(net.bind("most", &apply("max", scores.to_vec())));
    let exponent = |score: &Expr| {
        let rest = apply_nan("-", [score.clone(), most.clone()]);
        Expr::Field(net.bind("exp", &apply_nan("exp", [rest])))
    };
    let exponents: Vec<Expr> = scores.iter().map(exponent).collect();
    let total = Expr::Field(net.bind("total", &sum(exponents.clone()).taking_nan()));
    (most, exponents, total)
}

/// e / Σe of e = exp(x − max x).
pub(super) fn softmax(net: &mut Net, x: Arg<'_>) -> Made {
    let scores = x.refs(net)?;
    let (_, exponents, total) = exponents(net, &scores);
    let of = |e: Expr| Column::number(apply_nan("/", [e, total.clone()]));
    Ok(Value::Columns(exponents.into_iter().map(of).collect()))
}

/// x − (log Σ exp(x − max x) + max x)
pub(super) fn log_softmax(net: &mut Net, x: Arg<'_>) -> Made {
    let scores = x.refs(net)?;
    let (most, _, total) = exponents(net, &scores);
    let log = apply_nan("+", [apply_nan("ln", [total]), most]);
    let log = Expr::Field(net.bind("log", &log));
    let of = |x: Expr| Column::number(apply_nan("-", [x, log.clone()]));
    Ok(Value::Columns(scores.into_iter().map(of).collect()))
}
