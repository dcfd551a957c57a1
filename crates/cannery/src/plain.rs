//! Values of a file as plain data, for callers that show parameters and fitted attributes or hand them on.

use cannery_object::{Element, Heap, Kind, NdArray, Node, Order, Value, View};

use crate::error::{Error, Result};
use crate::inspect::integer;
use crate::model::Model;

/// A value of a model file as Python would hold it. What is neither a number, a text, a container nor an array is an
/// [`Object`](Self::Object): an estimator, a function, a frame.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Plain {
    /// `None`.
    None,
    /// `bool`.
    Bool(bool),
    /// `int` of 64 bits.
    Int(i64),
    /// `int` of more than 64 bits, in decimal digits; in hexadecimal with `0x` where it has more than 4,300 digits.
    BigInt(String),
    /// `float`.
    Float(f64),
    /// `str`; of Python 2 also a `str` whose encoding the file does not say, read as latin-1.
    Str(String),
    /// `bytes` or `bytearray`.
    Bytes(Vec<u8>),
    /// `list`.
    List(Vec<Plain>),
    /// `tuple`.
    Tuple(Vec<Plain>),
    /// `set` or `frozenset`.
    Set(Vec<Plain>),
    /// `dict`: keys and values in the order of the file.
    Dict(Vec<(Plain, Plain)>),
    /// A numpy array, or a scalar of numpy as an array without dimensions.
    Array(PlainArray),
    /// Anything else, and containers more than 32 deep.
    Object(Model),
}

/// A numpy array of numbers, texts or objects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlainArray {
    /// numpy's code of the dtype: `<f8`, `<U6`, `|O`.
    pub dtype: String,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Whether elements are stored in Fortran order.
    pub fortran: bool,
    /// The elements in stored order.
    pub elements: Elements,
}

/// Elements of an array.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Elements {
    /// As many bytes as shape and dtype say.
    Bytes(Vec<u8>),
    /// Python objects.
    Objects(Vec<Plain>),
}

/// Containers in containers that are followed.
const MAX_DEPTH: usize = 32;
/// Values of one tree: shared containers would otherwise be repeated in 2ⁿ places.
const MAX_VALUES: usize = 1 << 22;
/// Bytes of all arrays and texts of one tree.
const MAX_BYTES: usize = 1 << 30;

impl Model {
    /// The estimator that predicts, as a model of its own: the root, or the one in the root's containers.
    ///
    /// # Errors
    /// `Usage` when there are several; the message names their [parts](Self::part).
    pub fn estimator_part(&self) -> Result<Self> {
        self.target()
    }

    /// The value that the model is, as plain data.
    ///
    /// ```
    /// let file = cannery::loads(b"\x80\x04]\x94(K\x01\x88e.")?;
    /// assert!(matches!(file.plain()?, cannery::Plain::List(items) if items.len() == 2));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Limit` when it holds more than 4,194,304 values or 1 GiB.
    pub fn plain(&self) -> Result<Plain> {
        Reader::new(self).read(self.root(), 0)
    }

    /// An attribute of the object that the model is, as plain data; `None` where there is none of this name.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert!(matches!(model.attribute("gamma")?, Some(cannery::Plain::Str(text)) if text == "scale"));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`plain`](Self::plain).
    pub fn attribute(&self, name: &str) -> Result<Option<Plain>> {
        let value = self.heap().object(self.root()).and_then(|object| object.attr(name));
        value.map(|value| Reader::new(self).read(value, 0)).transpose()
    }

    /// The names of the attributes of the object that the model is, in the order of the file.
    pub fn attributes(&self) -> Vec<String> {
        let heap = self.heap();
        let pairs = heap.object(self.root()).and_then(|object| object.attributes()).unwrap_or_default();
        pairs.iter().step_by(2).filter_map(|&name| heap.as_str(name).map(String::from)).collect()
    }
}

/// Reads values of one model, as many as the limits above allow.
pub(crate) struct Reader<'m> {
    model: &'m Model,
    heap: &'m Heap,
    values: usize,
    bytes: usize,
}

impl<'m> Reader<'m> {
    pub(crate) fn new(model: &'m Model) -> Self {
        Self { model, heap: model.heap(), values: MAX_VALUES, bytes: MAX_BYTES }
    }

    fn spend(&mut self, bytes: usize) -> Result<()> {
        let left = (self.values.checked_sub(1), self.bytes.checked_sub(bytes));
        let (Some(values), Some(bytes)) = left else {
            return Err(Error::over_limit("the value is too large to be handed out: ask for a part of it"));
        };
        (self.values, self.bytes) = (values, bytes);
        Ok(())
    }

    /// Recursion ends at [`MAX_DEPTH`].
    pub(crate) fn read(&mut self, value: Value, depth: usize) -> Result<Plain> {
        let heap = self.heap;
        self.spend(0)?;
        match value {
            Value::None => return Ok(Plain::None),
            Value::Bool(b) => return Ok(Plain::Bool(b)),
            Value::Int(i) => return Ok(Plain::Int(i.into())),
            Value::Ref(_) => {}
        }
        match heap.view(value) {
            View::Plain => self.node(value, depth),
            View::NdArray => match heap.ndarray(value) {
                Some(Ok(array)) => self.array(value, &array, depth),
                _ => Ok(self.object(value)),
            },
            View::Scalar(scalar) => {
                Ok(scalar.read().ok().and_then(|(_, x)| plain_of(x)).unwrap_or_else(|| self.object(value)))
            }
            View::Builtin(builtin) => match (builtin.name, builtin.elements()) {
                ("set" | "frozenset", Ok(items)) => Ok(Plain::Set(self.all(items, depth)?)),
                _ => Ok(self.object(value)),
            },
            _ => Ok(self.object(value)),
        }
    }

    fn node(&mut self, value: Value, depth: usize) -> Result<Plain> {
        let heap = self.heap;
        let Some(node) = heap.node_of(value) else { return Ok(self.object(value)) };
        if depth >= MAX_DEPTH && is_container(node) {
            return Ok(self.object(value));
        }
        Ok(match node {
            Node::Int(i) => Plain::Int(i),
            Node::BigInt(blob) => Plain::BigInt(integer(heap.bytes(blob))),
            Node::Float(x) => Plain::Float(x),
            Node::Str(blob) | Node::Str8(blob) => {
                self.spend(blob.len())?;
                Plain::Str(heap.as_str(value).map(String::from).unwrap_or_default())
            }
            Node::Bytes(blob) | Node::ByteArray(blob) => {
                self.spend(blob.len())?;
                Plain::Bytes(heap.bytes(blob).to_vec())
            }
            Node::List(items) => Plain::List(self.all(heap.items(items), depth)?),
            Node::Tuple(items) => Plain::Tuple(self.all(heap.items(items), depth)?),
            Node::Set(items) | Node::FrozenSet(items) => Plain::Set(self.all(heap.items(items), depth)?),
            Node::Dict(items) => {
                let flat = self.all(heap.items(items), depth)?;
                let (mut pairs, mut flat) = (Vec::with_capacity(flat.len() / 2), flat.into_iter());
                while let (Some(key), Some(value)) = (flat.next(), flat.next()) {
                    pairs.push((key, value));
                }
                Plain::Dict(pairs)
            }
            _ => self.object(value),
        })
    }

    fn all(&mut self, items: &[Value], depth: usize) -> Result<Vec<Plain>> {
        items.iter().map(|&item| self.read(item, depth + 1)).collect()
    }

    fn array(&mut self, value: Value, array: &NdArray<'_>, depth: usize) -> Result<Plain> {
        if matches!(array.dtype.kind, Kind::Struct(_) | Kind::SubArray(..)) || array.class.is_some() {
            return Ok(self.object(value));
        }
        let elements = match (array.objects(), array.raw()) {
            (Some(_), _) if depth >= MAX_DEPTH => return Ok(self.object(value)),
            (Some(objects), _) => Elements::Objects(self.all(objects, depth)?),
            (None, raw) => {
                let raw = raw.unwrap_or_default();
                self.spend(raw.len())?;
                Elements::Bytes(raw.to_vec())
            }
        };
        Ok(Plain::Array(PlainArray {
            dtype: array.dtype.to_string(),
            shape: array.shape.to_vec(),
            fortran: array.order == Order::Fortran,
            elements,
        }))
    }

    fn object(&self, value: Value) -> Plain {
        Plain::Object(self.model.at(value))
    }
}

fn is_container(node: Node) -> bool {
    matches!(node, Node::List(_) | Node::Tuple(_) | Node::Set(_) | Node::FrozenSet(_) | Node::Dict(_))
}

/// A scalar of numpy as Python's own.
fn plain_of(element: Element<'_>) -> Option<Plain> {
    Some(match element {
        Element::Bool(b) => Plain::Bool(b),
        Element::Int(i) => Plain::Int(i),
        Element::UInt(u) => i64::try_from(u).map_or_else(|_| Plain::BigInt(u.to_string()), Plain::Int),
        Element::Float(x) => Plain::Float(x),
        Element::Str(text) => Plain::Str(text),
        Element::Bytes(bytes) => Plain::Bytes(bytes.into_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_keep_their_dtype() {
        let model = crate::open("../../examples/iris_svc.joblib").expect("the example");
        let Ok(Some(Plain::Array(array))) = model.attribute("support_") else { panic!("an array") };
        assert_eq!((array.dtype.as_str(), &array.shape[..]), ("<i4", &[60][..]));
        assert!(matches!(array.elements, Elements::Bytes(bytes) if bytes.len() == 240));
        assert!(model.attribute("absent_").expect("nothing to read").is_none());
    }

    #[test]
    fn shared_containers_are_not_repeated_without_end() {
        // 2^40 places in 40 lists
        let mut pickle = b"\x80\x02]q\x000".to_vec();
        for k in 0_u8..40 {
            pickle.extend([b']', b'q', k + 1, b'(', b'h', k, b'h', k, b'e', b'0']);
        }
        pickle.extend(b"h\x28.");
        let model = crate::loads(&pickle).expect("a pickle");
        assert!(matches!(model.plain(), Err(Error::Limit(_))));
    }
}
