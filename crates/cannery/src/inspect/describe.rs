//! Short texts for values.

use cannery_object::views::{Moment, iso_text};
use cannery_object::{DType, Element, Heap, Kind, Node, Value, View};

use super::cells::{Cell, Cells, element_json};
use super::number::{float_repr, integer};

/// An element as text: text as it is, numbers as Python prints them, a tuple in parentheses.
pub(super) fn cell_text(heap: &Heap, cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => "nan".into(),
        Cell::Int(i) => i.to_string(),
        Cell::Text(text) => (*text).to_owned(),
        Cell::Element(_, Element::Object(value)) => plain_text(heap, *value),
        Cell::Element(_, Element::Str(text)) => text.clone(),
        Cell::Element(_, Element::Float(x)) => float_repr(*x),
        Cell::Element(dtype, Element::Time(count)) => time_text(dtype, *count),
        Cell::Element(dtype, element) => {
            let mut out = String::new();
            element_json(dtype, element, &mut out);
            out
        }
        Cell::Tuple(cells) => {
            let parts: Vec<_> = cells.iter().map(|cell| cell_text(heap, cell)).collect();
            format!("({})", parts.join(", "))
        }
    }
}

/// An instant of numpy in ISO 8601, a duration as a count of its unit.
fn time_text(dtype: &DType, count: i64) -> String {
    let text = match &dtype.kind {
        Kind::DateTime(unit) => iso_text(count, unit),
        Kind::TimeDelta(_) if count == i64::MIN => Some("NaT".into()),
        Kind::TimeDelta(unit) => Some(format!("{count} {unit}")),
        _ => None,
    };
    text.unwrap_or_else(|| count.to_string())
}

/// A time stamp of pandas, with its zone.
fn instant_text(heap: &Heap, value: Value) -> Option<String> {
    let instant = heap.instant(value)?;
    Some(match instant.zone {
        Some(zone) => format!("{}+00:00 ({})", instant.text, zone_text(heap, zone)),
        None => instant.text,
    })
}

/// The name of a time zone: UTC, an offset, or the text that its maker is called with.
fn zone_text(heap: &Heap, zone: Value) -> String {
    if let View::Time(time) = heap.view(zone) {
        return match time.moment() {
            Ok(Moment::Duration { days: 0, seconds: 0, microseconds: 0 }) => "UTC".into(),
            Ok(moment) => moment.to_string(),
            Err(_) => "<timezone>".into(),
        };
    }
    let args = heap.call(zone).and_then(|call| heap.as_tuple(call.args)).unwrap_or_default();
    let name = args.first().and_then(|&name| heap.as_str(name));
    shorten(&name.map_or_else(|| plain_text(heap, zone), Into::into), 60)
}

/// A value as text, without quotes around text; what has parts is named by its type only.
pub(super) fn plain_text(heap: &Heap, value: Value) -> String {
    match heap.as_str(value) {
        Some(text) => text.into_owned(),
        None => short(heap, value, 1),
    }
}

/// A value as Python would print it, shortened: at most `depth` levels of containers and six elements of each.
pub(super) fn short(heap: &Heap, value: Value, depth: usize) -> String {
    match value {
        Value::None => return "None".into(),
        Value::Bool(b) => return if b { "True".into() } else { "False".into() },
        Value::Int(i) => return i.to_string(),
        Value::Ref(_) => {}
    }
    let Some(node) = heap.node_of(value) else { return String::new() };
    match node {
        Node::Int(i) => i.to_string(),
        Node::Float(x) => float_repr(x),
        Node::BigInt(blob) => shorten(&integer(heap.bytes(blob)), 40),
        Node::Str(_) | Node::Str8(_) => quoted(&heap.as_str(value).unwrap_or_default()),
        Node::Bytes(blob) | Node::ByteArray(blob) => format!("<{} bytes>", blob.len()),
        Node::List(items) => sequence(heap, heap.items(items), ("[", "]"), depth),
        Node::Tuple(items) if items.len() == 1 => sequence(heap, heap.items(items), ("(", ",)"), depth),
        Node::Tuple(items) => sequence(heap, heap.items(items), ("(", ")"), depth),
        Node::Set(items) | Node::FrozenSet(items) => sequence(heap, heap.items(items), ("{", "}"), depth),
        Node::Dict(items) => mapping(heap, heap.items(items), depth),
        Node::Global { .. } => {
            heap.global_name(value).map_or_else(String::new, |(_, name)| shorten(name, 60))
        }
        Node::Persistent(_) => "<persistent>".into(),
        Node::Extension(code) => format!("<extension {code}>"),
        Node::Array(_) => array_text(heap, value),
        Node::Call { .. } => call_text(heap, value, depth),
        Node::Immediate(immediate) => short(heap, immediate, depth),
    }
}

fn call_text(heap: &Heap, value: Value, depth: usize) -> String {
    match heap.view(value) {
        View::NdArray => array_text(heap, value),
        View::Scalar(scalar) => match scalar.read() {
            Ok((_, Element::Object(value))) if depth > 0 => short(heap, value, depth - 1),
            Ok((dtype, element)) => match element {
                Element::Str(text) => quoted(&text),
                Element::Bool(b) => {
                    if b {
                        "True".into()
                    } else {
                        "False".into()
                    }
                }
                Element::Float(x) => float_repr(x),
                element => cell_text(heap, &Cell::Element(&dtype, element)),
            },
            Err(_) => "<scalar>".into(),
        },
        View::Builtin(builtin) => match builtin.elements() {
            Ok(elements) if depth > 0 => {
                sequence(heap, elements, (&format!("{}(", builtin.name), ")"), depth)
            }
            _ => format!("<{}>", builtin.name),
        },
        View::Partial(partial) => match partial.parts() {
            Ok((func, _, _)) if depth > 0 => format!("partial({}, …)", short(heap, func, depth - 1)),
            _ => "partial(…)".into(),
        },
        View::Sparse(sparse) => match sparse.shape() {
            Ok(shape) => format!("<{} {}>", sparse.class().1, tuple(&shape)),
            Err(_) => format!("<{}>", sparse.class().1),
        },
        View::DataFrame(frame) => match frame.data() {
            Ok(columns) => format!("DataFrame of {} columns", columns.len()),
            Err(_) => "DataFrame(…)".into(),
        },
        View::Index(index) => match Cells::of_pandas(heap, value) {
            Ok(Some(cells)) => format!("{} of {}", shorten(index.class().1, 60), cells.len()),
            _ => format!("{}(…)", shorten(index.class().1, 60)),
        },
        View::Series(series) => match series.values().and_then(|values| Cells::of_values(heap, values)) {
            Ok(Some(cells)) => format!("Series of {}", cells.len()),
            _ => "Series(…)".into(),
        },
        View::Random(_) => "RandomState(…)".into(),
        View::DType => DType::from_value(heap, value).map_or("<dtype>".into(), |d| numpy_name(&d)),
        View::Time(time) => match (time.moment(), time.zone()) {
            (Ok(moment), Some(zone)) => format!("{moment} ({})", zone_text(heap, zone)),
            (Ok(moment), None) => moment.to_string(),
            (Err(_), _) => format!("<{}>", time.name),
        },
        View::Plain => heap.global_name(value).map_or_else(|| "<call>".into(), |(_, name)| shorten(name, 60)),
        _ => match heap.object(value).filter(|_| heap.instant(value).is_none()) {
            Some(object) => format!("{}(…)", shorten(object.class().1, 60)),
            None => instant_text(heap, value).unwrap_or_else(|| "<call>".into()),
        },
    }
}

/// `(3, 4) float64`, or the elements of a very short one.
pub(super) fn array_text(heap: &Heap, value: Value) -> String {
    match heap.ndarray(value) {
        Some(Ok(array)) => format!("{} {}", tuple(&array.shape), numpy_name(&array.dtype)),
        _ => "<array>".into(),
    }
}

/// A shape as Python prints it.
pub(super) fn tuple(shape: &[usize]) -> String {
    let parts: Vec<_> = shape.iter().map(usize::to_string).collect();
    if parts.len() == 1 { format!("({},)", parts[0]) } else { format!("({})", parts.join(", ")) }
}

/// numpy's name of a dtype: `float64`, `>f8` where the order is not little-endian, `object`, `<U5`.
pub(super) fn numpy_name(dtype: &DType) -> String {
    use cannery_object::ByteOrder;
    if dtype.order == ByteOrder::Big {
        return dtype.code();
    }
    match &dtype.kind {
        Kind::Bool => "bool".into(),
        Kind::Int => format!("int{}", 8 * dtype.itemsize),
        Kind::UInt => format!("uint{}", 8 * dtype.itemsize),
        Kind::Float => format!("float{}", 8 * dtype.itemsize),
        Kind::Complex => format!("complex{}", 8 * dtype.itemsize),
        Kind::Object => "object".into(),
        Kind::Struct(fields) => format!("struct of {} fields", fields.len()),
        _ => dtype.code(),
    }
}

fn sequence(heap: &Heap, items: &[Value], (open, close): (&str, &str), depth: usize) -> String {
    let close = if items.len() == 1 { close } else { close.trim_start_matches(',') };
    if depth == 0 && !items.is_empty() {
        return format!("{open}…{}", close.trim_start_matches(','));
    }
    let mut parts: Vec<_> = items.iter().take(6).map(|&item| short(heap, item, depth - 1)).collect();
    if items.len() > 6 {
        parts.push(format!("… {} in all", items.len()));
    }
    format!("{open}{}{close}", parts.join(", "))
}

fn mapping(heap: &Heap, pairs: &[Value], depth: usize) -> String {
    if depth == 0 && !pairs.is_empty() {
        return "{…}".into();
    }
    let entry =
        |pair: &[Value]| format!("{}: {}", short(heap, pair[0], depth - 1), short(heap, pair[1], depth - 1));
    let mut parts: Vec<_> = pairs.chunks_exact(2).take(6).map(entry).collect();
    if pairs.len() > 12 {
        parts.push(format!("… {} in all", pairs.len() / 2));
    }
    format!("{{{}}}", parts.join(", "))
}

/// Text in quotes as Python prints it, shortened.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in shorten(text, 60).chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// The first `len` characters, and an ellipsis where there are more.
pub(super) fn shorten(text: &str, len: usize) -> String {
    match text.char_indices().nth(len) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
