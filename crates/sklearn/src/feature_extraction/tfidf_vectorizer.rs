//! `sklearn.feature_extraction.text.TfidfVectorizer`: CountVectorizer, then TfidfTransformer.

use cannery_graph::{Builder, DType};

use super::count_vectorizer::Counts;
use super::weights::Weights;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct TfidfVectorizer {
    counts: Counts,
    weights: Weights,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_extraction.text.TfidfVectorizer"],
    modules: &["sklearn.feature_extraction.text"],
    read,
};

/// The options of the transformer are its own, in `_tfidf`; until 1.0 there are no others.
fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const INNER: &str = "_tfidf";
    if !state.has(INNER) {
        return Err(state.unsupported(INNER, "this attribute is missing: the vectorizer is not fitted"));
    }
    let counts = Counts::read(state)?;
    let weights = Weights::read(&state.object_in(state.value(INNER)?, INNER)?)?;
    match weights.columns() {
        Some(columns) if columns != counts.columns() => {
            let message = format!("{columns} weights for {} terms", counts.columns());
            Err(state.malformed(INNER, message))
        }
        _ => Ok(Box::new(TfidfVectorizer { counts, weights })),
    }
}

impl Estimator for TfidfVectorizer {
    fn name(&self) -> &'static str {
        "TfidfVectorizer"
    }

    fn takes(&self) -> Takes {
        Takes::Texts
    }

    fn names_out(&self, _names: Option<&Names>) -> Option<Names> {
        self.counts.names()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let counts = self.counts.lower(builder, x)?;
        let counts = match builder.type_of(counts)?.dtype {
            DType::F32 | DType::F64 => counts,
            _ => builder.cast(counts, DType::F64)?,
        };
        let weighted = self.weights.lower(builder, counts)?;
        Ok(Methods::transform(weighted))
    }
}
