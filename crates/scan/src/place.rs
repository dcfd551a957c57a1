//! Where in the object a node stands, as a path.

use std::collections::VecDeque;

use cannery_object::{ArrayData, Heap, Id, Node, Value};

/// Segments that are shown of a path.
const LONGEST: usize = 48;

/// How one value refers to another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    /// An element of a sequence or set, or an argument.
    Item(u32),
    /// The key at a position of a dict.
    Key(u32),
    /// The value at a position of a dict.
    Entry(u32),
    Callable,
    Arguments,
    State,
    Other,
}

/// The shortest way from the root to every node.
pub(crate) struct Places<'h> {
    heap: &'h Heap,
    root: Option<Id>,
    from: Vec<Option<(Id, Edge)>>,
}

impl<'h> Places<'h> {
    /// Walks all that can be reached from the root, breadth first.
    pub(crate) fn of(heap: &'h Heap, root: Value) -> Self {
        let mut places = Self { heap, root: id_of(root), from: vec![None; heap.node_count()] };
        let mut open = VecDeque::from_iter(places.root);
        while let Some(id) = open.pop_front() {
            let from = &mut places.from;
            edges(heap, id, &mut |edge, to| {
                if let Some(to) = id_of(to)
                    && from[to.index()].is_none()
                    && Some(to) != places.root
                {
                    from[to.index()] = Some((id, edge));
                    open.push_back(to);
                }
            });
        }
        places
    }

    /// The path to a node; `None` when nothing reachable refers to it.
    pub(crate) fn path(&self, id: Id) -> Option<String> {
        let mut steps = Vec::new();
        let mut at = id;
        while Some(at) != self.root {
            let (from, edge) = self.from[at.index()]?;
            steps.push((from, edge));
            at = from;
        }
        steps.reverse();
        let cut = steps.len().saturating_sub(LONGEST);
        let mut path = String::from(if cut > 0 { "…" } else { "" });
        let mut after_state =
            steps.get(cut.wrapping_sub(1)).is_some_and(|(_, edge)| matches!(edge, Edge::State));
        for &(from, edge) in &steps[cut..] {
            self.step(&mut path, from, edge, after_state);
            after_state = matches!(edge, Edge::State);
        }
        Some(path.strip_prefix('.').map(str::to_owned).unwrap_or(path))
    }

    fn step(&self, path: &mut String, from: Id, edge: Edge, is_attribute: bool) {
        let pairs = || {
            self.heap
                .as_dict(Value::Ref(from))
                .or_else(|| Some(self.heap.items(self.heap.attached(Value::Ref(from)).pairs)))
        };
        match edge {
            Edge::Item(index) => path.push_str(&format!("[{index}]")),
            Edge::Key(index) => path.push_str(&format!(".keys()[{index}]")),
            Edge::Entry(index) => {
                let key = pairs().and_then(|pairs| pairs.get(2 * index as usize).copied());
                path.push_str(&self.key(key, index, is_attribute));
            }
            Edge::Arguments => path.push_str("(…)"),
            Edge::Callable | Edge::State | Edge::Other => {}
        }
    }

    fn key(&self, key: Option<Value>, index: u32, is_attribute: bool) -> String {
        let heap = self.heap;
        let Some(key) = key else { return format!("[#{index}]") };
        match (heap.as_str(key), heap.as_int(key)) {
            (Some(name), _) => {
                let short: String = name.chars().take(60).collect();
                if is_attribute { format!(".{short}") } else { format!("[{short:?}]") }
            }
            (None, Some(int)) => format!("[{int}]"),
            (None, None) => format!("[#{index}]"),
        }
    }
}

/// The node that a value stands for, if it is one.
pub(crate) fn id_of(value: Value) -> Option<Id> {
    match value {
        Value::Ref(id) => Some(id),
        Value::None | Value::Bool(_) | Value::Int(_) => None,
    }
}

/// All that a node refers to.
pub(crate) fn edges(heap: &Heap, id: Id, to: &mut impl FnMut(Edge, Value)) {
    let value = Value::Ref(id);
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let mut items = |values: &[Value]| {
        values.iter().enumerate().for_each(|(index, &value)| to(Edge::Item(number(index)), value));
    };
    match heap.node(id) {
        Node::List(run) | Node::Tuple(run) | Node::Set(run) | Node::FrozenSet(run) => items(heap.items(run)),
        Node::Array(_) => {
            if let Some(ArrayData::Objects(run)) = heap.array(value).map(|array| array.data) {
                items(heap.items(run));
            }
        }
        Node::Dict(run) => pairs(heap.items(run), to),
        Node::Persistent(id) => to(Edge::Other, id),
        Node::Call { .. } => {
            if let Some(call) = heap.call(value) {
                to(Edge::Callable, call.callable);
                to(Edge::Arguments, call.args);
            }
        }
        Node::Int(_)
        | Node::BigInt(_)
        | Node::Float(_)
        | Node::Str(_)
        | Node::Str8(_)
        | Node::Bytes(_)
        | Node::ByteArray(_)
        | Node::Global { .. }
        | Node::Immediate(_)
        | Node::Extension(_) => {}
    }
    let attached = heap.attached(value);
    heap.items(attached.states).iter().for_each(|&state| to(Edge::State, state));
    for (index, &item) in heap.items(attached.items).iter().enumerate() {
        to(Edge::Item(number(index)), item);
    }
    pairs(heap.items(attached.pairs), to);
    heap.items(attached.setters).iter().for_each(|&setter| to(Edge::Other, setter));
    to(Edge::Other, attached.kwargs);
    to(Edge::Other, attached.payload);
}

fn pairs(values: &[Value], to: &mut impl FnMut(Edge, Value)) {
    for (index, pair) in values.chunks_exact(2).enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        to(Edge::Entry(index), pair[1]);
        to(Edge::Key(index), pair[0]);
    }
}
