//! Changing values: elements replaced, attributes set and removed, calls renamed.
//!
//! A node keeps its [`Id`], so that every reference to it sees the change. Nothing is freed: what is no longer referred
//! to stays in its arena.

use std::collections::HashMap;

use super::{Call, GROWS, Heap, Id, Items, Node, Value};
use crate::array::ArrayData;
use crate::limits::LimitError;

impl Heap {
    /// Puts another value in the place of an element of a list, tuple, set or object array. In a dict, keys and values
    /// count alternately. Nothing happens where there is no such element.
    pub fn replace_item(&mut self, owner: Value, index: usize, new: Value) {
        if let Some(items) = self.own_items(owner)
            && let Some(slot) = self.run_mut(items).get_mut(index)
        {
            *slot = new;
        }
    }

    /// Makes a node another one; every reference to it sees the new one. What was attached to a call is gone, what was
    /// attached to anything else stays.
    ///
    /// `new` must not hold the elements of a container that lives on: two containers in one run would grow into each other.
    pub fn replace_node(&mut self, value: Value, new: Node) {
        if let Value::Ref(id) = value {
            self.nodes[id.index()] = new;
        }
    }

    /// Sets an attribute of an object, in its state, which is made where there is none. Gives the value that was there.
    pub fn set_attr(&mut self, object: Value, name: &str, new: Value) -> Result<Option<Value>, LimitError> {
        let dict = match self.attributes_dict(object) {
            Some(dict) => dict,
            None => {
                let dict = self.container(Node::Dict, &[])?;
                self.replace_state(object, dict)?;
                dict
            }
        };
        self.set_entry(dict, name, new)
    }

    /// Removes an attribute of an object, and gives its value.
    pub fn remove_attr(&mut self, object: Value, name: &str) -> Option<Value> {
        let dict = self.attributes_dict(object)?;
        self.remove_entry(dict, name)
    }

    /// Sets the value of a text key in a dict. Gives the value that was there.
    pub fn set_entry(&mut self, dict: Value, key: &str, new: Value) -> Result<Option<Value>, LimitError> {
        if let Some(at) = self.position(dict, key) {
            let old = self.as_dict(dict).and_then(|pairs| pairs.get(at + 1).copied());
            self.replace_item(dict, at + 1, new);
            return Ok(old);
        }
        let key = self.text(key)?;
        self.set_items(dict, &[key, new])?;
        Ok(None)
    }

    /// Removes a text key of a dict, and gives its value; the order of the others stays.
    pub fn remove_entry(&mut self, dict: Value, key: &str) -> Option<Value> {
        let mut removed = None;
        while let Some(at) = self.position(dict, key) {
            let value = self.remove_pair(dict, at);
            removed = removed.or(value);
        }
        removed
    }

    /// The dict in which an object has its attributes, see [`Object::attributes`](crate::Object::attributes).
    pub fn attributes_dict(&self, object: Value) -> Option<Value> {
        let [state] = self.items(self.attached(object).states) else { return None };
        match self.node_of(*state)? {
            Node::Dict(_) => Some(*state),
            Node::Tuple(items) => match self.items(items) {
                [dict, _slots] if self.as_dict(*dict).is_some() => Some(*dict),
                _ => None,
            },
            _ => None,
        }
    }

    /// Gives an object this one state instead of those that it has.
    pub fn replace_state(&mut self, object: Value, state: Value) -> Result<(), LimitError> {
        self.clear_states(object)?;
        self.set_state(object, state)
    }

    /// Takes the states of an object away.
    pub fn clear_states(&mut self, object: Value) -> Result<(), LimitError> {
        if let Value::Ref(id) = object {
            self.attached_mut(id)?.states = Items::default();
        }
        Ok(())
    }

    /// Changes what a call calls, how, and with which arguments; what is attached to its result stays.
    pub fn replace_call(&mut self, value: Value, call: Call) -> Result<(), LimitError> {
        let (new_callable, new_args) = (self.node_for(call.callable)?, self.node_for(call.args)?);
        if let Value::Ref(id) = value
            && let Node::Call { kind, callable, args, .. } = &mut self.nodes[id.index()]
        {
            (*kind, *callable, *args) = (call.kind, new_callable, new_args);
        }
        Ok(())
    }

    /// Puts other values in the place of nodes, wherever they are referred to by an element, a state or another attachment.
    /// Callables and arguments of calls stay.
    pub fn redirect(&mut self, to: &HashMap<Id, Value>) {
        if to.is_empty() {
            return;
        }
        let new_of = |value: &mut Value| {
            if let Value::Ref(id) = value
                && let Some(new) = to.get(id)
            {
                *value = *new;
            }
        };
        self.values.iter_mut().chain(&mut self.grown).for_each(new_of);
        for attached in &mut self.attached {
            new_of(&mut attached.kwargs);
            new_of(&mut attached.payload);
        }
    }

    /// The run of a container's own elements.
    fn own_items(&self, owner: Value) -> Option<Items> {
        match self.node_of(owner)? {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) => Some(items),
            Node::FrozenSet(items) | Node::Dict(items) => Some(items),
            Node::Array(_) => match self.array(owner)?.data {
                ArrayData::Objects(items) => Some(items),
                ArrayData::Bytes(_) => None,
            },
            _ => None,
        }
    }

    fn run_mut(&mut self, items: Items) -> &mut [Value] {
        let arena = if items.grows() { &mut self.grown } else { &mut self.values };
        &mut arena[items.run()]
    }

    /// Where a text key lies in a dict's run; of equal keys the last one.
    fn position(&self, dict: Value, key: &str) -> Option<usize> {
        let pairs = self.as_dict(dict)?;
        pairs.chunks_exact(2).rposition(|pair| self.is_str(pair[0], key)).map(|at| 2 * at)
    }

    fn remove_pair(&mut self, dict: Value, at: usize) -> Option<Value> {
        let Value::Ref(id) = dict else { return None };
        let Node::Dict(mut items) = self.nodes[id.index()] else { return None };
        let run = self.run_mut(items);
        let removed = run.get(at + 1).copied();
        run.copy_within(at + 2.., at);
        items.len -= 2;
        if items.len == 0 {
            items = Items { start: GROWS, ..Items::default() };
        }
        self.nodes[id.index()] = Node::Dict(items);
        removed
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::heap::CallKind;
    use crate::limits::Limits;

    fn object(heap: &mut Heap, names: &[&str]) -> Value {
        let class = heap.global("m", "C").expect("small");
        let call = Call { callable: class, args: Heap::EMPTY_TUPLE, kind: CallKind::New };
        let object = heap.add_call(call).expect("small");
        for (value, name) in names.iter().enumerate() {
            heap.set_attr(object, name, Value::Int(value as i32)).expect("small");
        }
        object
    }

    fn attrs(heap: &Heap, object: Value) -> Vec<(String, Option<i64>)> {
        let pairs = heap.object(object).and_then(|object| object.attributes()).unwrap_or_default();
        let name = |value| heap.as_str(value).map(Into::into).unwrap_or_default();
        pairs.chunks(2).map(|pair| (name(pair[0]), heap.as_int(pair[1]))).collect()
    }

    #[test]
    fn attributes_are_set_replaced_and_removed() {
        let mut heap = Heap::new(Limits::default());
        let value = object(&mut heap, &["a", "b", "c"]);
        assert_eq!(heap.set_attr(value, "b", Value::Int(7)), Ok(Some(Value::Int(1))));
        assert_eq!(heap.remove_attr(value, "a"), Some(Value::Int(0)));
        assert_eq!(heap.remove_attr(value, "a"), None);
        heap.set_attr(value, "d", Value::None).expect("small");
        let want = [("b", Some(7)), ("c", Some(2)), ("d", None)].map(|(name, int)| (name.to_owned(), int));
        assert_eq!(attrs(&heap, value), want);
    }

    #[test]
    fn an_emptied_dict_grows_again_and_alone() {
        let mut heap = Heap::new(Limits::default());
        let (one, two) = (object(&mut heap, &["a"]), object(&mut heap, &["b"]));
        heap.remove_attr(one, "a");
        heap.set_attr(one, "x", Value::Int(1)).expect("small");
        heap.set_attr(one, "y", Value::Int(2)).expect("small");
        assert_eq!(attrs(&heap, two), [("b".to_owned(), Some(0))]);
        assert_eq!(attrs(&heap, one), [("x".to_owned(), Some(1)), ("y".to_owned(), Some(2))]);
    }

    #[test]
    fn nodes_change_for_all_who_refer_to_them() {
        let mut heap = Heap::new(Limits::default());
        let old = heap.text("old").expect("small");
        let list = heap.container(Node::List, &[old, Value::None, old]).expect("small");
        heap.replace_item(list, 1, Value::Int(3));
        heap.replace_item(list, 9, Value::Int(4));
        let Value::Ref(id) = old else { panic!("text is a node") };
        heap.redirect(&HashMap::from([(id, Value::Bool(true))]));
        assert_eq!(heap.as_list(list), Some(&[Value::Bool(true), Value::Int(3), Value::Bool(true)][..]));
        let new = heap.own(b"new").expect("small");
        heap.replace_node(old, Node::Bytes(new));
        assert_eq!(heap.as_bytes(old), Some(&b"new"[..]));
    }

    #[test]
    fn calls_get_another_class_and_keep_their_state() {
        let mut heap = Heap::new(Limits::default());
        let value = object(&mut heap, &["a"]);
        let class = heap.global("n", "D").expect("small");
        let call = Call { callable: class, args: Heap::EMPTY_TUPLE, kind: CallKind::Reduce };
        heap.replace_call(value, call).expect("small");
        assert_eq!(heap.object(value).map(|object| object.class()), Some(("n", "D")));
        assert_eq!(attrs(&heap, value).len(), 1);
        heap.clear_states(value).expect("small");
        assert!(attrs(&heap, value).is_empty());
    }
}
