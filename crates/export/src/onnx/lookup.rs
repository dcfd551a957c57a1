//! Categories to numbers, positions to ones.

use cannery_graph::{DType, Lookup, LookupColumn, OneHot, Scalar, Unknown};

use super::emit::{Arg, Made, Part, Value};
use super::net::{Net, floats, ints, of_tensor, texts};
use super::proto::TensorProto;

/// The value of each category, column by column.
pub(super) fn lookup(net: &mut Net, x: Arg<'_>, lookup: &Lookup) -> Made {
    let columns = x.single_columns(net)?;
    let mut found = Vec::with_capacity(columns.len());
    for (part, column) in columns.iter().zip(lookup.columns()) {
        found.push(look_up(net, part, column, lookup.dtype())?);
    }
    Ok(Value::Tensor(net.concat(&found, 1)))
}

fn look_up(net: &mut Net, part: &Part, column: &LookupColumn, dtype: DType) -> Result<String, String> {
    let (x, keys, values) = match part.dtype {
        DType::Str => {
            let (keys, values) = distinct(column, |scalar| match scalar {
                Scalar::Str(text) => Some(&**text),
                Scalar::None | Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_) => None,
            });
            (part.name.clone(), (!keys.is_empty()).then(|| texts(keys)), values)
        }
        DType::I64 | DType::Bool => {
            let (keys, values) = distinct(column, whole);
            let x =
                if part.dtype == DType::I64 { part.name.clone() } else { net.cast(&part.name, DType::I64) };
            (x, (!keys.is_empty()).then(|| ints(&[keys.len()], &keys)), values)
        }
        DType::F32 | DType::F64 | DType::Any => {
            let (keys, values) = distinct(column, |scalar| number(scalar).map(f64::to_bits));
            let keys: Vec<f64> = keys.into_iter().map(f64::from_bits).collect();
            let x =
                if part.dtype == DType::F64 { part.name.clone() } else { net.cast(&part.name, DType::F64) };
            (x, (!keys.is_empty()).then(|| floats(DType::F64, &[keys.len()], &keys)), values)
        }
    };
    let is_value = |scalar: &Scalar| match scalar {
        Scalar::None => false,
        Scalar::Float(value) => !value.is_nan(),
        Scalar::Bool(_) | Scalar::Int(_) | Scalar::Str(_) => true,
    };
    if keys.is_none() && column.categories.iter().any(is_value) {
        return Err(format!("column {} is of {}, and no category is", column.number, part.dtype));
    }
    Ok(encode(net, &x, keys, &values, column.unknown, dtype))
}

/// The value of each key. What is unknown, and must not be, is a position out of range, which is an error of the runtime.
fn encode(
    net: &mut Net,
    x: &str,
    keys: Option<TensorProto>,
    values: &[f64],
    unknown: Unknown,
    dtype: DType,
) -> String {
    let positions: Vec<i64> = (0..values.len() as i64).collect();
    let count = values.len();
    let mut table = values.to_vec();
    if let Unknown::Value(value) = unknown {
        table.push(value);
    }
    let position = match keys {
        Some(keys) => {
            let attributes = vec![
                of_tensor("keys_tensor", keys),
                of_tensor("values_tensor", ints(&[count], &positions)),
                of_tensor("default_tensor", ints(&[1], &[count as i64])),
            ];
            net.ml("LabelEncoder", &[x], attributes)
        }
        None => {
            let none = net.ints(&[1, 1], &[0]);
            net.for_each_row(&none, &[1], x)
        }
    };
    let is_known = unknown != Unknown::Error;
    if is_known
        && dtype == DType::I64
        && table.iter().enumerate().all(|(place, value)| *value == place as f64)
    {
        return position;
    }
    let table = match dtype {
        DType::I64 => {
            let table: Vec<i64> = table.iter().map(|&value| value as i64).collect();
            net.ints(&[table.len()], &table)
        }
        DType::F32 | DType::F64 | DType::Bool | DType::Str | DType::Any => {
            net.floats(dtype, &[table.len()], &table)
        }
    };
    net.gather(&table, &position, 0)
}

/// The categories of one kind, each once, with their values.
fn distinct<'c, K: Eq + std::hash::Hash + Copy>(
    column: &'c LookupColumn,
    key: impl Fn(&'c Scalar) -> Option<K>,
) -> (Vec<K>, Vec<f64>) {
    let mut seen = std::collections::HashSet::new();
    let entries = column.categories.iter().zip(&*column.values);
    entries
        .filter_map(|(scalar, value)| Some((key(scalar)?, *value)))
        .filter(|(key, _)| seen.insert(*key))
        .unzip()
}

/// The integer that a category equals.
fn whole(scalar: &Scalar) -> Option<i64> {
    match scalar {
        Scalar::Int(value) => Some(*value),
        Scalar::Bool(value) => Some(i64::from(*value)),
        // below 2⁶³, which is a float64 itself
        Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0 => {
            Some(*value as i64)
        }
        Scalar::Float(_) | Scalar::None | Scalar::Str(_) => None,
    }
}

/// The float64 that a category equals, with one zero and one NaN.
fn number(scalar: &Scalar) -> Option<f64> {
    match scalar {
        Scalar::Float(value) if value.is_nan() => Some(f64::NAN),
        Scalar::Float(value) => Some(value + 0.0),
        Scalar::Bool(value) => Some(f64::from(u8::from(*value))),
        Scalar::Int(value) => {
            let float = *value as f64;
            let is_exact = float < 9_223_372_036_854_775_808.0 && float as i64 == *value;
            is_exact.then_some(float)
        }
        Scalar::None | Scalar::Str(_) => None,
    }
}

/// A 1 for each position: every column of the result compares the column that it is of with its position.
pub(super) fn one_hot(net: &mut Net, x: Arg<'_>, one_hot: &OneHot) -> Made {
    let places =
        one_hot.widths.iter().enumerate().flat_map(|(column, &width)| (0..width).map(move |p| (column, p)));
    let (columns, positions): (Vec<usize>, Vec<usize>) = places.unzip();
    let spread = net.columns(x.tensor()?, &columns);
    let positions = net.list(&positions);
    let equal = net.op("Equal", &[&spread, &positions]);
    Ok(Value::Tensor(if one_hot.dtype == DType::Bool { equal } else { net.cast(&equal, one_hot.dtype) }))
}
