//! Names that a file keeps as values: what uses the object later may call them.
//!
//! A class or a constructor of the table is harmless where unpickling calls it, because its arguments are judged there. As
//! the `func` of a transformer or the `score_func` of a scorer it is called with arguments that nobody judges:
//! `numpy.memmap` makes files, `_ufunc_reconstruct` fetches any function, and a sparse matrix is not checked by its class. What
//! models keep are functions, ufuncs, types of data, and classes whose constructors only compute or keep what they get.
//!
//! A `Tree` that stands where an estimator belongs is the same: its `predict` is compiled code that reads the columns of a row
//! by the numbers in its nodes. The estimator around it has checked how many there are (`Tree._apply_dense` in
//! `sklearn/tree/_tree.pyx`).

use cannery_object::known::{Kind, Library};
use cannery_object::{ArrayData, CallKind, Heap, Id, Node, Value};

use crate::names;
use crate::rule::Rule;
use crate::site::Refusal;
use crate::uses::is_array_class;

/// The names, and bare trees, that a file keeps as values although no model does, and why they must not be.
pub(crate) fn check(heap: &Heap) -> Vec<(Id, Refusal)> {
    let Some(marks) = Marks::of(heap) else { return Vec::new() };
    let mut held = Vec::new();
    for value in heap.nodes() {
        marks.values_in(heap, value, &mut |key, item| {
            if let Some(id) = marks.name(heap, item).filter(|&id| !is_at_home(heap, key, id)) {
                held.push((id, refusal(heap, id)));
            }
            if let (Mark::Tree, Value::Ref(id)) = (marks.mark(item), item)
                && !is_place_of_a_tree(heap, key)
            {
                let message = "a tree instead of an estimator: it reads columns that rows may not have";
                held.push((id, Refusal::new(Rule::UnknownArguments, message)));
            }
        });
    }
    held
}

/// What a node is to this check.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Nothing that matters.
    Other,
    /// A name that could be called.
    Name,
    /// A tuple with such a name among its items.
    Tuple,
    /// Such a tuple that is the arguments of a REDUCE, which the check of the call judges.
    Arguments,
    /// A tree, which only an estimator may use.
    Tree,
}

struct Marks(Vec<Mark>);

impl Marks {
    /// `None` when there is no such name.
    fn of(heap: &Heap) -> Option<Self> {
        let mut marks = vec![Mark::Other; heap.node_count()];
        let mut any = false;
        for value in heap.nodes() {
            let Value::Ref(id) = value else { continue };
            match heap.node(id) {
                Node::Global { .. } | Node::Call { .. } if can_be_called(heap, value) => {
                    marks[id.index()] = Mark::Name;
                    any = true;
                }
                Node::Tuple(items) => {
                    let items = heap.items(items);
                    let is_name =
                        |item: &Value| matches!(item, Value::Ref(id) if marks[id.index()] == Mark::Name);
                    if items.iter().any(is_name) && !starts_an_array(heap, items) {
                        marks[id.index()] = Mark::Tuple;
                    }
                }
                Node::Call { callable, .. }
                    if marks[callable.index()] == Mark::Name && is_class_of_trees(heap, callable) =>
                {
                    marks[id.index()] = Mark::Tree;
                }
                // the arguments of a call are made before it
                Node::Call { kind: CallKind::Reduce, args, .. } if marks[args.index()] == Mark::Tuple => {
                    marks[args.index()] = Mark::Arguments;
                }
                _ => {}
            }
        }
        any.then_some(Self(marks))
    }

    fn mark(&self, value: Value) -> Mark {
        match value {
            Value::Ref(id) => self.0[id.index()],
            Value::None | Value::Bool(_) | Value::Int(_) => Mark::Other,
        }
    }

    /// The name that a value is or holds.
    fn name(&self, heap: &Heap, value: Value) -> Option<Id> {
        let Value::Ref(id) = value else { return None };
        match self.mark(value) {
            Mark::Other | Mark::Tree => None,
            Mark::Name => Some(id),
            Mark::Tuple | Mark::Arguments => heap.as_tuple(value)?.iter().find_map(|&item| match item {
                Value::Ref(id) if self.0[id.index()] == Mark::Name => Some(id),
                _ => None,
            }),
        }
    }

    /// Every marked value that a node keeps, with the key or attribute under which it does.
    fn values_in(&self, heap: &Heap, value: Value, keep: &mut impl FnMut(Option<Value>, Value)) {
        let is_marked = |value: &Value| self.mark(*value) != Mark::Other;
        let mut items = |values: &[Value]| {
            values.iter().filter(|value| is_marked(value)).for_each(|&value| keep(None, value));
        };
        match heap.node_of(value) {
            Some(Node::List(run) | Node::Set(run) | Node::FrozenSet(run)) => items(heap.items(run)),
            Some(Node::Tuple(run)) => match self.mark(value) {
                Mark::Tuple => items(heap.items(run)),
                // names among arguments are judged with the call, tuples and trees in them are values
                Mark::Arguments | Mark::Name | Mark::Other | Mark::Tree => {
                    let is_value = |value: &Value| {
                        matches!(self.mark(*value), Mark::Tuple | Mark::Arguments | Mark::Tree)
                    };
                    heap.items(run)
                        .iter()
                        .filter(|value| is_value(value))
                        .for_each(|&value| keep(None, value));
                }
            },
            Some(Node::Array(_)) => {
                if let Some(ArrayData::Objects(run)) = heap.array(value).map(|array| array.data) {
                    items(heap.items(run));
                }
            }
            Some(Node::Dict(run)) => pairs(heap.items(run), is_marked, keep),
            _ => {}
        }
        let attached = heap.attached(value);
        for values in [attached.states, attached.items] {
            heap.items(values).iter().filter(|value| is_marked(value)).for_each(|&value| keep(None, value));
        }
        pairs(heap.items(attached.pairs), is_marked, keep);
    }
}

fn pairs(values: &[Value], is_marked: impl Fn(&Value) -> bool, keep: &mut impl FnMut(Option<Value>, Value)) {
    for pair in values.chunks_exact(2) {
        for value in pair.iter().filter(|value| is_marked(value)) {
            keep(Some(pair[0]), *value);
        }
    }
}

fn is_class_of_trees(heap: &Heap, class: Id) -> bool {
    heap.global_name(Value::Ref(class)) == Some(("sklearn.tree._tree", "Tree"))
}

/// Whether a tree under this key is the one of its estimator, or is kept by somebody in a dict of theirs.
fn is_place_of_a_tree(heap: &Heap, key: Option<Value>) -> bool {
    const ESTIMATORS: &[&str] = &["classifier", "clusterer", "estimator", "init", "regressor", "transformer"];
    let Some(key) = key.and_then(|key| heap.as_str(key)) else { return false };
    !key.split('_').any(|part| ESTIMATORS.contains(&part))
}

/// Whether calling a known name with any arguments could do more than compute.
fn can_be_called(heap: &Heap, value: Value) -> bool {
    let Some((module, name)) = heap.global_name(value) else { return false };
    let Some(known) = names::known(module, name) else { return false };
    match (known.kind, known.library) {
        // constructors of estimators do nothing but keep their arguments
        (Kind::Ufunc | Kind::Data | Kind::Exception | Kind::Estimator, _) => false,
        (Kind::Function, _) => trusts_its_arguments(module, name),
        (Kind::Reconstruct, _) => true,
        (Kind::Class, Library::Python) => !is_plain_type(module),
        (Kind::Class, Library::Numpy) => name == "memmap" || name.ends_with("Result"),
        (Kind::Class, Library::Pandas) => !is_table_or_dtype(name),
        (Kind::Class, Library::Sklearn) => !is_splitter(module),
        (Kind::Class, Library::Scipy | Library::Joblib | Library::Pytz | Library::Dateutil) => true,
    }
}

/// Functions that give their arguments to compiled code which does not look at them.
fn trusts_its_arguments(module: &str, name: &str) -> bool {
    name.starts_with("_kmeans_single")
        || name.starts_with("pairwise_distances_argmin")
        || matches!(name, "graph_lasso" | "graphical_lasso")
        || module.starts_with("sklearn.utils.sparsefuncs")
        || module.starts_with("sklearn.metrics.cluster._expected_mutual_info")
        || module.starts_with("sklearn.metrics.cluster.expected_mutual_info")
}

fn is_plain_type(module: &str) -> bool {
    matches!(module, "builtins" | "__builtin__" | "collections" | "datetime" | "decimal" | "fractions")
}

fn is_table_or_dtype(name: &str) -> bool {
    matches!(name, "DataFrame" | "Series" | "Categorical" | "Timestamp" | "Timedelta" | "Interval" | "Period")
        || name.ends_with("Index")
        || name.ends_with("Dtype")
}

/// `RepeatedKFold` keeps the class of what it repeats.
fn is_splitter(module: &str) -> bool {
    matches!(module, "sklearn.model_selection._split" | "sklearn.cross_validation")
}

/// The arguments of `_reconstruct`, which joblib keeps as a value.
fn starts_an_array(heap: &Heap, items: &[Value]) -> bool {
    match items {
        [class, shape, _code] => {
            is_array_class(heap, *class) && heap.as_tuple(*shape).is_some_and(|shape| shape.len() == 1)
        }
        _ => false,
    }
}

/// Whether the library itself keeps a name under this key.
fn is_at_home(heap: &Heap, key: Option<Value>, id: Id) -> bool {
    let Some(key) = key else { return false };
    let name = heap.global_name(Value::Ref(id)).map_or("", |(_, name)| name);
    heap.is_str(key, "subclass") && is_array_class(heap, Value::Ref(id))
        || heap.is_str(key, "_kmeans_single") && name.starts_with("_kmeans_single")
}

fn refusal(heap: &Heap, id: Id) -> Refusal {
    let rule = harm(heap, Value::Ref(id)).unwrap_or(Rule::UnknownArguments);
    Refusal::new(rule, "kept as a value, so that what uses the object calls it with any arguments")
}

/// The harm that a known name does when it is called with arguments that the file chose, where it is known.
pub(crate) fn harm(heap: &Heap, value: Value) -> Option<Rule> {
    match heap.global_name(value)? {
        (_, "_ufunc_reconstruct") => Some(Rule::Resolver),
        ("numpy" | "numpy.core.memmap", "memmap") => Some(Rule::LibraryGadget),
        ("joblib.memory" | "sklearn.externals.joblib.memory", "Memory") => Some(Rule::LibraryGadget),
        _ => None,
    }
}
