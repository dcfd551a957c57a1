//! joblib's dumps: pickles with the elements of arrays beside or between the opcodes.
//!
//! Since joblib 0.10 a dump is one file: behind the BUILD of each `NumpyArrayWrapper` stand padding (since 1.2,
//! unless compressed) and the elements, or a nested pickle for arrays of objects. Before 0.10 each array was a file
//! of its own beside the pickle. Source: joblib's `numpy_pickle.py` and `numpy_pickle_compat.py`.

mod companion;
mod wrapper;

pub use companion::{Companion, Companions, Folder, NoCompanions};

use std::collections::HashMap;

use cannery_object::{DType, Heap, Id, Value};
use cannery_pickle::{Error, Inline, NoInline, Op, Source, Taken};

/// How a reader takes the arrays that stand in a dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// joblib since 1.2, which knows of padding.
    #[default]
    Joblib,
    /// joblib from 0.10 to 1.1, for which the elements follow the wrapper at once.
    OldJoblib,
    /// pickle, for which nothing stands there but opcodes.
    Pickle,
}

/// What joblib adds to a pickle, as the machine meets it. `N` is told of every opcode, those of nested pickles included.
pub struct Joblib<'c, N = NoInline> {
    companions: &'c mut dyn Companions,
    nested: N,
    reader: Reader,
    /// The package of the wrappers, which no other joblib knows.
    package: Option<&'static str>,
    /// Nodes of the Heap when the first array was met that the newest joblib takes otherwise.
    pub nodes_before: Option<usize>,
    /// The files beside the pickle that it names, read or not.
    pub used: Vec<Companion>,
    /// Number of arrays whose elements stand inside the stream.
    pub inline_arrays: u64,
    /// Bytes of the stream that are padding and elements.
    pub inline_bytes: u64,
    /// The dtypes by which elements were read: the first array of each, and where its elements begin.
    dtypes: HashMap<Id, (Value, usize)>,
}

impl<'c> Joblib<'c> {
    /// Reads arrays of old dumps through `companions`.
    pub fn new(companions: &'c mut dyn Companions) -> Self {
        Self::watched(companions, NoInline)
    }
}

impl<'c, N: Inline> Joblib<'c, N> {
    /// The same, with a watcher.
    pub fn watched(companions: &'c mut dyn Companions, nested: N) -> Self {
        Self {
            companions,
            nested,
            reader: Reader::default(),
            package: None,
            nodes_before: None,
            used: Vec::new(),
            inline_arrays: 0,
            inline_bytes: 0,
            dtypes: HashMap::new(),
        }
    }

    /// The same as another reader takes it.
    #[must_use]
    pub fn read_by(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }

    /// Remembers by which dtype the elements of a wrapper were read. Objects are a pickle of their own, and an array file
    /// that is not there has no elements.
    fn keep(
        &mut self,
        heap: &mut Heap,
        wrapper: Value,
        dtype: Option<Value>,
        position: usize,
    ) -> Result<(), Error> {
        let array = heap.attached(wrapper).payload;
        if let Some(Value::Ref(id)) = dtype
            && heap.array(array).is_some()
            && !self.dtypes.contains_key(&id)
        {
            let entry = 2 * size_of::<(Id, Value, usize)>() as u64;
            heap.budget_mut().spend_memory(entry).map_err(|limit| Error::limit(position, limit))?;
            self.dtypes.insert(id, (array, position));
        }
        Ok(())
    }

    /// To be called when all is read: whether a dtype was given another state after elements were read by it. The array
    /// in Python shares the dtype, and would take the same bytes for something else, pointers to objects among them.
    ///
    /// # Errors
    /// `Malformed`, at the elements.
    pub fn check(&self, heap: &Heap) -> Result<(), Error> {
        let is_same = |id: Id, array: Value| {
            let now = DType::from_value(heap, Value::Ref(id));
            now.is_ok_and(|now| heap.array(array).is_some_and(|array| array.dtype == now))
        };
        let changed = self.dtypes.iter().filter(|&(&id, &(array, _))| !is_same(id, array));
        match changed.map(|(_, &(_, position))| position).min() {
            None => Ok(()),
            Some(position) => Err(Error::malformed(
                position,
                "the dtype of an array is changed after its elements were read",
            )),
        }
    }
}

impl<N: Inline> Inline for Joblib<'_, N> {
    #[inline(always)]
    fn stepped(&mut self, heap: &Heap, op: Op<'_>) {
        self.nested.stepped(heap, op);
    }

    fn built(&mut self, heap: &mut Heap, object: Value, source: &Source<'_>) -> Result<Option<Taken>, Error> {
        let Some((package, wrapper)) = wrapper_of(heap, object) else { return Ok(None) };
        if *self.package.get_or_insert(package) != package {
            let message = "arrays of two joblibs, each of which takes those of the other for opcodes";
            return Err(Error::malformed(source.position, message));
        }
        match wrapper {
            Wrapper::Inline => {
                let nodes = heap.node_count();
                if self.reader == Reader::Pickle {
                    self.nodes_before.get_or_insert(nodes);
                    return Ok(None);
                }
                let knows_padding = self.reader == Reader::Joblib;
                let (taken, is_padded) =
                    wrapper::read(heap, object, source, knows_padding, &mut self.nested)?;
                if is_padded && !knows_padding {
                    self.nodes_before.get_or_insert(nodes);
                }
                self.keep(heap, object, wrapper::dtype_of(heap, object), source.position)?;
                self.inline_arrays += 1;
                self.inline_bytes += (taken.end - source.position) as u64;
                Ok(Some(taken))
            }
            Wrapper::File | Wrapper::Zipped if self.reader == Reader::Pickle => Ok(None),
            kind @ (Wrapper::File | Wrapper::Zipped) => {
                let companion = companion::read(heap, object, kind == Wrapper::Zipped, self.companions)
                    .map_err(|error| error.into_pickle(source.position))?;
                self.used.push(companion);
                if kind == Wrapper::Zipped {
                    self.keep(heap, object, companion::dtype_of(heap, object), source.position)?;
                }
                Ok(None)
            }
        }
    }
}

/// joblib's three stand-ins for an array.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapper {
    /// `NumpyArrayWrapper`: the elements follow.
    Inline,
    /// `NDArrayWrapper`: the elements are an npy file.
    File,
    /// `ZNDArrayWrapper`: the elements are a zfile.
    Zipped,
}

/// The packages in which there is a joblib.
const PACKAGES: [&str; 2] = ["joblib", "sklearn.externals.joblib"];

/// The package of the joblib that reads an object as an array, and how. The wrappers for files are the same classes in two
/// modules.
pub(crate) fn wrapper_of(heap: &Heap, object: Value) -> Option<(&'static str, Wrapper)> {
    let (module, name) = heap.object(object)?.class();
    let (package, module) = module.rsplit_once('.')?;
    let wrapper = match (module, name) {
        ("numpy_pickle", "NumpyArrayWrapper") => Wrapper::Inline,
        ("numpy_pickle" | "numpy_pickle_compat", "NDArrayWrapper") => Wrapper::File,
        ("numpy_pickle" | "numpy_pickle_compat", "ZNDArrayWrapper") => Wrapper::Zipped,
        _ => return None,
    };
    Some((PACKAGES.into_iter().find(|known| *known == package)?, wrapper))
}
