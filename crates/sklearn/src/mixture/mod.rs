//! `sklearn.mixture.GaussianMixture` and `BayesianGaussianMixture`: how probable a row is under several normals.

mod bayesian;
mod normals;

use cannery_graph::{Arithmetic, Builder, Cast, Check, DType, Edge, Function, Op, Reduce, Reduction, Scale};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::numpy::float_dtype;
use crate::state::State;
use normals::Normals;

#[derive(Debug)]
struct Mixture {
    name: &'static str,
    normals: Normals,
    /// What is added to the logarithm of the density of each component, one after the other.
    terms: Vec<Vec<f64>>,
    /// Whether float32 rows give float32 results: of a model that was fitted on such.
    keeps_f32: bool,
}

pub(crate) const ENTRIES: &[Entry] = &[
    Entry {
        classes: &["sklearn.mixture.BayesianGaussianMixture"],
        // the second until 0.21
        modules: &["sklearn.mixture._bayesian_mixture", "sklearn.mixture.bayesian_mixture"],
        read,
    },
    Entry {
        classes: &["sklearn.mixture.GaussianMixture"],
        modules: &["sklearn.mixture._gaussian_mixture", "sklearn.mixture.gaussian_mixture"],
        read,
    },
];

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let normals = Normals::read(state)?;
    let terms = match state.name() {
        "GaussianMixture" => {
            let weights = normals.numbers(state, "weights_")?;
            vec![weights.iter().map(|weight| weight.ln()).collect()]
        }
        _ => bayesian::terms(state, &normals)?,
    };
    let is_f32 = float_dtype(&state.element_dtype("means_")?) == DType::F32;
    // until 1.6 sums over full matrices were float64
    let keeps_f32 = is_f32 && (state.since(1, 7) || !normals.are_full());
    Ok(Box::new(Mixture { name: state.name(), normals, terms, keeps_f32 }))
}

impl Estimator for Mixture {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.normals.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let narrows = self.keeps_f32 && builder.type_of(x)?.dtype == DType::F32;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let densities = self.normals.lower(builder, x)?;
        let steps = self.terms.iter().map(|term| (Arithmetic::Add, term.clone())).collect();
        let joint = builder.add(Op::Scale(Scale { steps }), &[densities])?;
        let narrow = |builder: &mut Builder, edge: Edge| match narrows {
            true => builder.add(Op::Cast(Cast { to: DType::F32 }), &[edge]),
            false => Ok(edge),
        };
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || Ok(builder.add(Op::ArgMax, &[joint])?))?;
        methods.offer(Method::PredictProba, || {
            let logarithms = builder.add(Op::LogSoftmax, &[joint])?;
            let proba = builder.add(Op::Elementwise(Function::Exp), &[logarithms])?;
            Ok(narrow(builder, proba)?)
        })?;
        methods.offer(Method::ScoreSamples, || {
            let scores = builder.add(Op::Reduce(Reduce::row(Reduction::LogSumExp)), &[joint])?;
            Ok(narrow(builder, scores)?)
        })?;
        Ok(methods)
    }
}
