//! `sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis`: normal classes, each with its own covariance.

use cannery_graph::{
    Arith, Arithmetic, Builder, Check, Columns, DType, Edge, Function, Labels, Linear, Matrix, Op, Reduce,
    Reduction, Scale,
};
use cannery_object::Value;

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;
use crate::sum::pairwise_sum;

#[derive(Debug)]
struct QuadraticDiscriminantAnalysis {
    labels: Labels,
    classes: Vec<Normal>,
    /// Since 1.6 logarithms of probabilities are computed without these.
    has_log_softmax: bool,
}

/// A class.
#[derive(Debug)]
struct Normal {
    mean: Vec<f64>,
    /// The rotation, each axis divided by the root of its variance: a row for each axis.
    weights: Matrix,
    /// The sum of the logarithms of the variances.
    log_det: f64,
    log_prior: f64,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis"],
    modules: &["sklearn.discriminant_analysis"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("rotations_", "rotations")?;
    let labels = state.labels("classes_")?;
    let (means, priors) = (state.matrix("means_")?, state.floats("priors_")?);
    let (rotations, scalings) = (state.sequence("rotations_")?, state.sequence("scalings_")?);
    for (name, count) in [
        ("means_", means.rows()),
        ("priors_", priors.len()),
        ("rotations_", rotations.len()),
        ("scalings_", scalings.len()),
    ] {
        if count != labels.len() {
            return Err(state.malformed(name, format!("{count} for {} classes", labels.len())));
        }
    }
    if means.columns() == 0 {
        return Err(state.malformed("means_", "no feature"));
    }
    let mut classes = Vec::with_capacity(labels.len());
    for class in 0..labels.len() {
        let mean = means.row(class).to_vec();
        classes.push(normal(state, class, [rotations[class], scalings[class]], mean, priors[class].ln())?);
    }
    let has_log_softmax = state.since(1, 6);
    Ok(Box::new(QuadraticDiscriminantAnalysis { labels, classes, has_log_softmax }))
}

fn normal(
    state: &State<'_>,
    class: usize,
    [rotation, variances]: [Value; 2],
    mean: Vec<f64>,
    log_prior: f64,
) -> Result<Normal, Error> {
    let place = format!("scalings_[{class}]");
    let variances = state.array_in(variances, &place)?;
    let variances = variances.f64s().map_err(|error| Error::in_view(state.path_of(&place), &error))?;
    let place = format!("rotations_[{class}]");
    let rotation = state.matrix_in(&state.array_in(rotation, &place)?, &place)?;
    let (axes, features) = (variances.len(), mean.len());
    if (rotation.rows(), rotation.columns()) != (features, axes) || axes == 0 {
        let (rows, columns) = (rotation.rows(), rotation.columns());
        let message = format!("shape ({rows}, {columns}) for {features} features and {axes} variances");
        return Err(state.malformed(&place, message));
    }
    let mut weights = Vec::with_capacity(rotation.values().len());
    for (axis, variance) in variances.iter().enumerate() {
        let factor = variance.powf(-0.5);
        weights.extend((0..features).map(|feature| rotation.row(feature)[axis] * factor));
    }
    let weights = Matrix::new(axes, features, weights);
    let weights = weights.ok_or_else(|| state.malformed(&place, "not a matrix"))?;
    let logarithms: Vec<f64> = variances.iter().map(|variance| variance.ln()).collect();
    Ok(Normal { mean, weights, log_det: pairwise_sum(&logarithms), log_prior })
}

impl Estimator for QuadraticDiscriminantAnalysis {
    fn name(&self) -> &'static str {
        "QuadraticDiscriminantAnalysis"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.classes.first().map_or(0, |class| class.mean.len()) }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::F64)?;
        let scores = self.scores(builder, x)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let class = builder.add(Op::ArgMax, &[scores])?;
            Ok(builder.add(Op::Labels(self.labels.clone()), &[class])?)
        })?;
        methods.offer(Method::DecisionFunction, || decision(builder, scores))?;
        if !methods.wants(Method::PredictProba) && !methods.wants(Method::PredictLogProba) {
            return Ok(methods);
        }
        if self.has_log_softmax {
            let logarithms = log_softmax(builder, scores)?;
            methods.offer(Method::PredictProba, || {
                Ok(builder.add(Op::Elementwise(Function::Exp), &[logarithms])?)
            })?;
            methods.offer(Method::PredictLogProba, || Ok(logarithms))?;
        } else {
            methods.offer_proba(builder, |builder| Ok(builder.add(Op::Softmax, &[scores])?))?;
        }
        Ok(methods)
    }
}

impl QuadraticDiscriminantAnalysis {
    /// −½ (Σ((x − μ)·R·S^−½)² + Σ log S) + log π.
    fn scores(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let mut norms = Vec::with_capacity(self.classes.len());
        for class in &self.classes {
            let steps = vec![(Arithmetic::Subtract, class.mean.clone())];
            let centred = builder.add(Op::Scale(Scale { steps }), &[x])?;
            let linear = Linear { weights: class.weights.clone(), intercepts: None };
            let rotated = builder.add(Op::Linear(linear), &[centred])?;
            norms.push(builder.add(Op::Reduce(Reduce::row(Reduction::SumOfSquares)), &[rotated])?);
        }
        let norms = builder.add(Op::Concat, &norms)?;
        let steps = vec![
            (Arithmetic::Add, self.classes.iter().map(|class| class.log_det).collect()),
            (Arithmetic::Multiply, vec![-0.5; self.classes.len()]),
            (Arithmetic::Add, self.classes.iter().map(|class| class.log_prior).collect()),
        ];
        Ok(builder.add(Op::Scale(Scale { steps }), &[norms])?)
    }
}

/// Of two classes the difference of their scores.
fn decision(builder: &mut Builder, scores: Edge) -> Result<Edge, Error> {
    if builder.type_of(scores)?.columns() != 2 {
        return Ok(scores);
    }
    let second = builder.add(Op::Columns(Columns(vec![1])), &[scores])?;
    let first = builder.add(Op::Columns(Columns(vec![0])), &[scores])?;
    let difference = builder.add(Op::Arith(Arith::Subtract), &[second, first])?;
    Ok(builder.add(Op::Flatten, &[difference])?)
}

/// The largest score is subtracted first, and then the logarithm of the sum of what is left.
fn log_softmax(builder: &mut Builder, scores: Edge) -> Result<Edge, Error> {
    let largest = builder.add(Op::Reduce(Reduce::row(Reduction::Maximum)), &[scores])?;
    let shifted = builder.add(Op::Arith(Arith::Subtract), &[scores, largest])?;
    let sum = builder.add(Op::Reduce(Reduce::row(Reduction::LogSumExp)), &[shifted])?;
    Ok(builder.add(Op::Arith(Arith::Subtract), &[shifted, sum])?)
}
