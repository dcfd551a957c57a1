//! `SelectKBest`, `SelectPercentile`, `SelectFpr`, `SelectFdr`, `SelectFwe` and `GenericUnivariateSelect`: columns by their
//! scores or p-values. The mask is not in the file: it follows from these and the parameters.
//!
//! Source: `sklearn/feature_selection/_univariate_selection.py`.

use super::selector::Selector;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.feature_selection.GenericUnivariateSelect",
        "sklearn.feature_selection.SelectFdr",
        "sklearn.feature_selection.SelectFpr",
        "sklearn.feature_selection.SelectFwe",
        "sklearn.feature_selection.SelectKBest",
        "sklearn.feature_selection.SelectPercentile",
    ],
    // the second until 0.21
    modules: &[
        "sklearn.feature_selection._univariate_selection",
        "sklearn.feature_selection.univariate_selection",
    ],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("scores_", "scores")?;
    let mask = match state.name() {
        "SelectKBest" => k_best(state, "k")?,
        "SelectPercentile" => percentile(state, "percentile")?,
        "SelectFpr" => fpr(state, "alpha")?,
        "SelectFdr" => fdr(state, "alpha")?,
        "SelectFwe" => fwe(state, "alpha")?,
        _ => generic(state)?,
    };
    Ok(Box::new(Selector::new(state.name(), &mask, false)))
}

fn generic(state: &State<'_>) -> Result<Vec<bool>, Error> {
    const PARAM: &str = "param";
    match state.text("mode")?.as_deref() {
        Some("k_best") => k_best(state, PARAM),
        Some("percentile") => percentile(state, PARAM),
        Some("fpr") => fpr(state, PARAM),
        Some("fdr") => fdr(state, PARAM),
        Some("fwe") => fwe(state, PARAM),
        _ => Err(state.unsupported("mode", "none of the five modes")),
    }
}

/// `scores_`, with the lowest number for NaN.
fn scores(state: &State<'_>) -> Result<Vec<f64>, Error> {
    let scores = state.floats("scores_")?;
    Ok(scores.into_iter().map(|score| if score.is_nan() { f64::MIN } else { score }).collect())
}

/// The last k in the order of a stable sort.
fn k_best(state: &State<'_>, name: &str) -> Result<Vec<bool>, Error> {
    let scores = scores(state)?;
    if state.text(name)?.as_deref() == Some("all") {
        return Ok(vec![true; scores.len()]);
    }
    let k = usize::try_from(state.int(name)?).map_err(|_| state.malformed(name, "a count below 0"))?;
    let mut order = Vec::from_iter(0..scores.len());
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
    let mut mask = vec![false; scores.len()];
    order.iter().rev().take(k).for_each(|&column| mask[column] = true);
    Ok(mask)
}

/// Scores above the percentile, and of those equal to it the first as long as there is room.
fn percentile(state: &State<'_>, name: &str) -> Result<Vec<bool>, Error> {
    let (scores, percentile) = (scores(state)?, state.float(name)?);
    if percentile == 100.0 || percentile == 0.0 {
        return Ok(vec![percentile == 100.0; scores.len()]);
    }
    if !(0.0..=100.0).contains(&percentile) || scores.is_empty() {
        return Err(state.malformed(name, format!("the percentile {percentile}")));
    }
    let threshold = quantile(&scores, (100.0 - percentile) / 100.0);
    let mut mask = Vec::from_iter(scores.iter().map(|&score| score > threshold));
    let room = (scores.len() as f64 * percentile / 100.0) as usize;
    let above = mask.iter().filter(|is_above| **is_above).count();
    let ties = Vec::from_iter((0..scores.len()).filter(|&column| scores[column] == threshold));
    // numpy counts a negative end from the back
    let kept = if room >= above { room - above } else { ties.len().saturating_sub(above - room) };
    ties.into_iter().take(kept).for_each(|column| mask[column] = true);
    Ok(mask)
}

/// `numpy.percentile` by linear interpolation.
fn quantile(scores: &[f64], share: f64) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let below = (place.floor() as usize).min(sorted.len() - 1);
    let (a, b) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    let fraction = place - below as f64;
    if fraction >= 0.5 { b - (b - a) * (1.0 - fraction) } else { a + (b - a) * fraction }
}

fn fpr(state: &State<'_>, name: &str) -> Result<Vec<bool>, Error> {
    let alpha = state.float(name)?;
    Ok(state.floats("pvalues_")?.into_iter().map(|p| p < alpha).collect())
}

fn fwe(state: &State<'_>, name: &str) -> Result<Vec<bool>, Error> {
    let (alpha, values) = (state.float(name)?, state.floats("pvalues_")?);
    let limit = alpha / values.len() as f64;
    Ok(values.into_iter().map(|p| p < limit).collect())
}

/// By Benjamini and Hochberg.
fn fdr(state: &State<'_>, name: &str) -> Result<Vec<bool>, Error> {
    let (alpha, values) = (state.float(name)?, state.floats("pvalues_")?);
    // those that are NaN, whatever its sign, come last and are never selected
    let mut sorted = Vec::from_iter(values.iter().copied().filter(|p| !p.is_nan()));
    sorted.sort_by(f64::total_cmp);
    let share = alpha / values.len() as f64;
    let reached = sorted.iter().enumerate().filter(|&(rank, &p)| p <= share * (rank + 1) as f64);
    let Some(limit) = reached.map(|(_, &p)| p).reduce(f64::max) else { return Ok(vec![false; values.len()]) };
    Ok(values.into_iter().map(|p| p <= limit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&[3.0, 1.0, 2.0, 10.0], 0.75), 4.75);
        assert_eq!(quantile(&[0.1; 4], 0.3), 0.1);
        assert_eq!(quantile(&[5.0], 0.9), 5.0);
    }
}
