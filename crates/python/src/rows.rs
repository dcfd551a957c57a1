//! What a caller passes as `X`, as rows that a model takes.
//!
//! Arrays of numbers keep their dtype as scikit-learn would keep it: float32, float64, int64 and bool as they are, other
//! integers as int64 (uint64 as float64), other floats as float64.

use cannery::{Batch, Cell, Data, Named, RowsView, Texts, Values, ValuesView};
use numpy::ndarray::Dimension;
use numpy::{
    Element, PyArray, PyArray2, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArray2,
    PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::arrow;
use crate::errors::usage;

/// A matrix of numpy that a model takes where it lies.
pub(crate) enum Dense<'py> {
    F64(PyReadonlyArray2<'py, f64>),
    F32(PyReadonlyArray2<'py, f32>),
}

/// `x`, if it is a matrix of float64 or float32 in C order. Whoever changes it during the call gets results of either
/// content.
pub(crate) fn dense<'py>(x: &Bound<'py, PyAny>) -> Option<Dense<'py>> {
    if let Ok(array) = x.cast::<PyArray2<f64>>() {
        return if is_plain(array) { array.try_readonly().ok().map(Dense::F64) } else { None };
    }
    let array = x.cast::<PyArray2<f32>>().ok()?;
    if is_plain(array) { array.try_readonly().ok().map(Dense::F32) } else { None }
}

impl Dense<'_> {
    /// The matrix, where it lies.
    pub(crate) fn view(&self) -> Option<RowsView<'_>> {
        let (values, shape) = match self {
            Self::F64(array) => (ValuesView::F64(array.as_slice().ok()?), array.shape()),
            Self::F32(array) => (ValuesView::F32(array.as_slice().ok()?), array.shape()),
        };
        RowsView::dense(values, *shape.first()?, *shape.get(1)?).ok()
    }
}

/// The rows of a numpy array, a frame of pandas or of anything that has `__arrow_c_stream__`, a sparse matrix of scipy,
/// or a list.
pub(crate) fn batch(x: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let py = x.py();
    if let Ok(array) = x.cast::<PyUntypedArray>() {
        return of_array(array);
    }
    if x.hasattr("iloc")? {
        return of_pandas(x);
    }
    if x.hasattr("tocsr")? {
        return of_sparse(x);
    }
    // a series has the interface too, and is no frame
    if x.hasattr("__arrow_c_stream__")? && (x.hasattr("columns")? || x.hasattr("schema")?) {
        return arrow::batch(x);
    }
    if x.is_instance_of::<PyString>() {
        return Err(usage(py, "one text is not a list of texts: pass [text]"));
    }
    let numpy = py.import("numpy")?;
    let array = numpy.call_method1("asarray", (x,))?;
    let array = match kind(&array)? {
        // as scikit-learn: numbers among texts stay numbers
        b'U' | b'S' => numpy.call_method1("asarray", (x, "O"))?,
        _ => array,
    };
    of_array(array.cast::<PyUntypedArray>()?)
}

fn kind(array: &Bound<'_, PyAny>) -> PyResult<u8> {
    Ok(array.cast::<PyUntypedArray>()?.dtype().kind())
}

fn of_array(array: &Bound<'_, PyUntypedArray>) -> PyResult<Batch> {
    let py = array.py();
    let values = values(array)?;
    match (array.shape(), values) {
        (&[rows, columns], values) => Ok(Batch { rows, data: Data::Dense { columns, values } }),
        (&[rows], Values::Str(texts)) => Ok(Batch { rows, data: Data::Texts(texts) }),
        (&[rows], Values::Any(cells)) => match texts(&cells) {
            Some(texts) => Ok(Batch { rows, data: Data::Texts(texts) }),
            None => Err(one_dimension(py)),
        },
        ([_], _) => Err(one_dimension(py)),
        (shape, _) => Err(usage(py, &format!("X has {} dimensions; a model takes two", shape.len()))),
    }
}

fn one_dimension(py: Python<'_>) -> PyErr {
    usage(
        py,
        "X has one dimension; a model takes two: X.reshape(1, -1) for one row, X.reshape(-1, 1) for one column",
    )
}

/// The texts, if each of them is one.
fn texts(cells: &[Cell]) -> Option<Texts> {
    let texts = cells.iter().map(|cell| match cell {
        Cell::Str(text) => Some(&**text),
        _ => None,
    });
    Some(texts.collect::<Option<Vec<&str>>>()?.into_iter().collect())
}

/// The elements of an array in C order.
fn values(array: &Bound<'_, PyUntypedArray>) -> PyResult<Values> {
    let py = array.py();
    let dtype = array.dtype();
    let is_native = dtype.is_native_byteorder() != Some(false);
    let cast = |code: &str| array.call_method1("astype", (code,));
    Ok(match (dtype.kind(), dtype.itemsize(), is_native) {
        (b'f', 8, true) => Values::F64(elements(array.as_any())?),
        (b'f', 4, true) => Values::F32(elements(array.as_any())?),
        (b'i', 8, true) => Values::I64(elements(array.as_any())?),
        (b'b', ..) => Values::Bool(elements(array.as_any())?),
        (b'f', 4, false) => Values::F32(elements(&cast("=f4")?)?),
        (b'f', ..) | (b'u', 8, _) => Values::F64(elements(&cast("=f8")?)?),
        (b'i' | b'u', ..) => Values::I64(elements(&cast("=i8")?)?),
        (b'U', ..) => Values::Str(strings(array.as_any())?),
        (b'O', ..) => Values::Any(cells(array.as_any())?),
        _ => return Err(usage(py, &format!("models don't take arrays of dtype {dtype}"))),
    })
}

/// Elements of a type that is the array's own, in C order.
fn elements<T: Element + Copy>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    let array = array.cast::<PyArrayDyn<T>>()?;
    if is_plain(array) {
        return Ok(array.try_readonly()?.as_slice()?.to_vec());
    }
    let copy = array.py().import("numpy")?.call_method1("require", (array, None::<&str>, "CA"))?;
    Ok(copy.cast::<PyArrayDyn<T>>()?.try_readonly()?.as_slice()?.to_vec())
}

/// Whether Rust may see the array's memory as a slice in C order.
fn is_plain<T: Element, D: Dimension>(array: &Bound<'_, PyArray<T, D>>) -> bool {
    array.is_c_contiguous() && (array.data() as usize).is_multiple_of(align_of::<T>())
}

fn strings(array: &Bound<'_, PyAny>) -> PyResult<Texts> {
    let list = array.call_method0("ravel")?.call_method0("tolist")?;
    let mut texts = Vec::new();
    for item in list.cast::<PyList>()? {
        texts.push(item.extract::<String>()?);
    }
    Ok(texts.iter().map(String::as_str).collect())
}

fn cells(array: &Bound<'_, PyAny>) -> PyResult<Vec<Cell>> {
    let list = array.call_method0("ravel")?.call_method0("tolist")?;
    list.cast::<PyList>()?.iter().map(|item| cell(&item)).collect()
}

/// None, a number or a text; pandas' `NA` is NaN, as where scikit-learn converts it.
fn cell(item: &Bound<'_, PyAny>) -> PyResult<Cell> {
    if item.is_none() {
        return Ok(Cell::None);
    }
    if let Ok(b) = item.cast::<PyBool>() {
        return Ok(Cell::Bool(b.is_true()));
    }
    if item.is_instance_of::<PyInt>() {
        return item.extract().map(Cell::Int);
    }
    if item.is_instance_of::<PyFloat>() {
        return item.extract().map(Cell::Float);
    }
    if let Ok(text) = item.cast::<PyString>() {
        return Ok(Cell::Str(text.to_str()?.into()));
    }
    let class = item.get_type();
    if item.hasattr("dtype")? && item.hasattr("item")? {
        return cell(&item.call_method0("item")?);
    }
    if class.name()? == "NAType" {
        return Ok(Cell::Float(f64::NAN));
    }
    Err(usage(item.py(), &format!("models don't take elements of class {}", class.name()?)))
}

/// Columns by name where all names are texts, else a matrix. pandas' own arrays (categories, nullable numbers, text)
/// become objects, as `to_numpy` gives them.
fn of_pandas(x: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let py = x.py();
    if !x.hasattr("columns")? {
        let values = x.call_method0("to_numpy")?;
        return of_array(values.cast::<PyUntypedArray>()?);
    }
    let names: Vec<Bound<'_, PyAny>> = x.getattr("columns")?.try_iter()?.collect::<PyResult<_>>()?;
    if !names.iter().all(PyAnyMethods::is_instance_of::<PyString>) {
        let values = x.call_method0("to_numpy")?;
        return of_array(values.cast::<PyUntypedArray>()?);
    }
    let rows = x.len()?;
    let everything = py.import("builtins")?.getattr("slice")?.call1((py.None(),))?;
    let iloc = x.getattr("iloc")?;
    let mut columns = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let at = PyTuple::new(py, [everything.clone(), place.into_pyobject(py)?.into_any()])?;
        let column = iloc.get_item(at)?.call_method0("to_numpy")?;
        let values = values(column.cast::<PyUntypedArray>()?)?;
        columns.push(Named { name: name.extract()?, values });
    }
    Ok(Batch { rows, data: Data::Frame(columns) })
}

/// A sparse matrix of any layout, by rows; elements that are given twice are added.
fn of_sparse(x: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let py = x.py();
    let mut matrix = x.call_method0("tocsr")?;
    if !matrix.getattr("has_canonical_format")?.is_truthy()? {
        matrix = matrix.call_method0("copy")?;
        matrix.call_method0("sum_duplicates")?;
    }
    let (rows, columns): (usize, usize) = matrix.getattr("shape")?.extract()?;
    let whole = |name: &str| -> PyResult<Vec<i64>> {
        elements(&matrix.getattr(name)?.call_method1("astype", ("=i8",))?)
    };
    let too_large = || usage(py, "the matrix has more than 4,294,967,295 columns");
    let indptr = whole("indptr")?.into_iter().map(|start| start as usize).collect();
    let indices = whole("indices")?.into_iter().map(|index| u32::try_from(index).map_err(|_| too_large()));
    let indices = indices.collect::<PyResult<_>>()?;
    let values = match values(matrix.getattr("data")?.cast::<PyUntypedArray>()?)? {
        Values::Bool(values) => Values::F64(values.into_iter().map(|b| f64::from(u8::from(b))).collect()),
        Values::I64(values) => Values::F64(values.into_iter().map(|i| i as f64).collect()),
        values => values,
    };
    Ok(Batch { rows, data: Data::Csr { columns, indptr, indices, values } })
}
