//! `sklearn.naive_bayes.GaussianNB`: each feature is normal, with a mean and a variance for each class.

use std::f64::consts::PI;

use cannery_graph::{
    Arithmetic, Builder, Check, DType, Edge, Function, Labels, Matrix, Op, Reduce, Reduction, Scale,
};

use super::posterior;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;
use crate::sum::pairwise_sum;

#[derive(Debug)]
struct GaussianNb {
    labels: Labels,
    priors: Vec<f64>,
    /// A row for each class, as of the variances.
    means: Matrix,
    variances: Matrix,
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.naive_bayes.GaussianNB"], modules: &["sklearn.naive_bayes"], read };

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("theta_", "means")?;
    let labels = state.labels("classes_")?;
    let means = state.matrix("theta_")?;
    let variances_name = if state.has("var_") { "var_" } else { "sigma_" }; // until 0.24
    let variances = state.matrix(variances_name)?;
    let priors = state.floats("class_prior_")?;
    let shape = (labels.len(), means.columns());
    if means.columns() == 0 || means.rows() != labels.len() {
        let message = format!("shape ({}, {}) for {} classes", means.rows(), means.columns(), labels.len());
        return Err(state.malformed("theta_", message));
    }
    if (variances.rows(), variances.columns()) != shape {
        return Err(state.malformed(variances_name, format!("not of shape {shape:?}")));
    }
    if priors.len() != labels.len() {
        return Err(state.malformed("class_prior_", format!("{} for {} classes", priors.len(), labels.len())));
    }
    Ok(Box::new(GaussianNb { labels, priors, means, variances }))
}

impl Estimator for GaussianNb {
    fn name(&self) -> &'static str {
        "GaussianNB"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.means.columns() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::F64)?;
        let joint = self.joint(builder, x)?;
        let mut methods = Methods::new(wanted);
        posterior(builder, joint, &self.labels, &mut methods)?;
        Ok(methods)
    }
}

impl GaussianNb {
    /// log prior + (−½ Σ log 2πσ² − ½ Σ (x − μ)²/σ²).
    fn joint(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let (mut sums, mut norms) = (vec![], vec![]);
        for class in 0..self.labels.len() {
            let variances = self.variances.row(class);
            let step = |step, constants: &[f64]| Op::Scale(Scale { steps: vec![(step, constants.to_vec())] });
            let centred = builder.add(step(Arithmetic::Subtract, self.means.row(class)), &[x])?;
            let squares = builder.add(Op::Elementwise(Function::Square), &[centred])?;
            let parts = builder.add(step(Arithmetic::Divide, variances), &[squares])?;
            sums.push(builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[parts])?);
            let logarithms: Vec<f64> = variances.iter().map(|variance| (2.0 * PI * variance).ln()).collect();
            norms.push(-0.5 * pairwise_sum(&logarithms));
        }
        let sums = builder.add(Op::Concat, &sums)?;
        let steps = vec![
            (Arithmetic::Multiply, vec![-0.5; norms.len()]),
            (Arithmetic::Add, norms),
            (Arithmetic::Add, self.priors.iter().map(|prior| prior.ln()).collect()),
        ];
        Ok(builder.add(Op::Scale(Scale { steps }), &[sums])?)
    }
}
