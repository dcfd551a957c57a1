//! Python's own types: `skops/io/_general.py`.

use cannery_object::{Blob, CallKind, Heap, Node as HeapNode, Value};

use super::json::Json;
use super::node::Node;
use super::tree::Tree;
use crate::error::{Error, Result, shorten};
use crate::number::decimal;

impl<'a> Tree<'a> {
    /// A dict, or an object made without arguments and filled like one.
    pub(super) fn dict(&mut self, node: Node<'a>, key_types: Value, values: &[Value]) -> Result<Value> {
        let content = node.field("content")?;
        let types = self.heap.as_list(key_types).map(<[Value]>::to_vec);
        let types = types.ok_or_else(|| node.malformed("the key types of a dict are not a list"))?;
        if types.len() != values.len() {
            return Err(node.malformed("a dict has not one key type for each key"));
        }
        let mut pairs = Vec::with_capacity(2 * values.len());
        for (((name, _), key_type), &value) in content.pairs()?.into_iter().zip(types).zip(values) {
            pairs.extend([self.key(name, key_type)?, value]);
        }
        if node.is("builtins", "dict") {
            return Ok(self.heap.container(HeapNode::Dict, &pairs)?);
        }
        let is_ordered = node.is("collections", "OrderedDict");
        let kind = if is_ordered { CallKind::Reduce } else { CallKind::New };
        let class = self.label(node)?;
        let object = self.call(kind, class, Heap::EMPTY_TUPLE)?;
        self.heap.set_items(object, &pairs)?;
        Ok(object)
    }

    /// A key that JSON has as text, in the type that it had.
    fn key(&mut self, name: Node<'a>, key_type: Value) -> Result<Value> {
        let bytes = name.json.bytes(name.at);
        let text = String::from_utf8_lossy(&bytes);
        let (module, class) = self.heap.global_name(key_type).unwrap_or_default();
        match (module, class) {
            ("builtins", "str") => {
                let blob = self.heap.own(&bytes)?;
                Ok(self.heap.add(HeapNode::Str(blob))?)
            }
            ("builtins", "int") => decimal(self.heap, &text).map_err(|e| e.at(name.json.offset(name.at))),
            ("builtins", "float" | "bool" | "NoneType") => self.json_key(name, &text),
            ("numpy", scalar) => {
                let scalar = scalar.to_owned();
                self.numpy_key(name, &scalar, &text)
            }
            (module, class) => {
                let key_type = format!("{}.{}", shorten(module), shorten(class));
                Err(Error::unsupported(format!("a skops dict with keys of type {key_type}")))
            }
        }
    }

    /// A key that is written as its JSON text.
    fn json_key(&mut self, name: Node<'a>, text: &str) -> Result<Value> {
        let bad = || name.malformed("a key of a dict does not have its type");
        let json = Json::parse(text, self.heap.budget_mut()).map_err(|_| bad())?;
        let value = json.value(Json::ROOT, self.heap)?;
        if self.heap.as_sequence(value).is_some() || self.heap.as_dict(value).is_some() {
            Err(bad())
        } else {
            Ok(value)
        }
    }

    /// `collections.defaultdict(factory)`, filled.
    pub(super) fn default_dict(&mut self, node: Node<'a>, main: Value, factory: Value) -> Result<Value> {
        node.expect(&[("collections", "defaultdict")])?;
        let object = self.reduce("collections", "defaultdict", &[factory])?;
        self.copy_items(node, main, object)?;
        Ok(object)
    }

    /// Fills an object with the items of a dict.
    pub(super) fn copy_items(&mut self, node: Node<'a>, dict: Value, object: Value) -> Result<()> {
        let pairs = self.heap.as_dict(dict).map(<[Value]>::to_vec);
        let pairs = pairs.ok_or_else(|| node.malformed("the main content of a dict is not a dict"))?;
        Ok(self.heap.set_items(object, &pairs)?)
    }

    /// A list, or an object of a subclass filled like one.
    pub(super) fn list(&mut self, node: Node<'a>, items: &[Value]) -> Result<Value> {
        if node.is("builtins", "list") {
            return Ok(self.heap.container(HeapNode::List, items)?);
        }
        let class = self.label(node)?;
        let object = self.call(CallKind::New, class, Heap::EMPTY_TUPLE)?;
        self.heap.append(object, items)?;
        Ok(object)
    }

    /// A set or frozenset, or a subclass called with the list of elements.
    pub(super) fn set(&mut self, node: Node<'a>, items: &[Value]) -> Result<Value> {
        if node.is("builtins", "set") {
            return Ok(self.heap.container(HeapNode::Set, items)?);
        }
        if node.is("builtins", "frozenset") {
            return Ok(self.heap.container(HeapNode::FrozenSet, items)?);
        }
        let list = self.heap.container(HeapNode::List, items)?;
        let args = self.new_tuple(&[list])?;
        self.constructor(node, args)
    }

    /// A tuple, or a named one.
    pub(super) fn tuple(&mut self, node: Node<'a>, items: &[Value]) -> Result<Value> {
        let items = self.new_tuple(items)?;
        if node.is("builtins", "tuple") {
            return Ok(items);
        }
        let class = self.label(node)?;
        self.call(CallKind::New, class, items)
    }

    pub(super) fn bytes(&mut self, node: Node<'a>, make: fn(Blob) -> HeapNode) -> Result<Value> {
        node.expect(&[("builtins", "bytes"), ("builtins", "bytearray"), ("numpy", "bytes_")])?;
        let (bytes, buffer) = self.file(node)?;
        let blob = self.heap.blob(buffer, 0, bytes.len());
        Ok(self.heap.add(make(blob))?)
    }

    /// `slice(start, stop, step)`.
    pub(super) fn slice(&mut self, node: Node<'a>) -> Result<Value> {
        node.expect(&[("builtins", "slice")])?;
        let content = node.field("content")?;
        let mut parts = [Value::None; 3];
        for (part, name) in parts.iter_mut().zip(["start", "stop", "step"]) {
            let field = content.field(name)?;
            *part = field.json.value(field.at, self.heap)?;
        }
        self.reduce("builtins", "slice", &parts)
    }

    /// A function by its name, which protocol 0 keeps in the content.
    pub(super) fn function(&mut self, node: Node<'a>) -> Result<Value> {
        if self.protocol == 0 {
            let content = node.field("content")?;
            return self.global(&content.text("module_path")?, &content.text("function")?);
        }
        self.label(node)
    }

    /// A bound method: `getattr(object, name)`.
    pub(super) fn method(&mut self, node: Node<'a>, object: Value) -> Result<Value> {
        let content = node.field("content")?;
        if node.label()? != content.field("obj")?.label()? {
            return Err(node.malformed("a method is labelled with another class than its object has"));
        }
        let name = self.heap.text(&content.text("func")?)?;
        self.reduce("builtins", "getattr", &[object, name])
    }

    /// `functools.partial(func)` with the state `(func, args, kwds, namespace)`.
    pub(super) fn partial(&mut self, node: Node<'a>, state: [Value; 4]) -> Result<Value> {
        node.expect(&[("functools", "partial")])?;
        let object = self.reduce("functools", "partial", &state[..1])?;
        let state = self.new_tuple(&state)?;
        self.heap.set_state(object, state)?;
        Ok(object)
    }

    /// What `__reduce__` answers when it is the class and its arguments. A frozenset is one of these.
    pub(super) fn reduced_to_class(&mut self, node: Node<'a>, args: Value) -> Result<Value> {
        let frozen = node.is("builtins", "frozenset");
        let single = self.heap.as_tuple(args).filter(|args| frozen && args.len() == 1).map(|args| args[0]);
        match single.and_then(|list| self.heap.node_of(list)) {
            Some(HeapNode::List(items)) => Ok(self.heap.add(HeapNode::FrozenSet(items))?),
            _ => self.constructor(node, args),
        }
    }

    /// The class called with a tuple of arguments.
    pub(super) fn constructor(&mut self, node: Node<'a>, args: Value) -> Result<Value> {
        self.expect_tuple(node, args)?;
        let class = self.label(node)?;
        self.call(CallKind::Reduce, class, args)
    }

    pub(super) fn expect_tuple(&self, node: Node<'a>, args: Value) -> Result<()> {
        if self.heap.as_tuple(args).is_some() {
            Ok(())
        } else {
            Err(node.malformed("the arguments of a call are not a tuple"))
        }
    }

    /// An object made with `__new__` and given its state.
    pub(super) fn object(&mut self, node: Node<'a>, state: Option<Value>) -> Result<Value> {
        let class = self.label(node)?;
        let object = self.call(CallKind::New, class, Heap::EMPTY_TUPLE)?;
        if let Some(state) = state.filter(|&state| state != Value::None) {
            self.heap.set_state(object, state)?;
        }
        Ok(object)
    }

    /// A value that is written as JSON in a JSON string.
    pub(super) fn json_text(&mut self, node: Node<'a>) -> Result<Value> {
        node.expect(&[("builtins", "str")])?;
        let text = node.text("content")?;
        let json = Json::parse(&text, self.heap.budget_mut())
            .map_err(|e| e.moved_to(node.json.offset(node.at) as u64))?;
        json.value(Json::ROOT, self.heap)
    }

    /// `operator.attrgetter`, `itemgetter` or `methodcaller`, called.
    pub(super) fn operator(&mut self, node: Node<'a>, args: Value) -> Result<Value> {
        let (module, name) = node.label()?;
        if module != "operator" {
            return Err(node.malformed("OperatorFuncNode names a function of another module than operator"));
        }
        self.expect_tuple(node, args)?;
        let callable = self.global("operator", &name)?;
        self.call(CallKind::Reduce, callable, args)
    }
}
