//! `sklearn.naive_bayes.MultinomialNB`, `ComplementNB` and `BernoulliNB`: linear in counts, or in what is there.

use cannery_graph::{Builder, Check, DType, Labels, Linear, Matrix, Op, Shape, Threshold};

use super::posterior;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;
use crate::sum::pairwise_sum;

#[derive(Debug)]
struct DiscreteNb {
    name: &'static str,
    labels: Labels,
    joint: Linear,
    /// Elements above it become 1, the others 0.
    binarize: Option<f64>,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.naive_bayes.BernoulliNB",
        "sklearn.naive_bayes.ComplementNB",
        "sklearn.naive_bayes.MultinomialNB",
    ],
    modules: &["sklearn.naive_bayes"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("feature_log_prob_", "probabilities of features")?;
    let labels = state.labels("classes_")?;
    let weights = state.matrix("feature_log_prob_")?;
    let priors = state.floats("class_log_prior_")?;
    if weights.columns() == 0 || weights.rows() != labels.len() {
        let (rows, columns, classes) = (weights.rows(), weights.columns(), labels.len());
        let message = format!("shape ({rows}, {columns}) for {classes} classes");
        return Err(state.malformed("feature_log_prob_", message));
    }
    if priors.len() != labels.len() {
        let message = format!("{} for {} classes", priors.len(), labels.len());
        return Err(state.malformed("class_log_prior_", message));
    }
    let joint = match state.name() {
        "BernoulliNB" => bernoulli(&weights, &priors),
        // priors count only where they are of no use
        "ComplementNB" if labels.len() > 1 => Linear { weights, intercepts: None },
        _ => Linear { weights, intercepts: Some(priors) },
    };
    let is_binary = state.name() == "BernoulliNB" && !state.is_none("binarize")?;
    let binarize = if is_binary { Some(state.float("binarize")?) } else { None };
    Ok(Box::new(DiscreteNb { name: state.name(), labels, joint, binarize }))
}

/// What is absent counts too: Σ log(1 − p) − x·log(1 − p) is added.
fn bernoulli(weights: &Matrix, priors: &[f64]) -> Linear {
    let (mut differences, mut intercepts) = (Vec::with_capacity(weights.values().len()), vec![]);
    for (class, prior) in priors.iter().enumerate() {
        let absent: Vec<f64> = weights.row(class).iter().map(|p| (1.0 - p.exp()).ln()).collect();
        differences.extend(weights.row(class).iter().zip(&absent).map(|(present, absent)| present - absent));
        intercepts.push(prior + pairwise_sum(&absent));
    }
    let weights =
        Matrix::new(weights.rows(), weights.columns(), differences).unwrap_or_else(|| weights.clone());
    Linear { weights, intercepts: Some(intercepts) }
}

impl Estimator for DiscreteNb {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.joint.weights.columns() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = match self.binarize {
            None => x,
            Some(above) => {
                let ty = builder.type_of(x)?;
                if above < 0.0 && matches!(ty.shape, Shape::Csr(_)) {
                    let message = "cannot binarize a sparse matrix with threshold < 0";
                    return Err(Error::unsupported("binarize", message));
                }
                // compared in the dtype of x
                let above = if ty.dtype == DType::F32 { f64::from(above as f32) } else { above };
                builder.add(Op::Threshold(Threshold { above }), &[x])?
            }
        };
        let x = builder.cast(x, DType::F64)?;
        let joint = builder.add(Op::Linear(self.joint.clone()), &[x])?;
        let mut methods = Methods::new(wanted);
        posterior(builder, joint, &self.labels, &mut methods)?;
        Ok(methods)
    }
}
