//! Results in JSON, and whether others are the same.

use cannery_exec::{Cell, Csr, Output, OwnedCell, Values};
use cannery_graph::Shape;
use serde_json::Value;

use super::Array;
use super::rows::{cells, numbers};

/// How near floats must come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// To the bit; NaN is NaN.
    Bits,
    /// A few units in the last place.
    Ulps,
    /// Sums in any order.
    Sums,
}

/// Whether a result is the recorded one: an array, objects, a CSR matrix element by stored element, or cells.
pub(crate) fn assert_same(got: &Output, want: &Value, bound: Bound, what: &str) {
    if want["indptr"].is_array() {
        let Values::Csr(csr) = &got.values else { panic!("{what}: {:?}", got.values) };
        return assert_same_csr(csr, got.shape, want, bound, what);
    }
    if let Some(columns) = want["columns"].as_u64() {
        let (cells_got, dtype) = elements(&got.values, columns as usize);
        assert_eq!(dtype, want["dtype"], "{what}");
        assert_eq!(matches!(got.values, Values::Csr(_)), want["sparse"] == true, "{what}");
        let cells = cells(&want["cells"]).into_iter().map(OwnedCell::from);
        return assert_same_cells(&cells_got, &Vec::from_iter(cells), bound, what);
    }
    let (got_cells, got_dtype) = elements(&got.values, 1);
    if want["objects"].is_array() {
        let cells = cells(&want["objects"]).into_iter().map(OwnedCell::from);
        assert_eq!(got_dtype, "object", "{what}");
        return assert_same_cells(&got_cells, &Vec::from_iter(cells), bound, what);
    }
    let array = Array::from_json(want);
    let (cells, dtype) = elements(&values(&array), 1);
    assert_eq!(got_dtype, dtype, "{what}");
    assert_eq!(shape_of(got, got_cells.len()), array.shape, "{what}");
    assert_same_cells(&got_cells, &cells, bound, what);
}

fn shape_of(got: &Output, len: usize) -> Vec<usize> {
    match got.shape {
        Shape::Matrix(columns) | Shape::Csr(columns) => vec![len / columns, columns],
        Shape::Vector => vec![len],
        Shape::Ragged | Shape::Hits(_) => panic!("no array has the shape {:?}", got.shape),
    }
}

fn values(array: &Array) -> Values {
    match &*array.dtype {
        "<f8" => Values::F64(array.f64s()),
        "<f4" => Values::F32(array.f32s()),
        "<i8" => Values::I64(array.i64s()),
        "|b1" => Values::Bool(array.bytes.iter().map(|&byte| byte != 0).collect()),
        _ => Values::Any(array.texts().iter().map(|text| OwnedCell::Str(text.as_str().into())).collect()),
    }
}

fn assert_same_csr(got: &Csr, shape: Shape, want: &Value, bound: Bound, what: &str) {
    let columns = numbers::<usize>(&want["shape"])[1];
    assert_eq!(shape, Shape::Csr(columns), "{what}");
    assert_eq!(got.indptr, numbers::<usize>(&want["indptr"]), "{what}");
    assert_eq!(got.indices, numbers::<u32>(&want["indices"]), "{what}");
    let ((got, dtype), want) = (elements(&got.values, columns), values(&Array::from_json(&want["values"])));
    let (want, want_dtype) = elements(&want, columns);
    assert_eq!(dtype, want_dtype, "{what}");
    assert_same_cells(&got, &want, bound, what);
}

/// The elements of a result, a sparse one's as those of a dense one, and the name of their dtype.
fn elements(values: &Values, columns: usize) -> (Vec<OwnedCell>, &'static str) {
    match values {
        Values::F64(x) => (x.iter().map(|&x| OwnedCell::Float(x)).collect(), "float64"),
        Values::F32(x) => (x.iter().map(|&x| OwnedCell::Float(x.into())).collect(), "float32"),
        Values::I64(x) => (x.iter().map(|&x| OwnedCell::Int(x)).collect(), "int64"),
        Values::Bool(x) => (x.iter().map(|&x| OwnedCell::Bool(x)).collect(), "bool"),
        Values::Str(x) => (x.iter().map(|x| OwnedCell::Str(x.into())).collect(), "object"),
        Values::Any(x) => (x.clone(), "object"),
        Values::Csr(csr) => {
            let (stored, dtype) = elements(&csr.values, columns);
            let zero = if dtype == "int64" { OwnedCell::Int(0) } else { OwnedCell::Float(0.0) };
            let mut dense = vec![zero; (csr.indptr.len() - 1) * columns];
            for (row, range) in csr.indptr.windows(2).enumerate() {
                for at in range[0]..range[1] {
                    dense[row * columns + csr.indices[at] as usize] = stored[at].clone();
                }
            }
            (dense, dtype)
        }
    }
}

fn assert_same_cells(got: &[OwnedCell], want: &[OwnedCell], bound: Bound, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(is_same(got, want, bound), "{what}: {got:?} is not {want:?}, element {at}");
    }
}

fn is_same(got: &OwnedCell, want: &OwnedCell, bound: Bound) -> bool {
    let (Cell::Float(got), Cell::Float(want)) = (Cell::from(got), Cell::from(want)) else {
        return got == want;
    };
    // float32 is widened: its last place is far above that of float64
    let is_single = f64::from(got as f32) == got && f64::from(want as f32) == want;
    let near = |bound: f64, scale: f64| (got - want).abs() <= bound * scale;
    got.to_bits() == want.to_bits()
        || (got.is_nan() && want.is_nan())
        || match bound {
            Bound::Bits => false,
            Bound::Ulps => got == want || near(if is_single { 2.5e-7 } else { 2e-15 }, want.abs()),
            Bound::Sums => got == want || near(if is_single { 1e-6 } else { 1e-12 }, want.abs().max(1.0)),
        }
}
