//! Missing elements: found and replaced.

use cannery_graph::{DType, Fill, Impute, Missing, Scalar, Shape, Type};

use super::emit::{Arg, Made, Part, Value};
use super::net::Net;

/// Missing elements replaced by the value of their column.
pub(super) fn impute(net: &mut Net, x: Arg<'_>, impute: &Impute) -> Made {
    if matches!(x.ty.shape, Shape::Csr(_)) && impute.missing == Missing::Number(0.0) {
        return Err("zeros of a sparse matrix count as missing only where they are stored".into());
    }
    let columns = impute.fill.len();
    match &impute.fill {
        Fill::Floats(fill) => {
            let fill = net.floats(x.ty.dtype, &[columns], fill);
            replace(net, x.tensor()?, x.ty.dtype, &impute.missing, &fill).map(Value::Tensor)
        }
        Fill::Integers(fill) => {
            let fill = net.ints(&[columns], fill);
            replace(net, x.tensor()?, DType::I64, &impute.missing, &fill).map(Value::Tensor)
        }
        Fill::Scalars(fill) => {
            let mut parts = x.single_columns(net)?;
            for (part, scalar) in parts.iter_mut().zip(fill) {
                let fill = constant(net, part.dtype, scalar)?;
                part.name = replace(net, &part.name, part.dtype, &impute.missing, &fill)?;
            }
            Ok(Value::Parts(parts))
        }
    }
}

/// Whether each element is missing: truth values, or of a sparse matrix ones of its dtype.
pub(super) fn missing_mask(net: &mut Net, x: Arg<'_>, missing: &Missing, ty: Type) -> Made {
    let mut masks = Vec::new();
    for Part { name, dtype, .. } in x.parts(net)? {
        masks.push(match is_missing(net, &name, dtype, missing)? {
            Some(mask) => mask,
            None => {
                let same = net.op("Equal", &[&name, &name]);
                net.op("Not", &[&same])
            }
        });
    }
    let mask = net.concat(&masks, 1);
    if !matches!(ty.shape, Shape::Csr(_)) {
        return Ok(Value::Tensor(mask));
    }
    if *missing == Missing::Number(0.0) {
        return Err("zeros of a sparse matrix count as missing only where they are stored".into());
    }
    Ok(Value::Tensor(net.cast(&mask, ty.dtype)))
}

fn replace(net: &mut Net, x: &str, dtype: DType, missing: &Missing, fill: &str) -> Result<String, String> {
    Ok(match is_missing(net, x, dtype, missing)? {
        Some(mask) => net.op("Where", &[&mask, fill, x]),
        None => x.to_owned(),
    })
}

/// Truth values; `None` where no element of the dtype can be missing.
fn is_missing(net: &mut Net, x: &str, dtype: DType, missing: &Missing) -> Result<Option<String>, String> {
    Ok(match missing {
        Missing::Nan if dtype.is_float() => Some(net.op("IsNaN", &[x])),
        Missing::Nan => None,
        Missing::Number(number) if dtype != DType::Str => Some(equal(net, x, dtype, *number)),
        Missing::Number(_) => None,
        Missing::Scalar(scalar) => match (scalar, dtype) {
            (Scalar::Str(text), DType::Str) => {
                let text = net.texts([&**text]);
                Some(net.op("Equal", &[x, &text]))
            }
            (Scalar::None | Scalar::Str(_), _) => None,
            (_, DType::Str) => None,
            (Scalar::Bool(value), _) => Some(equal(net, x, dtype, f64::from(u8::from(*value)))),
            (Scalar::Int(value), DType::I64) => {
                let value = net.ints(&[], &[*value]);
                Some(net.op("Equal", &[x, &value]))
            }
            (Scalar::Int(value), _) => Some(equal(net, x, dtype, *value as f64)),
            (Scalar::Float(value), _) => Some(equal(net, x, dtype, *value)),
        },
    })
}

/// Elements that are numbers, compared as float64.
fn equal(net: &mut Net, x: &str, dtype: DType, number: f64) -> String {
    let wide = if dtype == DType::F64 { x.to_owned() } else { net.cast(x, DType::F64) };
    let number = net.float(DType::F64, number);
    net.op("Equal", &[&wide, &number])
}

fn constant(net: &mut Net, dtype: DType, scalar: &Scalar) -> Result<String, String> {
    match (scalar, dtype) {
        (Scalar::Str(text), DType::Str) => Ok(net.texts([&**text])),
        (Scalar::Float(value), DType::F32 | DType::F64) => Ok(net.float(dtype, *value)),
        (Scalar::Int(value), DType::F32 | DType::F64) => Ok(net.float(dtype, *value as f64)),
        (Scalar::Int(value), DType::I64) => Ok(net.ints(&[], &[*value])),
        (Scalar::Bool(value), DType::Bool) => Ok(net.bools(&[], &[*value])),
        _ => Err(format!("{scalar} is put in a column of {dtype}")),
    }
}
