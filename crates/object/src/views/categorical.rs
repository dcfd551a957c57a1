use super::{Site, array};
use crate::array::NdArray;
use crate::error::Error;
use crate::heap::Value;

/// A pandas categorical: codes into categories, -1 for a missing value.
#[derive(Clone, Copy, Debug)]
pub struct Categorical<'h>(Site<'h>);

impl<'h> Categorical<'h> {
    /// An instance with a state dict (`_codes`, and `_dtype` or before pandas 0.21 `_categories`, `_ordered`), or
    /// `__pyx_unpickle_NDArrayBacked(class, checksum, None)` with the state `(dtype, codes, …)`.
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        match (module, name) {
            ("pandas" | "pandas.core.categorical" | "pandas.core.arrays.categorical", "Categorical") => {
                Some(Self(site))
            }
            ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked") => {
                let class = site.raw_args().first().and_then(|&class| site.heap.global_name(class));
                matches!(class, Some(("pandas" | "pandas.core.arrays.categorical", "Categorical")))
                    .then_some(Self(site))
            }
            _ => None,
        }
    }

    /// The categorical itself.
    pub fn value(&self) -> Value {
        self.0.value
    }

    /// For each element the position of its category; -1 where it is missing.
    pub fn codes(&self) -> Result<NdArray<'h>, Error> {
        match self.0.state_tuple() {
            Some([_, codes, ..]) => array(self.0.heap, *codes, "codes"),
            _ => array(self.0.heap, self.0.required("_codes")?, "codes"),
        }
    }

    /// The categories, an index.
    pub fn categories(&self) -> Result<Value, Error> {
        match self.dtype() {
            Some(dtype) => Ok(dtype.categories()),
            None => self.0.attr("_categories").map_or_else(|| self.0.required("_levels"), Ok),
        }
    }

    /// Whether the categories have an order.
    pub fn ordered(&self) -> Result<bool, Error> {
        match self.dtype() {
            Some(dtype) => Ok(dtype.ordered()),
            None => Ok(matches!(self.0.attr("_ordered"), Some(Value::Bool(true)))),
        }
    }

    fn dtype(&self) -> Option<CategoricalDtype<'h>> {
        let value = match self.0.state_tuple() {
            Some([dtype, ..]) => *dtype,
            _ => self.0.attr("_dtype")?,
        };
        let site = Site::of(self.0.heap, value)?;
        let (module, name) = site.class();
        CategoricalDtype::at(site, module, name)
    }
}

/// The dtype of a pandas categorical.
#[derive(Clone, Copy, Debug)]
pub struct CategoricalDtype<'h>(Site<'h>);

impl<'h> CategoricalDtype<'h> {
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        let known = matches!(module, "pandas" | "pandas.core.dtypes.dtypes" | "pandas.api.types");
        (known && name == "CategoricalDtype").then_some(Self(site))
    }

    /// The categories, an index; `None` when they are not fixed.
    pub fn categories(&self) -> Value {
        let stored = self.0.attr("categories").or_else(|| self.0.attr("_categories"));
        stored.or_else(|| self.0.object.args.first().copied()).unwrap_or(Value::None)
    }

    /// Whether the categories have an order.
    pub fn ordered(&self) -> bool {
        let stored = self.0.attr("ordered").or_else(|| self.0.attr("_ordered"));
        stored.or_else(|| self.0.object.args.get(1).copied()) == Some(Value::Bool(true))
    }
}
