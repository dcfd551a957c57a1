use crate::array::ArrayData;
use crate::heap::{Heap, Items, Node, Value};

/// The values that a node refers to directly.
#[derive(Clone, Debug)]
pub struct Children<'h> {
    single: [Value; 4],
    next: usize,
    runs: [std::slice::Iter<'h, Value>; 5],
}

impl Heap {
    /// The values that a value refers to directly, attached ones included: those of a container, the callable and
    /// the arguments of a call, the id of a persistent object, the elements of an object array. Nothing of an
    /// immediate. A walk over them sees all that can be reached; it has to remember where it was.
    pub fn children(&self, value: Value) -> Children<'_> {
        let attached = self.attached(value);
        let (mut first, mut second, mut own) = (Value::None, Value::None, Items::default());
        match self.node_of(value) {
            Some(Node::List(items) | Node::Tuple(items) | Node::Set(items)) => own = items,
            Some(Node::FrozenSet(items) | Node::Dict(items)) => own = items,
            Some(Node::Persistent(id)) => first = id,
            Some(Node::Call { .. }) => {
                if let Some(call) = self.call(value) {
                    (first, second) = (call.callable, call.args);
                }
            }
            Some(Node::Array(_)) => {
                if let Some(ArrayData::Objects(items)) = self.array(value).map(|array| array.data) {
                    own = items;
                }
            }
            _ => {}
        }
        let run = |items| self.items(items).iter();
        Children {
            single: [first, second, attached.kwargs, attached.payload],
            next: 0,
            runs: [
                run(own),
                run(attached.states),
                run(attached.items),
                run(attached.pairs),
                run(attached.setters),
            ],
        }
    }
}

impl Iterator for Children<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        while self.next < self.single.len() {
            self.next += 1;
            let value = self.single[self.next - 1];
            if value != Value::None {
                return Some(value);
            }
        }
        self.runs.iter_mut().find_map(|run| run.next().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::{Call, CallKind};
    use crate::limits::Limits;

    #[test]
    fn nothing_that_is_attached_is_missed() {
        let mut heap = Heap::new(Limits::default());
        let class = heap.global("m", "C").expect("small");
        let call = Call { callable: class, args: Heap::EMPTY_TUPLE, kind: CallKind::New };
        let object = heap.add_call(call).expect("small");
        heap.set_state(object, Value::Int(1)).expect("small");
        heap.append(object, &[Value::Int(2)]).expect("small");
        heap.set_items(object, &[Value::Int(3), Value::Int(4)]).expect("small");
        heap.set_kwargs(object, Value::Int(5)).expect("small");
        heap.set_payload(object, Value::Int(6)).expect("small");
        let children: Vec<_> = heap.children(object).collect();
        let expected = [class, Heap::EMPTY_TUPLE].into_iter().chain([5, 6, 1, 2, 3, 4].map(Value::Int));
        assert_eq!(children, expected.collect::<Vec<_>>());
    }
}
