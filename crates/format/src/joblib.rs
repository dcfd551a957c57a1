//! joblib's dumps: pickles with the elements of arrays beside or between the opcodes.
//!
//! Since joblib 0.10 a dump is one file: behind the BUILD of each `NumpyArrayWrapper` stand padding (since 1.2,
//! unless compressed) and the elements, or a nested pickle for arrays of objects. Before 0.10 each array was a file
//! of its own beside the pickle. Source: joblib's `numpy_pickle.py` and `numpy_pickle_compat.py`.

mod companion;
mod wrapper;

pub use companion::{Companion, Companions, Folder, NoCompanions};

use cannery_object::{Heap, Value};
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
        Self { companions, nested, used: Vec::new(), inline_arrays: 0, inline_bytes: 0 }
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
                self.inline_arrays += 1;
                self.inline_bytes += (taken.end - source.position) as u64;
                Ok(Some(taken))
            }
            Some(kind) => {
                let companion = companion::read(heap, object, kind == Wrapper::Zipped, self.companions)
                    .map_err(|error| error.into_pickle(source.position))?;
                self.used.push(companion);
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
