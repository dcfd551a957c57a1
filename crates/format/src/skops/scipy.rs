//! Sparse matrices: `skops/io/_scipy.py` and `scipy.sparse.load_npz`.

use cannery_object::{Array, ArrayData, CallKind, Heap, Node as HeapNode, Order, Value};

use super::node::Node;
use super::tree::Tree;
use crate::error::{Error, Result, shorten};
use crate::npz;
use crate::zip::Archive;

/// Dimensions of an array of numpy, and so of coordinates.
const MAX_DIMENSIONS: usize = 64;

impl<'a> Tree<'a> {
    /// The class made with `__new__` and given `{_shape, maxprint, …}`, as scipy pickles it. scipy takes the class from
    /// the format in the npz file, so the label has to agree with it.
    pub(super) fn sparse_matrix(&mut self, node: Node<'a>) -> Result<Value> {
        if node.text("type")? != "scipy" {
            return Err(node.malformed("a sparse matrix has another type than scipy"));
        }
        let parts = self.npz_file(node)?;
        let part = |heap: &Heap, name: &str| heap.as_dict(parts).and_then(|pairs| heap.lookup(pairs, name));
        let format = part(self.heap, "format").and_then(|format| text_of(self.heap, format));
        let format = format.ok_or_else(|| node.malformed("a sparse matrix has no format"))?;
        let names: &[&str] = match &*format {
            "csr" | "csc" | "bsr" => &["indices", "indptr", "data"],
            "dia" => &["offsets", "data"],
            "coo" => &["row", "col", "data"],
            other => {
                return Err(Error::unsupported(format!(
                    "a sparse matrix in the format {:?}",
                    shorten(other)
                )));
            }
        };
        check_label(node, &format)?;
        let mut state = Vec::new();
        let most = if &*format == "coo" { MAX_DIMENSIONS } else { 2 };
        self.attribute(&mut state, "_shape", |tree| tree.sparse_shape(node, part(tree.heap, "shape"), most))?;
        self.attribute(&mut state, "maxprint", |_| Ok(Value::Int(50)))?;
        if let Some(coords) = part(self.heap, "coords").filter(|_| &*format == "coo") {
            self.attribute(&mut state, "coords", |tree| tree.coordinates(node, coords))?;
            self.attribute(&mut state, "data", |tree| tree.array(node, part(tree.heap, "data")))?;
        } else {
            for name in names {
                self.attribute(&mut state, name, |tree| tree.array(node, part(tree.heap, name)))?;
            }
        }
        let state = self.heap.container(HeapNode::Dict, &state)?;
        let class = self.label(node)?;
        let object = self.call(CallKind::New, class, Heap::EMPTY_TUPLE)?;
        self.heap.set_state(object, state)?;
        Ok(object)
    }

    /// The arrays of the npz file that a node names. Objects in it are refused, as scipy does.
    fn npz_file(&mut self, node: Node<'a>) -> Result<Value> {
        let name = node.text("file")?;
        let (bytes, _) = self.file(node)?;
        let archive = Archive::open(&bytes, self.heap.budget().limits());
        let arrays = archive.and_then(|archive| npz::read_numbers(self.heap, &archive));
        arrays.map_err(|error| error.within(&shorten(&name)))
    }

    fn attribute(
        &mut self,
        state: &mut Vec<Value>,
        name: &str,
        value: impl FnOnce(&mut Self) -> Result<Value>,
    ) -> Result<()> {
        let key = self.heap.text(name)?;
        let value = value(self)?;
        state.extend([key, value]);
        Ok(())
    }

    fn array(&mut self, node: Node<'a>, value: Option<Value>) -> Result<Value> {
        let array = value.filter(|&value| self.heap.array(value).is_some());
        array.ok_or_else(|| node.malformed("a sparse matrix lacks one of its arrays"))
    }

    /// The rows of a matrix as a tuple of arrays, which is how scipy keeps coordinates.
    fn coordinates(&mut self, node: Node<'a>, rows: Value) -> Result<Value> {
        let bad = || node.malformed("the coordinates of a sparse matrix are not a matrix of numbers");
        let array = self.heap.array(rows).ok_or_else(bad)?;
        let (&[count, len], ArrayData::Bytes(blob)) = (&array.shape[..], array.data) else {
            return Err(bad());
        };
        if count == 0 || count > MAX_DIMENSIONS {
            return Err(bad());
        }
        if array.order == Order::Fortran && count > 1 && len > 1 {
            return Err(Error::unsupported("a sparse matrix whose coordinates are stored by columns"));
        }
        let (dtype, size) = (array.dtype.clone(), blob.len() / count);
        let mut parts = Vec::with_capacity(count);
        for row in 0..count {
            let data = ArrayData::Bytes(blob.part(row * size, size).ok_or_else(bad)?);
            let array = Array { dtype: dtype.clone(), shape: vec![len], order: Order::C, data };
            parts.push(self.heap.add_array(array)?);
        }
        self.new_tuple(&parts)
    }

    fn sparse_shape(&mut self, node: Node<'a>, shape: Option<Value>, most: usize) -> Result<Value> {
        let bad = || node.malformed("a sparse matrix has no shape");
        let array = shape.and_then(|shape| self.heap.ndarray(shape)).ok_or_else(bad)??;
        let dims = array.i64s()?.into_owned();
        let dims: Option<Vec<usize>> = dims.into_iter().map(|dim| usize::try_from(dim).ok()).collect();
        self.shape_value(&dims.filter(|dims| (1..=most).contains(&dims.len())).ok_or_else(bad)?)
    }
}

/// The text of a 0-d array of bytes or text.
fn text_of(heap: &Heap, value: Value) -> Option<String> {
    use cannery_object::Element;
    let array = heap.ndarray(value)?.ok()?;
    let text = match array.elements().next()?.ok()? {
        Element::Str(text) => Some(text),
        Element::Bytes(bytes) => String::from_utf8(bytes.into_owned()).ok(),
        _ => None,
    };
    text.filter(|_| array.len() == 1)
}

/// `scipy.sparse._csr.csr_matrix` for csr, or `csr_array`; the module without `_` before scipy 1.8, and
/// `scipy.sparse._arrays` for arrays up to 1.10.
fn check_label(node: Node<'_>, format: &str) -> Result<()> {
    let (module, class) = node.label()?;
    let file = module.strip_prefix("scipy.sparse.").map(|file| file.trim_start_matches('_'));
    let kind = class.strip_prefix(format);
    match (file, kind) {
        (Some("arrays"), Some("_array")) => return Ok(()),
        (Some(file), Some("_matrix" | "_array")) if file == format => return Ok(()),
        _ => {}
    }
    let label = format!("{}.{}", shorten(&module), shorten(&class));
    Err(node.malformed(format!("a sparse matrix of format {format} is labelled {label}")))
}
