//! `init_`: what the sums of gradient boosting begin with.

use cannery_graph::{Arith, Arithmetic, Builder, Clip, DType, Edge, Function, Op};

use super::{Loss, is_before_0_21};
use crate::child::Child;
use crate::error::Error;
use crate::method::Method;
use crate::scores;
use crate::state::State;

/// What the sums begin with.
#[derive(Debug)]
pub(super) enum Init {
    /// The same for every row.
    Constant(Vec<f64>),
    /// What an estimator predicts.
    Child(Fitted),
}

/// An estimator that the caller gave as `init`.
#[derive(Debug)]
pub(super) struct Fitted {
    child: Child,
    /// `None` for a regressor.
    link: Option<Link>,
}

/// How probabilities become sums.
#[derive(Clone, Copy, Debug)]
struct Link {
    loss: Loss,
    /// How near to 0 and 1 they may come.
    epsilon: f64,
    /// Whether logarithms are centred by the geometric mean, and computed in float64: since 1.4.
    is_new: bool,
}

const NAME: &str = "init_";

impl Init {
    pub(super) fn read(state: &State<'_>, loss: Option<Loss>, sums: usize) -> Result<Self, Error> {
        // None until 0.18
        if state.heap().is_str(state.value(NAME)?, "zero") || state.is_none(NAME)? {
            return Ok(Self::Constant(vec![0.0; sums]));
        }
        let init = state.object_in(state.value(NAME)?, NAME)?;
        if is_before_0_21(state) {
            return old(state, &init, sums).map(Self::Constant);
        }
        let link = loss.map(|loss| Link::of(state, loss));
        let strategy = if init.has("strategy") { init.text("strategy")? } else { None };
        match (init.class().1, strategy.as_deref(), link) {
            ("DummyRegressor", Some("mean" | "median" | "quantile"), None) => {
                Ok(Self::Constant(all(&init, "constant_", sums)?))
            }
            ("DummyClassifier", Some("prior"), Some(link)) => {
                Ok(Self::Constant(link.of_priors(state, &all(&init, "class_prior_", 0)?, sums)?))
            }
            _ => Ok(Self::Child(Fitted { child: Child::read(state, NAME)?, link })),
        }
    }
}

/// The elements of an array of any shape, so many (0: any number).
fn all(state: &State<'_>, name: &str, count: usize) -> Result<Vec<f64>, Error> {
    let array = state.array(name)?;
    let values = array.f64s().map_err(|error| Error::in_view(state.path_of(name), &error))?;
    if count != 0 && values.len() != count {
        return Err(state.malformed(name, format!("{} numbers instead of {count}", values.len())));
    }
    Ok(values.into_owned())
}

/// The estimators that scikit-learn had for this until 0.20.
fn old(state: &State<'_>, init: &State<'_>, sums: usize) -> Result<Vec<f64>, Error> {
    let (_, class) = init.class();
    let one = |name: &str| -> Result<Vec<f64>, Error> {
        match sums {
            1 => Ok(vec![init.float(name)?]),
            _ => Err(init.malformed(name, format!("one number for {sums} sums"))),
        }
    };
    match class {
        "MeanEstimator" => one("mean"),
        "QuantileEstimator" => one("quantile"),
        "LogOddsEstimator" | "ScaledLogOddsEstimator" => one("prior"),
        "PriorProbabilityEstimator" => all(init, "priors", sums),
        "ZeroEstimator" => Ok(vec![0.0; sums]),
        _ => {
            Err(state
                .unsupported(NAME, format!("a {class}, which scikit-learn before 0.21 can't predict with")))
        }
    }
}

impl Link {
    fn of(state: &State<'_>, loss: Loss) -> Self {
        let is_new = state.since(1, 4);
        let epsilon = if is_new { f64::EPSILON } else { f64::from(f32::EPSILON) };
        Self { loss, epsilon, is_new }
    }

    /// The highest probability: 1 − ε, of float32 where ε is.
    fn highest(self) -> f64 {
        if self.is_new { 1.0 - self.epsilon } else { f64::from(1.0 - f32::EPSILON) }
    }

    /// The sums of constant probabilities.
    fn of_priors(self, state: &State<'_>, priors: &[f64], sums: usize) -> Result<Vec<f64>, Error> {
        if priors.len() != sums.max(2) {
            let message = format!("{} probabilities for {} classes", priors.len(), sums.max(2));
            return Err(state.malformed("init_.class_prior_", message));
        }
        let clipped = Vec::from_iter(priors.iter().map(|&p| p.clamp(self.epsilon, self.highest())));
        // scipy's `logit`, which became more exact near ½
        let logit = |p: f64| match state.since(1, 5) && (0.3..=0.65).contains(&p) {
            true => (2.0 * (p - 0.5)).ln_1p() - (-2.0 * (p - 0.5)).ln_1p(),
            false => (p / (1.0 - p)).ln(),
        };
        Ok(match self.loss {
            Loss::Binomial { .. } => vec![logit(clipped[1])],
            Loss::Exponential => vec![0.5 * logit(clipped[1])],
            Loss::ExpOfLog => clipped.iter().map(|p| p.ln()).collect(),
            Loss::Multinomial => {
                let mean = clipped.iter().map(|p| p.ln()).sum::<f64>() / clipped.len() as f64;
                clipped.iter().map(|p| (p / mean.exp()).ln()).collect()
            }
        })
    }
}

impl Fitted {
    /// The sums that the trees are added to, f64\[n,k\].
    pub(super) fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let Some(link) = self.link else {
            let predicted = self.child.lower_method(builder, &x.into(), Method::Predict)?;
            let predicted = scores::doubles(builder, predicted)?;
            return scores::upright(builder, predicted);
        };
        let mut proba = self.child.lower_method(builder, &x.into(), Method::PredictProba)?;
        if link.is_new {
            proba = scores::doubles(builder, proba)?;
        }
        if matches!(link.loss, Loss::Binomial { .. } | Loss::Exponential) {
            proba = scores::column(builder, proba, 1)?;
        }
        let clip = Clip { low: link.epsilon, high: link.highest() };
        let proba = builder.add(Op::Clip(clip), &[proba])?;
        let sums = link.lower(builder, proba)?;
        let sums = builder.cast(sums, DType::F64)?;
        scores::upright(builder, sums)
    }
}

impl Link {
    fn lower(self, builder: &mut Builder, proba: Edge) -> Result<Edge, Error> {
        let log = |builder: &mut Builder, x| builder.add(Op::Elementwise(Function::Log), &[x]);
        match self.loss {
            Loss::ExpOfLog => Ok(log(builder, proba)?),
            Loss::Multinomial => {
                let classes = builder.type_of(proba)?.columns();
                let logarithms = log(builder, proba)?;
                let sum = scores::row_sum(builder, logarithms)?;
                let mean = scores::scale(builder, sum, Arithmetic::Divide, classes as f64)?;
                scores::arith(builder, Arith::Subtract, logarithms, mean)
            }
            Loss::Binomial { .. } | Loss::Exponential => {
                // log p − log(1 − p)
                let both = builder.add(Op::Complement, &[proba])?;
                let logarithms = log(builder, both)?;
                let (second, first) =
                    (scores::column(builder, logarithms, 1)?, scores::column(builder, logarithms, 0)?);
                let logit = scores::arith(builder, Arith::Subtract, second, first)?;
                match self.loss {
                    Loss::Exponential => scores::scale(builder, logit, Arithmetic::Multiply, 0.5),
                    _ => Ok(logit),
                }
            }
        }
    }
}
