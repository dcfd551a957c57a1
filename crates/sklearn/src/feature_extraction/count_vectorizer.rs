//! `sklearn.feature_extraction.text.CountVectorizer`: how often each term of a vocabulary is in a text.

use cannery_graph::{Builder, DType, Edge, Op, Terms, Tokens, VocabCounts};

use super::{analyzer, vocabulary};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct CountVectorizer(Counts);

/// What CountVectorizer and TfidfVectorizer have in common.
#[derive(Debug)]
pub(super) struct Counts {
    tokens: Tokens,
    vocabulary: Terms,
    binary: bool,
    dtype: DType,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_extraction.text.CountVectorizer"],
    modules: &["sklearn.feature_extraction.text"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    Ok(Box::new(CountVectorizer(Counts::read(state)?)))
}

impl Estimator for CountVectorizer {
    fn name(&self) -> &'static str {
        "CountVectorizer"
    }

    fn takes(&self) -> Takes {
        Takes::Texts
    }

    fn takes_no_row(&self) -> bool {
        true
    }

    fn names_out(&self, _names: Option<&Names>) -> Option<Names> {
        self.0.names()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let counts = self.0.lower(builder, x)?;
        Ok(Methods::transform(counts))
    }
}

impl Counts {
    pub(super) fn read(state: &State<'_>) -> Result<Self, Error> {
        Ok(Self {
            tokens: analyzer::tokens(state)?,
            vocabulary: vocabulary::terms(state)?,
            binary: state.bool("binary")?,
            dtype: analyzer::dtype(state)?,
        })
    }

    /// Number of terms.
    pub(super) fn columns(&self) -> usize {
        self.vocabulary.len()
    }

    /// The terms.
    pub(super) fn names(&self) -> Option<Names> {
        Names::new(self.vocabulary.iter())
    }

    pub(super) fn lower(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let tokens = builder.add(Op::Tokens(self.tokens.clone()), &[x.texts()?])?;
        let Self { vocabulary, binary, dtype, .. } = self;
        let counts = VocabCounts { vocabulary: vocabulary.clone(), binary: *binary, dtype: *dtype };
        Ok(builder.add(Op::VocabCounts(counts), &[tokens])?)
    }
}
