//! `sklearn.preprocessing.OneHotEncoder` of 0.20 and later: a column of ones and zeros for each category.
//!
//! Source: `OneHotEncoder.transform` and `_BaseEncoder._transform` in `sklearn/preprocessing/_encoders.py`. What fit learnt
//! in the way of 0.19 is read by [`one_hot_legacy`](super::one_hot_legacy).

use cannery_graph::{Builder, Check, DType, OneHot, Op, Unknown};
use cannery_object::known::Version;
use cannery_object::{Element, Value};

use super::categories::{Categories, Encoding, Grouping, categories, groupings, look_up, result_dtype};
use super::one_hot_legacy;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct OneHotEncoder {
    /// Position of each category in its column's part of the result, −1 for none.
    encodings: Vec<Encoding>,
    /// Columns of the result for each column.
    widths: Vec<usize>,
    check: Check,
    dtype: DType,
    is_sparse: bool,
    /// Of each column, which column of its part is of the infrequent categories.
    infrequent: Vec<Option<usize>>,
    /// Whether a name is that of the column, `_` and the category: `feature_name_combiner` is no function.
    is_concat: bool,
}

/// `handle_unknown`, where something is found that is no category.
#[derive(Clone, Copy, PartialEq)]
enum HandleUnknown {
    Error,
    Ignore,
    /// The group of infrequent categories if there is one, else it is ignored.
    Infrequent,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.OneHotEncoder"],
    // the second until 0.19
    modules: &["sklearn.preprocessing._encoders", "sklearn.preprocessing.data"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    if one_hot_legacy::is_legacy(state)? {
        return one_hot_legacy::read(state);
    }
    let categories = categories(state)?;
    let handle_unknown = handle_unknown(state)?;
    let groupings = groupings(state, &categories, |_| false)?;
    let dropped = dropped(state, categories.len())?;
    let (mut encodings, mut widths, mut infrequent) = (Vec::new(), Vec::new(), Vec::new());
    for ((categories, grouping), dropped) in categories.into_iter().zip(&groupings).zip(dropped) {
        let groups = grouping.as_ref().map_or(categories.len(), |g| categories.len() + 1 - g.infrequent);
        if dropped.is_some_and(|dropped| dropped >= groups) {
            return Err(state.malformed("drop_idx_", format!("{dropped:?} of {groups} categories")));
        }
        let group = grouping.as_ref().map(|_| groups - 1).filter(|&group| dropped != Some(group));
        infrequent.push(group.map(|group| group - usize::from(dropped.is_some())));
        encodings.push(encoding(categories, grouping.as_ref(), dropped, handle_unknown));
        widths.push(groups - usize::from(dropped.is_some()));
    }
    let dtype = result_dtype(state)?;
    let is_sparse = is_sparse(state)?;
    if is_sparse && dtype == DType::Bool {
        return Err(state.unsupported("dtype", "a sparse matrix of truth values"));
    }
    let takes_nan = state.version().is_none_or(|version| version >= Version::new(0, 24));
    let check = if takes_nan { Check::NotInfinite } else { Check::Finite };
    const COMBINER: &str = "feature_name_combiner"; // since 1.3
    let is_concat = !state.has(COMBINER) || state.text(COMBINER)?.as_deref() == Some("concat");
    Ok(Box::new(OneHotEncoder { encodings, widths, check, dtype, is_sparse, infrequent, is_concat }))
}

/// The parameter was `sparse` until 1.1; from 1.2 to 1.3 there are both.
pub(super) fn is_sparse(state: &State<'_>) -> Result<bool, Error> {
    let new = "sparse_output";
    state.bool(if state.has(new) { new } else { "sparse" })
}

fn handle_unknown(state: &State<'_>) -> Result<HandleUnknown, Error> {
    const NAME: &str = "handle_unknown";
    match state.text(NAME)?.as_deref() {
        Some("error") => Ok(HandleUnknown::Error),
        Some("ignore") => Ok(HandleUnknown::Ignore),
        Some("infrequent_if_exist" | "warn") => Ok(HandleUnknown::Infrequent),
        other => Err(state.unsupported(NAME, format!("{other:?}"))),
    }
}

/// For each column the position of the category that is dropped, after grouping: `_drop_idx_after_grouping` since 1.2.
fn dropped(state: &State<'_>, columns: usize) -> Result<Vec<Option<usize>>, Error> {
    const NEW: &str = "_drop_idx_after_grouping";
    const OLD: &str = "drop_idx_"; // from 0.21
    let name = if state.has(NEW) { NEW } else { OLD };
    if !state.has(name) || state.is_none(name)? {
        return Ok(vec![None; columns]);
    }
    let array = state.array_of_ndim(name, 1)?;
    if array.len() != columns {
        return Err(state.malformed(name, format!("{} entries for {columns} columns", array.len())));
    }
    let position = |element| match element {
        Ok(Element::Object(Value::None)) => Ok(None),
        Ok(Element::Object(value)) => usize::try_from(state.int_in(value, name)?)
            .map(Some)
            .map_err(|_| state.malformed(name, "a position below 0")),
        Ok(Element::Int(position)) => {
            usize::try_from(position).map(Some).map_err(|_| state.malformed(name, "a position below 0"))
        }
        Ok(_) => Err(state.malformed(name, "neither a position nor None")),
        Err(error) => Err(Error::in_view(state.path_of(name), &error)),
    };
    array.elements().map(position).collect()
}

/// The position of each category: after grouping, and without the one that is dropped.
fn encoding(
    categories: Categories,
    grouping: Option<&Grouping>,
    dropped: Option<usize>,
    handle_unknown: HandleUnknown,
) -> Encoding {
    let place = |position: usize| match dropped {
        Some(dropped) if position == dropped => -1.0,
        Some(dropped) if position > dropped => (position - 1) as f64,
        _ => position as f64,
    };
    let grouped = |position: usize| grouping.map_or(position, |grouping| grouping.mapping[position]);
    let values = (0..categories.len()).map(|position| place(grouped(position))).collect();
    let unknown = match (handle_unknown, grouping) {
        (HandleUnknown::Error, _) => Unknown::Error,
        // the group of infrequent categories is the last one
        (HandleUnknown::Infrequent, Some(grouping)) => {
            Unknown::Value(place(categories.len() - grouping.infrequent))
        }
        (HandleUnknown::Ignore | HandleUnknown::Infrequent, _) => Unknown::Value(-1.0),
    };
    Encoding { categories, values, unknown }
}

impl Estimator for OneHotEncoder {
    fn name(&self) -> &'static str {
        "OneHotEncoder"
    }

    fn takes(&self) -> Takes {
        Takes::Columns { columns: self.encodings.len() }
    }

    fn columns(&self) -> Vec<ColumnHint> {
        let kinds = self.encodings.iter().map(|encoding| encoding.categories.column_kind());
        kinds.map(|kind| ColumnHint { name: None, kind }).collect()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = Names::of(names, self.encodings.len()).filter(|_| self.is_concat)?;
        let of_column =
            |(column, name)| self.texts(column).into_iter().map(move |text| format!("{name}_{text}"));
        Names::new(names.iter().enumerate().flat_map(of_column))
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let positions = look_up(builder, x, &self.encodings, DType::I64, self.check)?;
        let (widths, dtype, is_sparse) = (self.widths.clone(), self.dtype, self.is_sparse);
        let ones = builder.add(Op::OneHot(OneHot { widths, dtype, is_sparse }), &[positions])?;
        Ok(Methods::transform(ones))
    }
}

impl OneHotEncoder {
    /// What stands behind the name of a column, for each column that comes of it.
    fn texts(&self, column: usize) -> Vec<String> {
        let mut texts = vec![String::new(); self.widths[column]];
        let Encoding { categories, values, .. } = &self.encodings[column];
        for (text, value) in categories.texts().zip(&**values) {
            // -1 is none
            if let Some(place) = texts.get_mut(*value as usize).filter(|_| *value >= 0.0) {
                *place = text;
            }
        }
        if let Some(group) = self.infrequent[column] {
            texts[group] = "infrequent_sklearn".into();
        }
        texts
    }
}
