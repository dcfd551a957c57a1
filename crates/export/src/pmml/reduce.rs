//! Columns against columns, and rows to a number.

use cannery_graph::{Arith, Combine, CombineRule, Constant, Poly, Reduce, Reduction, Shape, Term, Type};

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, FieldId, apply, apply_nan, choose, sum};
use super::net::Net;
use super::scores::is_above;
use super::trees::predicted;
use super::xml::{Xml, number};

/// Two edges, element by element; one column stands beside each of the other.
pub(super) fn arith(net: &mut Net, args: &[Arg<'_>], how: Arith) -> Made {
    let [a, b] = args else { return Err("it takes two matrices".into()) };
    let (a, b) = (a.numbers(net)?, b.numbers(net)?);
    let both = |a: &Column, b: &Column| {
        let pair = [a.expr.clone(), b.expr.clone()];
        let expr = match how {
            Arith::Add => apply("+", pair),
            Arith::Subtract => apply("-", pair),
            Arith::Multiply => apply("*", pair),
            Arith::Divide => apply_nan("/", pair),
            Arith::Maximum => apply("max", pair),
            Arith::Minimum => apply("min", pair),
        };
        let missing = a.missing || b.missing;
        let skips_missing = matches!(how, Arith::Maximum | Arith::Minimum);
        let expr = match missing && skips_missing {
            true => {
                let is_there = |x: &Column| apply("isNotMissing", [x.expr.clone()]);
                apply("if", [apply("and", [is_there(a), is_there(b)]), expr])
            }
            false => expr,
        };
        Column { missing, overflows: true, ..Column::number(expr) }
    };
    Ok(Value::Columns(match (&a[..], &b[..]) {
        ([a], b) => b.iter().map(|b| both(a, b)).collect(),
        (a, [b]) => a.iter().map(|a| both(a, b)).collect(),
        (a, b) => a.iter().zip(b).map(|(a, b)| both(a, b)).collect(),
    }))
}

/// A number for each row, or for each group of its columns.
pub(super) fn reduce(net: &mut Net, x: Arg<'_>, reduce: &Reduce) -> Made {
    let columns = x.numbers(net)?;
    if columns.iter().any(|column| column.missing) {
        return Err("missing numbers among others".into());
    }
    let refs: Vec<Expr> = columns.iter().map(|column| column.bound(net)).collect();
    let all: Vec<usize> = (0..refs.len()).collect();
    let groups = reduce.groups.clone().unwrap_or_else(|| vec![all]);
    let mut made = Vec::with_capacity(groups.len());
    for group in groups {
        let members: Vec<Expr> = group.iter().filter_map(|&column| refs.get(column).cloned()).collect();
        let expr = of_members(net, reduce.how, members);
        made.push(Column { overflows: true, ..Column::number(expr) });
    }
    Ok(Value::Columns(made))
}

fn of_members(net: &mut Net, how: Reduction, members: Vec<Expr>) -> Expr {
    let count = Expr::Number(members.len() as f64);
    if let [only] = &members[..]
        && !matches!(how, Reduction::SumOfSquares)
    {
        return only.clone();
    }
    match how {
        Reduction::Sum => sum(members),
        Reduction::Mean => apply("/", [sum(members), count]),
        Reduction::Minimum => apply("min", members),
        Reduction::Maximum => apply("max", members),
        Reduction::Median => apply("median", members),
        Reduction::SumOfSquares => sum(members.into_iter().map(|x| apply("*", [x.clone(), x])).collect()),
        Reduction::LogSumExp => {
            let most = Expr::Field(net.bind("most", &apply("max", members.clone())));
            let exponent = |x: Expr| apply("exp", [apply("-", [x, most.clone()])]);
            apply("+", [most.clone(), apply("ln", [sum(members.into_iter().map(exponent).collect())])])
        }
    }
}

/// The same row for each row.
pub(super) fn constant(constant: &Constant) -> Made {
    let columns = constant.row.iter().map(|&value| Column::number(Expr::Number(value)));
    Ok(Value::Columns(columns.collect()))
}

/// Products of columns, each of an earlier one and a column.
pub(super) fn poly(net: &mut Net, x: Arg<'_>, poly: &Poly, ty: Type) -> Made {
    let columns = x.numbers(net)?;
    let mut made: Vec<Column> = Vec::with_capacity(poly.terms.len());
    for term in &poly.terms {
        let column = match *term {
            Term::One => Column::number(Expr::Number(1.0)),
            Term::Column(column) => columns[column as usize].clone(),
            Term::Product { term, column } => {
                let (term, x) = (&made[term as usize], &columns[column as usize]);
                let product = apply("*", [term.expr.clone(), x.expr.clone()]);
                let product = match ty.dtype {
                    cannery_graph::DType::F32 => net.narrow("product", &product),
                    _ => Expr::Field(net.bind("product", &product)),
                };
                let missing = term.missing || x.missing;
                Column { missing, overflows: true, ..Column::number(product) }
            }
        };
        made.push(column);
    }
    Ok(Value::Columns(made))
}

/// What the members of an ensemble give together.
pub(super) fn combine(net: &mut Net, args: &[Arg<'_>], combine: &Combine) -> Made {
    let mut members = Vec::with_capacity(args.len());
    for arg in args {
        members.push(arg.refs(net)?);
    }
    if let CombineRule::Votes { classes, hits, misses } = &combine.0 {
        return Ok(Value::Columns((0..*classes).map(|class| votes(&members, class, hits, misses)).collect()));
    }
    let columns = members.first().map_or(0, Vec::len);
    let mut made = Vec::with_capacity(columns);
    for column in 0..columns {
        let of: Vec<Expr> = members.iter().filter_map(|member| member.get(column).cloned()).collect();
        let count = Expr::Number(of.len() as f64);
        made.push(Column::number(match &combine.0 {
            CombineRule::Sum => sum(of),
            CombineRule::Mean => apply("/", [sum(of), count]),
            CombineRule::Average { weights, total } => {
                let weighted = of.into_iter().zip(weights);
                let terms = weighted.map(|(x, &weight)| apply("*", [x, Expr::Number(weight)])).collect();
                apply("/", [sum(terms), Expr::Number(*total)])
            }
            CombineRule::LogAddExp => {
                let mut terms = of.into_iter();
                let first = terms.next().unwrap_or(Expr::Number(f64::NEG_INFINITY));
                terms.fold(first, |a, b| log_add_exp(net, a, b))
            }
            CombineRule::Median { weights } => Expr::Field(median(net, &of, weights)),
            CombineRule::Votes { .. } => return Err("votes of several columns".into()),
        }));
    }
    Ok(Value::Columns(made))
}

fn votes(members: &[Vec<Expr>], class: usize, hits: &[f64], misses: &[f64]) -> Column {
    let of = members.iter().filter_map(|member| member.first()).zip(hits.iter().zip(misses));
    let vote = |(x, (&hit, &miss)): (&Expr, (&f64, &f64))| {
        let is_hit = apply("equal", [x.clone(), Expr::Number(class as f64)]);
        choose(is_hit, Expr::Number(hit), Expr::Number(miss))
    };
    Column::number(sum(of.map(vote).collect()))
}

/// log(eᵃ + eᵇ)
fn log_add_exp(net: &mut Net, a: Expr, b: Expr) -> Expr {
    let distance = apply("-", [Expr::Number(0.0), apply("abs", [apply("-", [a.clone(), b.clone()])])]);
    let rest = apply("ln1p", [apply("exp", [distance])]);
    let larger = apply("+", [apply("max", [a.clone(), b.clone()]), rest]);
    // of two equal ones, which may be infinite
    let double = apply("+", [a.clone(), Expr::Number(std::f64::consts::LN_2)]);
    Expr::Field(net.bind("log_sum", &choose(apply("equal", [a, b]), double, larger)))
}

/// A model of the weighted median of fields.
fn median(net: &mut Net, members: &[Expr], weights: &[f64]) -> FieldId {
    let fields: Vec<FieldId> = members.iter().map(|member| net.bind("member", member)).collect();
    let mut body = Xml::default();
    body.open("Segmentation", &[("multipleModelMethod", "weightedMedian")]);
    for (id, (&field, &weight)) in (1_usize..).zip(fields.iter().zip(weights)) {
        body.open("Segment", &[("id", &id.to_string()), ("weight", &number(weight))]);
        body.empty("True", &[]);
        body.open("RegressionModel", &[("functionName", "regression")]);
        body.open("MiningSchema", &[]);
        net.write_active(&mut body, &net.active([field]));
        body.close("MiningSchema");
        body.open("RegressionTable", &[("intercept", "0")]);
        body.empty("NumericPredictor", &[("name", &net.name(field)), ("coefficient", "1")]);
        body.close("RegressionTable");
        body.close("RegressionModel");
        body.close("Segment");
    }
    body.close("Segmentation");
    predicted(net, "MiningModel", vec![("functionName", "regression".to_owned())], fields, body)
}

/// Rows whose elements are all 0 become all 1.
pub(super) fn ones_for_zeros(net: &mut Net, x: Arg<'_>) -> Made {
    let refs = x.refs(net)?;
    let zeros: Vec<Expr> = refs.iter().map(|x| apply("equal", [x.clone(), Expr::Number(0.0)])).collect();
    let are_zero = match &zeros[..] {
        [only] => only.clone(),
        _ => apply("and", zeros),
    };
    let flag = choose(are_zero, Expr::Number(1.0), Expr::Number(0.0));
    let flag = Expr::Field(net.bind("all_zero", &flag));
    let is_set = apply("equal", [flag, Expr::Number(1.0)]);
    let of = |x: Expr| Column::number(choose(is_set.clone(), Expr::Number(1.0), x));
    Ok(Value::Columns(refs.into_iter().map(of).collect()))
}

/// 1 where x is above, else 0, also where it is missing.
pub(super) fn binarize(net: &mut Net, x: Arg<'_>, above: f64) -> Made {
    let is_narrow = x.ty.dtype == cannery_graph::DType::F32;
    let bound = if is_narrow { f64::from(above as f32) } else { above };
    let stores_some = matches!(x.ty.shape, Shape::Csr(_));
    if stores_some && above < 0.0 {
        return Err("zeros that are not stored would be above".into());
    }
    let columns = x.numbers(net)?;
    let of = |column: &Column| {
        let x = column.bound(net);
        let expr = choose(is_above(x.clone(), bound), Expr::Number(1.0), Expr::Number(0.0));
        Column::number(match column.missing {
            true => choose(apply("isMissing", [x]), Expr::Number(0.0), expr),
            false => expr,
        })
    };
    Ok(Value::Columns(columns.iter().map(of).collect()))
}
