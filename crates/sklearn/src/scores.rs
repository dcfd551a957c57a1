//! From what the members of an ensemble give to its classes, probabilities and scores.

use std::sync::Arc;

use cannery_graph::{
    Arith, Arithmetic, Builder, Columns, Combine, CombineRule, DType, Edge, Function, Labels, Lookup,
    LookupColumn, Op, Scalar, Scale, Shape, Unknown,
};

use cannery_object::Element;

use crate::error::Error;

/// One column of a matrix as a vector.
pub(crate) fn column(builder: &mut Builder, x: Edge, column: usize) -> Result<Edge, Error> {
    let x = builder.add(Op::Columns(Columns(vec![column])), &[x])?;
    Ok(builder.add(Op::Flatten, &[x])?)
}

/// A vector as it is; the only column of a matrix as a vector.
pub(crate) fn flat(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    match builder.type_of(x)?.shape {
        Shape::Matrix(1) => Ok(builder.add(Op::Flatten, &[x])?),
        _ => Ok(x),
    }
}

/// A vector as a matrix of one column; a matrix as it is.
pub(crate) fn upright(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    match builder.type_of(x)?.shape {
        Shape::Vector => Ok(builder.add(Op::Concat, &[x])?),
        _ => Ok(x),
    }
}

/// Elements as float64.
pub(crate) fn doubles(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    Ok(builder.cast(x, DType::F64)?)
}

/// The results of members by a rule.
pub(crate) fn combine(builder: &mut Builder, members: &[Edge], rule: CombineRule) -> Result<Edge, Error> {
    Ok(builder.add(Op::Combine(Combine(rule)), members)?)
}

/// One step of arithmetic with the same constant for each column; a vector stays one.
pub(crate) fn scale(builder: &mut Builder, x: Edge, step: Arithmetic, constant: f64) -> Result<Edge, Error> {
    let columns = builder.type_of(x)?.columns();
    steps(builder, x, vec![(step, vec![constant; columns])])
}

/// Steps of arithmetic with a constant a column; a vector stays one.
pub(crate) fn steps(
    builder: &mut Builder,
    x: Edge,
    steps: Vec<(Arithmetic, Vec<f64>)>,
) -> Result<Edge, Error> {
    let is_vector = builder.type_of(x)?.shape == Shape::Vector;
    let matrix = upright(builder, x)?;
    let scaled = builder.add(Op::Scale(Scale { steps }), &[matrix])?;
    if is_vector { Ok(builder.add(Op::Flatten, &[scaled])?) } else { Ok(scaled) }
}

/// −x.
pub(crate) fn negate(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    Ok(builder.add(Op::Elementwise(Function::Negate), &[x])?)
}

/// a ∘ b, element by element; a vector stands beside each column of a matrix.
pub(crate) fn arith(builder: &mut Builder, how: Arith, a: Edge, b: Edge) -> Result<Edge, Error> {
    Ok(builder.add(Op::Arith(how), &[a, b])?)
}

/// The sum of each row, from the first column on, as a vector.
pub(crate) fn row_sum(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    let columns = builder.type_of(x)?.columns();
    let columns = (0..columns).map(|index| column(builder, x, index)).collect::<Result<Vec<_>, _>>()?;
    combine(builder, &columns, CombineRule::Sum)
}

/// The labels of class indices.
pub(crate) fn label(builder: &mut Builder, class: Edge, labels: &Labels) -> Result<Edge, Error> {
    Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
}

/// The label of the first maximum of each row.
pub(crate) fn most(builder: &mut Builder, x: Edge, labels: &Labels) -> Result<Edge, Error> {
    let class = builder.add(Op::ArgMax, &[x])?;
    label(builder, class, labels)
}

/// The position of each predicted label among these classes, −1 for any other label.
pub(crate) fn positions(builder: &mut Builder, predicted: Edge, classes: &Labels) -> Result<Edge, Error> {
    if let Some((Op::Labels(own), &[class])) = builder.made_by(predicted) {
        let (own, all) = (scalars(own), scalars(classes));
        let position = |label: &Scalar| all.iter().position(|other| equal(label, other));
        let map: Arc<[i64]> =
            own.iter().map(|label| position(label).map_or(-1, |position| position as i64)).collect();
        if map.iter().enumerate().all(|(index, &position)| index as i64 == position) {
            return Ok(class);
        }
        return label(builder, class, &Labels::I64(map));
    }
    let categories: Arc<[Scalar]> = scalars(classes).into();
    let values = (0..categories.len()).map(|index| index as f64).collect();
    let column = LookupColumn { number: 0, categories, values, unknown: Unknown::Value(-1.0) };
    let lookup = Lookup::new(DType::I64, vec![column]).map_err(|message| Error::malformed("", message))?;
    let found = builder.add(Op::Lookup(lookup), &[predicted])?;
    Ok(builder.add(Op::Flatten, &[found])?)
}

/// Which of the labels an element is.
pub(crate) fn position_of(element: &Element<'_>, labels: &Labels) -> Option<usize> {
    let wanted = match element {
        Element::Bool(x) => Scalar::Bool(*x),
        Element::Int(x) => Scalar::Int(*x),
        Element::UInt(x) => Scalar::Int(i64::try_from(*x).ok()?),
        Element::Float(x) => Scalar::Float(*x),
        Element::Str(text) => Scalar::Str(text.as_str().into()),
        _ => return None,
    };
    scalars(labels).iter().position(|label| equal(label, &wanted))
}

fn scalars(labels: &Labels) -> Vec<Scalar> {
    match labels {
        Labels::I64(labels) => labels.iter().map(|&label| Scalar::Int(label)).collect(),
        Labels::F64(labels) => labels.iter().map(|&label| Scalar::Float(label)).collect(),
        Labels::Bool(labels) => labels.iter().map(|&label| Scalar::Bool(label)).collect(),
        Labels::Str(labels) => labels.iter().map(|label| Scalar::Str(label.clone())).collect(),
    }
}

/// Whether labels are the same: numbers and truth values by value.
fn equal(a: &Scalar, b: &Scalar) -> bool {
    let number = |scalar: &Scalar| match scalar {
        Scalar::Int(x) => Some(*x as f64),
        Scalar::Float(x) => Some(*x),
        Scalar::Bool(x) => Some(f64::from(u8::from(*x))),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
