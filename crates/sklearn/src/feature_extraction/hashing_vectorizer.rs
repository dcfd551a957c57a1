//! `sklearn.feature_extraction.text.HashingVectorizer`: tokens counted in columns that their hashes say.

use cannery_graph::{Builder, DType, HashCounts, Op, RowNorm, Tokens};

use super::{analyzer, weights};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct HashingVectorizer {
    tokens: Tokens,
    counts: HashCounts,
    norm: Option<RowNorm>,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_extraction.text.HashingVectorizer"],
    modules: &["sklearn.feature_extraction.text"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let columns = state.int("n_features")?;
    let fits = usize::try_from(columns).ok().filter(|columns| (1..=i32::MAX as usize).contains(columns));
    let columns = fits.ok_or_else(|| state.malformed("n_features", format!("{columns} columns")))?;
    let counts = HashCounts {
        columns,
        alternate_sign: !state.has("alternate_sign") || state.bool("alternate_sign")?, // since 0.19
        absolute: state.has("non_negative") && state.bool("non_negative")?,            // until 0.20
        binary: state.bool("binary")?,
        dtype: analyzer::dtype(state)?,
    };
    Ok(Box::new(HashingVectorizer {
        tokens: analyzer::tokens(state)?,
        counts,
        norm: weights::norm(state, "norm")?,
    }))
}

impl Estimator for HashingVectorizer {
    fn name(&self) -> &'static str {
        "HashingVectorizer"
    }

    fn takes(&self) -> Takes {
        Takes::Texts
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let tokens = builder.add(Op::Tokens(self.tokens.clone()), &[x.texts()?])?;
        let mut counts = builder.add(Op::HashCounts(self.counts), &[tokens])?;
        if self.norm.is_some() && self.counts.dtype == DType::I64 {
            counts = builder.cast(counts, DType::F64)?;
        }
        let normed = weights::normed(builder, counts, self.norm)?;
        Ok(Methods::transform(normed))
    }
}
