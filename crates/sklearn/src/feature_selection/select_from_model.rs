//! `sklearn.feature_selection.SelectFromModel`: columns whose importance in an estimator reaches a threshold.
//!
//! The mask is not in the file: it follows from the estimator and the parameters.
//!
//! Source: `sklearn/feature_selection/_from_model.py`.

use super::importances::{self, norm};
use super::selector::{Selector, takes_nan};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::state::State;
use crate::sum::pairwise_sum;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_selection.SelectFromModel"],
    // the second until 0.21
    modules: &["sklearn.feature_selection._from_model", "sklearn.feature_selection.from_model"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let name = match (state.has("estimator_"), state.bool("prefit")?) {
        (true, _) => "estimator_",
        (false, true) => "estimator",
        (false, false) => return Err(state.unsupported("estimator_", "this SelectFromModel is not fitted")),
    };
    let estimator = state.object_in(state.value(name)?, name)?;
    let importances = norm(state, &importances::of(state, &estimator)?)?;
    let threshold = threshold(state, &estimator, &importances)?;
    let mut mask = match max_features(state)? {
        None => vec![true; importances.len()],
        Some(most) => highest(&importances, most),
    };
    mask.iter_mut().zip(&importances).for_each(|(mask, &importance)| {
        if importance < threshold {
            *mask = false;
        }
    });
    Ok(Box::new(Selector::new(state.name(), &mask, takes_nan(state, name))))
}

/// The highest ones; of equal ones the first.
fn highest(importances: &[f64], most: usize) -> Vec<bool> {
    let mut order = Vec::from_iter(0..importances.len());
    order.sort_by(|&a, &b| {
        let by_importance = importances[b].partial_cmp(&importances[a]);
        by_importance.unwrap_or_else(|| importances[a].is_nan().cmp(&importances[b].is_nan()))
    });
    let mut mask = vec![false; importances.len()];
    order.into_iter().take(most).for_each(|column| mask[column] = true);
    mask
}

/// `max_features_` since 1.1, what the parameter came to at fit; before the parameter, since 0.20.
fn max_features(state: &State<'_>) -> Result<Option<usize>, Error> {
    const NAME: &str = "max_features";
    if !state.has(NAME) || state.is_none(NAME)? {
        return Ok(None);
    }
    let name = if state.has("max_features_") { "max_features_" } else { NAME };
    let most = state.int(name).map_err(|_| state.unsupported(name, "not a number"))?;
    usize::try_from(most).map(Some).map_err(|_| state.malformed(name, "a count below 0"))
}

fn threshold(state: &State<'_>, estimator: &State<'_>, importances: &[f64]) -> Result<f64, Error> {
    const NAME: &str = "threshold";
    let text = match state.is_none(NAME)? {
        true if is_sparse(estimator)? => return Ok(1e-5),
        true => "mean".into(),
        false => match state.text(NAME)? {
            None => return state.float(NAME),
            Some(text) => text,
        },
    };
    let (factor, reference) = match text.split_once('*') {
        None => (1.0, text.trim()),
        Some((factor, reference)) => {
            let factor = factor.trim().parse();
            let factor = factor.map_err(|_| state.unsupported(NAME, format!("the threshold {text:?}")))?;
            (factor, reference.trim())
        }
    };
    match reference {
        "mean" => Ok(factor * (pairwise_sum(importances) / importances.len() as f64)),
        "median" => Ok(factor * median(importances)),
        _ => Err(state.unsupported(NAME, format!("the threshold {text:?}"))),
    }
}

fn median(importances: &[f64]) -> f64 {
    if importances.iter().any(|importance| importance.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = importances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted[half],
        _ => (sorted[half.saturating_sub(1)] + sorted[half]) / 2.0,
    }
}

/// Whether the estimator was fitted with a penalty that makes coefficients 0: then the threshold is 1e-5.
fn is_sparse(estimator: &State<'_>) -> Result<bool, Error> {
    let (_, class) = estimator.class();
    let is_l1 = estimator.has("penalty") && estimator.text("penalty")?.as_deref() == Some("l1");
    let near_one = |name: &str| {
        let ratio = if estimator.has(name) { estimator.float(name).ok() } else { None };
        ratio.is_some_and(|ratio| (ratio - 1.0).abs() <= 1e-8 + 1e-5)
    };
    let by_ratio = match class {
        "ElasticNet" => estimator.since(1, 2) && near_one("l1_ratio"),
        "ElasticNetCV" => {
            estimator.since(1, 2) && (near_one("l1_ratio_") || !estimator.since(1, 8) && near_one("l1_ratio"))
        }
        "LogisticRegression" => estimator.since(1, 8) && near_one("l1_ratio"),
        "LogisticRegressionCV" if estimator.since(1, 8) && estimator.has("l1_ratio_") => {
            let ratios = estimator
                .floats("l1_ratio_")
                .or_else(|_| Ok::<_, Error>(vec![estimator.float("l1_ratio_")?]))?;
            ratios.iter().all(|ratio| (ratio - 1.0).abs() <= 1e-8 + 1e-5)
        }
        _ => false,
    };
    Ok(is_l1 || class.contains("Lasso") || by_ratio)
}
