//! `sklearn.preprocessing.OneHotEncoder` until 0.19, and of 0.20 and 0.21 in their legacy mode: categories are integers
//! from 0 on.
//!
//! Source: `OneHotEncoder._transform` and `_transform_selected` in `sklearn/preprocessing/data.py` of 0.19. X becomes
//! float64 (float32 stays), is truncated to integers, and those below 0 are an error.

use cannery_graph::{Builder, Check, DType, OneHot, Op, Shape, Unknown};
use cannery_object::{Element, View};

use super::categories::{Categories, Encoding, look_up, result_dtype};
use super::one_hot_encoder::is_sparse;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct LegacyEncoder {
    encodings: Vec<Encoding>,
    widths: Vec<usize>,
    dtype: DType,
    is_sparse: bool,
}

/// Integers that may be categories without one of them being in the file.
const MAX_CATEGORIES: usize = 1 << 20;

/// Whether fit worked in the way of 0.19.
pub(super) fn is_legacy(state: &State<'_>) -> Result<bool, Error> {
    const NAME: &str = "_legacy_mode"; // 0.20 and 0.21
    if state.has(NAME) { state.bool(NAME) } else { Ok(state.has("feature_indices_")) }
}

pub(super) fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    // names with an underscore in 0.20 and 0.21
    let name = |new: &'static str, old: &'static str| if state.has(new) { new } else { old };
    let values = name("_n_values_", "n_values_");
    let n_values = state.counts(values)?;
    let active = name("_active_features_", "active_features_");
    let active = if state.has(active) { Some(state.counts(active)?) } else { None };
    let total = n_values.iter().try_fold(0_usize, |sum, &n| sum.checked_add(n));
    let total = total
        .filter(|&total| total <= MAX_CATEGORIES)
        .ok_or_else(|| state.unsupported("n_values_", format!("more than {MAX_CATEGORIES} categories")))?;
    let is_ordered = |active: &[usize]| {
        active.windows(2).all(|pair| pair[0] < pair[1]) && active.last().is_none_or(|&last| last < total)
    };
    if active.as_ref().is_some_and(|active| !is_ordered(active)) {
        return Err(state.malformed("active_features_", "positions that do not ascend, or are too large"));
    }
    let is_error = match state.text("handle_unknown")?.as_deref() {
        Some("error") => true,
        Some("ignore") => false,
        other => return Err(state.unsupported("handle_unknown", format!("{other:?}"))),
    };
    if (is_error || active.is_none()) && total > MAX_CATEGORIES {
        return Err(state.unsupported(values, format!("more than {MAX_CATEGORIES} categories")));
    }
    let (encodings, widths) = encodings(&n_values, active.as_deref(), is_error);
    takes_all(state, n_values.len())?;
    let (dtype, is_sparse) = (result_dtype(state)?, is_sparse(state)?);
    if n_values.is_empty() || dtype == DType::Bool {
        return Err(state.unsupported("n_values_", "an encoder of no column, or of truth values"));
    }
    Ok(Box::new(LegacyEncoder { encodings, widths, dtype, is_sparse }))
}

/// Integers below `n_values` are known; those that were not seen at fit have no column where the others are counted.
fn encodings(n_values: &[usize], active: Option<&[usize]>, is_error: bool) -> (Vec<Encoding>, Vec<usize>) {
    let (mut encodings, mut widths) = (Vec::new(), Vec::new());
    let mut first = 0;
    for &n in n_values {
        let seen = active.map(|active| {
            let from = |place| active.partition_point(|&other| other < place);
            &active[from(first)..from(first + n)]
        });
        let of_seen = |(position, &place): (usize, &usize)| ((place - first) as i64, position as f64);
        let of_all = |category: usize| {
            let position = seen.map_or(Some(category), |seen| seen.binary_search(&(first + category)).ok());
            (category as i64, position.map_or(-1.0, |position| position as f64))
        };
        let (categories, values): (Vec<i64>, Vec<f64>) = match (seen, is_error) {
            (Some(seen), false) => seen.iter().enumerate().map(of_seen).unzip(),
            (Some(_), true) | (None, _) => (0..n).map(of_all).unzip(),
        };
        let unknown = if is_error { Unknown::Error } else { Unknown::Value(-1.0) };
        let categories = Categories::of_integers(&categories);
        encodings.push(Encoding { categories, values: values.into(), unknown });
        widths.push(seen.map_or(n, <[usize]>::len));
        first += n;
    }
    (encodings, widths)
}

/// Whether all columns are of categories. If they are not, how many others there were is not kept.
fn takes_all(state: &State<'_>, columns: usize) -> Result<(), Error> {
    const NEW: &str = "_categorical_features";
    let name = if state.has(NEW) { NEW } else { "categorical_features" };
    let value = state.value(name)?;
    if state.heap().is_str(value, "all") {
        return Ok(());
    }
    if let View::NdArray = state.heap().view(value) {
        let array = state.array_in(value, name)?;
        let is_set = |element| matches!(element, Ok(Element::Bool(true)));
        if array.ndim() == 1 && array.len() == columns && array.elements().all(is_set) {
            return Ok(());
        }
    }
    Err(state.unsupported(name, "categories in some columns: how many others there are is not kept"))
}

impl Estimator for LegacyEncoder {
    fn name(&self) -> &'static str {
        "OneHotEncoder"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.encodings.len() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        if let Shape::Csr(_) = builder.type_of(x)?.shape {
            return Err(Error::unsupported("", "a sparse matrix where encoders take a dense one"));
        }
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::I64)?;
        let x = builder.add(Op::Guard(Check::NotNegative), &[x])?;
        let positions = look_up(builder, &x.into(), &self.encodings, DType::I64, Check::Finite)?;
        let (widths, dtype, is_sparse) = (self.widths.clone(), self.dtype, self.is_sparse);
        let ones = builder.add(Op::OneHot(OneHot { widths, dtype, is_sparse }), &[positions])?;
        Ok(Methods::transform(ones))
    }
}
