//! numpy's dtypes, as files spell them: a code (`<f8`), a description (a list of fields), or a pickled
//! `numpy.dtype` call with its state.
//!
//! Source: `numpy/core/src/multiarray/descriptor.c` (`arraydescr_reduce`, `arraydescr_setstate`) and the npy
//! format description in `numpy/lib/format.py`.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::Error;
use crate::heap::{Heap, Value};
use crate::limits::Limit;

/// What an element of an array is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DType {
    /// Which type.
    pub kind: Kind,
    /// Bytes for each element; for [`Kind::Object`] the size of a pointer on the machine that wrote the file.
    pub itemsize: usize,
    /// Byte order of the elements; little where it does not matter.
    pub order: ByteOrder,
}

/// The type of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One byte, 0 or 1.
    Bool,
    /// Signed integer of 1, 2, 4 or 8 bytes.
    Int,
    /// Unsigned integer of 1, 2, 4 or 8 bytes.
    UInt,
    /// Float of 2, 4, 8, 12 or 16 bytes.
    Float,
    /// Two floats.
    Complex,
    /// Bytes, padded with NUL.
    Bytes,
    /// UTF-32 text, padded with NUL.
    Unicode,
    /// Bytes without a meaning.
    Void,
    /// A Python object.
    Object,
    /// 64-bit count of this unit since 1970-01-01, such as `ns` or `25s`; empty for none.
    DateTime(String),
    /// 64-bit count of this unit.
    TimeDelta(String),
    /// Named fields.
    Struct(Vec<Field>),
    /// An array of fixed shape inside each element.
    SubArray(Box<DType>, Vec<usize>),
}

/// A field of a structured dtype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub dtype: DType,
    /// Where it begins in the element, in bytes.
    pub offset: usize,
}

/// Byte order of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// How many fields a dtype may have, all levels together. numpy allows more; models need a dozen.
const MAX_FIELDS: usize = 65_536;

impl DType {
    /// A dtype from its code, such as `<f8`, `|b1`, `U5` or `>M8[ns]`. A code without byte order is
    /// little-endian, as on every machine that pickles of that form were seen from.
    pub fn from_code(code: &str) -> Result<Self, Error> {
        let unknown = || Error::unsupported(format!("dtype code {:?}", shorten(code)));
        let (order, rest) = match code.as_bytes().first() {
            Some(b'>') => (ByteOrder::Big, &code[1..]),
            Some(b'<' | b'|' | b'=') => (ByteOrder::Little, &code[1..]),
            _ => (ByteOrder::Little, code),
        };
        let letter = rest.chars().next().ok_or_else(unknown)?;
        let size = &rest[letter.len_utf8()..];
        let (size, unit) = match (letter, size.strip_suffix(']')) {
            ('M' | 'm', Some(size)) => size.split_once('[').ok_or_else(unknown)?,
            _ => (size, ""),
        };
        let size: usize =
            if size.is_empty() { default_size(letter) } else { size.parse().map_err(|_| unknown())? };
        let (kind, itemsize) = Self::kind_of(letter, size, unit).ok_or_else(unknown)?;
        Ok(Self { kind, itemsize, order: if itemsize == 1 { ByteOrder::Little } else { order } })
    }

    fn kind_of(letter: char, size: usize, unit: &str) -> Option<(Kind, usize)> {
        let one_of = |sizes: &[usize]| sizes.contains(&size).then_some(size);
        Some(match letter {
            'b' if size == 1 => (Kind::Bool, 1),
            '?' => (Kind::Bool, 1),
            'i' => (Kind::Int, one_of(&[1, 2, 4, 8])?),
            'u' => (Kind::UInt, one_of(&[1, 2, 4, 8])?),
            'f' => (Kind::Float, one_of(&[2, 4, 8, 12, 16])?),
            'c' => (Kind::Complex, one_of(&[8, 16, 24, 32])?),
            'S' | 'a' => (Kind::Bytes, size),
            'U' => (Kind::Unicode, size.checked_mul(4)?),
            'V' => (Kind::Void, size),
            'O' => (Kind::Object, if size == 0 { 8 } else { size }),
            'M' => (Kind::DateTime(unit.into()), one_of(&[8])?),
            'm' => (Kind::TimeDelta(unit.into()), one_of(&[8])?),
            _ => return None,
        })
    }

    /// A dtype from a Python value: a code, a description as in npy headers, a numpy class, or a pickled dtype.
    pub fn from_value(heap: &Heap, value: Value) -> Result<Self, Error> {
        Reader { heap, fields: 0, depth: 0, plain: Vec::new() }.any(value)
    }

    /// Whether elements are, or hold, Python objects.
    pub fn has_objects(&self) -> bool {
        match &self.kind {
            Kind::Object => true,
            Kind::Struct(fields) => fields.iter().any(|f| f.dtype.has_objects()),
            Kind::SubArray(base, _) => base.has_objects(),
            _ => false,
        }
    }

    /// The code or, for structured types, the name `void`.
    pub fn code(&self) -> String {
        let order = match (self.order, self.itemsize, &self.kind) {
            (_, _, Kind::Bytes | Kind::Void | Kind::Object | Kind::Bool) | (_, 1, _) => '|',
            (ByteOrder::Little, ..) => '<',
            (ByteOrder::Big, ..) => '>',
        };
        let size = self.itemsize;
        match &self.kind {
            Kind::Bool => "|b1".into(),
            Kind::Int => format!("{order}i{size}"),
            Kind::UInt => format!("{order}u{size}"),
            Kind::Float => format!("{order}f{size}"),
            Kind::Complex => format!("{order}c{size}"),
            Kind::Bytes => format!("|S{size}"),
            Kind::Unicode => format!("{}U{}", if self.order == ByteOrder::Big { '>' } else { '<' }, size / 4),
            Kind::Void => format!("|V{size}"),
            Kind::Object => "|O".into(),
            Kind::DateTime(unit) => format!("{order}M8{}", bracketed(unit)),
            Kind::TimeDelta(unit) => format!("{order}m8{}", bracketed(unit)),
            Kind::Struct(_) | Kind::SubArray(..) => format!("|V{size}"),
        }
    }
}

impl fmt::Display for DType {
    /// As numpy prints it, in short: `<f8`, `{left_child: <i8, …}`, `(2, 3)<f4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Struct(fields) => {
                f.write_str("{")?;
                for (i, field) in fields.iter().enumerate() {
                    write!(f, "{}{}: {}", if i == 0 { "" } else { ", " }, field.name, field.dtype)?;
                }
                f.write_str("}")
            }
            Kind::SubArray(base, shape) => write!(f, "{shape:?}{base}"),
            _ => f.write_str(&self.code()),
        }
    }
}

/// What makes a `StringDType` of numpy 2.
fn is_string_dtype(name: Option<(&str, &str)>) -> bool {
    name == Some(("numpy._core._internal", "_convert_to_stringdtype_kwargs"))
}

fn bracketed(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!("[{unit}]") }
}

fn default_size(letter: char) -> usize {
    match letter {
        'b' | '?' => 1,
        'i' | 'u' | 'f' | 'M' | 'm' | 'O' => 8,
        'c' => 16,
        _ => 0,
    }
}

fn shorten(code: &str) -> String {
    code.chars().take(40).collect()
}

/// Reads one dtype. Depth and number of fields are bounded, so that a shared or cyclic description ends.
struct Reader<'h> {
    heap: &'h Heap,
    fields: usize,
    depth: u64,
    /// The first few types of fields that have no parts: many fields share one.
    plain: Vec<(Value, DType)>,
}

impl Reader<'_> {
    fn any(&mut self, value: Value) -> Result<DType, Error> {
        self.depth += 1;
        self.heap.budget().limits().check(Limit::DtypeDepth, self.depth)?;
        let dtype = self.any_at_depth(value);
        self.depth -= 1;
        dtype
    }

    fn any_at_depth(&mut self, value: Value) -> Result<DType, Error> {
        let heap = self.heap;
        if let Some(code) = heap.as_str(value) {
            return DType::from_code(&code);
        }
        if let Some(list) = heap.as_list(value) {
            return self.description(list);
        }
        if let Some(name) = heap.global_name(value) {
            return class(name);
        }
        match heap.call(value) {
            Some(call) if is_dtype(heap.global_name(call.callable)) => self.pickled(value, call.args),
            Some(call) if heap.global_name(call.callable).is_some_and(|(m, _)| m == "numpy.dtypes") => {
                class(heap.global_name(call.callable).unwrap_or_default())
            }
            // texts of any length; pickled as a list of them. Part of another dtype it would not have the size of an object.
            Some(call) if self.depth == 1 && is_string_dtype(heap.global_name(call.callable)) => {
                DType::from_code("|O")
            }
            _ => self.base_and_shape(value),
        }
    }

    /// `(base, shape)` of a sub-array.
    fn base_and_shape(&mut self, value: Value) -> Result<DType, Error> {
        let Some([base, shape]) = self.heap.as_tuple(value) else {
            return Err(Error::malformed("what should be a dtype is none"));
        };
        let base = self.any(*base)?;
        sub_array(base, shape_of(self.heap, *shape)?)
    }

    /// `[(name, dtype), (name, dtype, shape), ((title, name), dtype), …]`, packed, as in npy headers.
    fn description(&mut self, list: &[Value]) -> Result<DType, Error> {
        let mut fields = Vec::new();
        let mut offset = 0_usize;
        for &entry in list {
            let (name, dtype) = self.described_field(entry)?;
            let size = dtype.itemsize;
            if !name.is_empty() {
                fields.push(Field { name, dtype, offset });
            }
            offset = offset.checked_add(size).ok_or_else(too_large)?;
        }
        Ok(DType { kind: Kind::Struct(fields), itemsize: offset, order: ByteOrder::Little })
    }

    /// One field; an unnamed one is padding.
    fn described_field(&mut self, entry: Value) -> Result<(String, DType), Error> {
        self.count_field()?;
        let heap = self.heap;
        let bad =
            || Error::malformed("a field of a dtype description is no (name, dtype) or (name, dtype, shape)");
        let parts = heap.as_tuple(entry).ok_or_else(bad)?;
        let (name, dtype, shape) = match parts {
            [name, dtype] => (*name, *dtype, None),
            [name, dtype, shape] => (*name, *dtype, Some(*shape)),
            _ => return Err(bad()),
        };
        let name = match heap.as_tuple(name) {
            Some([_title, name]) => *name,
            _ => name,
        };
        let name = heap.as_str(name).ok_or_else(bad)?.into_owned();
        let dtype = self.any(dtype)?;
        let dtype = match shape {
            Some(shape) => sub_array(dtype, shape_of(heap, shape)?)?,
            None => dtype,
        };
        Ok((name, dtype))
    }

    /// `numpy.dtype(code, align, copy)` with the state that BUILD gave.
    fn pickled(&mut self, value: Value, args: Value) -> Result<DType, Error> {
        let heap = self.heap;
        let args = heap.as_tuple(args).unwrap_or_default();
        let &code = args.first().ok_or_else(|| Error::malformed("numpy.dtype is called without a code"))?;
        let mut dtype = self.any(code)?;
        match heap.items(heap.attached(value).states) {
            [] => Ok(dtype),
            [state] => {
                self.apply_state(&mut dtype, *state)?;
                Ok(dtype)
            }
            _ => Err(Error::malformed("a numpy.dtype is given two states")),
        }
    }

    /// `(version, order, subdtype, names, fields, itemsize, alignment[, flags[, metadata]])`. Before numpy 1.1 there
    /// were no names, and in version 0 no version either: see `arraydescr_setstate`.
    fn apply_state(&mut self, dtype: &mut DType, state: Value) -> Result<(), Error> {
        let heap = self.heap;
        let bad = || Error::malformed("the state of a numpy.dtype is not a tuple of 5 to 9 items");
        let state = match heap.as_tuple(state).ok_or_else(bad)? {
            [order, sub, fields, size, align] => {
                &[Value::None, *order, *sub, *fields, *fields, *size, *align]
            }
            [_, order, sub, fields, size, align] => {
                &[Value::None, *order, *sub, *fields, *fields, *size, *align]
            }
            state if (7..=9).contains(&state.len()) => state,
            _ => return Err(bad()),
        };
        if dtype.itemsize != 1 {
            dtype.order = byte_order(heap, state[1])?;
        }
        let itemsize = state.get(5).and_then(|&v| heap.as_int(v)).and_then(|n| usize::try_from(n).ok());
        if state[2] != Value::None {
            if state[3] != Value::None || state[4] != Value::None {
                return Err(Error::malformed("a numpy.dtype of a sub-array and of fields"));
            }
            *dtype = self.base_and_shape(state[2])?;
        } else if state[3] != Value::None {
            let fields = self.pickled_fields(state[3], state[4])?;
            let itemsize = itemsize.unwrap_or(dtype.itemsize);
            *dtype = structured(fields, itemsize)?;
        } else if let (Some(size), Kind::Bytes | Kind::Unicode | Kind::Void) = (itemsize, &dtype.kind) {
            if dtype.kind == Kind::Unicode && size % 4 != 0 {
                return Err(Error::malformed(format!(
                    "text of {size} bytes, which are not whole characters"
                )));
            }
            dtype.itemsize = size;
        }
        if let (Some(&metadata), Kind::DateTime(unit) | Kind::TimeDelta(unit)) =
            (state.get(8), &mut dtype.kind)
        {
            *unit = datetime_unit(heap, metadata)?;
        }
        Ok(())
    }

    fn pickled_fields(&mut self, names: Value, fields: Value) -> Result<Vec<Field>, Error> {
        let heap = self.heap;
        let bad = || Error::malformed("names and fields of a structured numpy.dtype don't match");
        let names = heap.as_sequence(names).ok_or_else(bad)?;
        let pairs = heap.as_dict(fields).ok_or_else(bad)?.chunks_exact(2);
        let place = |pair: &[Value]| Some((heap.as_str(pair[0])?, heap.as_tuple(pair[1])?));
        let mut places = pairs.map(place).collect::<Option<BTreeMap<_, _>>>().ok_or_else(bad)?;
        let mut out = Vec::new();
        let mut titles = Vec::new();
        for &name in names {
            self.count_field()?;
            let name = heap.as_str(name).ok_or_else(bad)?.into_owned();
            let (dtype, offset) = match places.remove(&*name).ok_or_else(bad)? {
                [dtype, offset] => (*dtype, *offset),
                [dtype, offset, title] => {
                    titles.push((*title, *dtype, *offset));
                    (*dtype, *offset)
                }
                _ => return Err(bad()),
            };
            let at = heap.as_int(offset).and_then(|n| usize::try_from(n).ok()).ok_or_else(bad)?;
            out.push(Field { name, dtype: self.of_field(dtype)?, offset: at });
        }
        // a field is found by its title as well, and by nothing else: numpy does not look at what is there
        for (title, dtype, offset) in titles {
            let Some(place) = heap.as_str(title).and_then(|title| places.remove(&*title)) else { continue };
            if !matches!(place, [d, o, t] if *d == dtype && heap.as_int(*o) == heap.as_int(offset) && *t == title)
            {
                return Err(bad());
            }
        }
        if places.is_empty() { Ok(out) } else { Err(bad()) }
    }

    /// The type of a field.
    fn of_field(&mut self, value: Value) -> Result<DType, Error> {
        if let Some((_, dtype)) = self.plain.iter().find(|(seen, _)| *seen == value) {
            return Ok(dtype.clone());
        }
        let dtype = self.any(value)?;
        if self.plain.len() < 8 && !matches!(dtype.kind, Kind::Struct(_) | Kind::SubArray(..)) {
            self.plain.push((value, dtype.clone()));
        }
        Ok(dtype)
    }

    fn count_field(&mut self) -> Result<(), Error> {
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            return Err(Error::unsupported(format!("a dtype of more than {MAX_FIELDS} fields")));
        }
        Ok(())
    }
}

/// A structured dtype, whose fields must lie in the element.
fn structured(fields: Vec<Field>, itemsize: usize) -> Result<DType, Error> {
    for field in &fields {
        let end = field.offset.checked_add(field.dtype.itemsize).ok_or_else(too_large)?;
        if end > itemsize {
            return Err(Error::malformed(format!("field {:?} ends outside its dtype", shorten(&field.name))));
        }
    }
    Ok(DType { kind: Kind::Struct(fields), itemsize, order: ByteOrder::Little })
}

fn sub_array(base: DType, shape: Vec<usize>) -> Result<DType, Error> {
    let count = shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d)).ok_or_else(too_large)?;
    let itemsize = base.itemsize.checked_mul(count).ok_or_else(too_large)?;
    Ok(DType { kind: Kind::SubArray(Box::new(base), shape), itemsize, order: ByteOrder::Little })
}

fn too_large() -> Error {
    Error::malformed("a dtype is larger than memory can be")
}

/// A shape: a tuple or list of non-negative integers, or one integer. At most 64 dimensions, as in numpy.
pub fn shape_of(heap: &Heap, value: Value) -> Result<Vec<usize>, Error> {
    let bad = || Error::malformed("a shape is not a tuple of at most 64 non-negative integers");
    let one = [value];
    let dims = heap.as_sequence(value).unwrap_or(&one);
    if dims.len() > 64 {
        return Err(bad());
    }
    dims.iter().map(|&d| heap.as_int(d).and_then(|n| usize::try_from(n).ok()).ok_or_else(bad)).collect()
}

fn byte_order(heap: &Heap, value: Value) -> Result<ByteOrder, Error> {
    match heap.as_str(value).as_deref() {
        Some(">") => Ok(ByteOrder::Big),
        Some("<" | "|" | "=") => Ok(ByteOrder::Little),
        _ => Err(Error::malformed("the byte order of a numpy.dtype is none of < > | =")),
    }
}

/// The unit of a datetime: `(b'ns', 1, 1, 1)`, alone or after a dict or None.
fn datetime_unit(heap: &Heap, metadata: Value) -> Result<String, Error> {
    let bad = || Error::malformed("the metadata of a datetime dtype is no (unit, count, 1, 1)");
    let outer = heap.as_tuple(metadata).ok_or_else(bad)?;
    let inner = outer.last().and_then(|&v| heap.as_tuple(v)).unwrap_or(outer);
    let [unit, count, ..] = inner else { return Err(bad()) };
    let bytes = heap.bytes_of(*unit);
    let unit = match &bytes {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => heap.as_str(*unit).ok_or_else(bad)?.into_owned(),
    };
    match heap.as_int(*count).ok_or_else(bad)? {
        _ if unit == "generic" => Ok(String::new()),
        1 => Ok(unit),
        n => Ok(format!("{n}{unit}")),
    }
}

fn is_dtype(name: Option<(&str, &str)>) -> bool {
    matches!(name, Some(("numpy" | "numpy.core.multiarray" | "numpy._core.multiarray", "dtype")))
}

/// The dtype of a numpy scalar class or of a Python type.
fn class((module, name): (&str, &str)) -> Result<DType, Error> {
    let code = match (module, name) {
        ("numpy", "float64" | "double") | ("builtins" | "__builtin__", "float") => "<f8",
        ("numpy", "float32") => "<f4",
        ("numpy", "float16") => "<f2",
        ("numpy", "int64") | ("builtins" | "__builtin__", "int") => "<i8",
        ("numpy", "int32") => "<i4",
        ("numpy", "int16") => "<i2",
        ("numpy", "int8") => "|i1",
        ("numpy", "uint64") => "<u8",
        ("numpy", "uint32") => "<u4",
        ("numpy", "uint16") => "<u2",
        ("numpy", "uint8") => "|u1",
        ("numpy", "bool_" | "bool") | ("builtins" | "__builtin__", "bool") => "|b1",
        ("numpy", "complex128") | ("builtins" | "__builtin__", "complex") => "<c16",
        ("numpy", "complex64") => "<c8",
        ("numpy", "object_") | ("builtins" | "__builtin__", "object") => "|O",
        ("numpy", "str_" | "unicode_") | ("builtins", "str") => "<U0",
        ("numpy", "bytes_" | "string_") | ("builtins", "bytes") => "|S0",
        ("numpy", "void" | "record") | ("numpy.rec", "record") => "|V0",
        ("numpy.dtypes", "Float64DType") => "<f8",
        ("numpy.dtypes", "Float32DType") => "<f4",
        ("numpy.dtypes", "Int64DType") => "<i8",
        ("numpy.dtypes", "Int32DType") => "<i4",
        ("numpy.dtypes", "BoolDType") => "|b1",
        ("numpy.dtypes", "ObjectDType") => "|O",
        _ => return Err(Error::unsupported(format!("{module}.{name} as a dtype"))),
    };
    DType::from_code(code)
}

#[cfg(test)]
mod tests;
