//! `sklearn.naive_bayes`: the class whose joint probability with the row is the largest.

mod categorical_nb;
mod discrete_nb;
mod gaussian_nb;

use cannery_graph::{Builder, Edge, Function, Labels, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::method::{Method, Methods};

pub(crate) const ENTRIES: &[Entry] = &[categorical_nb::ENTRY, discrete_nb::ENTRY, gaussian_nb::ENTRY];

/// Offers what follows from the logarithm of the joint probability of each class and the row.
///
/// Source: `_BaseNB` in scikit-learn's `naive_bayes.py`.
fn posterior(
    builder: &mut Builder,
    joint: Edge,
    labels: &Labels,
    methods: &mut Methods,
) -> Result<(), Error> {
    methods.offer(Method::Predict, || {
        let class = builder.add(Op::ArgMax, &[joint])?;
        Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
    })?;
    if !methods.wants(Method::PredictProba) && !methods.wants(Method::PredictLogProba) {
        return Ok(());
    }
    let logarithms = builder.add(Op::LogSoftmax, &[joint])?;
    methods
        .offer(Method::PredictProba, || Ok(builder.add(Op::Elementwise(Function::Exp), &[logarithms])?))?;
    methods.offer(Method::PredictLogProba, || Ok(logarithms))
}
