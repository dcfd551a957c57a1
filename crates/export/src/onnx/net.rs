//! ONNX nodes and constants, made one by one.

use std::collections::HashMap;

use cannery_graph::DType;

use super::proto::{AttributeProto, AttributeType, DataType, GraphProto, NodeProto, TensorProto};

/// The nodes and the constants of a model, or of the body of a loop in it. Values are known by their names.
#[derive(Default)]
pub(super) struct Net {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    /// Names of small constants, to use them again.
    known: HashMap<Vec<u8>, String>,
    prefix: String,
    bodies: usize,
}

/// Constants up to this many bytes are kept once.
const SMALL: usize = 256;

impl Net {
    /// Applies an operator of ONNX; gives the name of its result.
    pub(super) fn op(&mut self, kind: &str, inputs: &[&str]) -> String {
        self.op_with(kind, inputs, vec![])
    }

    /// Applies an operator of ONNX with attributes.
    pub(super) fn op_with(&mut self, kind: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        self.push("", kind, inputs, attributes, 1).swap_remove(0)
    }

    /// Applies an operator of `ai.onnx.ml`.
    pub(super) fn ml(&mut self, kind: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        self.push("ai.onnx.ml", kind, inputs, attributes, 1).swap_remove(0)
    }

    /// Applies an operator of `com.microsoft`, which only ONNX Runtime has.
    pub(super) fn microsoft(
        &mut self,
        kind: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        self.push("com.microsoft", kind, inputs, attributes, 1).swap_remove(0)
    }

    /// Applies an operator with this many results.
    pub(super) fn push(
        &mut self,
        domain: &str,
        kind: &str,
        inputs: &[&str],
        attribute: Vec<AttributeProto>,
        results: usize,
    ) -> Vec<String> {
        let name = format!("{}{}/{kind}", self.prefix, self.nodes.len());
        let output: Vec<String> = match results {
            1 => vec![name.clone()],
            _ => (0..results).map(|result| format!("{name}:{result}")).collect(),
        };
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: output.clone(),
            name,
            op_type: kind.to_owned(),
            attribute,
            domain: domain.to_owned(),
        });
        output
    }

    /// Gives a value a name that users see.
    pub(super) fn rename(&mut self, value: &str, name: &str) {
        self.op("Identity", &[value]);
        self.name_last(name);
    }

    /// Gives the result of the last operator a name that users see.
    pub(super) fn name_last(&mut self, name: &str) {
        if let Some(node) = self.nodes.last_mut() {
            node.output = vec![name.to_owned()];
        }
    }

    /// A constant of floats, rounded to the dtype.
    pub(super) fn floats(&mut self, dtype: DType, dims: &[usize], values: &[f64]) -> String {
        self.constant(floats(dtype, dims, values))
    }

    /// A constant float without dimensions.
    pub(super) fn float(&mut self, dtype: DType, value: f64) -> String {
        self.floats(dtype, &[], &[value])
    }

    /// A constant of integers.
    pub(super) fn ints(&mut self, dims: &[usize], values: &[i64]) -> String {
        self.constant(ints(dims, values))
    }

    /// A constant list of integers.
    pub(super) fn list(&mut self, values: &[usize]) -> String {
        let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
        self.ints(&[values.len()], &values)
    }

    /// A constant list of truth values.
    pub(super) fn bools(&mut self, dims: &[usize], values: &[bool]) -> String {
        self.constant(tensor(DataType::Bool, dims, values.iter().map(|&value| u8::from(value)).collect()))
    }

    /// A constant list of texts.
    pub(super) fn texts<'t>(&mut self, values: impl IntoIterator<Item = &'t str>) -> String {
        self.constant(texts(values))
    }

    fn constant(&mut self, mut tensor: TensorProto) -> String {
        let key = key(&tensor);
        if let Some(name) = key.as_ref().and_then(|key| self.known.get(key)) {
            return name.clone();
        }
        let name = format!("{}c{}", self.prefix, self.constants.len());
        tensor.name.clone_from(&name);
        self.constants.push(tensor);
        if let Some(key) = key {
            self.known.insert(key, name.clone());
        }
        name
    }

    /// An empty net for the body of a loop; values of this one can be used there by name.
    pub(super) fn body(&mut self) -> Self {
        self.bodies += 1;
        Self { prefix: format!("{}b{}/", self.prefix, self.bodies), ..Self::default() }
    }

    /// Name of a value that the body of a loop is given.
    pub(super) fn given(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The graph, of which inputs and outputs are still to be said.
    pub(super) fn finish(self, name: &str) -> GraphProto {
        let Self { nodes: node, constants: initializer, .. } = self;
        GraphProto { node, name: name.to_owned(), initializer, input: vec![], output: vec![] }
    }

    /// Whether an operator of this domain is used, also in the bodies of loops.
    pub(super) fn uses(&self, domain: &str) -> bool {
        self.nodes.iter().any(|node| node.domain == domain)
    }
}

/// What tells a small constant from others.
fn key(tensor: &TensorProto) -> Option<Vec<u8>> {
    let raw = tensor.raw_data.as_ref().filter(|raw| raw.len() <= SMALL)?;
    let mut key = vec![tensor.data_type as u8, tensor.dims.len() as u8];
    tensor.dims.iter().for_each(|dim| key.extend(dim.to_le_bytes()));
    key.extend(raw);
    Some(key)
}

fn tensor(data_type: DataType, dims: &[usize], raw: Vec<u8>) -> TensorProto {
    let dims = dims.iter().map(|&dim| dim as i64).collect();
    let data_type = data_type as i32;
    TensorProto { dims, data_type, raw_data: Some(raw), string_data: vec![], name: String::new() }
}

/// A tensor of floats, rounded to the dtype: float32, else float64.
pub(super) fn floats(dtype: DType, dims: &[usize], values: &[f64]) -> TensorProto {
    match dtype {
        DType::F32 => {
            let raw = values.iter().flat_map(|&value| (value as f32).to_le_bytes()).collect();
            tensor(DataType::Float, dims, raw)
        }
        DType::F64 | DType::I64 | DType::Bool | DType::Str | DType::Any => {
            tensor(DataType::Double, dims, values.iter().flat_map(|value| value.to_le_bytes()).collect())
        }
    }
}

/// A tensor of integers.
pub(super) fn ints(dims: &[usize], values: &[i64]) -> TensorProto {
    tensor(DataType::Int64, dims, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A tensor of small integers.
pub(super) fn bytes(values: Vec<u8>) -> TensorProto {
    tensor(DataType::Uint8, &[values.len()], values)
}

/// A list of texts.
pub(super) fn texts<'t>(values: impl IntoIterator<Item = &'t str>) -> TensorProto {
    let string_data: Vec<Vec<u8>> = values.into_iter().map(|value| value.as_bytes().to_vec()).collect();
    let dims = vec![string_data.len() as i64];
    TensorProto { dims, data_type: DataType::String as i32, string_data, raw_data: None, name: String::new() }
}

/// The type of tensors that hold a dtype.
pub(super) fn data_type(dtype: DType) -> DataType {
    match dtype {
        DType::F32 => DataType::Float,
        DType::F64 => DataType::Double,
        DType::I64 => DataType::Int64,
        DType::Bool => DataType::Bool,
        DType::Str => DataType::String,
        DType::Any => DataType::Undefined,
    }
}

/// An attribute that is an integer.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { i: Some(value), ..attribute(name, AttributeType::Int) }
}

/// An attribute that is a list of integers.
pub(super) fn int_list(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto { ints, ..attribute(name, AttributeType::Ints) }
}

/// An attribute that is a text.
pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { s: Some(value.into()), ..attribute(name, AttributeType::String) }
}

/// An attribute that is a list of texts.
pub(super) fn text_list<'t>(name: &str, values: impl IntoIterator<Item = &'t str>) -> AttributeProto {
    let strings = values.into_iter().map(Into::into).collect();
    AttributeProto { strings, ..attribute(name, AttributeType::Strings) }
}

/// An attribute that is a tensor.
pub(super) fn of_tensor(name: &str, tensor: TensorProto) -> AttributeProto {
    AttributeProto { t: Some(tensor), ..attribute(name, AttributeType::Tensor) }
}

/// An attribute that is the body of a loop.
pub(super) fn of_graph(name: &str, graph: GraphProto) -> AttributeProto {
    AttributeProto { g: Some(graph), ..attribute(name, AttributeType::Graph) }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: kind as i32, ..AttributeProto::default() }
}
