use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use bytes::Bytes;
use cannery_object::{BufferId, Call, CallKind, Heap, Limit, Value};

use super::json::{Json, Kind};
use super::loader::Loader;
use super::node::Node;
use crate::error::{Error, Result, shorten};
use crate::zip::Archive;

/// The tree of nodes while it is turned into values: children first, without recursion.
pub(super) struct Tree<'a> {
    pub(super) heap: &'a mut Heap,
    pub(super) protocol: u32,
    archive: &'a Archive,
    json: &'a Json<'a>,
    made: HashMap<u64, Made>,
    files: HashMap<String, File>,
    hasher: RandomState,
    work: Vec<Work<'a>>,
    values: Vec<Value>,
}

/// An object with an id: where it was first written, and its value once there is one.
struct Made {
    at: usize,
    value: Option<Value>,
}

/// An entry of the archive that a node has asked for.
struct File {
    bytes: Bytes,
    buffer: BufferId,
    array: Option<Value>,
    hash: Option<u64>,
}

enum Work<'a> {
    Visit(Node<'a>),
    Make { node: Node<'a>, loader: Loader, id: Option<u64>, children: usize },
}

impl<'a> Tree<'a> {
    pub(super) fn new(heap: &'a mut Heap, archive: &'a Archive, json: &'a Json<'a>, protocol: u32) -> Self {
        let (made, files) = (HashMap::new(), HashMap::new());
        let hasher = RandomState::new();
        Self { heap, protocol, archive, json, made, files, hasher, work: Vec::new(), values: Vec::new() }
    }

    /// The value of the outermost node.
    pub(super) fn read(&mut self) -> Result<Value> {
        self.work.push(Work::Visit(Node { json: self.json, at: Json::ROOT }));
        while let Some(work) = self.work.pop() {
            match work {
                Work::Visit(node) => self.visit(node)?,
                Work::Make { node, loader, id, children } => {
                    let children = self.values.split_off(self.values.len() - children);
                    let value =
                        self.make(node, loader, &children).map_err(|e| e.at(node.json.offset(node.at)))?;
                    self.values.push(value);
                    if let Some(made) = id.and_then(|id| self.made.get_mut(&id)) {
                        made.value = Some(value);
                    }
                }
            }
        }
        Ok(self.values.pop().unwrap_or(Value::None))
    }

    /// Names of the entries that nodes have used.
    pub(super) fn into_used(self) -> HashSet<String> {
        self.files.into_keys().collect()
    }

    fn visit(&mut self, node: Node<'a>) -> Result<()> {
        let (id, loader) = (node.id()?, node.loader()?);
        if let Some(made) = id.and_then(|id| self.made.get(&id)) {
            let (first, value) = (made.at, made.value);
            let value =
                value.ok_or_else(|| node.malformed("an object holds itself, which skops can't load"))?;
            if loader != Loader::Cached && !self.is_repeated(node, first)? {
                return Err(node.malformed("a node repeats the id of another and differs from it"));
            }
            self.values.push(value);
            return Ok(());
        }
        if loader == Loader::Cached {
            return Err(node.malformed("CachedNode names an object that was not read before"));
        }
        if let Some(id) = id {
            self.heap.budget_mut().spend_memory(2 * size_of::<(u64, Made)>() as u64)?;
            self.made.insert(id, Made { at: node.at, value: None });
        }
        let children = self.children(node, loader)?;
        self.work.push(Work::Make { node, loader, id, children: children.len() });
        self.work.extend(children.into_iter().rev().map(Work::Visit));
        Ok(())
    }

    /// Whether a node is written like the one at `first`. skops reads only the first of the two, but writes both out of
    /// the object, so temporary parts have other ids and their arrays other files, of the same content.
    fn is_repeated(&mut self, node: Node<'a>, first: usize) -> Result<bool> {
        let json = self.json;
        json.same(first, node.at, &mut |name, a, b| match name {
            "__id__" => Ok(json.kind(a) == Kind::Int),
            "file" => {
                Ok(self.content_of(Node { at: a, ..node })? == self.content_of(Node { at: b, ..node })?)
            }
            _ => Ok(false),
        })
    }

    /// Length and keyed hash of the entry that a text names.
    fn content_of(&mut self, name: Node<'a>) -> Result<(usize, u64)> {
        let text = name.json.str(name.at).ok_or_else(|| name.malformed("the file of a node is not text"))?;
        let hasher = self.hasher.clone();
        let file = self.entry(name, &text)?;
        let hash = *file.hash.get_or_insert_with(|| hasher.hash_one(&file.bytes));
        Ok((file.bytes.len(), hash))
    }

    /// The nodes in a node, in the order in which skops reads them.
    fn children(&self, node: Node<'a>, loader: Loader) -> Result<Vec<Node<'a>>> {
        let content = || node.field("content");
        let of_content = |names: &[&str]| names.iter().map(|name| content()?.field(name)).collect();
        match loader {
            Loader::Dict => {
                let key_types = std::iter::once(node.field("key_types")?);
                Ok(key_types.chain(content()?.pairs()?.into_iter().map(|(_, value)| value)).collect())
            }
            Loader::DefaultDict => of_content(&["main", "default_factory"]),
            Loader::DictWithDeprecatedKeys => of_content(&["main", "_deprecated_key_to_new_key"]),
            Loader::List | Loader::Set | Loader::Tuple => content()?.elements(),
            Loader::Partial => of_content(&["func", "args", "kwds", "namespace"]),
            Loader::Method => of_content(&["obj"]),
            Loader::ConstructorFromReduce | Loader::DType | Loader::RandomState => Ok(vec![content()?]),
            Loader::Object => {
                Ok(node.optional("content").filter(|content| !content.is_null()).into_iter().collect())
            }
            Loader::OperatorFunc => Ok(vec![node.field("attrs")?]),
            Loader::MaskedArray => of_content(&["data", "mask"]),
            Loader::RandomGenerator if self.protocol == 0 => Ok(Vec::new()),
            Loader::RandomGenerator if self.protocol == 1 => of_content(&["bit_generator"]),
            Loader::RandomGenerator => of_content(&["bit_generator", "seed_seq"]),
            Loader::NdArray if node.text("type")? == "json" => {
                let mut items = content()?.elements()?;
                items.push(node.field("shape")?);
                Ok(items)
            }
            Loader::Tree | Loader::Loss | Loader::SgdLoss | Loader::QuantileForest => {
                Ok(vec![content()?, node.field("__reduce__")?.field("args")?])
            }
            Loader::NdArray | Loader::Bytes | Loader::Bytearray | Loader::SparseMatrix => Ok(Vec::new()),
            Loader::Cached | Loader::Function | Loader::Json | Loader::Slice | Loader::Type => Ok(Vec::new()),
        }
    }

    /// The value of a node whose children have theirs.
    fn make(&mut self, node: Node<'a>, loader: Loader, children: &[Value]) -> Result<Value> {
        match (loader, children) {
            (Loader::Dict, [key_types, values @ ..]) => self.dict(node, *key_types, values),
            (Loader::DefaultDict, [main, factory]) => self.default_dict(node, *main, *factory),
            (Loader::List, items) => self.list(node, items),
            (Loader::Set, items) => self.set(node, items),
            (Loader::Tuple, items) => self.tuple(node, items),
            (Loader::Bytes, []) => self.bytes(node, cannery_object::Node::Bytes),
            (Loader::Bytearray, []) => self.bytes(node, cannery_object::Node::ByteArray),
            (Loader::Slice, []) => self.slice(node),
            (Loader::Function, []) => self.function(node),
            (Loader::Method, [object]) => self.method(node, *object),
            (Loader::Partial, [func, args, kwds, namespace]) => {
                self.partial(node, [*func, *args, *kwds, *namespace])
            }
            (Loader::Type, []) => self.label(node),
            (Loader::ConstructorFromReduce, [args]) => self.reduced_to_class(node, *args),
            (Loader::Object, content) => self.object(node, content.first().copied()),
            (Loader::Json, []) => self.json_text(node),
            (Loader::OperatorFunc, [args]) => self.operator(node, *args),
            (Loader::NdArray, children) => self.ndarray(node, children),
            (Loader::MaskedArray, [data, mask]) => self.masked_array(node, *data, *mask),
            (Loader::DType, [array]) => self.dtype(node, *array),
            (Loader::RandomState, [state]) => self.random_state(node, *state),
            (Loader::RandomGenerator, states) => self.random_generator(node, states),
            (Loader::SparseMatrix, []) => self.sparse_matrix(node),
            (Loader::Tree, [state, args]) => self.tree(node, *state, *args),
            (Loader::Loss | Loader::SgdLoss, [state, args]) => self.loss(node, *state, *args),
            (Loader::QuantileForest, [state, args]) => self.quantile_forest(node, *state, *args),
            (Loader::DictWithDeprecatedKeys, [main, keys]) => self.deprecated_dict(node, *main, *keys),
            _ => Err(node.malformed(format!("{} has not the parts that it should have", loader.name()))),
        }
    }
}

/// What the loaders share.
impl<'a> Tree<'a> {
    /// A global, its names under the limit `name-bytes`.
    pub(super) fn global(&mut self, module: &str, name: &str) -> Result<Value> {
        let limits = self.heap.budget().limits();
        limits.check(Limit::NameBytes, module.len() as u64)?;
        limits.check(Limit::NameBytes, name.len() as u64)?;
        Ok(self.heap.global(module, name)?)
    }

    /// The global that a node's label names.
    pub(super) fn label(&mut self, node: Node<'a>) -> Result<Value> {
        let (module, name) = node.label()?;
        self.global(&module, &name)
    }

    pub(super) fn call(&mut self, kind: CallKind, callable: Value, args: Value) -> Result<Value> {
        Ok(self.heap.add_call(Call { callable, args, kind })?)
    }

    /// `module.name(*args)` by REDUCE.
    pub(super) fn reduce(&mut self, module: &str, name: &str, args: &[Value]) -> Result<Value> {
        let callable = self.global(module, name)?;
        let args = self.new_tuple(args)?;
        self.call(CallKind::Reduce, callable, args)
    }

    pub(super) fn new_tuple(&mut self, items: &[Value]) -> Result<Value> {
        if items.is_empty() {
            return Ok(Heap::EMPTY_TUPLE);
        }
        Ok(self.heap.container(cannery_object::Node::Tuple, items)?)
    }

    /// Attaches a state unless it is `None` or empty, as skops does for what it makes with arguments.
    pub(super) fn state_unless_empty(&mut self, object: Value, state: Value) -> Result<()> {
        let is_empty = |items: Option<&[Value]>| items.is_some_and(<[Value]>::is_empty);
        if state == Value::None
            || is_empty(self.heap.as_dict(state))
            || is_empty(self.heap.as_sequence(state))
        {
            return Ok(());
        }
        Ok(self.heap.set_state(object, state)?)
    }

    /// The entry that a node names, as bytes and as a buffer of the Heap.
    pub(super) fn file(&mut self, node: Node<'a>) -> Result<(Bytes, BufferId)> {
        let name = node.text("file")?;
        let file = self.entry(node, &name)?;
        Ok((file.bytes.clone(), file.buffer))
    }

    /// The array in the entry that a node names. Nodes that name the same entry get the same array.
    pub(super) fn array_file(&mut self, node: Node<'a>) -> Result<Value> {
        let name = node.text("file")?;
        let file = self.entry(node, &name)?;
        if let Some(array) = file.array {
            return Ok(array);
        }
        let (buffer, len) = (file.buffer, file.bytes.len());
        let array = crate::npy::read_with(self.heap, buffer, 0..len, &mut |_, _, _| {
            // skops writes the elements of such an array as nodes, and does not load this
            Err(Error::malformed("an array of Python objects is a pickle, which has no place here"))
        })
        .map_err(|error| error.within(&shorten(&name)))?;
        self.entry(node, &name)?.array = Some(array);
        Ok(array)
    }

    /// An entry of the archive, read once.
    fn entry(&mut self, node: Node<'a>, name: &str) -> Result<&mut File> {
        if !self.files.contains_key(name) {
            let missing = || node.malformed(format!("the archive has no entry {:?}", shorten(name)));
            let entry =
                self.archive.find(name).filter(|entry| entry.name() != super::SCHEMA).ok_or_else(missing)?;
            let bytes = self.archive.read(entry, self.heap.budget_mut())?;
            let buffer = self.heap.add_buffer(bytes.clone())?;
            self.files.insert(name.to_owned(), File { bytes, buffer, array: None, hash: None });
        }
        self.files.get_mut(name).ok_or_else(|| node.malformed("an entry is missing"))
    }
}
