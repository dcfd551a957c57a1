use std::borrow::Cow;

use super::{MAX_ENTRIES, Site, entry};
use crate::error::Error;
use crate::heap::{Heap, Value};

/// A random state, generator or bit generator of numpy, of any version.
///
/// Source: `numpy/random/_pickle.py`; before numpy 1.17 `numpy/random/mtrand/mtrand.pyx`.
#[derive(Clone, Copy, Debug)]
pub struct Random<'h> {
    site: Site<'h>,
    /// Which of the three.
    pub kind: RandomKind,
}

/// Which object of `numpy.random`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RandomKind {
    /// `RandomState`.
    RandomState,
    /// `Generator`.
    Generator,
    /// A bit generator such as `PCG64`.
    BitGenerator,
}

impl<'h> Random<'h> {
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        use RandomKind::{BitGenerator, Generator, RandomState};
        let kind = match (module, name) {
            ("numpy.random" | "numpy.random.mtrand" | "mtrand", "__RandomState_ctor" | "RandomState") => {
                RandomState
            }
            ("numpy.random._pickle", "__randomstate_ctor") => RandomState,
            ("numpy.random._pickle", "__generator_ctor") => Generator,
            ("numpy.random._pickle", "__bit_generator_ctor") => BitGenerator,
            _ => return None,
        };
        Some(Self { site, kind })
    }

    /// Name of the bit generator, such as `MT19937`.
    pub fn bit_generator(&self) -> Result<Cow<'h, str>, Error> {
        let heap = self.site.heap;
        if let Some(name) = self.state_dict().and_then(|pairs| entry(heap, pairs, "bit_generator")) {
            return heap
                .as_str(name)
                .ok_or_else(|| Error::malformed("the name of a bit generator is not text"));
        }
        if let Some([name, ..]) = self.own_state().and_then(|state| heap.as_tuple(state)) {
            return heap
                .as_str(*name)
                .ok_or_else(|| Error::malformed("the name of a bit generator is not text"));
        }
        self.named().ok_or_else(|| Error::malformed("a random state does not name its bit generator"))
    }

    /// The bit generator's name as the arguments give it: text, a class, or the bit generator itself.
    fn named(&self) -> Option<Cow<'h, str>> {
        let heap = self.site.heap;
        let first = *self.site.raw_args().first()?;
        let inner = self.inner().and_then(|inner| inner.site.raw_args().first().copied());
        let named = inner.unwrap_or(first);
        heap.as_str(named).or_else(|| heap.global_name(named).map(|(_, name)| Cow::Borrowed(name)))
    }

    /// Names and values of the state, those of numpy's inner dict `state` in place: for MT19937 `key`, `pos`, and of a
    /// random state `has_gauss` and `gauss`; for PCG64 `state`, `inc`, `has_uint32`, `uinteger`. Empty when the file
    /// has none.
    pub fn state(&self) -> Result<Vec<(Cow<'h, str>, Value)>, Error> {
        let heap = self.site.heap;
        if let Some(pairs) = self.state_dict() {
            return flatten(heap, pairs);
        }
        let Some(state) = self.own_state().and_then(|state| heap.as_tuple(state)) else {
            return Ok(Vec::new());
        };
        match state {
            [_, values @ ..] if (2..=4).contains(&values.len()) => {
                let names = ["key", "pos", "has_gauss", "gauss"].map(Cow::Borrowed);
                Ok(names.into_iter().zip(values.iter().copied()).collect())
            }
            _ => Err(Error::malformed(
                "a random state of Mersenne Twister has no (name, key, pos, has_gauss, gauss)",
            )),
        }
    }

    /// The dict of the state: its own, or the bit generator's.
    fn state_dict(&self) -> Option<&'h [Value]> {
        let heap = self.site.heap;
        let of = |state: Value| {
            let first = heap.as_tuple(state).and_then(|state| state.first().copied());
            heap.as_dict(state).or_else(|| heap.as_dict(first?))
        };
        match self.own_state() {
            Some(state) => of(state),
            None => self.inner().and_then(|inner| inner.own_state()).and_then(of),
        }
    }

    fn own_state(&self) -> Option<Value> {
        self.site.object.state()
    }

    /// The bit generator that the first argument is, since numpy 2.
    fn inner(&self) -> Option<Self> {
        let first = *self.site.raw_args().first()?;
        let site = Site::of(self.site.heap, first)?;
        let (module, name) = site.class();
        Self::at(site, module, name).filter(|inner| inner.kind == RandomKind::BitGenerator)
    }
}

/// The entries of the dict, with those of its entry `state` in place.
fn flatten<'h>(heap: &'h Heap, pairs: &'h [Value]) -> Result<Vec<(Cow<'h, str>, Value)>, Error> {
    let bad = || Error::malformed("the state of a bit generator has a key that is not text");
    let mut out = Vec::new();
    for pair in pairs.chunks_exact(2).take(MAX_ENTRIES) {
        let name = heap.as_str(pair[0]).ok_or_else(bad)?;
        match heap.as_dict(pair[1]) {
            Some(inner) if name == "state" => {
                for pair in inner.chunks_exact(2).take(MAX_ENTRIES) {
                    out.push((heap.as_str(pair[0]).ok_or_else(bad)?, pair[1]));
                }
            }
            _ if name == "bit_generator" => {}
            _ => out.push((name, pair[1])),
        }
    }
    Ok(out)
}
