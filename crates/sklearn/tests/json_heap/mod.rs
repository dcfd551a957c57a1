//! Heaps from the JSON that the `make.py` scripts write, and what models in them compute.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod expected;
pub(crate) mod rows;

use cannery_exec::Program;
use cannery_graph::{DType as GraphDType, Signature};
use cannery_object::{
    Array as HeapArray, ByteOrder, Call, CallKind, DType, Field, Heap, Items, Kind, Limits, Node, Order,
    Value as HeapValue,
};
use cannery_rows::{Column, RowsView};
use cannery_sklearn::{Error, Estimator};
use serde_json::{Map, Value};

/// An array of a case.
pub(crate) struct Array {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Array {
    pub(crate) fn from_json(json: &Value) -> Self {
        let shape =
            json["shape"].as_array().expect("a shape").iter().map(|d| d.as_u64().expect("a length") as usize);
        let dtype = json["dtype"].as_str().expect("a dtype").into();
        Self { dtype, shape: shape.collect(), bytes: unhex(&json["hex"]) }
    }

    fn each<const N: usize, T>(&self, decode: fn([u8; N]) -> T) -> Vec<T> {
        self.bytes.chunks_exact(N).map(|bytes| decode(bytes.try_into().expect("N bytes"))).collect()
    }

    pub(crate) fn f64s(&self) -> Vec<f64> {
        assert_eq!(self.dtype, "<f8");
        self.each(f64::from_le_bytes)
    }

    pub(crate) fn f32s(&self) -> Vec<f32> {
        assert_eq!(self.dtype, "<f4");
        self.each(f32::from_le_bytes)
    }

    pub(crate) fn i64s(&self) -> Vec<i64> {
        assert_eq!(self.dtype, "<i8");
        self.each(i64::from_le_bytes)
    }

    pub(crate) fn i32s(&self) -> Vec<i32> {
        assert_eq!(self.dtype, "<i4");
        self.each(i32::from_le_bytes)
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let width: usize = self.dtype.strip_prefix("<U").expect("text").parse().expect("a width");
        let points = self.each(u32::from_le_bytes);
        let text = |points: &[u32]| {
            points.iter().filter(|&&p| p != 0).map(|&p| char::from_u32(p).expect("a char")).collect()
        };
        points.chunks_exact(width).map(text).collect()
    }
}

fn unhex(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("hexadecimal digits");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// An object of a class with this state; an attribute that is null is left out.
pub(crate) fn object(class: &Value, state: &Map<String, Value>) -> (Heap, HeapValue) {
    let mut heap = Heap::new(Limits::default());
    let value = add_object(&mut heap, class, state);
    (heap, value)
}

/// The same with attributes whose names are the bytes that Python 2 writes.
pub(crate) fn object_of_python2(class: &Value, state: &Map<String, Value>) -> (Heap, HeapValue) {
    let mut heap = Heap::new(Limits::default());
    let name = |heap: &mut Heap, text: &str| {
        let blob = heap.own(text.as_bytes()).expect("small");
        heap.add(Node::Str8(blob)).expect("small")
    };
    let value = add_object_of(&mut heap, class, state, name);
    (heap, value)
}

fn add_object(heap: &mut Heap, class: &Value, state: &Map<String, Value>) -> HeapValue {
    add_object_of(heap, class, state, |heap, text| heap.text(text).expect("small"))
}

fn add_object_of(
    heap: &mut Heap,
    class: &Value,
    state: &Map<String, Value>,
    attribute: impl Fn(&mut Heap, &str) -> HeapValue,
) -> HeapValue {
    let name = |at: usize| class[at].as_str().expect("a name");
    let callable = heap.global(name(0), name(1)).expect("small");
    let call = Call { callable, args: Heap::EMPTY_TUPLE, kind: CallKind::New };
    let object = heap.add_call(call).expect("small");
    let mut pairs = Vec::new();
    for (name, value) in state.iter().filter(|(_, value)| !value.is_null()) {
        pairs.push(attribute(heap, name));
        pairs.push(add(heap, value));
    }
    let dict = heap.container(Node::Dict, &pairs).expect("small");
    heap.set_state(object, dict).expect("small");
    object
}

fn add(heap: &mut Heap, json: &Value) -> HeapValue {
    match json {
        Value::Null => HeapValue::None,
        Value::Bool(b) => HeapValue::Bool(*b),
        Value::Number(n) => heap.int(n.as_i64().expect("an integer")).expect("small"),
        Value::String(text) => heap.text(text).expect("small"),
        Value::Array(elements) => {
            let elements = Vec::from_iter(elements.iter().map(|element| add(heap, element)));
            heap.container(Node::List, &elements).expect("small")
        }
        Value::Object(tagged) => add_tagged(heap, tagged, json),
    }
}

fn add_tagged(heap: &mut Heap, tagged: &Map<String, Value>, json: &Value) -> HeapValue {
    if let Some(float) = tagged.get("float") {
        let bytes = unhex(float).try_into().expect("8 bytes");
        return heap.add(Node::Float(f64::from_le_bytes(bytes))).expect("small");
    }
    if tagged.contains_key("none") {
        return HeapValue::None;
    }
    if let Some(dtype) = tagged.get("scalar") {
        return add_scalar(heap, dtype.as_str().expect("a dtype"), &unhex(&json["hex"]));
    }
    if let Some(Value::Array(elements)) = tagged.get("tuple") {
        let elements = Vec::from_iter(elements.iter().map(|element| add(heap, element)));
        return heap.container(Node::Tuple, &elements).expect("small");
    }
    if let Some(Value::Object(state)) = tagged.get("state") {
        return add_object(heap, &json["class"], state);
    }
    if let Some(Value::Array(objects)) = tagged.get("objects") {
        let elements = Vec::from_iter(objects.iter().map(|object| add(heap, object)));
        let mut items = Items::default();
        heap.extend(&mut items, &elements).expect("small");
        let dtype = DType::from_code("|O").expect("a dtype");
        let shape = match json["shape"].is_array() {
            true => rows::numbers::<usize>(&json["shape"]),
            false => vec![elements.len()],
        };
        let array = HeapArray::of_objects(dtype, shape, Order::C, items).expect("as many as the shape says");
        return heap.add_array(array).expect("small");
    }
    if let Some(name) = tagged.get("global") {
        return heap
            .global(name[0].as_str().expect("a module"), name[1].as_str().expect("a name"))
            .expect("small");
    }
    if let Some(function) = tagged.get("call") {
        return add_call(heap, function, &json["args"]);
    }
    if let Some(function) = tagged.get("partial") {
        return add_partial(heap, function);
    }
    if let Some(class) = tagged.get("built") {
        return add_built(heap, class, &json["with"]);
    }
    if let Some(Value::Array(elements)) = tagged.get("pairs") {
        let elements = Vec::from_iter(elements.iter().map(|element| add(heap, element)));
        return heap.container(Node::Dict, &elements).expect("small");
    }
    if let Some(Value::Array(fields)) = tagged.get("fields") {
        return add_structs(heap, fields, json);
    }
    add_array(heap, &Array::from_json(json))
}

/// A call of a global.
fn add_call(heap: &mut Heap, function: &Value, args: &Value) -> HeapValue {
    let name = |at: usize| function[at].as_str().expect("a name");
    let callable = heap.global(name(0), name(1)).expect("small");
    let args = Vec::from_iter(args.as_array().expect("arguments").iter().map(|arg| add(heap, arg)));
    let args = heap.container(Node::Tuple, &args).expect("small");
    heap.add_call(Call { callable, args, kind: CallKind::Reduce }).expect("small")
}

/// `newObj(class)` of the module of the class, with a state that is no dict.
fn add_built(heap: &mut Heap, class: &Value, state: &Value) -> HeapValue {
    let name = |at: usize| class[at].as_str().expect("a name");
    let callable = heap.global(name(0), "newObj").expect("small");
    let class = heap.global(name(0), name(1)).expect("small");
    let args = heap.container(Node::Tuple, &[class]).expect("small");
    let object = heap.add_call(Call { callable, args, kind: CallKind::Reduce }).expect("small");
    let state = add(heap, state);
    heap.set_state(object, state).expect("small");
    object
}

/// `numpy._core.multiarray.scalar(dtype, bytes)`, its dtype as an array would give it.
fn add_scalar(heap: &mut Heap, dtype: &str, bytes: &[u8]) -> HeapValue {
    let (false_, true_) = (HeapValue::Bool(false), HeapValue::Bool(true));
    let code = heap.text(dtype.trim_start_matches('<')).expect("small");
    let args = heap.container(Node::Tuple, &[code, false_, true_]).expect("small");
    let callable = heap.global("numpy", "dtype").expect("small");
    let dtype = heap.add_call(Call { callable, args, kind: CallKind::Reduce }).expect("small");
    let blob = heap.own(bytes).expect("small");
    let bytes = heap.add(Node::Bytes(blob)).expect("small");
    let args = heap.container(Node::Tuple, &[dtype, bytes]).expect("small");
    let callable = heap.global("numpy._core.multiarray", "scalar").expect("small");
    heap.add_call(Call { callable, args, kind: CallKind::Reduce }).expect("small")
}

/// `functools.partial` of a function, without arguments.
fn add_partial(heap: &mut Heap, function: &Value) -> HeapValue {
    let function = add(heap, function);
    let callable = heap.global("functools", "partial").expect("small");
    let args = heap.container(Node::Tuple, &[function]).expect("small");
    let partial = heap.add_call(Call { callable, args, kind: CallKind::Reduce }).expect("small");
    let keywords = heap.container(Node::Dict, &[]).expect("small");
    let state = [function, Heap::EMPTY_TUPLE, keywords, HeapValue::None];
    let state = heap.container(Node::Tuple, &state).expect("small");
    heap.set_state(partial, state).expect("small");
    partial
}

/// A structured array of one dimension.
fn add_structs(heap: &mut Heap, fields: &[Value], json: &Value) -> HeapValue {
    let field = |field: &Value| Field {
        name: field[0].as_str().expect("a name").into(),
        dtype: DType::from_code(field[1].as_str().expect("a dtype")).expect("a dtype"),
        offset: field[2].as_u64().expect("an offset") as usize,
    };
    let kind = Kind::Struct(fields.iter().map(field).collect());
    let itemsize = json["itemsize"].as_u64().expect("a size") as usize;
    let dtype = DType { kind, itemsize, order: ByteOrder::Little };
    let blob = heap.own(&unhex(&json["hex"])).expect("small");
    let len = json["shape"][0].as_u64().expect("a length") as usize;
    let array = HeapArray::new(dtype, vec![len], Order::C, blob).expect("as many bytes as the shape says");
    heap.add_array(array).expect("small")
}

fn add_array(heap: &mut Heap, array: &Array) -> HeapValue {
    let blob = heap.own(&array.bytes).expect("small");
    let dtype = DType::from_code(&array.dtype).expect("a dtype");
    let array =
        HeapArray::new(dtype, array.shape.clone(), Order::C, blob).expect("as many bytes as the shape says");
    heap.add_array(array).expect("small")
}

/// The cases of a file.
pub(crate) fn cases(text: &str) -> Vec<Value> {
    let Ok(Value::Array(cases)) = serde_json::from_str(text) else { panic!("a list of cases") };
    cases
}

/// The case of a name.
pub(crate) fn case(text: &str, name: &str) -> Value {
    cases(text).into_iter().find(|case| case["name"] == name).expect("a case of this name")
}

/// The model of a case, with some changes.
#[derive(Clone, Copy)]
pub(crate) struct Model<'c> {
    pub(crate) case: &'c Value,
    /// Attributes in place of recorded ones; null takes an attribute away.
    pub(crate) params: &'c Value,
    /// Whether the names of attributes are bytes.
    pub(crate) python2: bool,
}

impl<'c> Model<'c> {
    /// As it was recorded.
    pub(crate) fn of(case: &'c Value) -> Self {
        Self { case, params: &Value::Null, python2: false }
    }

    /// Reads it.
    pub(crate) fn read(self) -> Result<Box<dyn Estimator>, Error> {
        let mut state = self.case["state"].as_object().expect("a state").clone();
        state.extend(self.params.as_object().cloned().unwrap_or_default());
        let (heap, value) = match self.python2 {
            true => object_of_python2(&self.case["class"], &state),
            false => object(&self.case["class"], &state),
        };
        cannery_sklearn::read(&heap, value)
    }
}

/// Reads the model of a case.
pub(crate) fn read(case: &Value) -> Result<Box<dyn Estimator>, Error> {
    Model::of(case).read()
}

/// One output of a model for rows of float32 or float64, as the array is.
pub(crate) fn run(
    model: &(dyn Estimator + 'static),
    x: &Array,
    name: &str,
) -> Result<Column, cannery_exec::Error> {
    let (rows, columns) = (x.shape[0], x.shape[1]);
    let dtype = if x.dtype == "<f4" { GraphDType::F32 } else { GraphDType::F64 };
    let graph = model.lower(&Signature::dense(dtype)).expect("a graph");
    let program = Program::compile(&graph, &[name]).expect("an output of the graph");
    let mut outputs = match dtype {
        GraphDType::F32 => program.run(&RowsView::f32(&x.f32s(), rows, columns).expect("a matrix")),
        _ => program.run(&RowsView::f64(&x.f64s(), rows, columns).expect("a matrix")),
    }?;
    Ok(outputs.remove(0))
}
