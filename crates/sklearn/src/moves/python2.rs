//! Models of Python 2: its strings become text.

use cannery_object::{DType, Element, Heap, Kind, Node, Value};

use super::edit::{Context, Edit, Moved, array_of, malformed};
use super::walk::Walk;

/// Makes text of every string of Python 2, but for the bytes of arrays; arrays of bytes become arrays of text.
pub(super) fn to_text(heap: &mut Heap, root: Value, walk: &Walk, cx: &mut Context) -> Moved<()> {
    let strings: Vec<Value> = strings(heap, root, walk);
    if strings.is_empty() || cx.to.version.major == 0 && cx.to.python_2 {
        return Ok(());
    }
    for &object in &walk.objects {
        lowercase(&mut Edit { heap: &mut *heap, cx: &mut *cx, object });
    }
    let kept = bytes_of_arrays(heap, walk);
    for &value in &walk.all {
        if let Some(text) = text_array(heap, value) {
            let (dtype, shape, bytes) = text;
            let new = array_of(heap, dtype, shape, &bytes)?;
            if let Some(node) = heap.node_of(new) {
                heap.replace_node(value, node);
            }
        }
    }
    for value in strings {
        let Some(Node::Str8(blob)) = heap.node_of(value) else { continue };
        if kept.contains(&value) {
            heap.replace_node(value, Node::Bytes(blob));
            continue;
        }
        if std::str::from_utf8(heap.bytes(blob)).is_ok() {
            heap.replace_node(value, Node::Str(blob));
        } else if let Some(text) = heap.as_str(value).map(std::borrow::Cow::into_owned) {
            let blob = heap.own(text.as_bytes())?;
            heap.replace_node(value, Node::Str(blob));
        }
    }
    Ok(())
}

/// Python 2 and 3 differ in the lower case of one letter.
fn lowercase(e: &mut Edit<'_>) {
    if e.is(&["CountVectorizer", "TfidfVectorizer", "HashingVectorizer"]) && e.flag("lowercase") {
        e.behaves_differently(
            "a text with the letter U+0130 gets other tokens: its lower case was i in Python 2, and is i and U+0307 in Python 3",
        );
    }
}

/// Every string of Python 2 that can be reached.
fn strings(heap: &Heap, root: Value, walk: &Walk) -> Vec<Value> {
    let is_string = |&value: &Value| matches!(heap.node_of(value), Some(Node::Str8(_)));
    let mut found: Vec<Value> = walk.all.iter().copied().filter(is_string).collect();
    let inner = walk.all.iter().flat_map(|&value| heap.children(value)).filter(is_string);
    found.extend(inner);
    found.extend(Some(root).filter(is_string));
    found.sort_unstable_by_key(|&value| key(value));
    found.dedup();
    found
}

fn key(value: Value) -> usize {
    match value {
        Value::Ref(id) => id.index(),
        _ => usize::MAX,
    }
}

/// The strings that hold the elements of arrays and scalars of numpy, and the state of dates.
fn bytes_of_arrays(heap: &Heap, walk: &Walk) -> std::collections::HashSet<Value> {
    let mut kept = std::collections::HashSet::new();
    for &value in &walk.objects {
        let Some(object) = heap.object(value) else { continue };
        let (module, name) = object.class();
        let parts: &[Value] = match (module, name) {
            (_, "_reconstruct") => object.state().and_then(|state| heap.as_tuple(state)).unwrap_or_default(),
            (_, "scalar") | ("datetime", _) => object.args,
            _ => continue,
        };
        kept.extend(parts.last().copied());
    }
    kept
}

/// An array of bytes as an array of text.
fn text_array(heap: &Heap, value: Value) -> Option<(DType, Vec<usize>, Vec<u8>)> {
    let array = heap.ndarray(value)?.ok()?;
    if array.dtype.kind != Kind::Bytes {
        return None;
    }
    let texts: Option<Vec<Vec<char>>> = array
        .elements()
        .map(|element| match element.ok()? {
            Element::Bytes(bytes) => Some(match std::str::from_utf8(&bytes) {
                Ok(text) => text.chars().collect(),
                Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
            }),
            _ => None,
        })
        .collect();
    let texts = texts?;
    let width = texts.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let dtype = DType::from_code(&format!("<U{width}")).map_err(|error| malformed(&error)).ok()?;
    let mut bytes = Vec::with_capacity(texts.len() * width * 4);
    for text in texts {
        let padding = std::iter::repeat_n(0_u32, width - text.len());
        text.iter().map(|&c| u32::from(c)).chain(padding).for_each(|c| bytes.extend(c.to_le_bytes()));
    }
    Some((dtype, array.shape.to_vec(), bytes))
}
