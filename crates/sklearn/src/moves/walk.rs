//! Every object of a model, and where it is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use cannery_object::{Heap, Node, Value};

/// Objects of a model in the order in which they are met, and the object that each is in.
pub(crate) struct Walk {
    /// Every object that has a class.
    pub(crate) objects: Vec<Value>,
    /// Every value that is not an immediate and was met, objects included.
    pub(crate) all: Vec<Value>,
    /// Of an object, the object that holds it and where it is there.
    parents: HashMap<Value, (Value, String)>,
}

/// Longest chain of parents that a path shows.
const MAX_DEPTH: usize = 64;

impl Walk {
    /// Walks from a value.
    pub(crate) fn of(heap: &Heap, root: Value) -> Self {
        let mut walk = Self { objects: Vec::new(), all: Vec::new(), parents: HashMap::new() };
        let mut seen = vec![false; heap.node_count()];
        let mut stack = vec![(root, Value::None, String::new())];
        while let Some((value, owner, step)) = stack.pop() {
            let Value::Ref(id) = value else { continue };
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            walk.all.push(value);
            let is_object = heap.object(value).is_some();
            let (owner, step) = if is_object {
                walk.objects.push(value);
                walk.parents.insert(value, (owner, step));
                (value, String::new())
            } else {
                (owner, step)
            };
            let first = stack.len();
            push_children(heap, value, owner, &step, &mut stack);
            stack[first..].reverse();
        }
        walk
    }

    /// Where an object is: `steps[1]`; empty for the root.
    pub(crate) fn path(&self, object: Value) -> String {
        let (mut at, mut steps) = (object, Vec::new());
        while let Some((owner, step)) = self.parents.get(&at) {
            if !step.is_empty() {
                steps.push(&**step);
            }
            at = *owner;
            if steps.len() > MAX_DEPTH {
                break;
            }
        }
        steps.reverse();
        let mut path = String::new();
        for step in steps {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        path
    }

    /// Notes an object that was made after the walk.
    pub(crate) fn add(&mut self, object: Value, owner: Value) {
        if let Entry::Vacant(place) = self.parents.entry(object) {
            place.insert((owner, String::new()));
            self.objects.push(object);
        }
    }
}

fn push_children(
    heap: &Heap,
    value: Value,
    owner: Value,
    step: &str,
    stack: &mut Vec<(Value, Value, String)>,
) {
    let is_leaf = |value: Value| {
        matches!(
            heap.node_of(value),
            None | Some(Node::Str(_) | Node::Float(_) | Node::Int(_) | Node::BigInt(_) | Node::Immediate(_))
        )
    };
    match heap.node_of(value) {
        Some(Node::Dict(items)) => {
            for pair in heap.items(items).chunks_exact(2) {
                if !matches!(pair[0], Value::Ref(_)) && !matches!(pair[1], Value::Ref(_)) {
                    continue;
                }
                stack.push((pair[0], owner, String::new()));
                if !is_leaf(pair[1]) {
                    let key = heap.as_str(pair[0]).unwrap_or_default();
                    let inner = if step.is_empty() { key.into_owned() } else { format!("{step}[{key}]") };
                    stack.push((pair[1], owner, inner));
                }
            }
        }
        Some(Node::List(items) | Node::Tuple(items)) if !step.is_empty() => {
            for (index, &item) in heap.items(items).iter().enumerate() {
                if !is_leaf(item) {
                    // a step of a pipeline is a pair of a name and an estimator
                    let is_pair = heap.as_tuple(value).is_some_and(|pair| {
                        pair.len() >= 2 && heap.as_str(pair[0]).is_some() && step.ends_with(']')
                    });
                    let inner = if is_pair { step.to_owned() } else { format!("{step}[{index}]") };
                    stack.push((item, owner, inner));
                } else if matches!(item, Value::Ref(_)) {
                    stack.push((item, owner, String::new()));
                }
            }
        }
        _ => {
            let children: Vec<Value> = heap.children(value).collect();
            let is_array = matches!(heap.node_of(value), Some(Node::Array(_)));
            for (index, child) in children.into_iter().enumerate() {
                if matches!(child, Value::Ref(_)) {
                    let step = if is_array { format!("{step}[{index}]") } else { step.to_owned() };
                    stack.push((child, owner, step));
                }
            }
        }
    }
}
