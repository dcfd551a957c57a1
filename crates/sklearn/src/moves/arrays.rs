//! Arrays: elements of other machines, and structured elements with other fields.

use cannery_object::{ByteOrder, DType, Field, Heap, Kind, NdArray, Order, Place, Value};

use super::edit::{Context, Moved, array_of, class_of, malformed};
use super::report::{Change, What};
use super::walk::Walk;

/// A structured dtype with its fields one behind the other, and so many bytes an element at least.
pub(crate) fn packed(fields: &[(&str, &str)], itemsize: usize) -> Moved<DType> {
    let (mut parts, mut offset) = (Vec::new(), 0);
    for (name, code) in fields {
        let dtype = DType::from_code(code).map_err(|error| malformed(&error))?;
        let size = dtype.itemsize;
        parts.push(Field { name: (*name).to_owned(), dtype, offset });
        offset += size;
    }
    Ok(DType { kind: Kind::Struct(parts), itemsize: offset.max(itemsize), order: ByteOrder::Little })
}

/// The elements of a structured array with the fields of another dtype. Fields are found by name, or by the old name that
/// `renamed` gives for a new one; a field that was not there is 0. `None` where the array has no such elements.
pub(crate) fn with_fields(array: &NdArray<'_>, to: &DType, renamed: &[(&str, &str)]) -> Option<Vec<u8>> {
    let (raw, Kind::Struct(fields)) = (array.raw()?, &to.kind) else { return None };
    let old_name =
        |name: &str| renamed.iter().find(|(new, _)| *new == name).map_or("", |(_, old)| old).to_owned();
    let size = array.dtype.itemsize;
    let mut out = vec![0; array.len().checked_mul(to.itemsize)?];
    for field in fields {
        let old = array.dtype.field(&field.name).or_else(|| array.dtype.field(&old_name(&field.name)));
        let Some(old) = old else { continue };
        let pairs = raw.chunks_exact(size.max(1)).zip(out.chunks_exact_mut(to.itemsize.max(1)));
        let width = field.dtype.itemsize;
        if old.dtype == field.dtype {
            for (from, to) in pairs {
                to[field.offset..field.offset + width]
                    .copy_from_slice(from.get(old.offset..old.offset + width)?);
            }
        } else {
            let place = Place::of_field(&array.dtype, &old.name)?;
            let is_wider_float = place.number() == cannery_object::Number::Float;
            for (from, to) in pairs {
                let bits = if is_wider_float { place.float(from)?.to_bits() } else { place.bits(from) };
                to[field.offset..field.offset + width].copy_from_slice(bits.to_le_bytes().get(..width)?);
            }
        }
    }
    Some(out)
}

/// The fields of a node of a tree; the last one since 1.3.
pub(crate) const NODE: [(&str, &str); 8] = [
    ("left_child", "<i8"),
    ("right_child", "<i8"),
    ("feature", "<i8"),
    ("threshold", "<f8"),
    ("impurity", "<f8"),
    ("n_node_samples", "<i8"),
    ("weighted_n_node_samples", "<f8"),
    ("missing_go_to_left", "|u1"),
];

/// Elements of big-endian machines become little-endian, and indices of 32-bit machines in trees get 64 bits: Cython's code
/// takes nothing else.
pub(super) fn to_native(heap: &mut Heap, walk: &Walk, cx: &mut Context) -> Moved<()> {
    for &value in &walk.all {
        if let Some((dtype, shape, bytes)) = swapped(heap, value) {
            let new = array_of(heap, dtype, shape, &bytes)?;
            replace(heap, value, new, "bytes-little-endian", cx);
        }
    }
    for &object in &walk.objects {
        match class_of(heap, object) {
            Some("Tree") => widen_tree(heap, object, cx)?,
            _ => continue,
        }
    }
    Ok(())
}

/// Puts an array in the place of another one, for all who refer to it.
fn replace(heap: &mut Heap, old: Value, new: Value, rule: &'static str, cx: &mut Context) {
    if let Some(node) = heap.node_of(new) {
        heap.replace_node(old, node);
    }
    cx.changes.push(Change {
        path: String::new(),
        class: "ndarray".into(),
        attribute: String::new(),
        what: What::Changed,
        rule,
        why: "compiled code of scikit-learn takes arrays of this machine only",
        object: old,
    });
}

/// The elements in little-endian order, where they are big-endian.
fn swapped(heap: &Heap, value: Value) -> Option<(DType, Vec<usize>, Vec<u8>)> {
    if heap.array(value).is_none() {
        let call = heap.call(value)?;
        let (module, _) = heap.global_name(call.callable)?;
        if !(module.starts_with("numpy") || module.contains("joblib")) {
            return None;
        }
    }
    let array = heap.ndarray(value)?.ok()?;
    if array.class.is_some() || !is_big(&array.dtype) {
        return None;
    }
    let (dtype, size) = (little(&array.dtype)?, array.dtype.itemsize);
    let raw = array.raw()?;
    let mut bytes = Vec::with_capacity(raw.len());
    let width = if array.dtype.kind == Kind::Unicode { 4 } else { size };
    match &array.dtype.kind {
        Kind::Struct(_) => bytes = with_fields(&array, &dtype, &[])?,
        Kind::Complex => raw.chunks_exact(size / 2).for_each(|part| bytes.extend(part.iter().rev())),
        _ => raw.chunks_exact(width.max(1)).for_each(|part| bytes.extend(part.iter().rev())),
    }
    let is_flat = array.shape.iter().filter(|&&len| len != 1).count() <= 1;
    if array.order == Order::Fortran && !is_flat {
        bytes = turned(&bytes, size, &array.shape)?;
    }
    Some((dtype, array.shape.to_vec(), bytes))
}

fn is_big(dtype: &DType) -> bool {
    match &dtype.kind {
        Kind::Struct(fields) => fields.iter().any(|field| is_big(&field.dtype)),
        Kind::SubArray(..) | Kind::Object | Kind::Bytes | Kind::Void | Kind::Bool => false,
        _ => dtype.order == ByteOrder::Big && dtype.itemsize > 1,
    }
}

fn little(dtype: &DType) -> Option<DType> {
    let kind = match &dtype.kind {
        Kind::Struct(fields) => Kind::Struct(
            fields
                .iter()
                .map(|field| Some(Field { dtype: little(&field.dtype)?, ..field.clone() }))
                .collect::<Option<_>>()?,
        ),
        Kind::SubArray(..) => return None,
        kind => kind.clone(),
    };
    Some(DType { kind, itemsize: dtype.itemsize, order: ByteOrder::Little })
}

/// Elements in Fortran order, in C order.
fn turned(bytes: &[u8], size: usize, shape: &[usize]) -> Option<Vec<u8>> {
    let [rows, columns] = *shape else { return None };
    let mut out = Vec::with_capacity(bytes.len());
    for row in 0..rows {
        for column in 0..columns {
            out.extend_from_slice(bytes.get((column * rows + row) * size..)?.get(..size)?);
        }
    }
    Some(out)
}

/// Indices of 32 bits in the nodes of a tree and in the arguments that make it.
fn widen_tree(heap: &mut Heap, tree: Value, cx: &mut Context) -> Moved<()> {
    let nodes = heap.object(tree).and_then(|object| object.attr("nodes"));
    if let Some(nodes) = nodes
        && let Some(Ok(array)) = heap.ndarray(nodes)
        && let Some(fields) = array.dtype.field("missing_go_to_left").map(|_| 8).or(Some(7))
        && array.dtype.field("left_child").is_some_and(|field| field.dtype.itemsize == 4)
    {
        let dtype = packed(&NODE[..fields], if fields == 8 { 64 } else { 56 })?;
        let shape = array.shape.to_vec();
        if let Some(bytes) = with_fields(&array, &dtype, &[]) {
            let new = array_of(heap, dtype, shape, &bytes)?;
            replace(heap, nodes, new, "tree-nodes-64-bit", cx);
        }
    }
    let args = heap.object(tree).map(|object| object.args.to_vec()).unwrap_or_default();
    for arg in args {
        if let Some(Ok(array)) = heap.ndarray(arg)
            && array.dtype.kind == Kind::Int
            && array.dtype.itemsize == 4
            && let Ok(ints) = array.i64s()
        {
            let bytes: Vec<u8> = ints.iter().flat_map(|int| int.to_le_bytes()).collect();
            let shape = array.shape.to_vec();
            let new = super::edit::array(heap, "<i8", shape, &bytes)?;
            replace(heap, arg, new, "tree-nodes-64-bit", cx);
        }
    }
    Ok(())
}
