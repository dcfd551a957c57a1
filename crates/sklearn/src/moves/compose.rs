//! Column transformers.

use cannery_object::{Element, Heap, Node, Value, View};

use super::decomposition::slice;
use super::edit::{Edit, Moved, class_of, dim, elements};
use super::encoders::widths;
use super::rule::{Act, Plain, Rule};

const CLASS: &[&str] = &["ColumnTransformer"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "columns-indices",
        (1, 0),
        CLASS,
        Act::Both(indices_up, indices_down),
        "since 1.0 the transformer keeps which columns each of its parts takes and gives",
    ),
    Rule::new(
        "columns-fitted-passthrough",
        (1, 2),
        CLASS,
        Act::Gain(&[("_name_to_fitted_passthrough", Plain::Dict)]),
        "since 1.2 the transformer keeps what stands for passthrough",
    ),
    Rule::new(
        "columns-passthrough",
        (1, 4),
        CLASS,
        Act::Both(passthrough_up, passthrough_down),
        "since 1.4 a transformer of functions stands for passthrough",
    ),
];

/// A part of a column transformer: its name, its transformer, the columns that it takes.
struct Part {
    tuple: Value,
    name: String,
    transformer: Value,
    columns: Value,
}

fn parts(e: &Edit<'_>, attribute: &str) -> Vec<Part> {
    let part = |tuple: Value| match e.heap.as_sequence(tuple)? {
        &[name, transformer, columns, ..] => {
            Some(Part { tuple, name: e.heap.as_str(name)?.into_owned(), transformer, columns })
        }
        _ => None,
    };
    e.elements(attribute).into_iter().filter_map(part).collect()
}

/// The columns of the frame that it was fitted on: names, where they are known.
fn column_names(e: &Edit<'_>) -> Option<Vec<Value>> {
    let names = ["_feature_names_in", "_df_columns"].into_iter().find(|name| !e.lacks(name))?;
    let value = e.get(names)?;
    let data = match e.heap.view(value) {
        View::Index(index) => index.data().ok()?,
        _ => value,
    };
    Some(elements(e.heap, data))
}

fn indices_up(e: &mut Edit<'_>) -> Moved<()> {
    e.put("verbose_feature_names_out", true)?;
    let count = e
        .int("_n_features")
        .or_else(|| e.int("n_features_in_"))
        .and_then(|count| usize::try_from(count).ok());
    if !e.has("transformers_") {
        return Ok(());
    }
    let names = column_names(e).filter(|names| !names.is_empty());
    if let Some(names) = &names {
        let array = object_array(e.heap, names)?;
        e.put("feature_names_in_", array)?;
    }
    for name in ["_feature_names_in", "_df_columns", "_has_str_cols"] {
        e.remove(name);
    }
    let texts: Vec<String> =
        names.iter().flatten().map(|&name| e.heap.as_str(name).unwrap_or_default().into_owned()).collect();
    let count = count.or(if texts.is_empty() { None } else { Some(texts.len()) });
    let Some(count) = count else {
        return Err(e.impossible("the number of columns that it was fitted on (_n_features) is missing"));
    };
    let (mut taken, mut given, mut at) = (Vec::new(), Vec::new(), 0);
    for part in parts(e, "transformers_") {
        let columns = positions(e.heap, part.columns, count, &texts).ok_or_else(|| {
            e.impossible(format!("transformers_: the columns of {:?} are not known", part.name))
        })?;
        let width = width_of(e, part.transformer, columns.len());
        let name = e.value(&*part.name)?;
        let list = int_list(e.heap, &columns)?;
        let output = slice(e.heap, if width == 0 { 0 } else { at }, if width == 0 { 0 } else { at + width })?;
        taken.extend([name, list]);
        given.extend([name, output]);
        at += width;
    }
    let rest = e.elements("_remainder").get(2).copied().filter(|&columns| columns != Value::None);
    if let Some(rest) = rest
        && let Some(columns) = positions(e.heap, rest, count, &texts)
    {
        let name = e.value("remainder")?;
        let list = int_list(e.heap, &columns)?;
        taken.extend([name, list]);
    }
    let taken = e.heap.container(Node::Dict, &taken)?;
    let given = e.heap.container(Node::Dict, &given)?;
    e.set("_transformer_to_input_indices", taken)?;
    e.put("n_features_in_", count)?;
    e.set("output_indices_", given)
}

fn int_list(heap: &mut Heap, ints: &[usize]) -> Moved<Value> {
    let mut list = Vec::with_capacity(ints.len());
    for &int in ints {
        list.push(heap.int(i64::try_from(int).unwrap_or(i64::MAX))?);
    }
    Ok(heap.container(Node::List, &list)?)
}

/// A new array of Python objects.
pub(super) fn object_array(heap: &mut Heap, values: &[Value]) -> Moved<Value> {
    let list = heap.container(Node::List, values)?;
    let class = heap.global("numpy", "ndarray")?;
    let empty = heap.container(Node::Tuple, &[Value::Int(0)])?;
    let letter = heap.own(b"b")?;
    let letter = heap.add(Node::Bytes(letter))?;
    let args = heap.container(Node::Tuple, &[class, empty, letter])?;
    let callable = heap.global("numpy.core.multiarray", "_reconstruct")?;
    let call = cannery_object::Call { callable, args, kind: cannery_object::CallKind::Reduce };
    let array = heap.add_call(call)?;
    let dtype = super::libraries::dtype(heap, "O8")?;
    let len = heap.int(i64::try_from(values.len()).unwrap_or(i64::MAX))?;
    let shape = heap.container(Node::Tuple, &[len])?;
    let state = [Value::Int(1), shape, dtype, Value::Bool(false), list];
    let state = heap.container(Node::Tuple, &state)?;
    heap.set_state(array, state)?;
    Ok(array)
}

/// Most columns that a specification may name: a slice of few bytes can name any number.
const MAX_COLUMNS: usize = 1 << 22;

/// The positions of the columns that a specification names.
fn positions(heap: &Heap, columns: Value, count: usize, names: &[String]) -> Option<Vec<usize>> {
    if count > MAX_COLUMNS {
        return None;
    }
    let by_name = |name: &str| names.iter().position(|other| other == name);
    let by_number = |number: i64| {
        let number = if number < 0 { number.checked_add(i64::try_from(count).ok()?)? } else { number };
        usize::try_from(number).ok()
    };
    if let Some(name) = heap.as_str(columns) {
        return Some(vec![by_name(&name)?]);
    }
    if let Value::Int(number) = columns {
        return Some(vec![by_number(number.into())?]);
    }
    if let View::Builtin(slice) = heap.view(columns)
        && slice.name == "slice"
    {
        return of_slice(heap, slice.elements().ok()?, count, &by_name);
    }
    let items: Vec<Element<'_>> = match (heap.as_sequence(columns), heap.ndarray(columns)) {
        (Some(items), _) => items.iter().map(|&item| Element::Object(item)).collect(),
        (None, Some(Ok(array))) => {
            array.elements().filter_map(Result::ok).map(owned).collect::<Option<_>>()?
        }
        _ => return heap.integer(columns).and_then(by_number).map(|number| vec![number]),
    };
    let is_mask = matches!(items.first(), Some(Element::Bool(_) | Element::Object(Value::Bool(_))));
    if is_mask {
        let is_on =
            |item: &Element<'_>| matches!(item, Element::Bool(true) | Element::Object(Value::Bool(true)));
        return Some((0..items.len()).filter(|&at| is_on(&items[at])).collect());
    }
    let position = |item: &Element<'_>| match item {
        Element::Int(number) => by_number(*number),
        Element::UInt(number) => usize::try_from(*number).ok(),
        Element::Str(name) => by_name(name),
        Element::Object(value) => match heap.as_str(*value) {
            Some(name) => by_name(&name),
            None => by_number(heap.integer(*value)?),
        },
        _ => None,
    };
    items.iter().map(position).collect()
}

/// An element that borrows nothing.
fn owned(element: Element<'_>) -> Option<Element<'static>> {
    Some(match element {
        Element::Bool(flag) => Element::Bool(flag),
        Element::Int(int) => Element::Int(int),
        Element::UInt(int) => Element::UInt(int),
        Element::Str(text) => Element::Str(text),
        Element::Object(value) => Element::Object(value),
        _ => return None,
    })
}

/// A slice of numbers, or of names with both ends.
fn of_slice(
    heap: &Heap,
    ends: &[Value],
    count: usize,
    by_name: &dyn Fn(&str) -> Option<usize>,
) -> Option<Vec<usize>> {
    let &[start, stop, step] = ends else { return None };
    let end = |value: Value, default: usize, past: usize| match heap.as_str(value) {
        Some(name) => by_name(&name).map(|at| at + past),
        None if value == Value::None => Some(default),
        None => {
            let number = heap.integer(value)?;
            let number = if number < 0 { number + i64::try_from(count).ok()? } else { number };
            usize::try_from(number.max(0)).ok().map(|number| number.min(count))
        }
    };
    let step = if step == Value::None { 1 } else { usize::try_from(heap.integer(step)?).ok()? };
    let (start, stop) = (end(start, 0, 0)?, end(stop, count, 1)?);
    (step > 0).then(|| (start..stop).step_by(step).collect())
}

/// Columns that a fitted transformer gives for so many that it takes.
fn width_of(e: &mut Edit<'_>, transformer: Value, taken: usize) -> usize {
    if let Some(word) = e.heap.as_str(transformer) {
        return if word == "drop" { 0 } else { taken };
    }
    let mut at = transformer;
    // the last step of a pipeline, and of a pipeline in it
    for _ in 0..32 {
        if class_of(e.heap, at) != Some("Pipeline") {
            break;
        }
        let steps = e.heap.object(at).and_then(|object| object.attr("steps"));
        let last = steps.and_then(|steps| e.heap.as_sequence(steps)?.last().copied());
        match last.and_then(|step| e.heap.as_sequence(step)?.get(1).copied()) {
            Some(last) => at = last,
            None => break,
        }
    }
    let inner = e.at(at);
    let of_list = |name: &str| -> Option<usize> {
        if !inner.has(name) {
            return None;
        }
        Some(inner.elements(name).iter().filter_map(|&width| inner.heap.count(width).ok()).sum())
    };
    of_list("_n_features_outs")
        .or_else(|| inner.is(&["OneHotEncoder"]).then(|| widths(&inner).iter().sum()))
        .or_else(|| inner.heap.as_dict(inner.get("vocabulary_")?).map(|pairs| pairs.len() / 2))
        .or_else(|| inner.dim("components_", 0))
        .unwrap_or(taken)
}

fn indices_down(e: &mut Edit<'_>) -> Moved<()> {
    let names = e.get("feature_names_in_").unwrap_or(Value::None);
    e.set("_feature_names_in", names)?;
    e.set("_df_columns", names)?;
    if let Some(count) = e.get("n_features_in_") {
        e.set("_n_features", count)?;
    }
    let is_text = |value: Value| {
        e.heap.as_str(value).is_some()
            || e.heap
                .as_sequence(value)
                .is_some_and(|items| items.iter().any(|&item| e.heap.as_str(item).is_some()))
    };
    let has_text = e.elements("_columns").into_iter().any(is_text);
    e.set("_has_str_cols", has_text)
}

fn passthrough_up(e: &mut Edit<'_>) -> Moved<()> {
    let fitted = e.remove("_name_to_fitted_passthrough");
    e.remove("_n_features");
    for part in parts(e, "transformers_") {
        if e.heap.as_str(part.transformer).as_deref() != Some("passthrough") {
            continue;
        }
        let known = fitted
            .and_then(|fitted| e.heap.as_dict(fitted))
            .and_then(|pairs| e.heap.lookup(pairs, &part.name))
            .filter(|&value| e.heap.object(value).is_some());
        let transformer = match known {
            Some(transformer) => transformer,
            None => {
                let count = column_count(e, part.columns);
                identity(e, count)?
            }
        };
        e.heap.replace_item(part.tuple, 1, transformer);
        e.note("transformers_", super::report::What::Changed);
    }
    Ok(())
}

fn column_count(e: &Edit<'_>, columns: Value) -> usize {
    let count = e.int("n_features_in_").and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let names: Vec<String> = e
        .elements("feature_names_in_")
        .into_iter()
        .map(|name| e.heap.as_str(name).unwrap_or_default().into_owned())
        .collect();
    let known = positions(e.heap, columns, count, &names).map(|columns| columns.len());
    known.or_else(|| dim(e.heap, columns, 0)).unwrap_or(1)
}

/// A transformer that gives what it takes.
fn identity(e: &mut Edit<'_>, count: usize) -> Moved<Value> {
    let attributes = [
        ("func", Value::None),
        ("inverse_func", Value::None),
        ("validate", Value::Bool(false)),
        ("accept_sparse", Value::Bool(true)),
        ("check_inverse", Value::Bool(false)),
        ("feature_names_out", e.value("one-to-one")?),
        ("kw_args", Value::None),
        ("inv_kw_args", Value::None),
        ("n_features_in_", e.value(count)?),
    ];
    e.make("sklearn.preprocessing._function_transformer", "FunctionTransformer", &attributes)
}

fn passthrough_down(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(count) = e.get("n_features_in_") {
        e.set("_n_features", count)?;
    }
    let given: Vec<(String, Value)> =
        parts(e, "transformers").into_iter().map(|part| (part.name, part.transformer)).collect();
    let remainder = e.get("remainder");
    let mut fitted = Vec::new();
    for part in parts(e, "transformers_") {
        let is_remainder = part.name == "remainder";
        let given = given.iter().find(|(name, _)| *name == part.name).map(|(_, given)| *given);
        let given = given.or(if is_remainder { remainder } else { None });
        let is_passthrough =
            given.and_then(|given| e.heap.as_str(given)).is_some_and(|given| given == "passthrough");
        if is_passthrough && e.heap.object(part.transformer).is_some() {
            let name = e.value(&*part.name)?;
            fitted.extend([name, part.transformer]);
            let word = e.value("passthrough")?;
            e.heap.replace_item(part.tuple, 1, word);
            e.note("transformers_", super::report::What::Changed);
        }
    }
    let fitted = e.heap.container(Node::Dict, &fitted)?;
    if e.has("transformers_") { e.set("_name_to_fitted_passthrough", fitted) } else { Ok(()) }
}
