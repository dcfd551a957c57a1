//! `sklearn.preprocessing.OrdinalEncoder`: the position of each category.
//!
//! Source: `OrdinalEncoder.transform` in `sklearn/preprocessing/_encoders.py`.

use cannery_graph::{Builder, Check, DType, Unknown};
use cannery_object::known::Version;

use super::categories::{Categories, Encoding, Grouping, categories, groupings, look_up, result_dtype};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct OrdinalEncoder {
    encodings: Vec<Encoding>,
    check: Check,
    dtype: DType,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.OrdinalEncoder"],
    modules: &["sklearn.preprocessing._encoders"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let categories = categories(state)?;
    let unknown = unknown(state)?;
    let missing = missing(state)?;
    // NaN is not among what is grouped, since 1.3 when there is grouping
    let nan = |categories: &Categories| missing.and_then(|value| Some((categories.nan()?, value)));
    let groupings = groupings(state, &categories, |column| nan(&categories[column]).is_some())?;
    let encoding = |(categories, grouping): (Categories, &Option<Grouping>)| {
        let nan = nan(&categories);
        let value = |position: usize| match nan {
            Some((of_nan, value)) if position == of_nan => value,
            _ => grouping.as_ref().map_or(position, |grouping| grouping.mapping[position]) as f64,
        };
        let values = (0..categories.len()).map(value).collect();
        Encoding { categories, values, unknown }
    };
    let dtype = result_dtype(state)?;
    if dtype == DType::Bool {
        return Err(state.unsupported("dtype", "positions as truth values"));
    }
    let takes_nan = state.version().is_none_or(|version| version >= Version::new(1, 0));
    let encodings = categories.clone().into_iter().zip(&groupings).map(encoding).collect();
    let check = if takes_nan { Check::NotInfinite } else { Check::Finite };
    Ok(Box::new(OrdinalEncoder { encodings, check, dtype }))
}

fn unknown(state: &State<'_>) -> Result<Unknown, Error> {
    const NAME: &str = "handle_unknown"; // since 0.24
    if !state.has(NAME) {
        return Ok(Unknown::Error);
    }
    match state.text(NAME)?.as_deref() {
        Some("error") => Ok(Unknown::Error),
        Some("use_encoded_value") => Ok(Unknown::Value(state.float("unknown_value")?)),
        other => Err(state.unsupported(NAME, format!("{other:?}"))),
    }
}

/// What NaN becomes where it is a category; `None` before 1.0, where it is one like any other.
fn missing(state: &State<'_>) -> Result<Option<f64>, Error> {
    match (state.has("_missing_indices"), state.has("encoded_missing_value")) {
        (false, _) => Ok(None),
        (true, false) => Ok(Some(f64::NAN)), // 1.0
        (true, true) => state.float("encoded_missing_value").map(Some),
    }
}

impl Estimator for OrdinalEncoder {
    fn name(&self) -> &'static str {
        "OrdinalEncoder"
    }

    fn takes(&self) -> Takes {
        Takes::Columns { columns: self.encodings.len() }
    }

    fn columns(&self) -> Vec<ColumnHint> {
        let kinds = self.encodings.iter().map(|encoding| encoding.categories.column_kind());
        kinds.map(|kind| ColumnHint { name: None, kind }).collect()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.encodings.len())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let transformed = look_up(builder, x, &self.encodings, self.dtype, self.check)?;
        Ok(Methods::transform(transformed))
    }
}
