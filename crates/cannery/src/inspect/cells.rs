//! The elements of arrays, indexes and columns, one after the other.

use cannery_object::views::{ArrowTexts, Column, Positions, Values};
use cannery_object::{DType, Element, Error, Heap, Kind, NdArray, Node, Value};

use super::number::{float_repr, hex, json_string};

/// A stream of elements.
pub(super) enum Cells<'h> {
    /// The elements of an array. With `missing`, those that pandas counts as missing are null.
    Array { array: NdArray<'h>, positions: Positions, missing: bool },
    /// The elements of a 1-d array, null where the mask says so.
    Masked { data: NdArray<'h>, mask: NdArray<'h>, next: usize },
    /// Elements of a 1-d array by their codes, null for those below zero.
    Coded { codes: NdArray<'h>, categories: Categories<'h>, next: usize },
    /// Texts, null where one is missing.
    Texts { texts: ArrowTexts<'h>, next: usize },
    /// An arithmetic progression.
    Range { next: i64, step: i64, left: u64 },
    /// A tuple of one element of each.
    Rows(Vec<Cells<'h>>),
}

/// What codes stand for.
pub(super) enum Categories<'h> {
    Array(NdArray<'h>),
    Texts(ArrowTexts<'h>),
}

/// One element.
pub(super) enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Element(&'a DType, Element<'a>),
    Tuple(Vec<Cell<'a>>),
}

impl<'h> Cells<'h> {
    /// The elements of an array, in C order.
    pub(super) fn of_array(array: NdArray<'h>) -> Self {
        let positions = array.positions();
        Self::Array { array, positions, missing: false }
    }

    /// The elements of a pandas object; `None` when they are not a sequence that can be streamed.
    pub(super) fn of_pandas(heap: &'h Heap, value: Value) -> Result<Option<Self>, Error> {
        Self::of_values(heap, heap.pandas_values(value)?)
    }

    /// The elements of a column of a frame.
    pub(super) fn of_column(heap: &'h Heap, column: Column<'h>) -> Result<Option<Self>, Error> {
        match column {
            Column::Own(values) => Self::of_values(heap, values),
            Column::Row(array, row) => {
                let positions = array.row_positions(row);
                Ok(Some(Self::Array { array, positions, missing: true }))
            }
        }
    }

    pub(super) fn of_values(heap: &'h Heap, values: Values<'h>) -> Result<Option<Self>, Error> {
        match values {
            Values::Array(array) => {
                let positions = array.positions();
                Ok(Some(Self::Array { array, positions, missing: true }))
            }
            Values::Masked(data, mask)
                if data.ndim() == 1 && mask.ndim() == 1 && data.len() == mask.len() =>
            {
                Ok(Some(Self::Masked { data, mask, next: 0 }))
            }
            Values::Texts(texts) => Ok(Some(Self::Texts { texts, next: 0 })),
            Values::Masked(..) => Err(Error::malformed("data and mask of an array differ in length")),
            Values::Categorical(categorical) => {
                Self::coded(heap, categorical.codes()?, categorical.categories()?)
            }
            Values::Range(index) => {
                let (start, stop, step) = index.range()?;
                Ok(Some(Self::Range { next: start, step, left: range_len(start, stop, step) }))
            }
            Values::Multi(index) => {
                let (levels, codes) = index.levels()?;
                let mut rows = Vec::new();
                for (&level, &codes) in levels.iter().zip(codes) {
                    let codes =
                        heap.ndarray(codes).ok_or_else(|| Error::malformed("codes are not an array"))??;
                    match Self::coded(heap, codes, level)? {
                        Some(cells) => rows.push(cells),
                        None => return Ok(None),
                    }
                }
                let same = rows.windows(2).all(|pair| pair[0].len() == pair[1].len());
                if !same || rows.is_empty() {
                    return Err(Error::malformed("the levels of an index differ in length"));
                }
                Ok(Some(Self::Rows(rows)))
            }
            _ => Ok(None),
        }
    }

    fn coded(heap: &'h Heap, codes: NdArray<'h>, categories: Value) -> Result<Option<Self>, Error> {
        let codes_fit = codes.ndim() == 1 && matches!(codes.dtype.kind, Kind::Int);
        match heap.pandas_values(categories)? {
            Values::Array(categories) if codes_fit && categories.ndim() == 1 => {
                Ok(Some(Self::Coded { codes, categories: Categories::Array(categories), next: 0 }))
            }
            Values::Texts(categories) if codes_fit => {
                Ok(Some(Self::Coded { codes, categories: Categories::Texts(categories), next: 0 }))
            }
            _ => Ok(None),
        }
    }

    /// Number of elements left.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Array { positions, .. } => positions.len() as u64,
            Self::Masked { data, next, .. } => (data.len() - next) as u64,
            Self::Coded { codes, next, .. } => (codes.len() - next) as u64,
            Self::Texts { texts, next } => (texts.len() - next) as u64,
            Self::Range { left, .. } => *left,
            Self::Rows(columns) => columns.first().map_or(0, Self::len),
        }
    }

    /// The dtype of the elements, when they have one.
    pub(super) fn dtype(&self) -> Option<&DType> {
        match self {
            Self::Array { array, .. } => Some(&array.dtype),
            Self::Masked { data, .. } => Some(&data.dtype),
            _ => None,
        }
    }

    /// Bytes that are looked at to stream all of it.
    pub(super) fn cost(&self) -> u64 {
        if let Self::Texts { texts, .. } = self {
            return texts.cost();
        }
        let width = match self {
            Self::Array { array, .. } => array.dtype.itemsize as u64,
            Self::Rows(columns) => 16 * columns.len() as u64,
            _ => 16,
        };
        self.len().saturating_mul(width.max(1))
    }

    /// The next element.
    pub(super) fn next(&mut self, heap: &Heap) -> Option<Result<Cell<'_>, Error>> {
        match self {
            Self::Array { array, positions, missing } => {
                let stored = positions.next()?;
                Some(array.element_at(stored).map(|element| cell(heap, &array.dtype, element, *missing)))
            }
            Self::Masked { data, mask, next } => {
                let at = advance(next, data.len())?;
                match mask.element_at(at) {
                    Ok(Element::Bool(true)) => Some(Ok(Cell::Null)),
                    _ => Some(data.element_at(at).map(|element| cell(heap, &data.dtype, element, true))),
                }
            }
            Self::Coded { codes, categories, next } => {
                let at = advance(next, codes.len())?;
                match codes.element_at(at) {
                    Ok(Element::Int(code)) if code >= 0 => {
                        let code = usize::try_from(code).unwrap_or(usize::MAX);
                        Some(categories.element(heap, code))
                    }
                    _ => Some(Ok(Cell::Null)),
                }
            }
            Self::Texts { texts, next } => {
                let at = advance(next, texts.len())?;
                Some(Ok(texts.get(at).map_or(Cell::Null, Cell::Text)))
            }
            Self::Range { next, step, left } => {
                *left = left.checked_sub(1)?;
                let now = *next;
                *next = next.wrapping_add(*step);
                Some(Ok(Cell::Int(now)))
            }
            Self::Rows(columns) => {
                let cells: Option<Result<Vec<_>, _>> =
                    columns.iter_mut().map(|column| column.next(heap)).collect();
                Some(cells?.map(Cell::Tuple))
            }
        }
    }
}

impl Categories<'_> {
    fn element(&self, heap: &Heap, code: usize) -> Result<Cell<'_>, Error> {
        match self {
            Self::Array(array) => {
                array.element_at(code).map(|element| cell(heap, &array.dtype, element, true))
            }
            Self::Texts(texts) => {
                texts.get(code).map(Cell::Text).ok_or_else(|| Error::malformed("a code without its category"))
            }
        }
    }
}

fn advance(next: &mut usize, len: usize) -> Option<usize> {
    let at = *next;
    (at < len).then(|| {
        *next += 1;
        at
    })
}

fn range_len(start: i64, stop: i64, step: i64) -> u64 {
    let span = i128::from(stop) - i128::from(start);
    let step = i128::from(step);
    let len = match step {
        0 => 0,
        1.. => (span + step - 1).div_euclid(step),
        _ => (-span - step - 1).div_euclid(-step),
    };
    u64::try_from(len).unwrap_or(0)
}

fn cell<'a>(heap: &Heap, dtype: &'a DType, element: Element<'a>, missing: bool) -> Cell<'a> {
    let is_missing = missing
        && match element {
            Element::Float(x) => x.is_nan(),
            Element::Time(t) => t == i64::MIN,
            Element::Object(value) => is_missing(heap, value),
            _ => false,
        };
    if is_missing { Cell::Null } else { Cell::Element(dtype, element) }
}

/// Whether pandas counts a value as missing: None, NaN, NA or NaT.
fn is_missing(heap: &Heap, value: Value) -> bool {
    match heap.node_of(value) {
        None => value == Value::None,
        Some(Node::Float(x)) => x.is_nan(),
        Some(Node::Global { .. }) => {
            matches!(heap.global_name(value), Some(("pandas" | "pandas._libs.missing", "NA")))
        }
        Some(Node::Call { .. }) => {
            let name = heap.call(value).and_then(|call| heap.global_name(call.callable));
            name.is_some_and(|(module, name)| {
                module.starts_with("pandas._libs.") && name.ends_with("_nat_unpickle")
            })
        }
        _ => false,
    }
}

/// An element that holds no Python object, as JSON. As deep as its dtype, which is bounded.
pub(super) fn element_json(dtype: &DType, element: &Element<'_>, out: &mut String) {
    match element {
        Element::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Element::Int(i) | Element::Time(i) => int_json(i128::from(*i), out),
        Element::UInt(u) => int_json(i128::from(*u), out),
        Element::Float(x) => float_json(*x, out),
        Element::Complex(re, im) => complex_json(*re, *im, out),
        Element::Bytes(bytes) => {
            out.push_str(&format!("{{\"type\":\"bytes\",\"length\":{},\"hex\":\"", bytes.len()));
            hex(bytes, out);
            out.push_str("\"}");
        }
        Element::Str(text) => json_string(text, out),
        Element::Struct(parts) => {
            let Kind::Struct(fields) = &dtype.kind else { return out.push_str("null") };
            out.push('[');
            for (k, (field, part)) in fields.iter().zip(parts).enumerate() {
                out.push_str(if k > 0 { "," } else { "" });
                element_json(&field.dtype, part, out);
            }
            out.push(']');
        }
        Element::SubArray(parts) => match &dtype.kind {
            Kind::SubArray(base, shape) => nested_json(base, parts, shape, out),
            _ => out.push_str("null"),
        },
        _ => out.push_str("null"),
    }
}

/// The elements of a sub-array as lists in lists.
fn nested_json(base: &DType, parts: &[Element<'_>], shape: &[usize], out: &mut String) {
    let [rows, rest @ ..] = shape else {
        return match parts.first() {
            Some(part) => element_json(base, part, out),
            None => out.push_str("null"),
        };
    };
    let stride = parts.len().checked_div(*rows).unwrap_or(0);
    out.push('[');
    for (k, row) in parts.chunks_exact(stride.max(1)).enumerate() {
        out.push_str(if k > 0 { "," } else { "" });
        nested_json(base, row, rest, out);
    }
    out.push(']');
}

/// An integer as JSON: a number where a double holds it exactly.
pub(super) fn int_json(n: i128, out: &mut String) {
    if n.unsigned_abs() < 1 << 53 {
        out.push_str(&n.to_string());
    } else {
        out.push_str(&format!("{{\"type\":\"int\",\"value\":\"{n}\"}}"));
    }
}

/// A float as JSON: always with a point or an exponent.
pub(super) fn float_json(x: f64, out: &mut String) {
    let text = float_repr(x);
    if x.is_finite() {
        out.push_str(&text);
    } else {
        out.push_str(&format!("{{\"type\":\"float\",\"value\":\"{text}\"}}"));
    }
}

pub(super) fn complex_json(re: f64, im: f64, out: &mut String) {
    out.push_str("{\"type\":\"complex\",\"real\":");
    float_json(re, out);
    out.push_str(",\"imag\":");
    float_json(im, out);
    out.push('}');
}

/// A dtype as JSON: numpy's code, or a list of fields.
pub(super) fn dtype_json(dtype: &DType, out: &mut String) {
    let Kind::Struct(fields) = &dtype.kind else {
        json_string(&dtype.code(), out);
        return;
    };
    out.push('[');
    for (k, field) in fields.iter().enumerate() {
        out.push_str(if k > 0 { ",[" } else { "[" });
        json_string(&field.name, out);
        out.push(',');
        match &field.dtype.kind {
            Kind::SubArray(base, shape) => {
                dtype_json(base, out);
                out.push_str(&format!(",{}", shape_json(shape)));
            }
            _ => dtype_json(&field.dtype, out),
        }
        out.push(']');
    }
    out.push(']');
}

/// A dtype as members of a JSON object: `"dtype":…`, with `itemsize` and, unless packed, `offsets` of its fields.
pub(super) fn dtype_members(dtype: &DType, out: &mut String) {
    out.push_str("\"dtype\":");
    dtype_json(dtype, out);
    if let Kind::SubArray(base, shape) = &dtype.kind {
        out.push_str(",\"base\":");
        dtype_json(base, out);
        out.push_str(&format!(",\"base_shape\":{}", shape_json(shape)));
    }
    let Kind::Struct(fields) = &dtype.kind else { return };
    out.push_str(&format!(",\"itemsize\":{}", dtype.itemsize));
    let packed: usize = fields.iter().map(|field| field.dtype.itemsize).sum();
    let ordered = fields.windows(2).all(|pair| pair[0].offset <= pair[1].offset);
    if packed != dtype.itemsize || !ordered {
        let offsets: Vec<_> = fields.iter().map(|field| field.offset).collect();
        out.push_str(&format!(",\"offsets\":{}", shape_json(&offsets)));
    }
}

pub(super) fn shape_json(shape: &[usize]) -> String {
    let parts: Vec<_> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", parts.join(","))
}
