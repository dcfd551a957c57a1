//! The terms of a vectorizer, by column.

use std::collections::HashMap;

use cannery_graph::Terms;
use cannery_object::{Node, Value, View};

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
    let mut seen = HashMap::with_capacity(given.len());
    if let Some(term) = given.iter().find(|term| seen.insert(&***term, ()).is_some()) {
        return Err(state.malformed(GIVEN, format!("the term {term:?} twice")));
    }
    collect(state, GIVEN, given.iter().map(|term| &**term))
}

/// Keys and values of a dict: key, value, key, value.
fn pairs(state: &State<'_>, name: &str, value: Value) -> Result<Option<Vec<Value>>, Error> {
    let heap = state.heap();
    match (heap.as_dict(value), heap.view(value)) {
        (Some(pairs), _) => Ok(Some(pairs.to_vec())),
        (None, View::Builtin(builtin)) if matches!(builtin.name, "dict" | "OrderedDict" | "defaultdict") => {
            let pairs = builtin.pairs().map_err(|error| Error::in_view(state.path_of(name), &error))?;
            Ok(Some(pairs.into_owned()))
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
    let heap = state.heap();
    let mut columns: HashMap<String, usize> = HashMap::with_capacity(pairs.len() / 2);
    for pair in pairs.chunks_exact(2) {
        let term = text(state, pair[0]).ok_or_else(|| state.unsupported(name, "a term that is no text"))?;
        let place = match heap.as_int(pair[1]) {
            Some(column) => column,
            None => state.int_in(pair[1], name)?,
        };
        let column = usize::try_from(place).ok();
        let column =
            column.ok_or_else(|| state.malformed(name, format!("the column {place} of {term:?}")))?;
        columns.insert(term, column); // of equal keys the last one counts
    }
    let mut terms: Vec<Option<&str>> = vec![None; columns.len()];
    for (term, &column) in &columns {
        let place = terms.get_mut(column).ok_or_else(|| {
            state.malformed(name, format!("{term:?} in column {column} of {} terms", columns.len()))
        })?;
        if place.replace(term).is_some() {
            return Err(state.malformed(name, format!("two terms in column {column}")));
        }
    }
    collect(state, name, terms.into_iter().flatten())
}

fn collect<'t>(
    state: &State<'_>,
    name: &str,
    terms: impl IntoIterator<Item = &'t str>,
) -> Result<Terms, Error> {
    match Terms::new(terms) {
        Some(terms) if terms.is_empty() => Err(state.malformed(name, "a vocabulary of no term")),
        Some(terms) => Ok(terms),
        None => Err(state.unsupported(name, "more than 4 GiB of terms")),
    }
}
