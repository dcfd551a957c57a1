//! Results in JSON, and whether others are the same.

use cannery_rows::{Cell, CellView, Column, Layout, Values};
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
pub(crate) fn assert_same(got: &Column, want: &Value, bound: Bound, what: &str) {
    if want["indptr"].is_array() {
        return assert_same_csr(got, want, bound, what);
    }
    if let Some(columns) = want["columns"].as_u64() {
        let (cells_got, dtype) = elements_of(got);
        assert_eq!(got.width().unwrap_or(1), columns as usize, "{what}");
        assert_eq!(dtype, want["dtype"], "{what}");
        assert_eq!(matches!(got.layout, Layout::Csr { .. }), want["sparse"] == true, "{what}");
        let cells = cells(&want["cells"]).into_iter().map(Cell::from);
        return assert_same_cells(&cells_got, &Vec::from_iter(cells), bound, what);
    }
    let (got_cells, got_dtype) = elements_of(got);
    if want["objects"].is_array() {
        let cells = cells(&want["objects"]).into_iter().map(Cell::from);
        assert_eq!(got_dtype, "object", "{what}");
        return assert_same_cells(&got_cells, &Vec::from_iter(cells), bound, what);
    }
    let array = Array::from_json(want);
    let (cells, dtype) = elements(&values(&array));
    assert_eq!(got_dtype, dtype, "{what}");
    assert_eq!(shape_of(got, got_cells.len()), array.shape, "{what}");
    assert_same_cells(&got_cells, &cells, bound, what);
}

fn shape_of(got: &Column, len: usize) -> Vec<usize> {
    got.width().map_or_else(|| vec![len], |columns| vec![len / columns, columns])
}

fn values(array: &Array) -> Values {
    match &*array.dtype {
        "<f8" => Values::F64(array.f64s()),
        "<f4" => Values::F32(array.f32s()),
        "<i8" => Values::I64(array.i64s()),
        "|b1" => Values::Bool(array.bytes.iter().map(|&byte| byte != 0).collect()),
        _ => Values::Any(array.texts().iter().map(|text| Cell::Str(text.as_str().into())).collect()),
    }
}

fn assert_same_csr(got: &Column, want: &Value, bound: Bound, what: &str) {
    let columns = numbers::<usize>(&want["shape"])[1];
    let (indptr, indices) = (numbers::<usize>(&want["indptr"]), numbers::<u32>(&want["indices"]));
    assert_eq!(got.layout, Layout::Csr { columns, indptr, indices }, "{what}");
    let ((got, dtype), want) = (elements(&got.values), values(&Array::from_json(&want["values"])));
    let (want, want_dtype) = elements(&want);
    assert_eq!(dtype, want_dtype, "{what}");
    assert_same_cells(&got, &want, bound, what);
}

/// The elements of a result, a sparse one's as those of a dense one, and the name of their dtype.
fn elements_of(column: &Column) -> (Vec<Cell>, &'static str) {
    let (stored, dtype) = elements(&column.values);
    let Layout::Csr { columns, indptr, indices } = &column.layout else { return (stored, dtype) };
    let zero = if dtype == "int64" { Cell::Int(0) } else { Cell::Float(0.0) };
    let mut dense = vec![zero; column.rows * columns];
    for (row, range) in indptr.windows(2).enumerate() {
        for at in range[0]..range[1] {
            dense[row * columns + indices[at] as usize] = stored[at].clone();
        }
    }
    (dense, dtype)
}

/// Values as cells, and the name of their dtype.
fn elements(values: &Values) -> (Vec<Cell>, &'static str) {
    match values {
        Values::F64(x) => (x.iter().map(|&x| Cell::Float(x)).collect(), "float64"),
        Values::F32(x) => (x.iter().map(|&x| Cell::Float(x.into())).collect(), "float32"),
        Values::I64(x) => (x.iter().map(|&x| Cell::Int(x)).collect(), "int64"),
        Values::Bool(x) => (x.iter().map(|&x| Cell::Bool(x)).collect(), "bool"),
        Values::Str(x) => (x.iter().map(|x| Cell::Str(x.into())).collect(), "object"),
        Values::Any(x) => (x.clone(), "object"),
    }
}

fn assert_same_cells(got: &[Cell], want: &[Cell], bound: Bound, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(is_same(got, want, bound), "{what}: {got:?} is not {want:?}, element {at}");
    }
}

fn is_same(got: &Cell, want: &Cell, bound: Bound) -> bool {
    let (CellView::Float(got), CellView::Float(want)) = (CellView::from(got), CellView::from(want)) else {
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
