//! The terms of a vectorizer, by column.

use std::borrow::Cow;

use cannery_graph::Terms;
use cannery_object::{Node, Value, View};
use foldhash::{HashSet, HashSetExt as _};

use super::analyzer::{text, texts};
use crate::error::Error;
use crate::state::State;

/// The terms that were learnt, or those that were given and never fitted.
pub(super) fn terms(state: &State<'_>) -> Result<Terms, Error> {
    const LEARNT: &str = "vocabulary_";
    const GIVEN: &str = "vocabulary";
    if state.has(LEARNT) {
        let value = state.value(LEARNT)?;
        let pairs = pairs(state, LEARNT, value)?;
        let pairs = pairs.ok_or_else(|| state.unsupported(LEARNT, "not a dict"))?;
        return by_column(state, LEARNT, &pairs);
    }
    if !state.has(GIVEN) || state.is_none(GIVEN)? {
        return Err(state.unsupported(LEARNT, "this attribute is missing: the vectorizer is not fitted"));
    }
    let value = state.value(GIVEN)?;
    if let Some(pairs) = pairs(state, GIVEN, value)? {
        return by_column(state, GIVEN, &pairs);
    }
    let given = texts(state, GIVEN, value)?;
    let mut given =
        given.ok_or_else(|| state.unsupported(GIVEN, "neither a dict nor a list or set of texts"))?;
    if is_set(state, value) {
        given.sort_unstable();
    }
    collect(state, GIVEN, given.iter().map(|term| &**term))
}

/// Keys and values of a dict: key, value, key, value.
fn pairs<'h>(state: &State<'h>, name: &str, value: Value) -> Result<Option<Cow<'h, [Value]>>, Error> {
    let heap = state.heap();
    match (heap.as_dict(value), heap.view(value)) {
        (Some(pairs), _) => Ok(Some(pairs.into())),
        (None, View::Builtin(builtin)) if matches!(builtin.name, "dict" | "OrderedDict" | "defaultdict") => {
            builtin.pairs().map(Some).map_err(|error| Error::in_view(state.path_of(name), &error))
        }
        _ => Ok(None),
    }
}

fn is_set(state: &State<'_>, value: Value) -> bool {
    match (state.heap().node_of(value), state.heap().view(value)) {
        // scikit-learn asks for a `set`, which a frozenset is not
        (Some(Node::Set(_)), _) => true,
        (_, View::Builtin(builtin)) => builtin.name == "set",
        _ => false,
    }
}

/// The terms of a dict from terms to columns. The columns must be 0, 1, … without a gap.
fn by_column(state: &State<'_>, name: &str, pairs: &[Value]) -> Result<Terms, Error> {
    let count = pairs.len() / 2;
    let mut terms: Vec<Option<Cow<'_, str>>> = vec![None; count];
    for pair in pairs.chunks_exact(2) {
        let term = text(state, pair[0]).ok_or_else(|| state.unsupported(name, "a term that is not text"))?;
        let column = column(state, name, pair[1])?;
        let place = usize::try_from(column).ok().and_then(|column| terms.get_mut(column));
        let place = place
            .ok_or_else(|| state.malformed(name, format!("{term:?} in column {column} of {count} terms")))?;
        if let Some(other) = place.replace(term) {
            return Err(state.malformed(name, format!("{other:?} and another term in column {column}")));
        }
    }
    // as many terms as columns, and no two in one: none is left without
    let terms: Vec<&str> = terms.iter().flatten().map(|term| &**term).collect();
    collect(state, name, terms.into_iter())
}

/// A column number, of Python or numpy.
fn column(state: &State<'_>, name: &str, value: Value) -> Result<i64, Error> {
    match state.heap().as_int(value) {
        Some(column) => Ok(column),
        None => state.int_in(value, name),
    }
}

/// The terms in the order of their columns, no two of them equal.
fn collect<'t>(
    state: &State<'_>,
    name: &str,
    terms: impl ExactSizeIterator<Item = &'t str> + Clone,
) -> Result<Terms, Error> {
    let mut seen = HashSet::with_capacity(terms.len());
    if let Some(term) = terms.clone().find(|term| !seen.insert(*term)) {
        return Err(state.malformed(name, format!("the term {term:?} twice")));
    }
    match Terms::new(terms) {
        Some(terms) if terms.is_empty() => Err(state.malformed(name, "a vocabulary of no term")),
        Some(terms) => Ok(terms),
        None => Err(state.unsupported(name, "more than 4 GiB of terms")),
    }
}
