//! `sklearn.ensemble.HistGradientBoostingClassifier` and `HistGradientBoostingRegressor`: boosting of trees on
//! binned data (0.21, where it was an experiment, and later).
//!
//! X is float64 (float32 is widened), and so is every result. The leaf values have the learning rate in them. From
//! `_baseline_prediction` on, one tree an iteration is added, or for more than two classes one for each class.

mod categories;
mod predictor;

use cannery_graph::{Builder, Check, Edge, Function, Labels, Merge, Op, Threshold, Tree, TreeEnsemble};
use cannery_object::known::Version;
use cannery_object::{Kind, View};

use self::categories::Prepared;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct HistGradientBoosting {
    name: &'static str,
    features: usize,
    takes_nan: bool,
    prepared: Prepared,
    trees: TreeEnsemble,
    target: Target,
}

/// What the sums of the trees become.
#[derive(Debug)]
enum Target {
    Number { link: NumberLink },
    Class { labels: Labels, link: ClassLink, label_by: LabelBy },
}

/// What makes a sum a number; the name says the way back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum NumberLink {
    Identity,
    Log,
}

/// What makes sums probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ClassLink {
    /// expit of the only sum.
    Logit,
    /// Since 1.1.
    Softmax,
    /// exp(sum − logsumexp(sums)), up to 1.0.
    ExpOfLog,
}

/// What the class is read off.
#[derive(Clone, Copy, Debug, PartialEq)]
enum LabelBy {
    /// The sums, since 1.5: above 0, or the greatest.
    Sums,
    /// The greatest probability. Rounding makes ties of what differs in the sums.
    Probabilities,
}

const MODULES: &[&str] = &["sklearn.ensemble._hist_gradient_boosting.gradient_boosting"];

pub(crate) const CLASSIFIER: Entry = Entry {
    classes: &["sklearn.ensemble.HistGradientBoostingClassifier"],
    modules: MODULES,
    read: read_classifier,
};

pub(crate) const REGRESSOR: Entry = Entry {
    classes: &["sklearn.ensemble.HistGradientBoostingRegressor"],
    modules: MODULES,
    read: read_regressor,
};

fn read_regressor(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let link = match Loss::read(state)? {
        Loss::Number(link) => link,
        Loss::Class(_) => return Err(state.malformed(Loss::NAME, "a loss of classes in a regressor")),
    };
    let boosting = read(state, 1, Target::Number { link })?;
    Ok(Box::new(boosting))
}

fn read_classifier(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let link = match Loss::read(state)? {
        Loss::Class(link) => link,
        Loss::Number(_) => return Err(state.malformed(Loss::NAME, "a loss of numbers in a classifier")),
    };
    let labels = state.labels("classes_")?;
    let sums = if link == ClassLink::Logit { 1 } else { labels.len() };
    if (labels.len() > 2) != (link != ClassLink::Logit) {
        let message = format!("the loss {link:?} with {} classes", labels.len());
        return Err(state.unsupported(Loss::NAME, message));
    }
    let label_by = match version(state)? >= Version::new(1, 5) {
        true => LabelBy::Sums,
        false => LabelBy::Probabilities,
    };
    let target = Target::Class { labels, link, label_by };
    Ok(Box::new(read(state, sums, target)?))
}

fn read(state: &State<'_>, sums: usize, target: Target) -> Result<HistGradientBoosting, Error> {
    let features = columns(state, &["n_features_in_", "n_features_"])?; // the former since 0.23
    let of_nodes = columns(state, &["_n_features", "n_features_"])?; // the former since 0.24
    let known = categories::known(state, of_nodes)?;
    let prepared = categories::prepared(state, features, &known)?;
    if matches!(prepared, Prepared::Plain) && features != of_nodes {
        return Err(state.malformed("n_features_in_", format!("{features} for trees of {of_nodes} columns")));
    }
    Ok(HistGradientBoosting {
        name: state.name(),
        features,
        takes_nan: version(state)? >= Version::new(0, 22),
        prepared,
        trees: trees(state, of_nodes, &known, sums)?,
        target,
    })
}

/// The version decides how labels are chosen and what is let through; every version that has the class says so.
fn version(state: &State<'_>) -> Result<Version, Error> {
    let missing =
        || state.unsupported("_sklearn_version", "a model that does not say which version wrote it");
    state.version().ok_or_else(missing)
}

/// The count under the first of these names that is there.
fn columns(state: &State<'_>, names: &[&str]) -> Result<usize, Error> {
    let name = names.iter().copied().find(|name| state.has(name));
    let name = name.ok_or_else(|| state.unsupported(names[0], "this attribute is missing: not fitted"))?;
    usize::try_from(state.int(name)?).map_err(|_| state.malformed(name, "a count below 0"))
}

fn trees(
    state: &State<'_>,
    features: usize,
    known: &[Option<categories::Set>],
    sums: usize,
) -> Result<TreeEnsemble, Error> {
    const NAME: &str = "_predictors";
    let mut trees: Vec<Tree> = Vec::new();
    for (iteration, &of_iteration) in state.sequence(NAME)?.iter().enumerate() {
        let place = format!("{NAME}[{iteration}]");
        let predictors = state.heap().as_sequence(of_iteration).unwrap_or_default();
        if predictors.len() != sums {
            let message = format!("{} trees instead of {sums}", predictors.len());
            return Err(state.malformed(&place, message));
        }
        for (k, &predictor) in predictors.iter().enumerate() {
            let predictor = state.object_in(predictor, &format!("{place}[{k}]"))?;
            trees.push(predictor::read(&predictor, features, known)?);
        }
    }
    let base = baseline(state, sums)?;
    TreeEnsemble::new(trees, Merge::Sum(base.into())).map_err(|message| state.malformed(NAME, message))
}

/// A number, or an array with one for each sum: (sums, 1) up to 1.0, (1, sums) since. It is added to 0.0.
fn baseline(state: &State<'_>, sums: usize) -> Result<Vec<f64>, Error> {
    const NAME: &str = "_baseline_prediction";
    if !matches!(state.heap().view(state.value(NAME)?), View::NdArray) {
        return Ok(vec![0.0 + state.float(NAME)?; sums]);
    }
    let array = state.array(NAME)?;
    if (&array.dtype.kind, array.dtype.itemsize) != (&Kind::Float, 8) {
        return Err(state.unsupported(NAME, format!("sums of dtype {}; float64 works", array.dtype)));
    }
    let values = array.f64s().map_err(|error| Error::in_view(state.path_of(NAME), &error))?;
    match (&*array.shape, &*values) {
        (_, &[value]) if array.ndim() <= 2 => Ok(vec![0.0 + value; sums]),
        (&[n, 1] | &[1, n], values) if n == sums => Ok(values.iter().map(|value| 0.0 + value).collect()),
        (shape, _) => Err(state.malformed(NAME, format!("shape {shape:?} for {sums} sums"))),
    }
}

/// The loss object, whose link predictions go through. The parameter of the same name may be another by now.
enum Loss {
    Number(NumberLink),
    Class(ClassLink),
}

impl Loss {
    const NAME: &str = "_loss";

    fn read(state: &State<'_>) -> Result<Self, Error> {
        let name = if state.has("loss_") { "loss_" } else { Self::NAME }; // the former up to 0.23
        if !state.has(name) {
            return Err(state.unsupported(name, "this attribute is missing: not fitted"));
        }
        let loss = state.object_in(state.value(name)?, name)?;
        let (module, class) = loss.class();
        match module {
            "sklearn.ensemble._hist_gradient_boosting.loss" => Self::old(class),
            "sklearn._loss.loss" => Self::new(class),
            _ => None,
        }
        .ok_or_else(|| state.unsupported(name, format!("the loss {module}.{class}")))
    }

    /// Up to 1.0.
    fn old(class: &str) -> Option<Self> {
        Some(match class {
            "LeastSquares" | "LeastAbsoluteDeviation" => Self::Number(NumberLink::Identity),
            "Poisson" => Self::Number(NumberLink::Log),
            "BinaryCrossEntropy" => Self::Class(ClassLink::Logit),
            "CategoricalCrossEntropy" => Self::Class(ClassLink::ExpOfLog),
            _ => return None,
        })
    }

    /// Since 1.1.
    fn new(class: &str) -> Option<Self> {
        Some(match class {
            "HalfSquaredError" | "AbsoluteError" | "PinballLoss" => Self::Number(NumberLink::Identity),
            "HalfPoissonLoss" | "HalfGammaLoss" => Self::Number(NumberLink::Log),
            "HalfBinomialLoss" => Self::Class(ClassLink::Logit),
            "HalfMultinomialLoss" => Self::Class(ClassLink::Softmax),
            _ => return None,
        })
    }
}

impl Estimator for HistGradientBoosting {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        match &self.prepared {
            Prepared::Plain | Prepared::Codes(_) => Takes::Numbers { columns: self.features },
            Prepared::Child(child) => child.takes(),
        }
    }

    fn columns(&self) -> Vec<ColumnHint> {
        match &self.prepared {
            Prepared::Plain | Prepared::Codes(_) => vec![],
            Prepared::Child(child) => child.columns(),
        }
    }

    fn classes(&self) -> Vec<Labels> {
        match &self.target {
            Target::Class { labels, .. } => vec![labels.clone()],
            Target::Number { .. } => vec![],
        }
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = match &self.prepared {
            Prepared::Child(child) => {
                let x = child.lower_method(builder, x, Method::Transform)?;
                builder.dense(x)?
            }
            Prepared::Plain => self.numbers(builder, x)?,
            Prepared::Codes(codes) => {
                let x = self.numbers(builder, x)?;
                builder.add(Op::Codes(codes.clone()), &[x])?
            }
        };
        let sums = builder.add(Op::TreeEnsemble(self.trees.clone()), &[x])?;
        let mut methods = Methods::new(wanted);
        match &self.target {
            Target::Number { link } => {
                methods.offer(Method::Predict, || number(builder, sums, *link))?;
            }
            Target::Class { labels, link, label_by } => {
                let decision =
                    if *link == ClassLink::Logit { builder.add(Op::Flatten, &[sums])? } else { sums };
                let probabilities = probabilities(builder, decision, *link)?;
                methods.offer(Method::Predict, || {
                    let (op, of) = match (label_by, link) {
                        (LabelBy::Sums, ClassLink::Logit) => {
                            (Op::Threshold(Threshold { above: 0.0 }), decision)
                        }
                        (LabelBy::Sums, _) => (Op::ArgMax, decision),
                        (LabelBy::Probabilities, _) => (Op::ArgMax, probabilities),
                    };
                    let class = builder.add(op, &[of])?;
                    Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
                })?;
                methods.offer(Method::PredictProba, || Ok(probabilities))?;
                methods.offer(Method::DecisionFunction, || Ok(decision))?;
            }
        }
        Ok(methods)
    }
}

impl HistGradientBoosting {
    fn numbers(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        if self.takes_nan { Ok(x) } else { Ok(builder.add(Op::Guard(Check::Finite), &[x])?) }
    }
}

fn number(builder: &mut Builder, sums: Edge, link: NumberLink) -> Result<Edge, Error> {
    let sum = builder.add(Op::Flatten, &[sums])?;
    match link {
        NumberLink::Identity => Ok(sum),
        NumberLink::Log => Ok(builder.add(Op::Elementwise(Function::Exp), &[sum])?),
    }
}

fn probabilities(builder: &mut Builder, decision: Edge, link: ClassLink) -> Result<Edge, Error> {
    Ok(match link {
        ClassLink::Logit => {
            let second = builder.add(Op::Elementwise(Function::Expit), &[decision])?;
            builder.add(Op::Complement, &[second])?
        }
        ClassLink::Softmax => builder.add(Op::Softmax, &[decision])?,
        ClassLink::ExpOfLog => {
            let logarithms = builder.add(Op::LogSoftmax, &[decision])?;
            builder.add(Op::Elementwise(Function::Exp), &[logarithms])?
        }
    })
}
