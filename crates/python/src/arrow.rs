//! Frames of any library that speaks the Arrow PyCapsule interface: polars, pyarrow, duckdb.
//!
//! Source: <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatchReader};
use arrow_schema::{ArrowError, DataType};
use arrow_select::concat::concat_batches;
use cannery::{Batch, Cell, Data, Named, Values};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::usage;

const STREAM: &CStr = c"arrow_array_stream";

/// The rows of a stream of record batches, as columns with names. Numbers that are missing are NaN, texts and truth values
/// that are missing None.
pub(crate) fn batch(x: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let py = x.py();
    let unreadable = |error: ArrowError| usage(py, &format!("the Arrow stream of X can't be read: {error}"));
    let reader = reader(x)?.map_err(unreadable)?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let whole = concat_batches(&schema, &batches).map_err(unreadable)?;
    let mut columns = Vec::with_capacity(whole.num_columns());
    for (field, array) in schema.fields().iter().zip(whole.columns()) {
        let values = values(array).ok_or_else(|| {
            let (name, dtype) = (field.name(), field.data_type());
            usage(py, &format!("column {name:?} has Arrow's type {dtype}, which no model takes"))
        })?;
        columns.push(Named { name: field.name().clone(), values });
    }
    Ok(Batch { rows: whole.num_rows(), data: Data::Frame(columns) })
}

/// Takes the stream out of the capsule, which is empty from then on.
#[allow(unsafe_code, reason = "a capsule of this name holds this struct: the interface says so")]
fn reader(x: &Bound<'_, PyAny>) -> PyResult<Result<RecordBatchStreamReader, ArrowError>> {
    let capsule = x.call_method0("__arrow_c_stream__")?;
    let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?;
    let stream = pointer.cast::<FFI_ArrowArrayStream>().as_ptr();
    // SAFETY: the capsule's name was checked, so it points to a stream, which lives as long as the capsule; `from_raw`
    // moves it out and leaves a released one, as the interface wants
    Ok(unsafe { RecordBatchStreamReader::from_raw(stream) })
}

fn values(array: &ArrayRef) -> Option<Values> {
    Some(match array.data_type() {
        DataType::Float64 => Values::F64(floats::<Float64Type>(array, |x| x)),
        DataType::Float32 if array.null_count() == 0 => {
            Values::F32(array.as_primitive::<Float32Type>().values().to_vec())
        }
        DataType::Float32 => Values::F64(floats::<Float32Type>(array, f64::from)),
        DataType::Int64 => integers::<Int64Type>(array, |i| i),
        DataType::Int32 => integers::<Int32Type>(array, i64::from),
        DataType::Int16 => integers::<Int16Type>(array, i64::from),
        DataType::Int8 => integers::<Int8Type>(array, i64::from),
        DataType::UInt32 => integers::<UInt32Type>(array, i64::from),
        DataType::UInt16 => integers::<UInt16Type>(array, i64::from),
        DataType::UInt8 => integers::<UInt8Type>(array, i64::from),
        DataType::UInt64 => Values::F64(floats::<UInt64Type>(array, |u| u as f64)),
        DataType::Boolean => {
            let cells = array.as_boolean().iter();
            match array.null_count() {
                0 => Values::Bool(cells.map(Option::unwrap_or_default).collect()),
                _ => Values::Any(cells.map(|b| b.map_or(Cell::None, Cell::Bool)).collect()),
            }
        }
        DataType::Utf8 => texts(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => texts(array.as_string::<i64>().iter()),
        DataType::Utf8View => texts(array.as_string_view().iter()),
        DataType::Null => Values::Any(vec![Cell::None; array.len()]),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let indices = arrow_array::UInt64Array::from_iter(
                dictionary
                    .normalized_keys()
                    .iter()
                    .enumerate()
                    .map(|(row, &key)| (!array.is_null(row)).then_some(key as u64)),
            );
            let taken = arrow_select::take::take(dictionary.values(), &indices, None).ok()?;
            values(&Arc::clone(&taken))?
        }
        _ => return None,
    })
}

fn floats<T: ArrowPrimitiveType>(array: &ArrayRef, convert: impl Fn(T::Native) -> f64) -> Vec<f64> {
    array.as_primitive::<T>().iter().map(|x| x.map_or(f64::NAN, &convert)).collect()
}

fn integers<T: ArrowPrimitiveType>(array: &ArrayRef, convert: impl Fn(T::Native) -> i64) -> Values {
    match array.null_count() {
        0 => Values::I64(array.as_primitive::<T>().values().iter().map(|&x| convert(x)).collect()),
        _ => Values::F64(floats::<T>(array, |x| convert(x) as f64)),
    }
}

fn texts<'t>(texts: impl Iterator<Item = Option<&'t str>> + Clone) -> Values {
    if texts.clone().all(|text| text.is_some()) {
        return Values::Str(texts.flatten().collect());
    }
    Values::Any(texts.map(|text| text.map_or(Cell::None, |text| Cell::Str(text.into()))).collect())
}
