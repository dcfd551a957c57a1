//! The model as a tree: an estimator, its parameters and fitted attributes, and the estimators in it.

use std::cell::Cell;
use std::collections::HashSet;

use cannery_object::views::Sparse;
use cannery_object::{DType, Heap, Id, Kind, Node, Object, Value, View, known};
use cannery_sklearn::defaults::default_of;
use serde_json::Value as Json;

use super::describe::{array_text, plain_text, quoted, short, shorten, tuple};

/// A part of a model, with the parts in it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Branch {
    /// What it is called where it stands: a step's name, an attribute, a key.
    pub label: Option<String>,
    /// What it is: the name of its class, or a short description of a value.
    pub name: String,
    /// Module of the class, as written in the file.
    pub module: Option<String>,
    /// Parameters that differ from the defaults of the version that wrote it, and their values.
    pub params: Vec<(String, String)>,
    /// Fitted attributes: shapes of arrays, values of the rest, shortened.
    pub fitted: Vec<(String, String)>,
    /// What else is said of it: the columns it takes, how many there are of it.
    pub note: Option<String>,
    /// The parts.
    pub parts: Vec<Branch>,
}

/// Deeper parts are not drawn.
const MAX_DEPTH: usize = 12;
/// Of more parts than this the rest is counted.
const MAX_PARTS: usize = 24;
/// Parts of the whole tree.
const MAX_BRANCHES: usize = 400;
/// Parameters or attributes of one estimator.
const MAX_ENTRIES: usize = 16;
/// Characters of a parameter's value.
const MAX_TEXT: usize = 80;
/// Lists of names and parts, whatever the parts are.
const STEPS: [&str; 4] = ["steps", "transformers", "transformers_", "transformer_list"];
/// Attributes of one estimator that are looked at.
const MAX_ATTRIBUTES: usize = 512;
/// Estimators of an ensemble whose nodes are counted.
const MAX_COUNTED: usize = 100_000;
/// Entries of dicts and dtypes that are looked at in all: one of them can belong to many values.
const MAX_EFFORT: usize = 1 << 24;

impl Branch {
    /// The tree of a value.
    pub(super) fn of(heap: &Heap, root: Value) -> Self {
        let mut branch =
            Grower { heap, seen: HashSet::new(), left: MAX_BRANCHES, effort: Cell::new(MAX_EFFORT) }
                .grow(None, root, 0);
        let is_name = heap.global_name(root).is_some();
        let is_method = matches!(heap.view(root), View::Call) && heap.instant(root).is_none();
        if is_name || is_method {
            branch.note = Some(cannery_sklearn::describe_value(heap, root));
        }
        branch
    }

    fn named(label: Option<String>, name: impl Into<String>) -> Self {
        Self { label, name: name.into(), ..Self::default() }
    }
}

struct Grower<'h> {
    heap: &'h Heap,
    seen: HashSet<Id>,
    left: usize,
    effort: Cell<usize>,
}

impl<'h> Grower<'h> {
    /// A value and what is in it. Calls itself at most [`MAX_DEPTH`] deep.
    fn grow(&mut self, label: Option<String>, value: Value, depth: usize) -> Branch {
        self.left = self.left.saturating_sub(1);
        let first = matches!(value, Value::Ref(id) if self.seen.insert(id));
        let mut branch = self.leaf(label, value);
        if depth < MAX_DEPTH && self.left > 0 && first {
            match self.heap.view(value) {
                View::Object(object) => self.estimator(&mut branch, object, depth),
                View::Plain => self.container(&mut branch, value, depth),
                _ => {}
            }
        }
        branch
    }

    /// A value by its name alone.
    fn leaf(&self, label: Option<String>, value: Value) -> Branch {
        let heap = self.heap;
        if let View::Object(object) = heap.view(value) {
            let (module, name) = object.class();
            return Branch { module: Some(module.into()), ..Branch::named(label, shorten(name, 80)) };
        }
        let count = |n: usize, what: &str| format!("{what} of {n}");
        let name = match heap.node_of(value) {
            Some(Node::List(items)) => count(items.len(), "list"),
            Some(Node::Tuple(items)) => count(items.len(), "tuple"),
            Some(Node::Set(items)) => count(items.len(), "set"),
            Some(Node::FrozenSet(items)) => count(items.len(), "frozenset"),
            Some(Node::Dict(items)) => count(items.len() / 2, "dict"),
            _ => short(heap, value, 2),
        };
        Branch::named(label, name)
    }

    /// A list, tuple or dict: the models in it, and how many other values.
    fn container(&mut self, branch: &mut Branch, value: Value, depth: usize) {
        let heap = self.heap;
        let entries: Vec<(Option<String>, Value)> = match heap.node_of(value) {
            Some(Node::Dict(items)) => {
                let pairs = heap.items(items).chunks_exact(2);
                pairs.map(|pair| (Some(shorten(&plain_text(heap, pair[0]), 60)), pair[1])).collect()
            }
            Some(Node::List(items) | Node::Tuple(items)) => heap
                .items(items)
                .iter()
                .enumerate()
                .map(|(k, &item)| (Some(format!("[{k}]")), item))
                .collect(),
            _ => return,
        };
        let is_dict = matches!(heap.node_of(value), Some(Node::Dict(_)));
        let plain = |value| heap.call(value).is_none() && self.is_plain(value);
        if entries.iter().all(|(_, value)| plain(*value)) && !(is_dict && depth == 0) {
            branch.name = short(heap, value, 2);
            return;
        }
        self.parts(branch, entries, depth);
    }

    fn is_plain(&self, value: Value) -> bool {
        !matches!(
            self.heap.node_of(value),
            Some(Node::List(_) | Node::Tuple(_) | Node::Dict(_) | Node::Array(_))
        )
    }

    fn parts(&mut self, branch: &mut Branch, entries: Vec<(Option<String>, Value)>, depth: usize) {
        let all = entries.len();
        for (k, (label, value)) in entries.into_iter().enumerate() {
            if k >= MAX_PARTS || self.left == 0 {
                branch.parts.push(Branch::named(None, format!("… {} more", all - k)));
                break;
            }
            let part = self.grow(label, value, depth + 1);
            branch.parts.push(part);
        }
    }

    fn estimator(&mut self, branch: &mut Branch, object: Object<'h>, depth: usize) {
        let heap = self.heap;
        let Some(pairs) = object.attributes() else {
            branch.params =
                object.args.iter().take(3).map(|&arg| (String::new(), short(heap, arg, 1))).collect();
            return;
        };
        let attributes: Vec<(String, Value)> = pairs
            .chunks_exact(2)
            .take(MAX_ATTRIBUTES)
            .filter_map(|pair| Some((heap.as_str(pair[0])?.into_owned(), pair[1])))
            .collect();
        let version = attributes.iter().find(|(name, _)| name == "_sklearn_version");
        let version = version.and_then(|(_, value)| parsed_version(&heap.as_str(*value)?));
        let defaults = |name: &str| default_of(&branch.name, name, version);
        let has_defaults = attributes.iter().any(|(name, _)| defaults(name).is_some());
        let (mut params, mut fitted) = (Vec::new(), Vec::new());
        for (name, value) in &attributes {
            let hidden = name.starts_with('_') || !self.parts_of(name, *value).is_empty();
            let required = matches!(name.as_str(), "param_grid" | "param_distributions" | "dictionary");
            if hidden {
                continue;
            } else if name.ends_with('_') {
                fitted.extend(self.fitted(*value).map(|text| (name.clone(), text)));
            } else if !has_defaults || required || defaults(name).is_some() {
                let default = defaults(name).or((!has_defaults).then_some("null"));
                let text =
                    (!is_default(heap, *value, default)).then(|| shorten(&short(heap, *value, 2), MAX_TEXT));
                params.extend(text.map(|text| (name.clone(), text)));
            }
        }
        params.truncate(MAX_ENTRIES);
        fitted.truncate(MAX_ENTRIES);
        (branch.params, branch.fitted) = (params, fitted);
        branch.fitted.extend(self.boosted(&attributes));
        self.members(branch, &attributes, depth);
    }

    /// The estimators in the attributes; of `x` and the fitted `x_` only the latter.
    fn members(&mut self, branch: &mut Branch, attributes: &[(String, Value)], depth: usize) {
        let has = |name: &str| attributes.iter().any(|(other, value)| other == name && *value != Value::None);
        for (name, value) in attributes {
            let superseded = has(&format!("{name}_")) || has(&format!("best_{name}_"));
            let superseded = superseded || (name == "base_estimator" && has("estimator_"));
            let templates =
                matches!(name.as_str(), "estimator" | "estimator_" | "base_estimator" | "base_estimator_");
            let is_template = templates && (has("estimators_") || has("calibrated_classifiers_"));
            let entries = self.parts_of(name, *value);
            let private = name.starts_with('_') && !matches!(name.as_str(), "_tfidf" | "_preprocessor");
            if superseded || is_template || private || entries.is_empty() {
                continue;
            }
            let names =
                attributes.iter().find(|(other, _)| format!("{other}_") == *name).map(|(_, value)| *value);
            self.entries(branch, name, entries, names, depth);
        }
    }

    fn entries(
        &mut self,
        branch: &mut Branch,
        name: &str,
        entries: Vec<Entry>,
        names: Option<Value>,
        depth: usize,
    ) {
        let classes: HashSet<_> = entries.iter().map(|entry| self.class(entry.value)).collect();
        let unnamed = entries.iter().all(|entry| entry.label.is_none());
        let given = names.map(|names| self.parts_of("", names)).unwrap_or_default();
        let given = if given.len() == entries.len() { given } else { Vec::new() };
        if entries.len() > 1
            && unnamed
            && classes.len() == 1
            && given.iter().all(|entry| entry.label.is_none())
        {
            let note = self.ensemble(&entries);
            let mut part = self.grow(Some(name.into()), entries[0].value, depth + 1);
            part.note = Some(note);
            branch.parts.push(part);
            return;
        }
        let all = entries.len();
        for (k, entry) in entries.into_iter().enumerate() {
            if k >= MAX_PARTS || self.left == 0 {
                branch.parts.push(Branch::named(None, format!("… {} more", all - k)));
                break;
            }
            let given = given.get(k).and_then(|given| given.label.clone());
            let number = if all > 1 { format!("{name}[{k}]") } else { name.to_owned() };
            let label = entry.label.or(given).unwrap_or(number);
            let mut part = self.grow(Some(label), entry.value, depth + 1);
            part.note = entry.note;
            branch.parts.push(part);
        }
    }

    /// How many estimators there are, and for trees their nodes.
    fn ensemble(&self, entries: &[Entry]) -> String {
        let trees = entries.iter().take(MAX_COUNTED).filter_map(|entry| self.node_count(entry.value));
        let nodes: i64 = trees.fold(0, i64::saturating_add);
        let count = thousands(entries.len() as u64);
        match nodes {
            0 => format!("the first of {count}"),
            nodes => format!("the first of {count}, {} nodes in all", thousands(nodes as u64)),
        }
    }

    fn node_count(&self, estimator: Value) -> Option<i64> {
        let estimator = self.heap.object(estimator)?;
        if !self.spend(estimator.attributes()?.len()) {
            return None;
        }
        let tree = estimator.attr("tree_")?;
        self.heap.as_int(self.heap.object(tree)?.attr("node_count")?)
    }

    /// The trees of histogram gradient boosting: a list of lists of predictors, each with an array of nodes.
    fn boosted(&self, attributes: &[(String, Value)]) -> Option<(String, String)> {
        let (_, value) = attributes.iter().find(|(name, _)| name == "_predictors")?;
        let rounds = self.heap.as_list(*value)?;
        let trees = rounds.iter().filter_map(|&round| self.heap.as_list(round)).flatten();
        let (mut count, mut nodes) = (0_u64, 0_usize);
        for &tree in trees.take(MAX_COUNTED) {
            let array = self.heap.object(tree)?.attr("nodes").and_then(|nodes| self.heap.ndarray(nodes));
            nodes = nodes.saturating_add(array.and_then(Result::ok).map_or(0, |array| array.len()));
            count += 1;
        }
        Some(("trees".into(), format!("{}, {} nodes in all", thousands(count), thousands(nodes as u64))))
    }

    /// The estimators that an attribute holds: one, a list of them, or a list of tuples with their names and columns.
    fn parts_of(&self, name: &str, value: Value) -> Vec<Entry> {
        if name == "tree_" || !self.spend(1) {
            return Vec::new();
        }
        if self.is_estimator(value) {
            return vec![Entry { label: None, value, note: None }];
        }
        let heap = self.heap;
        let array = heap.ndarray(value).and_then(Result::ok);
        let fields = array.as_ref().map_or(0, |array| dtype_fields(&array.dtype));
        let array = array.filter(|_| self.spend(fields)).and_then(|array| array.objects());
        let Some(items) = heap.as_sequence(value).or(array) else { return Vec::new() };
        let entries: Option<Vec<_>> = items.iter().map(|&item| self.entry(item)).collect();
        let entries = entries.unwrap_or_default();
        if STEPS.contains(&name) {
            return entries;
        }
        if entries.iter().any(|entry| self.is_estimator(entry.value)) { entries } else { Vec::new() }
    }

    /// An estimator, or a tuple `(name, estimator or text[, columns])`.
    fn entry(&self, item: Value) -> Option<Entry> {
        let heap = self.heap;
        if self.is_estimator(item) {
            return Some(Entry { label: None, value: item, note: None });
        }
        let (name, value, columns) = match heap.as_tuple(item)? {
            [name, value] => (*name, *value, None),
            [name, value, columns] => (*name, *value, Some(*columns)),
            _ => return None,
        };
        let fits = matches!(self.heap.view(value), View::Object(_))
            || value == Value::None
            || heap.as_str(value).is_some();
        let label = Some(shorten(&heap.as_str(name)?, 60));
        fits.then(|| Entry { label, value, note: columns.map(|columns| self.columns(columns)) })
    }

    fn columns(&self, columns: Value) -> String {
        let heap = self.heap;
        match heap.as_sequence(columns) {
            Some(items) => format!("{} columns {}", items.len(), short(heap, columns, 1)),
            None => format!("columns {}", short(heap, columns, 1)),
        }
    }

    fn class(&self, value: Value) -> Option<(&'h str, &'h str)> {
        self.heap.object(value).map(|object| object.class())
    }

    /// Whether a value is an estimator: known as one, or an instance that says which scikit-learn wrote it, or one of
    /// another library with fitted attributes.
    fn is_estimator(&self, value: Value) -> bool {
        let View::Object(object) = self.heap.view(value) else { return false };
        let (module, name) = object.class();
        if known::known(module, name).is_some_and(|known| known.kind == known::Kind::Estimator) {
            return true;
        }
        let pairs = object.attributes().unwrap_or_default();
        if name == "_CalibratedClassifier" || !self.spend(pairs.len()) {
            return name == "_CalibratedClassifier";
        }
        let third_party = !["sklearn", "scipy", "numpy", "pandas", "_loss"]
            .contains(&module.split('.').next().unwrap_or(""));
        let fitted = |pairs: &[Value]| {
            let name = |pair: &[Value]| {
                self.heap.as_str(pair[0]).is_some_and(|key| key == "n_features_in_" || key == "classes_")
            };
            pairs.chunks_exact(2).take(64).any(name)
        };
        object.attr("_sklearn_version").is_some() || (third_party && fitted(pairs))
    }

    /// Accounts for looking at entries that may be looked at again for another value; false when that is too much.
    fn spend(&self, entries: usize) -> bool {
        let left = self.effort.get().checked_sub(entries);
        self.effort.set(left.unwrap_or(0));
        left.is_some()
    }

    /// A fitted attribute in a few words; `None` where that says nothing.
    fn fitted(&self, value: Value) -> Option<String> {
        let heap = self.heap;
        match heap.view(value) {
            View::NdArray => Some(self.array(value)),
            View::Sparse(sparse) => Some(sparse_text(&sparse)),
            View::Object(object) => match object.attr("node_count").and_then(|count| heap.as_int(count)) {
                Some(nodes) => {
                    let depth = object.attr("max_depth").and_then(|depth| heap.as_int(depth)).unwrap_or(0);
                    Some(format!("{} nodes, depth {depth}", thousands(nodes.max(0) as u64)))
                }
                None => Some(format!("{}(…)", shorten(object.class().1, 60))),
            },
            View::Plain => match heap.node_of(value) {
                Some(Node::List(items)) if items.len() > 6 || self.holds_arrays(items) => {
                    Some(self.list(heap.items(items)))
                }
                Some(Node::Dict(items)) if items.len() > 12 => {
                    Some(format!("dict of {}", thousands(items.len() as u64 / 2)))
                }
                _ => Some(short(heap, value, 1)),
            },
            View::Random(_) | View::Call => None,
            _ => Some(short(heap, value, 1)),
        }
    }

    fn holds_arrays(&self, items: cannery_object::Items) -> bool {
        self.heap.items(items).first().is_some_and(|&first| self.heap.ndarray(first).is_some())
    }

    fn list(&self, items: &[Value]) -> String {
        match items.first() {
            Some(&first) if self.heap.ndarray(first).is_some() => self.arrays(items),
            _ => format!("list of {}", thousands(items.len() as u64)),
        }
    }

    /// Arrays in a list: their one shape and type, or the shape of each of the first few.
    fn arrays(&self, items: &[Value]) -> String {
        const FIRST: usize = 6;
        let text = |&value: &Value| array_text(self.heap, value);
        let count = items.len();
        let first = text(&items[0]);
        if self.spend(count) && items.iter().all(|item| text(item) == first) {
            return format!("{count} × {first}");
        }
        let shapes = items.iter().take(FIRST).map(text).collect::<Vec<_>>().join(", ");
        if count > FIRST { format!("{count}: {shapes}, …") } else { format!("{count}: {shapes}") }
    }

    /// The elements of a short 1-d array, or shape and type.
    fn array(&self, value: Value) -> String {
        let Some(Ok(array)) = self.heap.ndarray(value) else { return "<array>".into() };
        let is_short = array.ndim() == 0 || (array.ndim() == 1 && array.len() <= 6);
        let is_text = array.ndim() == 1
            && (array.objects().is_some() || matches!(array.dtype.kind, Kind::Unicode | Kind::Bytes));
        if !is_short && !is_text {
            return array_text(self.heap, value);
        }
        let mut texts = Vec::new();
        for stored in array.positions().take(6) {
            let Ok(element) = array.element_at(stored) else { return array_text(self.heap, value) };
            texts.push(match element {
                cannery_object::Element::Object(value) => short(self.heap, value, 1),
                cannery_object::Element::Str(text) => quoted(&text),
                cannery_object::Element::Float(x) => rounded(x),
                cannery_object::Element::Bytes(bytes) => quoted(&String::from_utf8_lossy(&bytes)),
                element => {
                    super::describe::cell_text(self.heap, &super::cells::Cell::Element(&array.dtype, element))
                }
            });
        }
        if array.ndim() == 0 {
            return texts.pop().unwrap_or_default();
        }
        if array.len() > 6 {
            texts.push(format!("… {} in all", thousands(array.len() as u64)));
        }
        format!("[{}]", texts.join(", "))
    }
}

/// Number of fields of a dtype, those in fields included.
pub(super) fn dtype_fields(dtype: &DType) -> usize {
    match &dtype.kind {
        Kind::Struct(fields) => fields.iter().map(|field| 1 + dtype_fields(&field.dtype)).sum(),
        Kind::SubArray(base, _) => 1 + dtype_fields(base),
        _ => 1,
    }
}

struct Entry {
    label: Option<String>,
    value: Value,
    note: Option<String>,
}

fn sparse_text(sparse: &Sparse<'_>) -> String {
    match sparse.shape() {
        Ok(shape) => format!("{} {}", tuple(&shape), sparse.class().1),
        Err(_) => sparse.class().1.into(),
    }
}

/// A float with six digits at most.
fn rounded(x: f64) -> String {
    let text = super::number::float_repr(x);
    if text.len() <= 9 { text } else { super::number::float_repr(format!("{x:.5e}").parse().unwrap_or(x)) }
}

/// Digits in groups of three.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub(super) fn parsed_version(text: &str) -> Option<(u32, u32)> {
    let version: known::Version = text.parse().ok()?;
    Some((version.major, version.minor))
}

/// Whether a parameter has its default, which is given as JSON, or as `{"repr": …}` where it is no plain value.
fn is_default(heap: &Heap, value: Value, default: Option<&str>) -> bool {
    let Some(default) = default.and_then(|text| serde_json::from_str::<Json>(text).ok()) else {
        return false;
    };
    match &default {
        Json::Null => value == Value::None,
        Json::Bool(b) => value == Value::Bool(*b),
        Json::Number(number) => match value {
            Value::Bool(_) => false,
            _ => number.as_f64().is_some() && number.as_f64() == heap.as_float(value),
        },
        Json::String(text) => heap.as_str(value).is_some_and(|value| value == text.as_str()),
        Json::Object(members) => {
            let repr = members.get("repr").and_then(Json::as_str).unwrap_or_default();
            let named = heap.global_name(value).is_some_and(|(_, name)| repr.contains(name));
            named || short(heap, value, 3) == repr
        }
        Json::Array(_) => false,
    }
}
