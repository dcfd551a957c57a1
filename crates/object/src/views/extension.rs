use super::{ArrowTexts, Categorical, Index, IndexKind, Site, View, array};
use crate::array::NdArray;
use crate::error::Error;
use crate::heap::{Heap, Value};

/// An array of pandas that wraps a numpy array: text, times, periods, or numbers with a mask.
#[derive(Clone, Copy, Debug)]
pub struct Extension<'h>(Site<'h>);

const WRAPPERS: [&str; 15] = [
    "ArrowStringArray",
    "ArrowStringArrayNumpySemantics",
    "StringArray",
    "DatetimeArray",
    "TimedeltaArray",
    "PeriodArray",
    "PandasArray",
    "NumpyExtensionArray",
    "IntegerArray",
    "FloatingArray",
    "BooleanArray",
    "StringArrayNumpySemantics",
    "DatetimeArrayMixin",
    "TimedeltaArrayMixin",
    "ObjectStringArray",
];

impl<'h> Extension<'h> {
    /// An instance with a state dict, or `__pyx_unpickle_NDArrayBacked(class, checksum, None)`.
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        if (module, name) == ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked") {
            return Some(Self(site));
        }
        let module_known = module == "pandas.arrays" || module.starts_with("pandas.core.arrays.");
        (module_known && WRAPPERS.contains(&name)).then_some(Self(site))
    }

    /// Module and name of the class.
    pub fn class(&self) -> (&'h str, &'h str) {
        let (module, name) = self.0.class();
        let given = self.0.raw_args().first().and_then(|&class| self.0.heap.global_name(class));
        if name == "__pyx_unpickle_NDArrayBacked" { given.unwrap_or((module, name)) } else { (module, name) }
    }

    /// The elements. Those that [`Extension::mask`] marks are missing and mean nothing.
    pub fn data(&self) -> Result<NdArray<'h>, Error> {
        let heap = self.0.heap;
        if let Some(state) = self.0.state_tuple() {
            let found = state.iter().find_map(|&part| heap.ndarray(part));
            return found
                .unwrap_or_else(|| Err(Error::malformed("an array of pandas without its numpy array")));
        }
        match self.0.attr("_ndarray").or_else(|| self.0.attr("_data")) {
            Some(data) => array(heap, data, "the data of an array of pandas"),
            None => Err(Error::malformed("an array of pandas without its numpy array")),
        }
    }

    /// The texts of an array that keeps them in pyarrow.
    pub fn texts(&self) -> Option<Result<ArrowTexts<'h>, Error>> {
        self.0.heap.arrow_texts(self.0.attr("_pa_array")?)
    }

    /// For integers, floats and bools that may be missing: whether each is.
    pub fn mask(&self) -> Option<Result<NdArray<'h>, Error>> {
        self.0.attr("_mask").map(|mask| array(self.0.heap, mask, "a mask"))
    }
}

/// The elements of a pandas index, series or column, with all wrapping taken off.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Values<'h> {
    /// A numpy array.
    Array(NdArray<'h>),
    /// A numpy array, and whether each element is missing.
    Masked(NdArray<'h>, NdArray<'h>),
    /// Texts, some of which may be missing.
    Texts(ArrowTexts<'h>),
    /// Codes and categories.
    Categorical(Categorical<'h>),
    /// The integers from start to stop.
    Range(Index<'h>),
    /// Rows of several levels.
    Multi(Index<'h>),
    /// Anything else, as it stands.
    Other(Value),
}

/// How many objects may be wrapped in each other.
const MAX_WRAPPING: usize = 8;

impl Heap {
    /// The elements that a pandas object holds: of an index its data, of an array its numpy array.
    pub fn pandas_values(&self, value: Value) -> Result<Values<'_>, Error> {
        let mut value = value;
        for _ in 0..MAX_WRAPPING {
            match self.view(value) {
                View::NdArray => return array(self, value, "data").map(Values::Array),
                View::Categorical(categorical) => return Ok(Values::Categorical(categorical)),
                View::Extension(extension) => return extension.values(),
                View::Index(index) => match index.kind() {
                    IndexKind::Range => return Ok(Values::Range(index)),
                    IndexKind::Multi => return Ok(Values::Multi(index)),
                    IndexKind::OfArray => return index.array().map(Values::Array),
                    IndexKind::Interval => return Ok(Values::Other(value)),
                    IndexKind::Plain => value = index.data()?,
                },
                _ => return Ok(Values::Other(value)),
            }
        }
        Err(Error::unsupported(format!("more than {MAX_WRAPPING} pandas objects wrapped in each other")))
    }
}

impl<'h> Extension<'h> {
    fn values(&self) -> Result<Values<'h>, Error> {
        if let Some(texts) = self.texts() {
            return texts.map(Values::Texts);
        }
        match self.mask() {
            Some(mask) => Ok(Values::Masked(self.data()?, mask?)),
            None => self.data().map(Values::Array),
        }
    }
}
