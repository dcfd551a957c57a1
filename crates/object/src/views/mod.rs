//! Typed views: what the objects of Python, numpy, scipy and pandas in a Heap are.
//!
//! [`Heap::view`] looks at nothing but the exact (module, name) pair of a call, so it is cheap and can't fail. The
//! contents are decoded by the methods of each variant, which fail when they are not what the library of that
//! name writes. Values inside a view stay [`Value`]s: whoever walks them decides how deep.

mod arrow;
mod builtins;
mod categorical;
mod children;
mod extension;
mod frame;
mod index;
mod instant;
mod masked;
mod positions;
mod random;
mod scalar;
mod sparse;
mod time;

pub use arrow::ArrowTexts;
pub use builtins::{Builtin, Partial};
pub use categorical::{Categorical, CategoricalDtype};
pub use children::Children;
pub use extension::{Extension, Values};
pub use frame::{Column, DataFrame, Series};
pub use index::{Index, IndexKind};
pub use instant::{Instant, iso_text};
pub use masked::{MaskedArray, mask_dtype};
pub use positions::Positions;
pub use random::{Random, RandomKind};
pub use scalar::Scalar;
pub use sparse::{Sparse, SparseFormat};
pub use time::{Moment, Time};

use crate::error::Error;
use crate::heap::{CallKind, Heap, Value};
use crate::known::{Kind, known};
use crate::object::Object;

/// What a value is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum View<'h> {
    /// An immediate, a scalar, text, bytes, a container, a global in any spelling, or anything else that its node
    /// describes.
    Plain,
    /// A numpy array: see [`Heap::ndarray`].
    NdArray,
    /// A numpy dtype: see [`DType::from_value`](crate::DType::from_value).
    DType,
    /// A numpy scalar.
    Scalar(Scalar<'h>),
    /// A numpy masked array.
    MaskedArray(MaskedArray<'h>),
    /// A numpy random state, generator or bit generator.
    Random(Random<'h>),
    /// A scipy sparse matrix or array.
    Sparse(Sparse<'h>),
    /// A pandas index of any class.
    Index(Index<'h>),
    /// A pandas categorical.
    Categorical(Categorical<'h>),
    /// The dtype of a pandas categorical.
    CategoricalDtype(CategoricalDtype<'h>),
    /// Any other array of pandas: text, times, integers with missing values.
    Extension(Extension<'h>),
    /// A pandas series.
    Series(Series<'h>),
    /// A pandas frame.
    DataFrame(DataFrame<'h>),
    /// A builtin or a container of `collections` that pickle writes as a call.
    Builtin(Builtin<'h>),
    /// `functools.partial`.
    Partial(Partial<'h>),
    /// A value of the module `datetime`.
    Time(Time<'h>),
    /// An instance of a class that no other variant knows.
    Object(Object<'h>),
    /// The result of a function that no other variant knows, or of calling what is no global.
    Call,
}

impl Heap {
    /// What a value is, decided by the exact name of its class or function.
    pub fn view(&self, value: Value) -> View<'_> {
        if self.array(value).is_some() {
            return View::NdArray;
        }
        let Some(call) = self.call(value) else { return View::Plain };
        if self.global_name(value).is_some() {
            return View::Plain;
        }
        let Some(object) = self.object(value) else { return View::Call };
        let site = Site { heap: self, value, object };
        let (module, name) = object.class();
        let known = match module.split('.').next().unwrap_or_default() {
            "numpy" | "mtrand" => numpy(site, module, name),
            "dill" => self.dill_array(value).map(|_| View::NdArray),
            "joblib" => is_array_wrapper(module, name),
            "sklearn" if module == "sklearn.externals.joblib.numpy_pickle" => is_array_wrapper(module, name),
            "scipy" => Sparse::at(site, module, name).map(View::Sparse),
            "pandas" => pandas(site, module, name),
            "builtins" | "__builtin__" | "collections" | "_codecs" => {
                Builtin::at(site, module, name).map(View::Builtin)
            }
            "functools" | "_functools" => Partial::at(site, name).map(View::Partial),
            "datetime" => Time::at(site, name).map(View::Time),
            _ => None,
        };
        known.unwrap_or_else(|| generic(call.kind, object))
    }
}

fn generic(kind: CallKind, object: Object<'_>) -> View<'_> {
    let is_class = kind != CallKind::Reduce || object.is_reconstructed() || names_class(object.class());
    if is_class { View::Object(object) } else { View::Call }
}

/// Whether a name is that of a class: by the table of known names, else by its spelling.
fn names_class((module, name): (&str, &str)) -> bool {
    if let Some(known) = known(module, name) {
        return matches!(known.kind, Kind::Class | Kind::Estimator | Kind::Exception);
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let lower =
        matches!((module, name), ("operator" | "_operator", "itemgetter" | "attrgetter" | "methodcaller"));
    lower || last.starts_with(|c: char| c.is_ascii_uppercase())
}

fn numpy<'h>(site: Site<'h>, module: &str, name: &str) -> Option<View<'h>> {
    match (module, name) {
        ("numpy.core.multiarray" | "numpy._core.multiarray" | "numpy.core._internal", "_reconstruct") => {
            Some(Index::of_array(site).map_or(View::NdArray, View::Index))
        }
        ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Some(View::NdArray),
        ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Some(View::Scalar(Scalar(site))),
        ("numpy" | "numpy.core.multiarray" | "numpy._core.multiarray", "dtype") => Some(View::DType),
        ("numpy.ma.core" | "numpy.ma", "_mareconstruct") => Some(View::MaskedArray(MaskedArray(site))),
        _ => Random::at(site, module, name).map(View::Random),
    }
}

fn is_array_wrapper<'h>(module: &str, name: &str) -> Option<View<'h>> {
    let wrapper = matches!(name, "NumpyArrayWrapper" | "NDArrayWrapper" | "ZNDArrayWrapper");
    (wrapper && module.ends_with("joblib.numpy_pickle")).then_some(View::NdArray)
}

fn pandas<'h>(site: Site<'h>, module: &str, name: &str) -> Option<View<'h>> {
    let index = || Index::at(site, module, name).map(View::Index);
    let categorical = || Categorical::at(site, module, name).map(View::Categorical);
    let dtype = || CategoricalDtype::at(site, module, name).map(View::CategoricalDtype);
    let extension = || Extension::at(site, module, name).map(View::Extension);
    let series = || Series::at(site, module, name).map(View::Series);
    let frame = || DataFrame::at(site, module, name).map(View::DataFrame);
    let known = index().or_else(categorical).or_else(dtype).or_else(extension).or_else(series).or_else(frame);
    known.or_else(|| is_extension_type(module).then_some(View::Call))
}

/// Instants and the like: what their classes return is another class, or NaT.
fn is_extension_type(module: &str) -> bool {
    module.starts_with("pandas._libs.") || matches!(module, "pandas.tslib" | "pandas._period")
}

/// A call in its Heap, which every view holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'h> {
    pub(crate) heap: &'h Heap,
    pub(crate) value: Value,
    pub(crate) object: Object<'h>,
}

impl<'h> Site<'h> {
    /// The site of a value that is a call of a global.
    fn of(heap: &'h Heap, value: Value) -> Option<Self> {
        Some(Self { heap, value, object: heap.object(value)? })
    }

    fn class(&self) -> (&'h str, &'h str) {
        self.object.class()
    }

    /// The arguments of the call as written, those that only name the class included.
    fn raw_args(&self) -> &'h [Value] {
        self.heap.call(self.value).and_then(|call| self.heap.as_tuple(call.args)).unwrap_or_default()
    }

    fn attr(&self, name: &str) -> Option<Value> {
        entry(self.heap, self.object.attributes()?, name)
    }

    fn required(&self, name: &str) -> Result<Value, Error> {
        self.attr(name).ok_or_else(|| {
            let (_, class) = self.class();
            Error::malformed(format!("{class} has no attribute {name}"))
        })
    }

    /// The one state of the object, when it is a tuple.
    fn state_tuple(&self) -> Option<&'h [Value]> {
        self.object.state().and_then(|state| self.heap.as_tuple(state))
    }
}

/// Entries of the largest dict in which a view looks for a name. What numpy, scipy and pandas write has a dozen; one dict
/// with many can be the state of many objects.
const MAX_ENTRIES: usize = 1024;

/// The value of a name in a dict's pairs.
fn entry(heap: &Heap, pairs: &[Value], name: &str) -> Option<Value> {
    if pairs.len() > 2 * MAX_ENTRIES { None } else { heap.lookup(pairs, name) }
}

/// An array that a view needs.
fn array<'h>(heap: &'h Heap, value: Value, what: &str) -> Result<crate::NdArray<'h>, Error> {
    heap.ndarray(value).ok_or_else(|| Error::malformed(format!("{what} is not an array")))?
}

#[cfg(test)]
mod rare_tests;
#[cfg(test)]
pub(crate) mod tests;
