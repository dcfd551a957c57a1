//! Rows of a 2-d array, converted batch by batch from the file's bytes.

use cannery_format::Document;
use cannery_object::{ByteOrder, DType, Element, Kind, NdArray, Order, Value, element};

use crate::batch::{Batch, Data, room};
use crate::error::Error;
use crate::values::Values;

/// The rows of an array.
pub(super) struct ArrayRows {
    document: Document,
    value: Value,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) is_f32: bool,
    next: usize,
}

/// A part of an array: rows `first..first + rows` of all.
#[derive(Clone, Copy)]
struct Part {
    first: usize,
    rows: usize,
    all: usize,
    columns: usize,
    order: Order,
}

impl ArrayRows {
    pub(super) fn new(document: Document, value: Value) -> Result<Self, Error> {
        let array = view(&document, value)?;
        let &[rows, columns] = &*array.shape else {
            let n = array.ndim();
            return Err(Error::usage(format!(
                "expected a 2D array, got {n}D: one row is shape (1, n_features)"
            )));
        };
        if !matches!(array.dtype.kind, Kind::Bool | Kind::Int | Kind::UInt | Kind::Float | Kind::Object) {
            let dtype = &array.dtype;
            return Err(Error::usage(format!(
                "an array of dtype {dtype}, which is unsupported by predict yet"
            )));
        }
        if columns == 0 && rows > 0 {
            let message = format!("found an array of shape ({rows}, 0), and a row has at least one feature");
            return Err(Error::usage(message));
        }
        let is_f32 = array.dtype.kind == Kind::Float && array.dtype.itemsize == 4;
        Ok(Self { document, value, rows, columns, is_f32, next: 0 })
    }

    /// The next rows, none at the end.
    pub(super) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        let array = view(&self.document, self.value)?;
        let rows = most.min(self.rows - self.next);
        let (all, columns, order) = (self.rows, self.columns, array.order);
        let part = Part { first: self.next, rows, all, columns, order };
        let values = part.values(&self.document, &array)?;
        self.next += rows;
        Ok(Batch { rows, data: Data::Dense { columns, values } })
    }
}

fn view(document: &Document, value: Value) -> Result<NdArray<'_>, Error> {
    let array = document.heap.ndarray(value).ok_or_else(|| Error::usage("the input holds no array"))?;
    Ok(array.map_err(cannery_format::Error::from)?)
}

impl Part {
    fn values(self, document: &Document, array: &NdArray<'_>) -> Result<Values, Error> {
        if let Some(objects) = array.objects() {
            return self.objects(document, objects).map(Values::F64);
        }
        let bytes = array.raw().unwrap_or_default();
        let dtype = &*array.dtype;
        let little = dtype.order == ByteOrder::Little;
        match (&dtype.kind, dtype.itemsize) {
            (Kind::Float, 8) if little => {
                self.of::<8, _>(bytes, |x| Ok(f64::from_le_bytes(x))).map(Values::F64)
            }
            (Kind::Float, 4) if little => {
                self.of::<4, _>(bytes, |x| Ok(f32::from_le_bytes(x))).map(Values::F32)
            }
            (Kind::Float, 4) => self.of::<4, _>(bytes, |x| Ok(f32::from_be_bytes(x))).map(Values::F32),
            (_, 1) => self.of::<1, _>(bytes, |x| number(dtype, &x)).map(Values::F64),
            (_, 2) => self.of::<2, _>(bytes, |x| number(dtype, &x)).map(Values::F64),
            (_, 4) => self.of::<4, _>(bytes, |x| number(dtype, &x)).map(Values::F64),
            (_, 8) => self.of::<8, _>(bytes, |x| number(dtype, &x)).map(Values::F64),
            _ => Err(Error::usage(format!("an array of dtype {dtype}, which is unsupported by predict yet"))),
        }
    }

    /// Decodes elements of `SIZE` bytes.
    fn of<const SIZE: usize, T: Copy>(
        self,
        bytes: &[u8],
        decode: impl Fn([u8; SIZE]) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let (elements, _) = bytes.as_chunks::<SIZE>();
        self.pick(elements, |element| decode(*element))
    }

    fn objects(self, document: &Document, objects: &[Value]) -> Result<Vec<f64>, Error> {
        let no_number =
            || Error::usage("an array of objects that are no numbers, which is unsupported by predict yet");
        self.pick(objects, |&value| document.heap.as_float(value).ok_or_else(no_number))
    }

    /// The elements of these rows, row by row.
    fn pick<S, T: Copy>(
        self,
        elements: &[S],
        decode: impl Fn(&S) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut out = room(self.rows * self.columns)?;
        let short = || Error::usage("the array has fewer elements than its shape says");
        match self.order {
            Order::C => {
                let start = self.first * self.columns;
                let row = elements.get(start..start + self.rows * self.columns).ok_or_else(short)?;
                for element in row {
                    out.push(decode(element)?);
                }
            }
            Order::Fortran => {
                for row in self.first..self.first + self.rows {
                    for column in 0..self.columns {
                        out.push(decode(elements.get(column * self.all + row).ok_or_else(short)?)?);
                    }
                }
            }
        }
        Ok(out)
    }
}

fn number(dtype: &DType, bytes: &[u8]) -> Result<f64, Error> {
    match element(dtype, bytes).map_err(cannery_format::Error::from)? {
        Element::Float(x) => Ok(x),
        Element::Int(i) => Ok(i as f64),
        Element::UInt(u) => Ok(u as f64),
        Element::Bool(b) => Ok(f64::from(u8::from(b))),
        _ => Err(Error::usage(format!("an element of dtype {dtype} is no number"))),
    }
}
