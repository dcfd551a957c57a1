//! numpy arrays: those that lie next to a pickle ([`Array`]) and the one view on all spellings ([`NdArray`]).

mod fields;
mod latin1;
mod numbers;
mod wanted;

use std::borrow::Cow;

pub use self::fields::{Number, Place};
use self::latin1::Encoded;
use crate::dtype::{ByteOrder, DType, Kind, shape_of};
use crate::error::Error;
use crate::heap::{Blob, Heap, Items, Value};

/// An array whose elements lie in a buffer of the Heap.
#[derive(Clone, Debug)]
pub struct Array {
    /// Type of the elements.
    pub dtype: DType,
    /// Length of each dimension; empty for a 0-d array.
    pub shape: Vec<usize>,
    /// Order in which the elements are stored.
    pub order: Order,
    /// The elements.
    pub data: ArrayData,
}

/// Order in which the elements of an array are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Last index fastest.
    C,
    /// First index fastest.
    Fortran,
}

/// The elements of an [`Array`].
#[derive(Clone, Copy, Debug)]
pub enum ArrayData {
    /// Their bytes: as many as shape and dtype say.
    Bytes(Blob),
    /// Python objects: as many as the shape says.
    Objects(Items),
}

impl Array {
    /// An array over bytes, which must be as many as shape and dtype say.
    pub fn new(dtype: DType, shape: Vec<usize>, order: Order, data: Blob) -> Result<Self, Error> {
        let want = byte_len(&dtype, &shape)?;
        if dtype.has_objects() {
            return Err(Error::malformed("an array of Python objects is given raw bytes"));
        }
        if want != data.len() {
            return Err(wrong_length(&shape, &dtype, want, data.len()));
        }
        Ok(Self { dtype, shape, order, data: ArrayData::Bytes(data) })
    }

    /// An array over Python objects, which must be as many as the shape says.
    pub fn of_objects(dtype: DType, shape: Vec<usize>, order: Order, items: Items) -> Result<Self, Error> {
        let want = element_count(&shape)?;
        if want != items.len() {
            return Err(Error::malformed(format!(
                "an array of shape {shape:?} holds {} objects",
                items.len()
            )));
        }
        Ok(Self { dtype, shape, order, data: ArrayData::Objects(items) })
    }

    /// Memory to account for, in bytes; the elements are a view and not counted.
    pub(crate) fn memory(&self) -> u64 {
        (size_of::<Self>() + 8 * self.shape.len() + dtype_memory(&self.dtype)) as u64
    }
}

fn dtype_memory(dtype: &DType) -> usize {
    match &dtype.kind {
        Kind::Struct(fields) => fields.iter().map(|f| 96 + f.name.len() + dtype_memory(&f.dtype)).sum(),
        Kind::SubArray(base, shape) => 64 + 8 * shape.len() + dtype_memory(base),
        _ => 0,
    }
}

/// Number of elements of a shape.
pub fn element_count(shape: &[usize]) -> Result<usize, Error> {
    let count = shape.iter().filter(|&&d| d != 0).try_fold(1_usize, |n, &d| n.checked_mul(d));
    let count = count.ok_or_else(|| Error::malformed("an array is larger than memory can be"))?;
    Ok(if shape.contains(&0) { 0 } else { count })
}

/// Number of bytes of an array.
pub fn byte_len(dtype: &DType, shape: &[usize]) -> Result<usize, Error> {
    let bytes = element_count(shape)?.checked_mul(dtype.itemsize);
    bytes.ok_or_else(|| Error::malformed("an array is larger than memory can be"))
}

fn wrong_length(shape: &[usize], dtype: &DType, want: usize, got: usize) -> Error {
    Error::malformed(format!(
        "an array of shape {shape:?} and dtype {dtype} needs {want} bytes and has {got}"
    ))
}

/// A numpy array of a [`Heap`], whichever way it was written.
#[derive(Clone, Debug)]
pub struct NdArray<'h> {
    heap: &'h Heap,
    /// Type of the elements.
    pub dtype: Cow<'h, DType>,
    /// Length of each dimension; empty for a 0-d array.
    pub shape: Cow<'h, [usize]>,
    /// Order in which the elements are stored.
    pub order: Order,
    /// The Python class, when it is not `numpy.ndarray`: module and name.
    pub class: Option<(&'h str, &'h str)>,
    elements: Elements<'h>,
}

#[derive(Clone, Debug)]
enum Elements<'h> {
    Bytes(Encoded<'h>),
    Objects(&'h [Value]),
}

/// One element of an array.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Element<'a> {
    /// `bool`.
    Bool(bool),
    /// Signed integer.
    Int(i64),
    /// Unsigned integer.
    UInt(u64),
    /// Float; 16 and 32 bits widened exactly.
    Float(f64),
    /// Complex: real and imaginary part.
    Complex(f64, f64),
    /// Bytes of an `S` element without its padding, or of a `V` element.
    Bytes(Cow<'a, [u8]>),
    /// Text of a `U` element without its padding.
    Str(String),
    /// Count of a datetime or timedelta; [`i64::MIN`] is NaT.
    Time(i64),
    /// A Python object.
    Object(Value),
    /// The fields of a structured element.
    Struct(Vec<Element<'a>>),
    /// The elements of a sub-array, in C order.
    SubArray(Vec<Element<'a>>),
}

impl Heap {
    /// The array that a value is; `None` when it is none.
    pub fn ndarray(&self, value: Value) -> Option<Result<NdArray<'_>, Error>> {
        if let Some(array) = self.array(value) {
            return Some(Ok(self.view_array(array, None)));
        }
        let call = self.call(value)?;
        match self.global_name(call.callable)? {
            ("numpy.core.multiarray" | "numpy._core.multiarray" | "numpy.core._internal", "_reconstruct") => {
                Some(self.reconstructed(call.args, self.items(self.attached(value).states)))
            }
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Some(self.of_buffer(call.args)),
            ("joblib.numpy_pickle" | "sklearn.externals.joblib.numpy_pickle", name) if is_wrapper(name) => {
                Some(self.wrapped(value))
            }
            (_, "_create_array") => {
                self.dill_array(value).map(|array| self.reconstructed(array.args, &[array.state]))
            }
            _ => None,
        }
    }

    fn view_array<'h>(&'h self, array: &'h Array, class: Option<(&'h str, &'h str)>) -> NdArray<'h> {
        let elements = match array.data {
            ArrayData::Bytes(blob) => Elements::Bytes(self.bytes(blob).into()),
            ArrayData::Objects(items) => Elements::Objects(self.items(items)),
        };
        let (dtype, shape) = (Cow::Borrowed(&array.dtype), Cow::Borrowed(&array.shape[..]));
        NdArray { heap: self, dtype, shape, order: array.order, class, elements }
    }

    /// `_reconstruct(class, (0,), b'b')` with the state `(version, shape, dtype, is_fortran, data)`.
    fn reconstructed(&self, args: Value, states: &[Value]) -> Result<NdArray<'_>, Error> {
        let bad = || Error::malformed("an array has no state of (version, shape, dtype, is_fortran, data)");
        let args = self.as_tuple(args).ok_or_else(bad)?;
        let class = args.first().and_then(|&class| self.global_name(class)).ok_or_else(bad)?;
        let [state] = states else { return Err(bad()) };
        let state = self.as_tuple(*state).ok_or_else(bad)?;
        let [shape, dtype, is_fortran, data] = state.last_chunk().ok_or_else(bad)?;
        let order = match self.as_int(*is_fortran).ok_or_else(bad)? {
            0 => Order::C,
            _ => Order::Fortran,
        };
        self.assemble(*data, *dtype, *shape, order, Some(class))
    }

    /// `_frombuffer(buffer, dtype, shape, order)`; since numpy 2.2 also with order `K` and the axes by which to
    /// transpose, for an array that is contiguous in another order of its axes.
    fn of_buffer(&self, args: Value) -> Result<NdArray<'_>, Error> {
        let bad = || Error::malformed("_frombuffer is not called with (buffer, dtype, shape, order, axes)");
        let (buffer, dtype, shape, order, axes) = match self.as_tuple(args) {
            Some([buffer, dtype, shape, order]) => (*buffer, *dtype, *shape, *order, Value::None),
            Some([buffer, dtype, shape, order, axes]) => (*buffer, *dtype, *shape, *order, *axes),
            _ => return Err(bad()),
        };
        match self.as_str(order).as_deref() {
            Some("C") => self.assemble(buffer, dtype, shape, Order::C, None),
            Some("F") => self.assemble(buffer, dtype, shape, Order::Fortran, None),
            Some("K") if axes != Value::None => {
                self.assemble(buffer, dtype, shape, Order::C, None)?.transposed(&shape_of(self, axes)?)
            }
            _ => Err(bad()),
        }
    }

    fn assemble<'h>(
        &'h self,
        data: Value,
        dtype: Value,
        shape: Value,
        order: Order,
        class: Option<(&'h str, &'h str)>,
    ) -> Result<NdArray<'h>, Error> {
        let (dtype, shape) = (DType::from_value(self, dtype)?, shape_of(self, shape)?);
        self.array_of(data, dtype, shape, order, class)
    }

    /// An array over a value that holds its elements: bytes in any spelling, or a list of objects, which numpy writes
    /// in C order whatever the order of the array.
    pub(crate) fn array_of<'h>(
        &'h self,
        data: Value,
        dtype: DType,
        shape: Vec<usize>,
        order: Order,
        class: Option<(&'h str, &'h str)>,
    ) -> Result<NdArray<'h>, Error> {
        let elements = if dtype.has_objects() {
            let objects =
                self.as_list(data).ok_or_else(|| Error::malformed("an object array holds no list"))?;
            if objects.len() != element_count(&shape)? {
                return Err(Error::malformed(format!(
                    "an array of shape {shape:?} holds {} objects",
                    objects.len()
                )));
            }
            Elements::Objects(objects)
        } else {
            let bytes = self.encoded(data).ok_or_else(|| Error::malformed("an array holds no bytes"))?;
            let want = byte_len(&dtype, &shape)?;
            if bytes.len() != want {
                return Err(wrong_length(&shape, &dtype, want, bytes.len()));
            }
            Elements::Bytes(bytes)
        };
        let order = if matches!(elements, Elements::Objects(_)) { Order::C } else { order };
        let class = class.filter(|&class| class != ("numpy", "ndarray"));
        Ok(NdArray { heap: self, dtype: Cow::Owned(dtype), shape: Cow::Owned(shape), order, class, elements })
    }

    /// A joblib wrapper: the array that followed it is its payload.
    fn wrapped(&self, value: Value) -> Result<NdArray<'_>, Error> {
        let payload = self.attached(value).payload;
        let name = self.call(payload).and_then(|call| self.global_name(call.callable));
        if name.is_some_and(|(_, name)| is_wrapper(name)) {
            return Err(Error::malformed("a joblib wrapper around another one"));
        }
        let array =
            self.ndarray(payload).ok_or_else(|| Error::malformed("a joblib wrapper without its array"))?;
        let subclass = self.object(value).and_then(|object| object.attr("subclass"));
        let class = subclass.or_else(|| self.wrapped_class(value)).and_then(|class| self.global_name(class));
        let plain = [("numpy", "ndarray"), ("numpy", "memmap"), ("numpy.core.memmap", "memmap")];
        array.map(|array| NdArray { class: class.filter(|class| !plain.contains(class)), ..array })
    }

    /// The class that joblib's `ZNDArrayWrapper` has as the first of the arguments to make the array.
    fn wrapped_class(&self, wrapper: Value) -> Option<Value> {
        let args = self.object(wrapper)?.attr("init_args")?;
        self.as_tuple(args)?.first().copied()
    }

    /// The bytes that a value stands for: `bytes`, `bytearray`, a Python 2 `str`, or one of the calls by which
    /// Python 3 writes bytes for Python 2: `_codecs.encode(text, 'latin1')` and `bytes()`.
    pub fn bytes_of(&self, value: Value) -> Option<Cow<'_, [u8]>> {
        self.encoded(value).map(Encoded::into_bytes)
    }

    fn encoded(&self, value: Value) -> Option<Encoded<'_>> {
        if let Some(bytes) = self.as_bytes(value) {
            return Some(bytes.into());
        }
        let call = self.call(value)?;
        let args = self.as_tuple(call.args)?;
        match (self.global_name(call.callable)?, args) {
            (("_codecs", "encode"), [text, encoding]) if self.is_latin1(*encoding) => {
                Encoded::of_text(self.node_of(*text)?, self)
            }
            (("__builtin__" | "builtins", "bytes" | "bytearray"), []) => Some([].as_slice().into()),
            (("__builtin__" | "builtins", "bytearray"), [bytes]) => self.as_bytes(*bytes).map(Encoded::from),
            _ => None,
        }
    }

    fn is_latin1(&self, encoding: Value) -> bool {
        matches!(self.as_str(encoding).as_deref(), Some("latin1" | "latin-1"))
    }
}

fn is_wrapper(name: &str) -> bool {
    matches!(name, "NumpyArrayWrapper" | "NDArrayWrapper" | "ZNDArrayWrapper")
}

impl<'h> NdArray<'h> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match &self.elements {
            Elements::Objects(objects) => objects.len(),
            Elements::Bytes(bytes) => bytes.len().checked_div(self.dtype.itemsize).unwrap_or_else(|| {
                element_count(&self.shape).unwrap_or_default() // elements of no width, such as `U0`
            }),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of dimensions.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The stored bytes, in stored order; `None` for Python objects.
    pub fn raw(&self) -> Option<&[u8]> {
        match &self.elements {
            Elements::Bytes(bytes) => Some(bytes),
            Elements::Objects(_) => None,
        }
    }

    /// The Python objects, in stored order; `None` for any other dtype.
    pub fn objects(&self) -> Option<&'h [Value]> {
        match &self.elements {
            Elements::Bytes(_) => None,
            Elements::Objects(objects) => Some(objects),
        }
    }

    /// The array with its axes in another order, in C order again: axis `k` of the result is axis `axes[k]` of this.
    fn transposed(self, axes: &[usize]) -> Result<Self, Error> {
        let bad =
            || Error::malformed("an array is transposed by something that is not a permutation of its axes");
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        let Elements::Bytes(bytes) = &self.elements else { return Err(bad()) };
        if sorted != (0..self.ndim()).collect::<Vec<_>>() {
            return Err(bad());
        }
        let mut strides = vec![1_usize; self.ndim()];
        for k in (1..self.ndim()).rev() {
            strides[k - 1] = strides[k].saturating_mul(self.shape[k]);
        }
        let shape: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        let strides: Vec<usize> = axes.iter().map(|&axis| strides[axis]).collect();
        let (size, mut out) = (self.dtype.itemsize, Vec::with_capacity(bytes.len()));
        let (mut index, mut at) = (vec![0_usize; shape.len()], 0_usize);
        for _ in 0..self.len() {
            out.extend_from_slice(bytes.get(at * size..(at + 1) * size).ok_or_else(bad)?);
            for k in (0..shape.len()).rev() {
                index[k] += 1;
                at += strides[k];
                if index[k] < shape[k] {
                    break;
                }
                at -= strides[k] * shape[k];
                index[k] = 0;
            }
        }
        Ok(Self {
            shape: Cow::Owned(shape),
            elements: Elements::Bytes(Encoded::Plain(Cow::Owned(out))),
            ..self
        })
    }

    /// The elements one by one, in C order.
    pub fn elements(&self) -> impl Iterator<Item = Result<Element<'_>, Error>> {
        self.c_order().map(|stored| match &self.elements {
            Elements::Objects(objects) => objects
                .get(stored)
                .map(|&value| Element::Object(value))
                .ok_or_else(|| Error::malformed("index")),
            Elements::Bytes(bytes) => {
                let size = self.dtype.itemsize;
                element(&self.dtype, bytes.get(stored * size..(stored + 1) * size).unwrap_or_default())
            }
        })
    }

    /// The element at a stored position.
    pub fn stored_bytes(&self, stored: usize) -> Option<&[u8]> {
        let size = self.dtype.itemsize;
        self.raw()?.get(stored.checked_mul(size)?..stored.checked_add(1)?.checked_mul(size)?)
    }

    /// Stored positions in C order.
    fn c_order(&self) -> impl Iterator<Item = usize> + use<'_, 'h> {
        let plain = self.order == Order::C || self.ndim() <= 1;
        let mut index = vec![0_usize; self.ndim()];
        let mut strides = vec![1_usize; self.ndim()];
        for k in 1..self.ndim() {
            strides[k] = strides[k - 1].saturating_mul(self.shape[k - 1]);
        }
        let mut stored = 0_usize;
        (0..self.len()).map(move |flat| {
            if plain {
                return flat;
            }
            let now = stored;
            for k in (0..index.len()).rev() {
                index[k] += 1;
                stored += strides[k];
                if index[k] < self.shape[k] {
                    break;
                }
                stored -= strides[k] * self.shape[k];
                index[k] = 0;
            }
            now
        })
    }
}

/// Decodes one element from its bytes.
pub fn element<'a>(dtype: &DType, bytes: &'a [u8]) -> Result<Element<'a>, Error> {
    if bytes.len() != dtype.itemsize {
        return Err(Error::malformed(format!("an element of dtype {dtype} has {} bytes", bytes.len())));
    }
    let number = |width: usize| ordered(bytes, dtype.order, width);
    Ok(match &dtype.kind {
        Kind::Bool => Element::Bool(bytes[0] != 0),
        Kind::Int => Element::Int(sign_extend(number(bytes.len()), bytes.len())),
        Kind::UInt => Element::UInt(number(bytes.len())),
        Kind::Float => Element::Float(float(bytes, dtype.order)?),
        Kind::Complex => {
            let (re, im) = bytes.split_at(bytes.len() / 2);
            Element::Complex(float(re, dtype.order)?, float(im, dtype.order)?)
        }
        Kind::Bytes => Element::Bytes(Cow::Borrowed(trim_nul(bytes))),
        Kind::Void => Element::Bytes(Cow::Borrowed(bytes)),
        Kind::Unicode => Element::Str(utf32(bytes, dtype.order)?),
        Kind::DateTime(_) | Kind::TimeDelta(_) => Element::Time(number(8) as i64),
        Kind::Object => return Err(Error::malformed("a pointer to a Python object stands in raw bytes")),
        Kind::Struct(fields) => {
            let part =
                |f: &crate::dtype::Field| element(&f.dtype, &bytes[f.offset..f.offset + f.dtype.itemsize]);
            Element::Struct(fields.iter().map(part).collect::<Result<_, _>>()?)
        }
        Kind::SubArray(base, _) if base.itemsize == 0 => Element::SubArray(Vec::new()),
        Kind::SubArray(base, _) => {
            let parts = bytes.chunks_exact(base.itemsize).map(|part| element(base, part));
            Element::SubArray(parts.collect::<Result<_, _>>()?)
        }
    })
}

/// The first `width` ≤ 8 bytes as an unsigned number.
fn ordered(bytes: &[u8], order: ByteOrder, width: usize) -> u64 {
    let fold = |n: u64, &b: &u8| (n << 8) | u64::from(b);
    match order {
        ByteOrder::Little => bytes[..width].iter().rev().fold(0, fold),
        ByteOrder::Big => bytes[..width].iter().fold(0, fold),
    }
}

fn sign_extend(number: u64, width: usize) -> i64 {
    let shift = 64 - 8 * width as u32;
    ((number << shift) as i64) >> shift
}

fn float(bytes: &[u8], order: ByteOrder) -> Result<f64, Error> {
    match bytes.len() {
        2 => Ok(half(ordered(bytes, order, 2) as u16)),
        4 => Ok(f64::from(f32::from_bits(ordered(bytes, order, 4) as u32))),
        8 => Ok(f64::from_bits(ordered(bytes, order, 8))),
        n => Err(Error::unsupported(format!("float of {n} bytes (numpy.longdouble)"))),
    }
}

/// IEEE 754 binary16 to binary64, exact.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

fn trim_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

fn utf32(bytes: &[u8], order: ByteOrder) -> Result<String, Error> {
    let mut points: Vec<u32> = bytes.chunks_exact(4).map(|c| ordered(c, order, 4) as u32).collect();
    let end = points.iter().rposition(|&p| p != 0).map_or(0, |last| last + 1);
    points.truncate(end);
    let decode = |&p: &u32| match p {
        0xD800..=0xDFFF => Ok(char::REPLACEMENT_CHARACTER),
        _ => char::from_u32(p).ok_or_else(|| Error::malformed(format!("{p:#x} is not a Unicode code point"))),
    };
    points.iter().map(decode).collect()
}

#[cfg(test)]
mod tests;
