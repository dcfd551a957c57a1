//! `sklearn.feature_extraction.FeatureHasher`: values in columns that the hashes of their names say.

use cannery_graph::{Builder, DType, Op, RecordCounts, RecordForm, RecordNames};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::preprocessing::result_dtype;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_extraction.FeatureHasher"],
    // the second until 0.21
    modules: &["sklearn.feature_extraction._hash", "sklearn.feature_extraction.hashing"],
    read,
};

#[derive(Debug)]
struct FeatureHasher(RecordCounts);

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let columns = state.int("n_features")?;
    let fits = usize::try_from(columns).ok().filter(|columns| (1..=i32::MAX as usize).contains(columns));
    let columns = fits.ok_or_else(|| state.malformed("n_features", format!("{columns} columns")))?;
    let separator = || "=".into();
    let form = match state.text("input_type")?.as_deref() {
        Some("dict") => RecordForm::Object { separator: separator() },
        Some("pair") => RecordForm::Pairs { separator: separator() },
        Some("string") => RecordForm::Names,
        other => return Err(state.unsupported("input_type", format!("{other:?}"))),
    };
    let names = RecordNames::Hashed {
        columns,
        alternate_sign: !state.has("alternate_sign") || state.bool("alternate_sign")?, // since 0.19
        absolute: state.has("non_negative") && state.bool("non_negative")?,            // until 0.20
    };
    let dtype = result_dtype(state)?;
    if dtype == DType::Bool {
        return Err(state.unsupported("dtype", "values as truth values"));
    }
    Ok(Box::new(FeatureHasher(RecordCounts { form, names, dtype })))
}

impl Estimator for FeatureHasher {
    fn name(&self) -> &'static str {
        "FeatureHasher"
    }

    fn takes(&self) -> Takes {
        Takes::Records
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        Ok(Methods::transform(builder.add(Op::RecordCounts(self.0.clone()), &[x.texts()?])?))
    }
}
