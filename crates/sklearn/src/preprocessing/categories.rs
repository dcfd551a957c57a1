//! The categories that encoders learnt, and the lookups in them.
//!
//! Source: `sklearn/utils/_encode.py`. Arrays of numbers are compared as numpy does it, anything else by Python's `==`
//! with None and NaN equal to themselves.

use std::collections::HashSet;
use std::sync::Arc;

use cannery_graph::{Builder, Check, DType, Edge, Lookup, LookupColumn, Op, Scalar, Shape, Unknown};
use cannery_object::{Element, Kind, Value};

use crate::error::Error;
use crate::input::{ColumnKind, Input};
use crate::state::State;

/// The categories of one column.
#[derive(Clone, Debug)]
pub(crate) struct Categories {
    /// In their order; no two are equal.
    pub(crate) scalars: Arc<[Scalar]>,
    kind: OfDtype,
}

/// What dtype the array of the categories had.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OfDtype {
    Integers,
    Floats,
    /// float32, whose text is shorter than that of the same float64.
    Singles,
    /// Texts, or objects.
    Objects,
}

impl Categories {
    /// The categories in an array inside an object; `place` is its path from there: `categories_[1]`.
    pub(crate) fn read(state: &State<'_>, value: Value, place: &str) -> Result<Self, Error> {
        let array = state.array_in(value, place)?;
        if array.ndim() != 1 {
            return Err(state.malformed(place, format!("an array of shape {:?}", array.shape)));
        }
        let kind = match array.dtype.kind {
            Kind::Bool | Kind::Int | Kind::UInt => OfDtype::Integers,
            Kind::Float if array.dtype.itemsize == 4 => OfDtype::Singles,
            Kind::Float if array.dtype.itemsize <= 8 => OfDtype::Floats,
            Kind::Unicode | Kind::Bytes | Kind::Object => OfDtype::Objects,
            _ => return Err(state.unsupported(place, format!("categories of dtype {}", array.dtype))),
        };
        let mut scalars = Vec::with_capacity(array.len());
        for element in array.elements() {
            let element = element.map_err(|error| Error::in_view(state.path_of(place), &error))?;
            scalars.push(scalar(state, element, place)?);
        }
        let categories = Self { scalars: scalars.into(), kind };
        categories.check(state, place)?;
        Ok(categories)
    }

    /// Integers that ascend.
    pub(crate) fn of_integers(integers: &[i64]) -> Self {
        Self { scalars: integers.iter().copied().map(Scalar::Int).collect(), kind: OfDtype::Integers }
    }

    /// Numbers ascend, with NaN at the end; nothing is there twice.
    fn check(&self, state: &State<'_>, place: &str) -> Result<(), Error> {
        if self.kind != OfDtype::Objects {
            let ascend = self.scalars.windows(2).all(|pair| match (&pair[0], &pair[1]) {
                (Scalar::Bool(a), Scalar::Bool(b)) => a < b,
                (Scalar::Int(a), Scalar::Int(b)) => a < b,
                (Scalar::Float(a), Scalar::Float(b)) => a < b || (!a.is_nan() && b.is_nan()),
                _ => false,
            });
            return if ascend {
                Ok(())
            } else {
                Err(state.malformed(place, "categories that do not ascend"))
            };
        }
        let mut seen = HashSet::with_capacity(self.scalars.len());
        match self.scalars.iter().find(|&scalar| !seen.insert(key(scalar))) {
            None => Ok(()),
            Some(twice) => Err(state.malformed(place, format!("the category {twice} is there twice"))),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.scalars.len()
    }

    /// Position of NaN, which is the last one.
    pub(crate) fn nan(&self) -> Option<usize> {
        self.scalars.last().filter(|last| is_nan(last)).map(|_| self.scalars.len() - 1)
    }

    /// Each category as Python's `str` has it.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        self.scalars.iter().map(|scalar| match scalar {
            Scalar::None => "None".to_owned(),
            Scalar::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
            Scalar::Int(i) => i.to_string(),
            Scalar::Float(x) if self.kind == OfDtype::Singles => python_float(&format!("{:?}", *x as f32)),
            Scalar::Float(x) => python_float(&format!("{x:?}")),
            Scalar::Str(text) => text.to_string(),
        })
    }

    /// What the column held at fit.
    pub(crate) fn column_kind(&self) -> ColumnKind {
        let is_text = |scalar: &Scalar| matches!(scalar, Scalar::Str(_));
        let is_number = |scalar: &Scalar| match scalar {
            Scalar::Bool(_) | Scalar::Int(_) => true,
            Scalar::Float(x) => !x.is_nan(),
            Scalar::None | Scalar::Str(_) => false,
        };
        match (self.scalars.iter().any(is_text), self.scalars.iter().any(is_number)) {
            (true, false) => ColumnKind::Text,
            (false, true) => ColumnKind::Number,
            (true, true) | (false, false) => ColumnKind::Open,
        }
    }
}

/// Python's text of a float, of Rust's: `1e-05` and `1e+16`, `nan`.
fn python_float(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => text.to_ascii_lowercase(),
    }
}

fn is_nan(scalar: &Scalar) -> bool {
    matches!(scalar, Scalar::Float(x) if x.is_nan())
}

/// The same for scalars that are equal in Python, and for NaN.
fn key(scalar: &Scalar) -> (u8, u64, &str) {
    match scalar {
        Scalar::None => (0, 0, ""),
        Scalar::Bool(b) => (1, u64::from(*b), ""),
        Scalar::Int(i) => (1, i.cast_unsigned(), ""),
        Scalar::Float(x) if x.is_nan() => (2, 0, ""),
        Scalar::Float(x) if x.trunc() == *x && x.abs() < 9e18 => (1, (*x as i64).cast_unsigned(), ""),
        Scalar::Float(x) => (3, x.to_bits(), ""),
        Scalar::Str(text) => (4, 0, text),
    }
}

/// An element of an array as what it is in Python. The bytes of Python 2 are the text that they are in UTF-8.
pub(crate) fn scalar(state: &State<'_>, element: Element<'_>, place: &str) -> Result<Scalar, Error> {
    let too_large = |u| state.unsupported(place, format!("{u}, which is beyond int64"));
    let element = match element {
        Element::Object(Value::None) => return Ok(Scalar::None),
        Element::Object(value) => match state.heap().as_bytes(value) {
            Some(bytes) => Element::Bytes(bytes.into()),
            None => state.scalar_of(place, value)?,
        },
        element => element,
    };
    Ok(match element {
        Element::Bool(b) => Scalar::Bool(b),
        Element::Int(i) => Scalar::Int(i),
        Element::UInt(u) => Scalar::Int(i64::try_from(u).map_err(|_| too_large(u))?),
        Element::Float(x) => Scalar::Float(x),
        Element::Str(text) => Scalar::Str(text.into()),
        Element::Bytes(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => Scalar::Str(text.into()),
            Err(_) => return Err(state.unsupported(place, "bytes that are no UTF-8")),
        },
        _ => return Err(state.unsupported(place, "a value that is neither None, a number nor text")),
    })
}

/// What becomes of a column.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    pub(crate) categories: Categories,
    /// The value of each category.
    pub(crate) values: Arc<[f64]>,
    pub(crate) unknown: Unknown,
}

/// Looks up each column of a dense matrix or of a frame, which is checked first. Gives a matrix of `dtype`.
pub(crate) fn look_up(
    builder: &mut Builder,
    x: &Input,
    encodings: &[Encoding],
    dtype: DType,
    check: Check,
) -> Result<Edge, Error> {
    match x {
        Input::Frame(columns) => {
            let mut edges = Vec::with_capacity(columns.len());
            for (number, ((_, column), encoding)) in columns.iter().zip(encodings).enumerate() {
                edges.push(look_up_in(
                    builder,
                    *column,
                    number,
                    std::slice::from_ref(encoding),
                    dtype,
                    check,
                )?);
            }
            match edges[..] {
                [edge] => Ok(edge),
                _ => Ok(builder.add(Op::Concat, &edges)?),
            }
        }
        Input::Matrix(x) => look_up_in(builder, *x, 0, encodings, dtype, check),
        Input::Texts(_) => Err(Error::unsupported("", "texts where a table is taken")),
    }
}

fn look_up_in(
    builder: &mut Builder,
    x: Edge,
    first: usize,
    encodings: &[Encoding],
    to: DType,
    check: Check,
) -> Result<Edge, Error> {
    if let Shape::Csr(_) = builder.type_of(x)?.shape {
        return Err(Error::unsupported("", "a sparse matrix where encoders take a dense one"));
    }
    let is_of_floats =
        encodings.iter().any(|e| matches!(e.categories.kind, OfDtype::Floats | OfDtype::Singles));
    let x = match builder.type_of(x)?.dtype {
        DType::I64 if is_of_floats => builder.cast(x, DType::F64)?,
        DType::F32 | DType::F64 | DType::I64 | DType::Bool | DType::Str | DType::Any => x,
    };
    let dtype = builder.type_of(x)?.dtype;
    let x = match dtype {
        DType::F32 | DType::F64 => builder.add(Op::Guard(check), &[x])?,
        DType::Any if check == Check::Finite => builder.add(Op::Guard(check), &[x])?,
        DType::Any | DType::I64 | DType::Bool | DType::Str => x,
    };
    let columns = (first..).zip(encodings).map(|(number, encoding)| column(number, encoding, dtype));
    let lookup = Lookup::new(to, columns.collect());
    let lookup = lookup.map_err(|message| Error::malformed("categories_", message))?;
    Ok(builder.add(Op::Lookup(lookup), &[x])?)
}

/// The table for elements of a dtype. Numbers where only texts were at fit are always an error, as they are in
/// scikit-learn.
fn column(number: usize, encoding: &Encoding, dtype: DType) -> LookupColumn {
    let Encoding { categories, values, unknown } = encoding;
    let is_number = matches!(dtype, DType::F32 | DType::F64 | DType::I64);
    let unknown = match categories.column_kind() {
        ColumnKind::Text if is_number => Unknown::Error,
        ColumnKind::Text | ColumnKind::Number | ColumnKind::Open => *unknown,
    };
    let as_float = |scalar: &Scalar| match scalar {
        Scalar::Int(i) if dtype.is_float() => Scalar::Float(*i as f64),
        scalar => scalar.clone(),
    };
    let categories = match dtype.is_float() {
        true => categories.scalars.iter().map(as_float).collect(),
        false => Arc::clone(&categories.scalars),
    };
    LookupColumn { number, categories, values: Arc::clone(values), unknown }
}

/// The dtype of results: the parameter `dtype`. Integers of every size are i64.
pub(crate) fn result_dtype(state: &State<'_>) -> Result<DType, Error> {
    const NAME: &str = "dtype";
    let value = state.value(NAME)?;
    match state.heap().global_name(value) {
        Some(("builtins" | "__builtin__", "float")) => return Ok(DType::F64),
        Some(("builtins" | "__builtin__", "int")) => return Ok(DType::I64),
        Some(("builtins" | "__builtin__", "bool")) => return Ok(DType::Bool),
        _ => {}
    }
    let dtype = match state.heap().as_str(value) {
        Some(code) => cannery_object::DType::from_code(&code),
        None => cannery_object::DType::from_value(state.heap(), value),
    };
    // a parameter: whatever it is given, scikit-learn keeps
    let dtype = dtype.map_err(|error| state.unsupported(NAME, error.to_string()))?;
    match (&dtype.kind, dtype.itemsize) {
        (Kind::Float, 8) => Ok(DType::F64),
        (Kind::Float, 4) => Ok(DType::F32),
        (Kind::Int | Kind::UInt, _) => Ok(DType::I64),
        (Kind::Bool, _) => Ok(DType::Bool),
        _ => Err(state.unsupported(NAME, format!("results of dtype {dtype}"))),
    }
}

/// Array or None for each column, of a list that is as long as there are columns.
pub(crate) fn per_column<'h>(state: &State<'h>, name: &str, columns: usize) -> Result<&'h [Value], Error> {
    let values = state.sequence(name)?;
    if values.len() != columns {
        return Err(state.malformed(name, format!("{} entries for {columns} columns", values.len())));
    }
    Ok(values)
}

/// The categories of each column.
pub(crate) fn categories(state: &State<'_>) -> Result<Vec<Categories>, Error> {
    const NAME: &str = "categories_";
    if !state.has(NAME) {
        return Err(state.unsupported(NAME, "this encoder is not fitted: it has no categories"));
    }
    let values = state.sequence(NAME)?;
    if values.is_empty() {
        return Err(state.unsupported(NAME, "an encoder of no column"));
    }
    let read = |(index, &value): (usize, &Value)| {
        let place = format!("{NAME}[{index}]");
        let categories = Categories::read(state, value, &place)?;
        match categories.len() {
            0 => Err(state.malformed(&place, "a column of no category")),
            _ => Ok(categories),
        }
    };
    values.iter().enumerate().map(read).collect()
}

/// Positions after rare categories were grouped (since 1.1): for each column where each category goes, and how many are
/// grouped. `None` for a column in which none is.
pub(crate) struct Grouping {
    pub(crate) mapping: Vec<usize>,
    pub(crate) infrequent: usize,
}

/// The grouping of each column; `ignored` says which column's NaN is not among what is grouped.
pub(crate) fn groupings(
    state: &State<'_>,
    categories: &[Categories],
    ignored: impl Fn(usize) -> bool,
) -> Result<Vec<Option<Grouping>>, Error> {
    const MAPPINGS: &str = "_default_to_infrequent_mappings";
    const INDICES: &str = "_infrequent_indices";
    let is_enabled = state.has("_infrequent_enabled") && state.bool("_infrequent_enabled")?;
    if !is_enabled {
        return Ok(categories.iter().map(|_| None).collect());
    }
    let mappings = per_column(state, MAPPINGS, categories.len())?;
    let indices = per_column(state, INDICES, categories.len())?;
    let read = |(column, categories): (usize, &Categories)| {
        if mappings[column] == Value::None {
            return Ok(None);
        }
        let place = format!("{MAPPINGS}[{column}]");
        let mapping = positions(state, mappings[column], &place)?;
        let infrequent = positions(state, indices[column], &format!("{INDICES}[{column}]"))?.len();
        let count = categories.len() - usize::from(ignored(column));
        let groups = (count + 1).checked_sub(infrequent);
        let fits = |groups: usize| mapping.len() == count && mapping.iter().all(|&group| group < groups);
        match groups {
            Some(groups) if infrequent > 0 && fits(groups) => Ok(Some(Grouping { mapping, infrequent })),
            _ => Err(state.malformed(&place, format!("{mapping:?} of {count} categories"))),
        }
    };
    categories.iter().enumerate().map(read).collect()
}

fn positions(state: &State<'_>, value: Value, place: &str) -> Result<Vec<usize>, Error> {
    let array = state.array_in(value, place)?;
    let ints = array.i64s().map_err(|error| Error::in_view(state.path_of(place), &error))?;
    let positions: Result<_, _> = ints.iter().map(|&int| usize::try_from(int)).collect();
    positions.map_err(|_| state.malformed(place, "a position below 0"))
}
