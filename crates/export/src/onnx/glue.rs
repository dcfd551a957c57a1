//! Bringing, picking, joining and converting.

use cannery_graph::{DType, Shape, Type};

use super::emit::{Arg, Made, Part, Value};
use super::net::Net;

/// A column that the caller brings, \[n,1\].
pub(super) fn field(net: &mut Net, inputs: &[&str], column: usize) -> Made {
    let input = inputs.get(column).ok_or("there is no such input")?;
    Ok(Value::Tensor(net.reshape(input, &[-1])))
}

/// These columns of a matrix.
pub(super) fn columns(net: &mut Net, x: Arg<'_>, wanted: &[usize]) -> Made {
    if let Value::Tensor(name) = x.value {
        return Ok(Value::Tensor(net.columns(name, wanted)));
    }
    let parts = x.parts(net)?;
    let places: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(part, Part { columns, .. })| (0..*columns).map(move |column| (part, column)))
        .collect();
    let mut picked = Vec::with_capacity(wanted.len());
    for &column in wanted {
        let &(part, column) = places.get(column).ok_or("there is no such column")?;
        let Part { name, dtype, columns } = &parts[part];
        let name = if *columns == 1 { name.clone() } else { net.columns(name, &[column]) };
        picked.push(Part { name, dtype: *dtype, columns: 1 });
    }
    Ok(Value::Parts(picked))
}

/// Columns side by side.
pub(super) fn concat(net: &mut Net, args: &[Arg<'_>], ty: Type) -> Made {
    if ty.dtype == DType::Any {
        let parts: Result<Vec<Vec<Part>>, String> = args.iter().map(|arg| arg.parts(net)).collect();
        return Ok(Value::Parts(parts?.concat()));
    }
    let parts: Result<Vec<String>, String> = args.iter().map(|arg| arg.matrix(net)).collect();
    Ok(Value::Tensor(net.concat(&parts?, 1)))
}

/// Elements in another dtype.
pub(super) fn cast(net: &mut Net, x: Arg<'_>, to: DType) -> Made {
    if to == DType::Any {
        return x.parts(net).map(Value::Parts);
    }
    let Value::Parts(parts) = x.value else { return Ok(Value::Tensor(net.cast(x.tensor()?, to))) };
    let mut tensors = Vec::with_capacity(parts.len());
    for part in parts {
        tensors.push(match (part.dtype, to) {
            (from, to) if from == to => part.name.clone(),
            (DType::F32 | DType::I64 | DType::Bool, DType::F64) => net.cast(&part.name, to),
            (DType::Str, _) => {
                return Err(format!("a column of text becomes {to}; ONNX reads only 8 digits of a text"));
            }
            (from, _) => return Err(format!("a column of {from} becomes {to}")),
        });
    }
    let joined = net.concat(&tensors, 1);
    let is_vector = x.ty.shape == Shape::Vector;
    Ok(Value::Tensor(if is_vector { net.squeeze(&joined, 1) } else { joined }))
}

/// One column as a vector.
pub(super) fn flatten(net: &mut Net, x: Arg<'_>) -> Made {
    match x.value {
        Value::Parts(parts) => Ok(Value::Parts(parts.clone())),
        _ => Ok(Value::Tensor(net.squeeze(x.tensor()?, 1))),
    }
}

/// a where an integer is not 0, else b.
pub(super) fn choose(net: &mut Net, args: &[Arg<'_>]) -> Made {
    let [mask, a, b] = args else { return Err("it takes three edges".into()) };
    let is_row = mask.ty.shape != a.ty.shape && a.ty.shape != Shape::Vector;
    let integers = if is_row { mask.matrix(net)? } else { mask.tensor()?.to_owned() };
    let zero = net.ints(&[], &[0]);
    let is_b = net.op("Equal", &[&integers, &zero]);
    Ok(Value::Tensor(net.op("Where", &[&is_b, b.tensor()?, a.tensor()?])))
}
