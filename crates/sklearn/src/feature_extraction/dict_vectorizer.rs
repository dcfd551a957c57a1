//! `sklearn.feature_extraction.DictVectorizer`: the values of dicts in the columns of their keys.

use cannery_graph::{Builder, DType, Op, RecordCounts, RecordForm, RecordNames, Terms};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::preprocessing::result_dtype;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_extraction.DictVectorizer"],
    // the second until 0.21
    modules: &["sklearn.feature_extraction._dict_vectorizer", "sklearn.feature_extraction.dict_vectorizer"],
    read,
};

#[derive(Debug)]
struct DictVectorizer {
    counts: RecordCounts,
    names: Terms,
    is_sparse: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "feature_names_";
    state.expect_fitted(NAME, "names")?;
    let names = state.sequence(NAME)?.iter().map(|&name| state.heap().as_str(name));
    let names = names.collect::<Option<Vec<_>>>();
    let names = names.ok_or_else(|| state.unsupported(NAME, "names that are not all texts"))?;
    let terms = Terms::new(names.iter().map(|name| &**name));
    let terms = terms.ok_or_else(|| state.unsupported(NAME, "more than 4 GiB of names"))?;
    let separator = state.text("separator")?.ok_or_else(|| state.malformed("separator", "not a text"))?;
    let dtype = result_dtype(state)?;
    if dtype == DType::Bool {
        return Err(state.unsupported("dtype", "values as truth values"));
    }
    let form = RecordForm::Object { separator: separator.into() };
    let counts = RecordCounts { form, names: RecordNames::Known(terms.clone()), dtype };
    Ok(Box::new(DictVectorizer { counts, names: terms, is_sparse: state.bool("sparse")? }))
}

impl Estimator for DictVectorizer {
    fn name(&self) -> &'static str {
        "DictVectorizer"
    }

    fn takes(&self) -> Takes {
        Takes::Records
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::new(self.names.iter())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let values = builder.add(Op::RecordCounts(self.counts.clone()), &[x.texts()?])?;
        Ok(Methods::transform(if self.is_sparse { values } else { builder.dense(values)? }))
    }
}
