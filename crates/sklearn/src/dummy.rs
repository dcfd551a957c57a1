//! `sklearn.dummy.DummyClassifier` and `DummyRegressor`: the same for every row.

use cannery_graph::{Builder, Constant, DType, Edge, Function, Labels, Op};
use cannery_object::{Kind, Value};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct DummyClassifier {
    takes: Takes,
    outputs: Vec<Output>,
    /// Whether results are a matrix and a list: of several outputs, and until 0.21 of one that was a column.
    is_list: bool,
    /// What `predict` gives for each output, or why it gives nothing.
    chosen: Result<Labels, &'static str>,
}

/// An output with its classes and their probabilities, if these are not drawn.
#[derive(Debug)]
struct Output {
    labels: Labels,
    probabilities: Option<Vec<f64>>,
}

#[derive(Debug)]
struct DummyRegressor {
    takes: Takes,
    constant: Constant,
}

pub(crate) const ENTRIES: &[Entry] = &[
    Entry { classes: &["sklearn.dummy.DummyClassifier"], modules: &["sklearn.dummy"], read: read_classifier },
    Entry { classes: &["sklearn.dummy.DummyRegressor"], modules: &["sklearn.dummy"], read: read_regressor },
];

/// Columns were not counted from 1.0 to 1.5, nor before 0.24.
fn takes(state: &State<'_>) -> Result<Takes, Error> {
    let is_counted = state.has("n_features_in_") && !state.is_none("n_features_in_")?;
    let columns = if is_counted { state.n_features()? } else { None };
    Ok(columns.map_or(Takes::AnyNumbers, |columns| Takes::Numbers { columns }))
}

fn read_classifier(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("classes_", "classes")?;
    let name = if state.has("_strategy") { "_strategy" } else { "strategy" };
    let strategy = state.text(name)?.unwrap_or_default();
    let is_list = state.heap().as_sequence(state.value("classes_")?).is_some();
    let (classes, priors) = match is_list {
        true => (state.sequence("classes_")?.to_vec(), state.sequence("class_prior_")?.to_vec()),
        false => (vec![state.value("classes_")?], vec![state.value("class_prior_")?]),
    };
    if classes.len() != priors.len() || classes.is_empty() {
        let message = format!("{} for {} outputs", priors.len(), classes.len());
        return Err(state.malformed("class_prior_", message));
    }
    let constants = if strategy == "constant" { Some(constants(state, classes.len())?) } else { None };
    let (mut outputs, mut firsts) = (vec![], vec![]);
    for (output, (&classes, &prior)) in classes.iter().zip(&priors).enumerate() {
        let place = if is_list { format!("classes_[{output}]") } else { "classes_".into() };
        let labels = state.labels_in(&state.array_in(classes, &place)?, &place)?;
        let prior = floats(state, prior, "class_prior_")?;
        if prior.len() != labels.len() {
            let message = format!("{} for {} classes", prior.len(), labels.len());
            return Err(state.malformed("class_prior_", message));
        }
        let most = first_of_most(&prior);
        firsts.push(labels.pick(most));
        let probabilities = match &constants {
            Some(constants) => Some(only(labels.len(), |class| labels.are_same(class, constants, output))),
            None => probabilities(state, &strategy, prior, most)?,
        };
        outputs.push(Output { labels, probabilities });
    }
    let chosen = match (strategy.as_str(), constants) {
        _ if state.has("sparse_output_") && state.bool("sparse_output_")? => {
            Err("the result would be sparse")
        }
        ("uniform" | "stratified", _) => Err("predictions of this strategy are drawn at random"),
        (_, Some(constants)) => Ok(constants),
        (_, None) => Labels::join(&firsts).ok_or("the labels of its outputs are of several types"),
    };
    Ok(Box::new(DummyClassifier { takes: takes(state)?, outputs, is_list, chosen }))
}

/// The parameter `constant`: a label for each output.
fn constants(state: &State<'_>, outputs: usize) -> Result<Labels, Error> {
    const NAME: &str = "constant";
    let value = state.value(NAME)?;
    let labels = match (state.heap().as_sequence(value), state.heap().ndarray(value)) {
        (Some(values), _) => state.labels_among(NAME, values)?,
        (None, Some(_)) if state.array(NAME)?.ndim() == 1 => state.labels(NAME)?,
        _ => state.labels_among(NAME, &[value])?,
    };
    if labels.len() == outputs {
        return Ok(labels);
    }
    Err(state.malformed(NAME, format!("{} for {outputs} outputs", labels.len())))
}

fn floats(state: &State<'_>, value: Value, name: &str) -> Result<Vec<f64>, Error> {
    let array = state.array_in(value, name)?;
    array.f64s().map(Into::into).map_err(|error| Error::in_view(state.path_of(name), &error))
}

fn first_of_most(prior: &[f64]) -> usize {
    prior.iter().enumerate().fold(0, |best, (class, p)| if *p > prior[best] { class } else { best })
}

/// 1 for some classes, 0 for the others.
fn only(classes: usize, is_it: impl Fn(usize) -> bool) -> Vec<f64> {
    (0..classes).map(|class| f64::from(u8::from(is_it(class)))).collect()
}

fn probabilities(
    state: &State<'_>,
    strategy: &str,
    prior: Vec<f64>,
    most: usize,
) -> Result<Option<Vec<f64>>, Error> {
    let classes = prior.len();
    Ok(match strategy {
        "most_frequent" => Some(only(classes, |class| class == most)),
        "prior" => Some(prior),
        "uniform" => Some(vec![1.0 / classes as f64; classes]),
        "stratified" => None,
        _ => return Err(state.unsupported("strategy", format!("strategy {strategy:?}"))),
    })
}

/// Any edge that has the rows.
fn rows(builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
    match x {
        Input::Matrix(edge) | Input::Texts(edge) => Ok(*edge),
        Input::Frame(columns) => match columns.first() {
            Some((_, edge)) => Ok(*edge),
            None => x.matrix(builder),
        },
    }
}

impl Estimator for DummyClassifier {
    fn name(&self) -> &'static str {
        "DummyClassifier"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn classes(&self) -> Vec<Labels> {
        self.outputs.iter().map(|output| output.labels.clone()).collect()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = rows(builder, x)?;
        let mut methods = Methods::new(wanted);
        match &self.chosen {
            Ok(labels) => methods.offer(Method::Predict, || {
                let row: Vec<f64> = (0..labels.len()).map(|output| output as f64).collect();
                let constant = if self.is_list {
                    Constant::matrix(DType::I64, row)
                } else {
                    Constant::vector(DType::I64, 0.0)
                };
                let place = builder.add(Op::Constant(constant), &[x])?;
                Ok(builder.add(Op::Labels(labels.clone()), &[place])?)
            })?,
            Err(reason) => methods.refuse(Method::Predict, *reason),
        }
        let mut proba = vec![];
        for output in &self.outputs {
            let Some(row) = &output.probabilities else {
                methods.refuse(Method::PredictProba, "probabilities of this strategy are drawn at random");
                methods.refuse(Method::PredictLogProba, "probabilities of this strategy are drawn at random");
                return Ok(methods);
            };
            proba.push(builder.add(Op::Constant(Constant::matrix(DType::F64, row.clone())), &[x])?);
        }
        let mut logarithms = vec![];
        for &proba in &proba {
            logarithms.push(builder.add(Op::Elementwise(Function::Log), &[proba])?);
        }
        for (method, edges) in [(Method::PredictProba, proba), (Method::PredictLogProba, logarithms)] {
            match self.is_list {
                true => methods.offer_list(method, || Ok(edges))?,
                false => methods.offer(method, || Ok(edges[0]))?,
            }
        }
        Ok(methods)
    }
}

/// `constant_` is a row, also of one output. Until 0.19 predictions were always floats.
fn read_regressor(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "constant_";
    state.expect_fitted(NAME, "constant")?;
    let row = state.matrix(NAME)?;
    let dtype = state.element_dtype(NAME)?;
    let dtype = match (dtype.kind, dtype.itemsize) {
        (Kind::Int | Kind::UInt, _) if state.since(0, 20) => DType::I64,
        (Kind::Float, 4) if state.since(0, 20) => DType::F32,
        _ => DType::F64,
    };
    if row.rows() != 1 || row.columns() == 0 {
        return Err(state.malformed(NAME, format!("shape ({}, {})", row.rows(), row.columns())));
    }
    let is_column = state.has("output_2d_") && state.bool("output_2d_")?; // until 0.21
    let constant = match row.values() {
        [value] if !is_column => Constant::vector(dtype, *value),
        values => Constant::matrix(dtype, values.to_vec()),
    };
    Ok(Box::new(DummyRegressor { takes: takes(state)?, constant }))
}

impl Estimator for DummyRegressor {
    fn name(&self) -> &'static str {
        "DummyRegressor"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = rows(builder, x)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || Ok(builder.add(Op::Constant(self.constant.clone()), &[x])?))?;
        Ok(methods)
    }
}
