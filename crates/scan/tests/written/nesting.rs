//! Values in one another, as deep as Python goes without a look.

use cannery_scan::Rule;

use crate::write::*;

const DEPTH: usize = 1100;

fn nested(depth: usize, outer: impl Fn(Value) -> Value) -> Value {
    (0..depth).fold(none(), |inner, _| outer(inner))
}

#[test]
fn tuples() {
    let nest = |depth| nested(depth, |inner| tuple(&[inner]));
    is_found(&pairs(&[(nest(DEPTH), int(1))]), Rule::OverLimit, "tuples in one another");
    is_safe(&pairs(&[(nest(100), int(1))]));
}

#[test]
fn arrays_of_objects() {
    let nest = |depth| nested(depth, |inner| objects(&[inner]));
    is_found(&nest(DEPTH), Rule::OverLimit, "arrays of objects in one another");
    is_safe(&nest(100));
    // many, but not in one another, and one that is long
    is_safe(&list(&vec![nest(1); DEPTH]));
    is_safe(&list(&[list(&vec![nest(1); DEPTH]), objects(&vec![none(); 1 << 18])]));
}
