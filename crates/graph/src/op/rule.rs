//! What type rules have in common.

use super::Operator;
use crate::DType;
use crate::types::Type;

/// Types of N edges, or that there is another number of them.
pub(super) fn take<const N: usize>(op: &dyn Operator, inputs: &[Type]) -> Result<[Type; N], String> {
    let edges = if N == 1 { "edge" } else { "edges" };
    inputs.try_into().map_err(|_| format!("{} takes {N} {edges}, not {}", op.name(), inputs.len()))
}

/// Type of the only edge.
pub(super) fn one(op: &dyn Operator, inputs: &[Type]) -> Result<Type, String> {
    take(op, inputs).map(|[x]| x)
}

/// Whether the type is this one.
pub(super) fn expect(op: &dyn Operator, x: Type, want: Type) -> Result<(), String> {
    if x == want { Ok(()) } else { Err(wants(op, &want.to_string(), x)) }
}

/// Whether the elements are floats.
pub(super) fn floats(op: &dyn Operator, x: Type) -> Result<(), String> {
    if x.dtype.is_float() { Ok(()) } else { Err(wants(op, "floats", x)) }
}

/// Whether there is a column for each pair of classes.
pub(super) fn expect_pairs(op: &dyn Operator, x: Type, classes: usize) -> Result<(), String> {
    let pairs = pair_count(classes).ok_or_else(|| format!("{} over {classes} classes", op.name()))?;
    expect(op, x, Type::matrix(DType::F64, pairs))
}

/// What the operator takes, and what it got.
pub(super) fn wants(op: &dyn Operator, want: &str, got: Type) -> String {
    format!("{} takes {want}, not {got}", op.name())
}

/// Pairs of classes; `None` below two classes.
pub(super) fn pair_count(classes: usize) -> Option<usize> {
    (classes >= 2).then(|| classes.checked_mul(classes - 1).map(|twice| twice / 2)).flatten()
}
