//! Rows of an array, converted batch by batch from the file's bytes.

use cannery_format::Document;
use cannery_object::{ByteOrder, DType, Element, Heap, Kind, NdArray, Order, Value, View, element};

use super::{Wanted, names_by_position};
use crate::error::Error;
use crate::frame;
use crate::frame::room;
use cannery_rows::{Batch, Cell, Data, Texts, Values};

/// The rows of an array.
pub(super) struct ArrayRows {
    document: Document,
    value: Value,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The array has one axis.
    pub(super) is_vector: bool,
    /// The names that were asked for.
    wanted: Option<Vec<String>>,
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
        let (rows, columns, is_vector) = match *array.shape {
            [rows] => (rows, 1, true),
            [rows, columns] => (rows, columns, false),
            _ => return Err(not_2d(array.ndim())),
        };
        let is_known = matches!(
            array.dtype.kind,
            Kind::Bool | Kind::Int | Kind::UInt | Kind::Float | Kind::Unicode | Kind::Object
        );
        if !is_known || (array.dtype.kind == Kind::Float && array.dtype.itemsize > 8) {
            return Err(unknown(&array.dtype));
        }
        if columns == 0 && rows > 0 {
            let message = format!("found an array of shape ({rows}, 0), and a row has at least one feature");
            return Err(Error::usage(message));
        }
        Ok(Self { document, value, rows, columns, is_vector, wanted: None, next: 0 })
    }

    pub(super) fn select(&mut self, wanted: &[String]) {
        self.wanted = Some(wanted.to_vec());
    }

    /// Fails when the array is not of the shape for this.
    pub(super) fn check(&self, wanted: Wanted) -> Result<(), Error> {
        match wanted {
            Wanted::Numbers | Wanted::Matrix | Wanted::Frame if self.is_vector => Err(not_2d(1)),
            Wanted::Numbers | Wanted::Matrix | Wanted::Frame => Ok(()),
            Wanted::Texts if self.columns == 1 => Ok(()),
            Wanted::Texts => {
                let columns = self.columns;
                Err(Error::usage(format!(
                    "an array of {columns} columns, and the model takes one text a row"
                )))
            }
        }
    }

    /// The next rows, none at the end.
    pub(super) fn peek(&self, most: usize, wanted: Wanted) -> Result<Batch, Error> {
        self.check(wanted)?;
        let rows = most.min(self.rows - self.next);
        let values = self.values(rows)?;
        let columns = self.columns;
        let data = match (wanted, values) {
            (Wanted::Matrix, values) => Data::Dense { columns, values },
            (Wanted::Numbers, values) => Data::Dense { columns, values: floats(values, columns, self.next)? },
            (Wanted::Frame, values) => {
                let names = names_by_position(columns, self.wanted.as_deref())?;
                Data::Frame(frame::of_matrix(&values, rows, names))
            }
            (Wanted::Texts, Values::Str(texts)) => Data::Texts(texts),
            (Wanted::Texts, Values::Any(cells)) if cells.iter().all(|cell| cell.as_str().is_some()) => {
                Data::Texts(cells.iter().filter_map(Cell::as_str).collect())
            }
            (Wanted::Texts, _) => {
                return Err(Error::usage("an array of no texts, and the model takes texts"));
            }
        };
        Ok(Batch { rows, data })
    }

    /// Goes on behind so many rows.
    pub(super) fn give(&mut self, rows: usize) {
        self.next = self.next.saturating_add(rows).min(self.rows);
    }

    /// The next rows as they are.
    fn values(&self, rows: usize) -> Result<Values, Error> {
        let array = view(&self.document, self.value)?;
        let (all, columns, order) = (self.rows, self.columns, array.order);
        let part = Part { first: self.next, rows, all, columns, order };
        part.values(&self.document.heap, &array)
    }
}

fn not_2d(axes: usize) -> Error {
    Error::usage(format!("expected a 2D array, got {axes}D: one row is shape (1, n_features)"))
}

fn unknown(dtype: &DType) -> Error {
    cannery_format::Error::unsupported(format!("rows of dtype {dtype}")).into()
}

fn view(document: &Document, value: Value) -> Result<NdArray<'_>, Error> {
    let array = document.heap.ndarray(value).ok_or_else(|| Error::usage("the input holds no array"))?;
    Ok(array.map_err(cannery_format::Error::from)?)
}

/// Values as floats. `first` is the number of their first row in the array.
fn floats(values: Values, columns: usize, first: usize) -> Result<Values, Error> {
    let no_number = |index: usize, text: &str| {
        let text: String = text.chars().take(60).collect();
        let (row, column) = (first + index / columns.max(1) + 1, index % columns.max(1) + 1);
        Error::usage(format!("row {row}, column {column}: {text:?} is not a number"))
    };
    Ok(match values {
        Values::F64(_) | Values::F32(_) => values,
        Values::I64(values) => Values::F64(values.iter().map(|&value| value as f64).collect()),
        Values::Bool(values) => Values::F64(values.iter().map(|&value| f64::from(u8::from(value))).collect()),
        Values::Str(texts) => match texts.get(0) {
            Some(text) => return Err(no_number(0, text)),
            None => Values::F64(Vec::new()),
        },
        Values::Any(cells) => {
            let number = |(index, cell): (usize, &Cell)| {
                cell.float().ok_or_else(|| no_number(index, cell.as_str().unwrap_or_default()))
            };
            Values::F64(cells.iter().enumerate().map(number).collect::<Result<_, _>>()?)
        }
    })
}

impl Part {
    fn values(self, heap: &Heap, array: &NdArray<'_>) -> Result<Values, Error> {
        if let Some(objects) = array.objects() {
            return self.objects(heap, objects);
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
            (Kind::Float, 8) => self.of::<8, _>(bytes, |x| float(dtype, &x)).map(Values::F64),
            (Kind::Float, 2) => self.of::<2, _>(bytes, |x| float(dtype, &x)).map(Values::F64),
            (Kind::Bool, 1) => self.of::<1, _>(bytes, |[x]| Ok(x != 0)).map(Values::Bool),
            (Kind::UInt, 8) => self.wide(bytes, dtype),
            (Kind::Int | Kind::UInt, 1) => self.of::<1, _>(bytes, |x| int(dtype, &x)).map(Values::I64),
            (Kind::Int | Kind::UInt, 2) => self.of::<2, _>(bytes, |x| int(dtype, &x)).map(Values::I64),
            (Kind::Int | Kind::UInt, 4) => self.of::<4, _>(bytes, |x| int(dtype, &x)).map(Values::I64),
            (Kind::Int, 8) => self.of::<8, _>(bytes, |x| int(dtype, &x)).map(Values::I64),
            (Kind::Unicode, size) if size > 0 => self.texts(bytes, dtype),
            (Kind::Unicode, _) => {
                Ok(Values::Str(std::iter::repeat_n("", self.rows * self.columns).collect()))
            }
            _ => Err(unknown(dtype)),
        }
    }

    /// Decodes elements of `SIZE` bytes.
    fn of<const SIZE: usize, T>(
        self,
        bytes: &[u8],
        decode: impl Fn([u8; SIZE]) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let (elements, _) = bytes.as_chunks::<SIZE>();
        let mut out = room(self.rows * self.columns)?;
        self.each(|place| {
            out.push(decode(*elements.get(place).ok_or_else(short)?)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// Unsigned integers of 64 bits: int64, or float64 where one of them is too large.
    fn wide(self, bytes: &[u8], dtype: &DType) -> Result<Values, Error> {
        let wide =
            self.of::<8, _>(bytes, |x| match element(dtype, &x).map_err(cannery_format::Error::from)? {
                Element::UInt(value) => Ok(value),
                _ => Err(unknown(dtype)),
            })?;
        let narrow: Option<Vec<i64>> = wide.iter().map(|&value| i64::try_from(value).ok()).collect();
        Ok(narrow.map_or_else(|| Values::F64(wide.iter().map(|&value| value as f64).collect()), Values::I64))
    }

    fn texts(self, bytes: &[u8], dtype: &DType) -> Result<Values, Error> {
        let mut texts = Texts::new();
        self.each(|place| {
            let start = place.checked_mul(dtype.itemsize).ok_or_else(short)?;
            let end = start.checked_add(dtype.itemsize).ok_or_else(short)?;
            let bytes = bytes.get(start..end).ok_or_else(short)?;
            match element(dtype, bytes).map_err(cannery_format::Error::from)? {
                Element::Str(text) => texts.push(&text),
                _ => return Err(unknown(dtype)),
            }
            Ok(())
        })?;
        Ok(Values::Str(texts))
    }

    /// Objects: float64 where all are numbers.
    fn objects(self, heap: &Heap, objects: &[Value]) -> Result<Values, Error> {
        let mut cells = room(self.rows * self.columns)?;
        self.each(|place| {
            cells.push(cell(heap, *objects.get(place).ok_or_else(short)?)?);
            Ok(())
        })?;
        let is_number = |cell: &Cell| matches!(cell, Cell::Int(_) | Cell::Float(_));
        if !cells.iter().all(is_number) {
            return Ok(Values::Any(cells));
        }
        Ok(Values::F64(cells.iter().filter_map(Cell::float).collect()))
    }

    /// The places of the elements of these rows, row by row.
    fn each(self, mut visit: impl FnMut(usize) -> Result<(), Error>) -> Result<(), Error> {
        match self.order {
            Order::C => {
                let start = self.first * self.columns;
                (start..start + self.rows * self.columns).try_for_each(visit)
            }
            Order::Fortran => {
                for row in self.first..self.first + self.rows {
                    for column in 0..self.columns {
                        visit(column * self.all + row)?;
                    }
                }
                Ok(())
            }
        }
    }
}

fn short() -> Error {
    Error::usage("the array has fewer elements than its shape says")
}

fn float(dtype: &DType, bytes: &[u8]) -> Result<f64, Error> {
    match element(dtype, bytes).map_err(cannery_format::Error::from)? {
        Element::Float(value) => Ok(value),
        _ => Err(unknown(dtype)),
    }
}

fn int(dtype: &DType, bytes: &[u8]) -> Result<i64, Error> {
    match element(dtype, bytes).map_err(cannery_format::Error::from)? {
        Element::Int(value) => Ok(value),
        Element::UInt(value) => i64::try_from(value).map_err(|_| unknown(dtype)),
        _ => Err(unknown(dtype)),
    }
}

/// An object that is a plain value or a numpy scalar.
fn cell(heap: &Heap, value: Value) -> Result<Cell, Error> {
    let no_scalar = || cannery_format::Error::unsupported("rows of objects that are no plain values").into();
    match value {
        Value::None => return Ok(Cell::None),
        Value::Bool(value) => return Ok(Cell::Bool(value)),
        Value::Int(value) => return Ok(Cell::Int(value.into())),
        Value::Ref(_) => {}
    }
    if let Some(text) = heap.as_str(value) {
        return Ok(Cell::Str(text.into()));
    }
    if let Some(value) = heap.as_int(value) {
        return Ok(Cell::Int(value));
    }
    if let Some(value) = heap.as_float(value) {
        return Ok(Cell::Float(value));
    }
    let View::Scalar(scalar) = heap.view(value) else { return Err(no_scalar()) };
    match scalar.read().map_err(cannery_format::Error::from)?.1 {
        Element::Bool(value) => Ok(Cell::Bool(value)),
        Element::Int(value) => Ok(Cell::Int(value)),
        Element::Float(value) => Ok(Cell::Float(value)),
        Element::Str(text) => Ok(Cell::Str(text.into())),
        Element::UInt(value) => i64::try_from(value).map(Cell::Int).map_err(|_| no_scalar()),
        _ => Err(no_scalar()),
    }
}
