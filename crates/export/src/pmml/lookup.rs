//! Categories to numbers, positions to ones, missing elements replaced.

use std::rc::Rc;

use cannery_graph::{Fill, Impute, Lookup, LookupColumn, Missing, OneHot, Scalar, Unknown};

use super::check::within;
use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, FieldId, Table, apply, choose};
use super::net::Net;
use super::xml::number;

/// The value of each category, column by column.
pub(super) fn lookup(net: &mut Net, x: Arg<'_>, lookup: &Lookup) -> Made {
    let columns = x.columns()?;
    let mut made = Vec::with_capacity(columns.len());
    for (column, categories) in columns.iter().zip(lookup.columns()) {
        let column = if column.is_text { column.clone() } else { column.numeric(net)? };
        made.push(look_up(net, &column, categories)?);
    }
    Ok(Value::Columns(made))
}

fn look_up(net: &mut Net, column: &Column, categories: &LookupColumn) -> Result<Column, String> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut missing = None;
    for (category, &value) in categories.categories.iter().zip(&*categories.values) {
        let key = match category {
            Scalar::None => None,
            Scalar::Float(float) if float.is_nan() => None,
            Scalar::Str(text) if column.is_text => Some(text.to_string()),
            Scalar::Str(_) => continue,
            _ if column.is_text => continue,
            Scalar::Bool(value) => Some(number(f64::from(u8::from(*value)))),
            Scalar::Int(value) => match *value as f64 {
                float if float as i64 == *value => Some(number(float)),
                _ => continue,
            },
            Scalar::Float(float) => Some(number(float + 0.0)),
        };
        match key {
            None => missing = missing.or(Some(value)),
            Some(key) if seen.insert(key.clone()) => rows.push((key, number(value))),
            Some(_) => {}
        }
    }
    if rows.is_empty() && missing.is_none() {
        return Err(format!("column {} has no category of the type of its values", categories.number));
    }
    let other = match categories.unknown {
        Unknown::Value(value) => Some(number(value)),
        Unknown::Error => None,
    };
    if categories.unknown == Unknown::Error
        && let Some(input) = column.root
    {
        let checks = &mut net.inputs[input].checks;
        checks.missing |= missing.is_none();
        if column.is_text {
            checks.values.get_or_insert_with(|| rows.iter().map(|(key, _)| key.clone()).collect());
        }
    }
    let missing = missing.map(number).or_else(|| other.clone());
    let table = Table { of: column.field(net), rows, data_type: "double", other, missing };
    let gives_nan = table.other.as_deref() == Some("NaN") || table.rows.iter().any(|(_, to)| to == "NaN");
    let mut expr = Expr::Map(Rc::new(table));
    if categories.unknown == Unknown::Error && !(column.is_text && column.root.is_some()) {
        let found = Expr::Field(net.bind("found", &expr));
        expr = within(net, found, f64::MIN, f64::MAX);
    }
    Ok(Column { missing: gives_nan, ..Column::number(expr) })
}

/// A table from numbers to numbers.
pub(super) fn table_of_numbers(
    of: FieldId,
    rows: impl Iterator<Item = (f64, f64)>,
    other: Option<f64>,
    missing: Option<f64>,
) -> Expr {
    let rows = rows.map(|(from, to)| (number(from + 0.0), number(to))).collect();
    let (other, missing) = (other.map(number), missing.map(number));
    Expr::Map(Rc::new(Table { of, rows, data_type: "double", other, missing }))
}

/// A 1 for each position.
pub(super) fn one_hot(net: &mut Net, x: Arg<'_>, one_hot: &OneHot) -> Made {
    let columns = x.numbers(net)?;
    let mut made = Vec::new();
    for (column, &width) in columns.iter().zip(&one_hot.widths) {
        let x = column.bound(net);
        for position in 0..width {
            let is_it = apply("equal", [x.clone(), Expr::Number(position as f64)]);
            made.push(Column::number(choose(is_it, Expr::Number(1.0), Expr::Number(0.0))));
        }
    }
    Ok(Value::Columns(made))
}

/// Whether an element is missing; `None` where none can be.
fn is_missing(x: &Expr, column: &Column, missing: &Missing) -> Option<Expr> {
    let equals = |constant: Expr| {
        let equal = apply("equal", [x.clone(), constant]);
        // nothing can be compared with what is missing
        match column.missing {
            true => apply("and", [apply("isNotMissing", [x.clone()]), equal]),
            false => equal,
        }
    };
    let is_number = !column.is_text;
    match missing {
        Missing::Nan => column.missing.then(|| apply("isMissing", [x.clone()])),
        Missing::Number(value) => is_number.then(|| equals(Expr::Number(*value))),
        Missing::Scalar(scalar) => match scalar {
            Scalar::None => column.missing.then(|| apply("isMissing", [x.clone()])),
            Scalar::Float(value) if value.is_nan() => column.missing.then(|| apply("isMissing", [x.clone()])),
            Scalar::Str(text) => column.is_text.then(|| equals(Expr::Text((&**text).into()))),
            Scalar::Float(value) => is_number.then(|| equals(Expr::Number(*value))),
            Scalar::Int(value) => is_number.then(|| equals(Expr::Number(*value as f64))),
            Scalar::Bool(value) => is_number.then(|| equals(Expr::Number(f64::from(u8::from(*value))))),
        },
    }
}

/// Missing elements replaced by the value of their column.
pub(super) fn impute(net: &mut Net, x: Arg<'_>, impute: &Impute) -> Made {
    let mut made = Vec::new();
    for (index, column) in x.columns()?.iter().enumerate() {
        let column = if column.is_text { column.clone() } else { column.numeric(net)? };
        let x = column.bound(net);
        let Some(is_missing) = is_missing(&x, &column, &impute.missing) else {
            made.push(column);
            continue;
        };
        let fill = fill(&impute.fill, index, column.is_text)?;
        let fills_all = matches!(&impute.missing, Missing::Nan | Missing::Scalar(Scalar::None))
            || matches!(impute.missing, Missing::Scalar(Scalar::Float(value)) if value.is_nan());
        let gives_nan = matches!(fill, Expr::Number(value) if value.is_nan());
        let is_bounded = column.root.is_none_or(|input| net.inputs[input].checks.range.is_some());
        made.push(Column {
            expr: choose(is_missing, fill, x),
            root: column.root.filter(|_| !fills_all),
            missing: gives_nan || (column.missing && !fills_all),
            overflows: column.overflows || !is_bounded,
            ..column
        });
    }
    Ok(Value::Columns(made))
}

fn fill(fill: &Fill, index: usize, is_text: bool) -> Result<Expr, String> {
    let scalar = match fill {
        Fill::Floats(values) => Scalar::Float(values.get(index).copied().unwrap_or(f64::NAN)),
        Fill::Integers(values) => Scalar::Int(values.get(index).copied().unwrap_or_default()),
        Fill::Scalars(values) => values.get(index).cloned().unwrap_or_default(),
    };
    match (&scalar, is_text) {
        (Scalar::Str(text), true) => Ok(Expr::Text((&**text).into())),
        (Scalar::Float(value), false) => Ok(Expr::Number(*value)),
        (Scalar::Int(value), false) => Ok(Expr::Number(*value as f64)),
        (Scalar::Bool(value), false) => Ok(Expr::Number(f64::from(u8::from(*value)))),
        _ => Err(format!("{scalar} is put in a column of {}", if is_text { "texts" } else { "numbers" })),
    }
}

/// A 1 for each element that is missing.
pub(super) fn missing_mask(x: Arg<'_>, missing: &Missing) -> Made {
    let mut made = Vec::new();
    for column in x.columns()? {
        let expr = match is_missing(&column.expr, column, missing) {
            Some(is_missing) => choose(is_missing, Expr::Number(1.0), Expr::Number(0.0)),
            None => Expr::Number(0.0),
        };
        made.push(Column::number(expr));
    }
    Ok(Value::Columns(made))
}
