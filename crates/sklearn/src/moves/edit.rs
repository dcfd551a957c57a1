//! One object in the hands of a rule: reading its attributes, and changing them with a note of each change.

use std::collections::{HashMap, HashSet};

use cannery_object::{Array, Call, CallKind, DType, Element, Heap, Id, Kind, NdArray, Node, Order, Value};

use super::To;
use super::report::{Caveat, Change, Difference, Refusal, RefusalKind, What};
use super::rule::Plain;

/// A result of moving: the error is why the model can't be moved.
pub(crate) type Moved<T> = Result<T, Refusal>;

/// What all edits of one move share.
pub(crate) struct Context {
    pub(crate) to: To,
    pub(crate) changes: Vec<Change>,
    pub(crate) caveats: Vec<Caveat>,
    /// Objects that were made or got another class: later rules must see them under their class. With each, the object
    /// that holds it.
    pub(crate) made: Vec<(Value, Value)>,
    /// Nodes that other values replace wherever they are referred to.
    pub(crate) redirects: HashMap<Id, Value>,
    /// Objects with which a rule has dealt that can be met more than once.
    pub(crate) done: HashSet<(&'static str, Value)>,
    /// The rule at work: its name and its reason.
    pub(crate) rule: (&'static str, &'static str),
}

impl Context {
    pub(crate) fn new(to: To) -> Self {
        Self {
            to,
            changes: Vec::new(),
            caveats: Vec::new(),
            made: Vec::new(),
            redirects: HashMap::new(),
            done: HashSet::new(),
            rule: ("", ""),
        }
    }
}

/// One object.
pub(crate) struct Edit<'e> {
    pub(crate) heap: &'e mut Heap,
    pub(crate) cx: &'e mut Context,
    pub(crate) object: Value,
}

/// Numbers of an array, in C order.
#[derive(Clone, Debug)]
pub(crate) struct Floats {
    pub(crate) values: Vec<f64>,
    pub(crate) shape: Vec<usize>,
}

/// What can become a value.
pub(crate) trait Give {
    fn give(self, heap: &mut Heap) -> Moved<Value>;
}

impl Give for Value {
    fn give(self, _: &mut Heap) -> Moved<Value> {
        Ok(self)
    }
}

impl Give for Plain {
    fn give(self, heap: &mut Heap) -> Moved<Value> {
        Ok(match self {
            Self::None => Value::None,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Int(int) => Value::Int(int),
            Self::Float(float) => heap.add(Node::Float(float))?,
            Self::Text(text) => heap.text(text)?,
            Self::Dict => heap.container(Node::Dict, &[])?,
        })
    }
}

impl Give for &str {
    fn give(self, heap: &mut Heap) -> Moved<Value> {
        Ok(heap.text(self)?)
    }
}

impl Give for f64 {
    fn give(self, heap: &mut Heap) -> Moved<Value> {
        Ok(heap.add(Node::Float(self))?)
    }
}

impl Give for bool {
    fn give(self, _: &mut Heap) -> Moved<Value> {
        Ok(Value::Bool(self))
    }
}

impl Give for usize {
    fn give(self, heap: &mut Heap) -> Moved<Value> {
        Ok(heap.int(i64::try_from(self).unwrap_or(i64::MAX))?)
    }
}

impl Give for Floats {
    fn give(self, heap: &mut Heap) -> Moved<Value> {
        let bytes: Vec<u8> = self.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        array(heap, "<f8", self.shape, &bytes)
    }
}

/// Floats of one dimension.
impl Give for Vec<f64> {
    fn give(self, heap: &mut Heap) -> Moved<Value> {
        let shape = vec![self.len()];
        Floats { values: self, shape }.give(heap)
    }
}

/// A new array over bytes of little-endian elements in C order.
pub(crate) fn array(heap: &mut Heap, code: &str, shape: Vec<usize>, bytes: &[u8]) -> Moved<Value> {
    let dtype = DType::from_code(code).map_err(|error| malformed(&error))?;
    array_of(heap, dtype, shape, bytes)
}

/// A new array over bytes in C order.
pub(crate) fn array_of(heap: &mut Heap, dtype: DType, shape: Vec<usize>, bytes: &[u8]) -> Moved<Value> {
    let blob = heap.own(bytes)?;
    let array = Array::new(dtype, shape, Order::C, blob).map_err(|error| malformed(&error))?;
    Ok(heap.add_array(array)?)
}

/// What a view found.
pub(crate) fn malformed(error: &cannery_object::Error) -> Refusal {
    refusal(RefusalKind::Malformed, Value::None, error.to_string())
}

fn refusal(kind: RefusalKind, object: Value, message: String) -> Refusal {
    Refusal { kind, path: String::new(), message, object }
}

impl Edit<'_> {
    /// Another object, with the same notes.
    pub(crate) fn at(&mut self, object: Value) -> Edit<'_> {
        Edit { heap: self.heap, cx: self.cx, object }
    }

    /// The object in an attribute, with the same notes; `None` where there is none.
    pub(crate) fn child(&mut self, name: &str) -> Option<Edit<'_>> {
        let value = self.get(name)?;
        self.heap.object(value)?;
        Some(self.at(value))
    }

    /// Bare name of the class.
    pub(crate) fn class(&self) -> String {
        class_of(self.heap, self.object).unwrap_or_default().to_owned()
    }

    /// Whether the class has one of these bare names.
    pub(crate) fn is(&self, names: &[&str]) -> bool {
        class_of(self.heap, self.object).is_some_and(|class| names.contains(&class))
    }

    /// Bare name of the class of the object in an attribute.
    pub(crate) fn class_in(&self, name: &str) -> Option<String> {
        class_of(self.heap, self.get(name)?).map(str::to_owned)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.heap.lookup(self.heap.as_dict(self.heap.attributes_dict(self.object)?)?, name)
    }

    /// Whether an attribute is missing or `None`.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.get(name).is_none_or(|value| value == Value::None)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.heap.as_str(self.get(name)?).map(Into::into)
    }

    /// Whether an attribute is one of these texts.
    pub(crate) fn is_text(&self, name: &str, texts: &[&str]) -> bool {
        self.text(name).is_some_and(|text| texts.contains(&&*text))
    }

    /// An integer of Python or numpy, or a truth value.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.heap.integer(self.get(name)?)
    }

    /// A number of Python or numpy.
    pub(crate) fn float(&self, name: &str) -> Option<f64> {
        number(self.heap, self.get(name)?)
    }

    /// Whether an attribute is true.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => flag,
            Some(value) => number(self.heap, value).is_some_and(|number| number != 0.0),
            None => false,
        }
    }

    /// The array in an attribute.
    pub(crate) fn array(&self, name: &str) -> Option<NdArray<'_>> {
        self.heap.ndarray(self.get(name)?)?.ok()
    }

    /// The numbers of an array.
    pub(crate) fn floats(&self, name: &str) -> Option<Floats> {
        let array = self.array(name)?;
        let values = array.f64s().ok()?.into_owned();
        Some(Floats { values, shape: array.shape.to_vec() })
    }

    /// The numbers of an array that a rule can't do without.
    pub(crate) fn need_floats(&self, name: &str) -> Moved<Floats> {
        self.floats(name).ok_or_else(|| {
            refusal(RefusalKind::Malformed, self.object, format!("{name} is not an array of numbers"))
        })
    }

    /// Length of a dimension of an array or sparse matrix, counted from the end if negative; of a list or tuple its length.
    pub(crate) fn dim(&self, name: &str, axis: isize) -> Option<usize> {
        dim(self.heap, self.get(name)?, axis)
    }

    /// Number of classes of a fitted classifier of one output.
    pub(crate) fn class_count(&self) -> Option<usize> {
        self.dim("classes_", 0)
    }

    /// Elements of a list, tuple or object array.
    pub(crate) fn elements(&self, name: &str) -> Vec<Value> {
        self.get(name).map(|value| elements(self.heap, value)).unwrap_or_default()
    }

    /// Sets an attribute.
    pub(crate) fn set(&mut self, name: &str, value: impl Give) -> Moved<()> {
        let value = value.give(self.heap)?;
        let old = self.heap.set_attr(self.object, name, value)?;
        let what = if old.is_some() { What::Changed } else { What::Added };
        if old != Some(value) {
            self.note(name, what);
        }
        Ok(())
    }

    /// Sets an attribute that is missing.
    pub(crate) fn put(&mut self, name: &str, value: impl Give) -> Moved<()> {
        if self.has(name) { Ok(()) } else { self.set(name, value) }
    }

    /// Removes an attribute, and gives its value.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let value = self.heap.remove_attr(self.object, name)?;
        self.note(name, What::Removed);
        Some(value)
    }

    /// Renames an attribute; one that already has the new name stays.
    pub(crate) fn rename(&mut self, old: &str, new: &str) -> Moved<()> {
        if self.has(new) || !self.has(old) {
            return Ok(());
        }
        if let Some(value) = self.heap.remove_attr(self.object, old) {
            self.heap.set_attr(self.object, new, value)?;
            self.note(old, What::Renamed(new.to_owned()));
        }
        Ok(())
    }

    /// Gives the object another class, made without arguments; its attributes stay.
    pub(crate) fn become_class(&mut self, module: &str, name: &str) -> Moved<()> {
        let callable = self.heap.global(module, name)?;
        let call = Call { callable, args: Heap::EMPTY_TUPLE, kind: CallKind::New };
        self.heap.replace_call(self.object, call)?;
        self.note("", What::Became(format!("{module}.{name}")));
        self.cx.made.push((self.object, self.object));
        Ok(())
    }

    /// A new object of a class.
    pub(crate) fn make(&mut self, module: &str, name: &str, attributes: &[(&str, Value)]) -> Moved<Value> {
        let object = make(self.heap, module, name, attributes)?;
        self.cx.made.push((object, self.object));
        Ok(object)
    }

    /// A value.
    pub(crate) fn value(&mut self, value: impl Give) -> Moved<Value> {
        value.give(self.heap)
    }

    /// The target has nothing that computes the same.
    pub(crate) fn impossible(&self, message: impl Into<String>) -> Refusal {
        refusal(RefusalKind::Impossible, self.object, message.into())
    }

    /// The moved object computes something else.
    pub(crate) fn behaves_differently(&mut self, message: impl Into<String>) {
        self.caveat(Difference::Behaviour, message.into());
    }

    /// The object gets another class.
    pub(crate) fn is_another_class(&mut self, message: impl Into<String>) {
        self.caveat(Difference::Class, message.into());
    }

    /// Results differ in their last digits.
    pub(crate) fn differs_in_digits(&mut self, message: impl Into<String>) {
        self.caveat(Difference::Digits, message.into());
    }

    fn caveat(&mut self, difference: Difference, message: String) {
        let class = self.class();
        let caveat = Caveat { path: String::new(), class, difference, message, object: self.object };
        if !self.cx.caveats.contains(&caveat) {
            self.cx.caveats.push(caveat);
        }
    }

    /// Whether the rule meets the object for the first time.
    pub(crate) fn is_first(&mut self) -> bool {
        self.cx.done.insert((self.cx.rule.0, self.object))
    }

    /// Notes a change.
    pub(crate) fn note(&mut self, attribute: &str, what: What) {
        let (rule, why) = self.cx.rule;
        let (path, class) = (String::new(), self.class());
        let attribute = attribute.to_owned();
        self.cx.changes.push(Change { path, class, attribute, what, rule, why, object: self.object });
    }
}

/// A new object of a class.
pub(crate) fn make(heap: &mut Heap, module: &str, name: &str, attributes: &[(&str, Value)]) -> Moved<Value> {
    let callable = heap.global(module, name)?;
    let object = heap.add_call(Call { callable, args: Heap::EMPTY_TUPLE, kind: CallKind::New })?;
    let dict = heap.container(Node::Dict, &[])?;
    heap.set_state(object, dict)?;
    for &(name, value) in attributes {
        heap.set_entry(dict, name, value)?;
    }
    Ok(object)
}

/// Bare name of the class of an object.
pub(crate) fn class_of(heap: &Heap, value: Value) -> Option<&str> {
    heap.object(value).map(|object| object.class().1)
}

/// A number of Python or numpy.
pub(crate) fn number(heap: &Heap, value: Value) -> Option<f64> {
    if let Some(number) = heap.as_float(value) {
        return Some(number);
    }
    if let cannery_object::View::Scalar(scalar) = heap.view(value) {
        return match scalar.read().ok()?.1 {
            Element::Float(x) => Some(x),
            Element::Int(int) => Some(int as f64),
            Element::UInt(int) => Some(int as f64),
            Element::Bool(flag) => Some(f64::from(u8::from(flag))),
            _ => None,
        };
    }
    let array = heap.ndarray(value)?.ok()?;
    if array.len() != 1 {
        return None;
    }
    array.f64s().ok()?.first().copied()
}

/// Length of a dimension, counted from the end if negative.
pub(crate) fn dim(heap: &Heap, value: Value, axis: isize) -> Option<usize> {
    let pick = |shape: &[usize]| {
        let at =
            if axis < 0 { shape.len().checked_sub(axis.unsigned_abs()) } else { usize::try_from(axis).ok() };
        shape.get(at?).copied()
    };
    if let Some(array) = heap.ndarray(value) {
        return pick(&array.ok()?.shape);
    }
    if let Some(items) = heap.as_sequence(value) {
        return if axis == 0 || axis == -1 { Some(items.len()) } else { None };
    }
    let object = heap.object(value)?;
    let shape = object.attr("_shape").or_else(|| object.attr("shape"))?;
    let shape: Option<Vec<usize>> =
        heap.as_tuple(shape)?.iter().map(|&len| usize::try_from(heap.integer(len)?).ok()).collect();
    pick(&shape?)
}

/// Elements of a list, tuple or object array.
pub(crate) fn elements(heap: &Heap, value: Value) -> Vec<Value> {
    if let Some(items) = heap.as_sequence(value) {
        return items.to_vec();
    }
    let Some(Ok(array)) = heap.ndarray(value) else { return Vec::new() };
    if !matches!(array.dtype.kind, Kind::Object) {
        return Vec::new();
    }
    let values = array.elements().filter_map(|element| match element {
        Ok(Element::Object(value)) => Some(value),
        _ => None,
    });
    values.collect()
}
