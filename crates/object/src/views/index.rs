use super::Site;
use crate::array::{NdArray, Order};
use crate::dtype::{DType, shape_of};
use crate::error::Error;
use crate::heap::Value;

/// A pandas index: `_new_Index(class, dict)` and its twins for times, periods and intervals.
#[derive(Clone, Copy, Debug)]
pub struct Index<'h> {
    site: Site<'h>,
    class: (&'h str, &'h str),
    pairs: &'h [Value],
    kind: IndexKind,
}

/// How an index holds its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKind {
    /// In [`Index::data`].
    Plain,
    /// As start, stop and step.
    Range,
    /// As levels and codes into them.
    Multi,
    /// As left and right ends.
    Interval,
    /// As a numpy array that the index itself is, before pandas 0.15.
    OfArray,
}

impl<'h> Index<'h> {
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        let known = match name {
            "_new_Index" => {
                matches!(module, "pandas.core.indexes.base" | "pandas.indexes.base" | "pandas.core.index")
            }
            "_new_DatetimeIndex" => {
                matches!(module, "pandas.core.indexes.datetimes" | "pandas.tseries.index")
            }
            "_new_TimedeltaIndex" => module == "pandas.core.indexes.timedeltas",
            "_new_PeriodIndex" => matches!(module, "pandas.core.indexes.period" | "pandas.tseries.period"),
            "_new_IntervalIndex" => {
                matches!(module, "pandas.core.indexes.interval" | "pandas.indexes.interval")
            }
            _ => false,
        };
        let [class, dict] = site.raw_args() else { return None };
        let (class, pairs) = (site.heap.global_name(*class)?, site.heap.as_dict(*dict)?);
        let kind = match class.1 {
            "RangeIndex" => IndexKind::Range,
            "MultiIndex" => IndexKind::Multi,
            "IntervalIndex" => IndexKind::Interval,
            _ => IndexKind::Plain,
        };
        (known && class.0.split('.').next() == Some("pandas")).then_some(Self { site, class, pairs, kind })
    }

    /// `_reconstruct(class, (0,), b'b')` with the state `(state of the array, (name, …))`.
    pub(super) fn of_array(site: Site<'h>) -> Option<Self> {
        let class = site.heap.global_name(*site.raw_args().first()?)?;
        let known = matches!(class.0, "pandas.core.index" | "pandas.tseries.index" | "pandas.indexes.base");
        let [array, own] = site.state_tuple()? else { return None };
        let tuples = site.heap.as_tuple(*array).is_some() && site.heap.as_tuple(*own).is_some();
        (known && tuples).then_some(Self { site, class, pairs: &[], kind: IndexKind::OfArray })
    }

    /// Module and name of the class.
    pub fn class(&self) -> (&'h str, &'h str) {
        self.class
    }

    /// How it holds its elements.
    pub fn kind(&self) -> IndexKind {
        self.kind
    }

    /// Its name, `None` for none; of a [`IndexKind::Multi`] the list of its levels' names.
    pub fn name(&self) -> Value {
        if self.kind == IndexKind::OfArray {
            let own = self.site.state_tuple().and_then(|state| self.site.heap.as_tuple(*state.get(1)?));
            return own.and_then(|own| own.first().copied()).unwrap_or(Value::None);
        }
        let key = if self.kind == IndexKind::Multi { "names" } else { "name" };
        self.entry(key).unwrap_or(Value::None)
    }

    /// The elements of a [`IndexKind::Plain`]: an array, or another object of pandas.
    pub fn data(&self) -> Result<Value, Error> {
        self.required("data")
    }

    /// Start, stop and step of a [`IndexKind::Range`].
    pub fn range(&self) -> Result<(i64, i64, i64), Error> {
        let part = |key: &str, default: Option<i64>| match self.entry(key) {
            None | Some(Value::None) => default.ok_or_else(|| self.missing(key)),
            Some(value) => self.site.heap.as_int(value).ok_or_else(|| self.missing(key)),
        };
        Ok((part("start", Some(0))?, part("stop", None)?, part("step", Some(1))?))
    }

    /// Levels and codes of a [`IndexKind::Multi`], as many of each: indexes, and arrays of positions in them.
    pub fn levels(&self) -> Result<(&'h [Value], &'h [Value]), Error> {
        let heap = self.site.heap;
        let levels = heap.as_sequence(self.required("levels")?).ok_or_else(|| self.missing("levels"))?;
        let codes =
            self.entry("codes").or_else(|| self.entry("labels")).ok_or_else(|| self.missing("codes"))?;
        let codes = heap.as_sequence(codes).filter(|codes| codes.len() == levels.len());
        Ok((levels, codes.ok_or_else(|| self.missing("codes"))?))
    }

    /// Left ends, right ends and the closed side of a [`IndexKind::Interval`].
    pub fn intervals(&self) -> Result<(Value, Value, Value), Error> {
        Ok((self.required("left")?, self.required("right")?, self.required("closed")?))
    }

    /// The array that an [`IndexKind::OfArray`] is.
    pub(super) fn array(&self) -> Result<NdArray<'h>, Error> {
        let heap = self.site.heap;
        let bad =
            || Error::malformed("an index has no state of ((version, shape, dtype, is_fortran, data), own)");
        let state =
            self.site.state_tuple().and_then(|state| heap.as_tuple(*state.first()?)).ok_or_else(bad)?;
        let [shape, dtype, _, data] = state.last_chunk().ok_or_else(bad)?;
        let (dtype, shape) = (DType::from_value(heap, *dtype)?, shape_of(heap, *shape)?);
        heap.array_of(*data, dtype, shape, Order::C, None)
    }

    fn entry(&self, key: &str) -> Option<Value> {
        super::entry(self.site.heap, self.pairs, key)
    }

    fn required(&self, key: &str) -> Result<Value, Error> {
        self.entry(key).ok_or_else(|| self.missing(key))
    }

    fn missing(&self, key: &str) -> Error {
        Error::malformed(format!("a {} without fitting {key}", self.class.1))
    }
}
