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

/// What joblib adds to a pickle, as the machine meets it. `N` is told of every opcode, those of nested pickles included.
pub struct Joblib<'c, N = NoInline> {
    companions: &'c mut dyn Companions,
    nested: N,
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
            used: Vec::new(),
            inline_arrays: 0,
            inline_bytes: 0,
            dtypes: HashMap::new(),
        }
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
        match wrapper_of(heap, object) {
            None => Ok(None),
            Some(Wrapper::Inline) => {
                let taken = wrapper::read(heap, object, source, &mut self.nested)?;
                self.keep(heap, object, wrapper::dtype_of(heap, object), source.position)?;
                self.inline_arrays += 1;
                self.inline_bytes += (taken.end - source.position) as u64;
                Ok(Some(taken))
            }
            Some(kind) => {
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
enum Wrapper {
    /// `NumpyArrayWrapper`: the elements follow.
    Inline,
    /// `NDArrayWrapper`: the elements are an npy file.
    File,
    /// `ZNDArrayWrapper`: the elements are a zfile.
    Zipped,
}

fn wrapper_of(heap: &Heap, object: Value) -> Option<Wrapper> {
    match heap.object(object)?.class() {
        ("joblib.numpy_pickle" | "sklearn.externals.joblib.numpy_pickle", name) => match name {
            "NumpyArrayWrapper" => Some(Wrapper::Inline),
            "NDArrayWrapper" => Some(Wrapper::File),
            "ZNDArrayWrapper" => Some(Wrapper::Zipped),
            _ => None,
        },
        _ => None,
    }
}
