//! Rows from JSON.

use cannery_rows::{CellView, RowsView, ValuesView};
use serde_json::Value;

use super::Array;

/// Calls something with rows: an array, a CSR matrix, cells in so many columns, a frame; null stands for the texts.
pub(crate) fn with<R>(x: &Value, texts: &Value, call: impl FnOnce(&RowsView<'_>) -> R) -> R {
    if x.is_null() {
        let texts = texts.as_array().expect("texts").iter().map(|text| text.as_str().expect("a text"));
        return call(&RowsView::texts(&Vec::from_iter(texts)));
    }
    if let Some(columns) = x["frame"].as_array() {
        return with_frame(columns, call);
    }
    if let Some(columns) = x["columns"].as_u64() {
        let (cells, columns) = (cells(&x["cells"]), columns as usize);
        let batch = RowsView::dense(ValuesView::Any(&cells), cells.len() / columns, columns);
        return call(&batch.expect("a matrix"));
    }
    if x["indptr"].is_array() {
        let (indptr, indices) = (numbers::<usize>(&x["indptr"]), numbers::<u32>(&x["indices"]));
        let columns = numbers::<usize>(&x["shape"])[1];
        return with_column(&Array::from_json(&x["values"]), |column| {
            call(&RowsView::csr(&indptr, &indices, column, columns).expect("a matrix"))
        });
    }
    let array = Array::from_json(x);
    let (rows, columns) = (array.shape[0], array.shape[1]);
    with_column(&array, |column| call(&RowsView::dense(column, rows, columns).expect("a matrix")))
}

fn with_column<R>(array: &Array, call: impl FnOnce(ValuesView<'_>) -> R) -> R {
    match &*array.dtype {
        "<f8" => call(ValuesView::F64(&array.f64s())),
        "<f4" => call(ValuesView::F32(&array.f32s())),
        "<i8" => call(ValuesView::I64(&array.i64s())),
        _ => {
            let texts = array.texts();
            call(ValuesView::Str(&Vec::from_iter(texts.iter().map(String::as_str))))
        }
    }
}

fn with_frame<R>(columns: &[Value], call: impl FnOnce(&RowsView<'_>) -> R) -> R {
    let typed = Vec::from_iter(columns.iter().map(|column| Typed::of(cells(&column["cells"]))));
    let names = columns.iter().map(|column| column["name"].as_str().expect("a name"));
    let named = names.zip(&typed).map(|(name, typed)| (name, typed.column())).collect();
    call(&RowsView::frame(named, typed[0].cells.len()).expect("columns of one length"))
}

/// Numbers of JSON.
pub(crate) fn numbers<T: TryFrom<u64>>(json: &Value) -> Vec<T> {
    let number = |json: &Value| T::try_from(json.as_u64().expect("a number")).ok().expect("a small one");
    json.as_array().expect("numbers").iter().map(number).collect()
}

/// Cells of a list.
pub(crate) fn cells(json: &Value) -> Vec<CellView<'_>> {
    json.as_array().expect("cells").iter().map(cell).collect()
}

fn cell(json: &Value) -> CellView<'_> {
    match json {
        Value::Bool(b) => CellView::Bool(*b),
        Value::Number(n) => CellView::Int(n.as_i64().expect("an integer")),
        Value::String(text) => CellView::Str(text),
        other => float(other).map_or(CellView::None, CellView::Float),
    }
}

fn float(json: &Value) -> Option<f64> {
    let hex = json["float"].as_str()?;
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    Some(f64::from_le_bytes(std::array::from_fn(|index| byte(2 * index))))
}

/// Cells of one kind, as a column of that dtype.
struct Typed<'c> {
    floats: Vec<f64>,
    ints: Vec<i64>,
    bools: Vec<bool>,
    texts: Vec<&'c str>,
    cells: Vec<CellView<'c>>,
}

impl<'c> Typed<'c> {
    fn of(cells: Vec<CellView<'c>>) -> Self {
        let mut typed = Self { floats: vec![], ints: vec![], bools: vec![], texts: vec![], cells };
        for cell in &typed.cells {
            match *cell {
                CellView::Float(x) => typed.floats.push(x),
                CellView::Int(i) => typed.ints.push(i),
                CellView::Bool(b) => typed.bools.push(b),
                CellView::Str(text) => typed.texts.push(text),
                CellView::None => {}
            }
        }
        typed
    }

    fn column(&self) -> ValuesView<'_> {
        match self.cells.len() {
            n if n == self.floats.len() => ValuesView::F64(&self.floats),
            n if n == self.ints.len() => ValuesView::I64(&self.ints),
            n if n == self.bools.len() => ValuesView::Bool(&self.bools),
            n if n == self.texts.len() => ValuesView::Str(&self.texts),
            _ => ValuesView::Any(&self.cells),
        }
    }
}
