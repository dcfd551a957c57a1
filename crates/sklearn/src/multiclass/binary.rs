//! An estimator that tells two classes apart, or a constant where there was only one to learn.

use cannery_graph::{Arith, Builder, Constant, DType, Edge, Op};
use cannery_object::Value;

use crate::child::Child;
use crate::error::Error;
use crate::input::{Input, Takes};
use crate::method::Method;
use crate::scores;
use crate::state::State;

/// One of the estimators.
#[derive(Debug)]
pub(super) enum Binary {
    Fitted(Child),
    /// `_ConstantPredictor`: 0 or 1 for every row.
    Constant(f64),
}

/// `estimators_`, one at least.
pub(super) fn read(state: &State<'_>) -> Result<Vec<Binary>, Error> {
    const NAME: &str = "estimators_";
    state.expect_fitted(NAME, "estimators")?;
    let read = |(index, &value): (usize, &Value)| Binary::read(state, value, &format!("{NAME}[{index}]"));
    let all = state.objects(NAME)?.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    if all.is_empty() {
        return Err(state.unsupported(NAME, "no estimator"));
    }
    Ok(all)
}

/// What they were fitted on, where one of them says so.
pub(super) fn takes(state: &State<'_>, all: &[Binary]) -> Result<Takes, Error> {
    let of_child =
        |binary: &Binary| if let Binary::Fitted(child) = binary { Some(child.takes()) } else { None };
    match (all.iter().find_map(of_child), state.n_features()?) {
        (Some(takes), _) => Ok(takes),
        (None, Some(columns)) => Ok(Takes::Numbers { columns }),
        (None, None) => {
            Err(state.unsupported("estimators_", "constants for all classes: the columns are not known"))
        }
    }
}

impl Binary {
    fn read(state: &State<'_>, value: Value, place: &str) -> Result<Self, Error> {
        let object = state.object_in(value, place)?;
        if object.class() != ("sklearn.multiclass", "_ConstantPredictor") {
            return Ok(Self::Fitted(Child::read_in(state, value, place)?));
        }
        let array = object.array("y_")?;
        let values = array.f64s().map_err(|error| Error::in_view(object.path_of("y_"), &error))?;
        match values[..] {
            [value] => Ok(Self::Constant(value)),
            _ => Err(object.malformed("y_", format!("{} constants", values.len()))),
        }
    }

    /// What `predict` gives.
    pub(super) fn predict(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        match self {
            Self::Fitted(child) => child.lower_method(builder, x, Method::Predict),
            Self::Constant(value) => constant(builder, x, *value),
        }
    }

    /// How much it believes in the second class: a vector of float64.
    pub(super) fn score(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let Self::Fitted(child) = self else { return self.predict(builder, x) };
        let score = if child.classes().is_empty() {
            child.lower_method(builder, x, Method::Predict)?
        } else {
            match self.decision(builder, x)? {
                Some(decision) => decision,
                None => {
                    let proba = child.lower_method(builder, x, Method::PredictProba)?;
                    scores::column(builder, proba, 1)?
                }
            }
        };
        let score = scores::doubles(builder, score)?;
        scores::flat(builder, score)
    }

    /// What the score must exceed for the second class.
    pub(super) fn threshold(&self, builder: &mut Builder, x: &Input) -> Result<f64, Error> {
        let is_classifier = matches!(self, Self::Fitted(child) if !child.classes().is_empty());
        Ok(if is_classifier && self.decision(builder, x)?.is_some() { 0.0 } else { 0.5 })
    }

    /// `decision_function`, if it has one.
    pub(super) fn decision(&self, builder: &mut Builder, x: &Input) -> Result<Option<Edge>, Error> {
        match self {
            Self::Constant(value) => constant(builder, x, *value).map(Some),
            Self::Fitted(child) => one(child, builder, x, Method::DecisionFunction),
        }
    }

    /// The probability of the second class, if it has one.
    pub(super) fn proba(&self, builder: &mut Builder, x: &Input) -> Result<Option<Edge>, Error> {
        match self {
            Self::Constant(value) => constant(builder, x, *value).map(Some),
            Self::Fitted(child) => match one(child, builder, x, Method::PredictProba)? {
                Some(proba) => scores::column(builder, proba, 1).map(Some),
                None => Ok(None),
            },
        }
    }
}

fn one(child: &Child, builder: &mut Builder, x: &Input, method: Method) -> Result<Option<Edge>, Error> {
    match child.results(builder, x, method)? {
        Some(cannery_graph::Results::One(edge)) => Ok(Some(edge)),
        _ => Ok(None),
    }
}

fn constant(builder: &mut Builder, x: &Input, value: f64) -> Result<Edge, Error> {
    let x = match x {
        Input::Texts(texts) => *texts,
        x => x.matrix(builder)?,
    };
    Ok(builder.add(Op::Constant(Constant::vector(DType::F64, value)), &[x])?)
}

/// Probabilities divided by their sum. Since 1.7 those of a row stay as they are where all are 0, before they become NaN.
pub(super) fn normalised(builder: &mut Builder, proba: Edge, keeps_zeros: bool) -> Result<Edge, Error> {
    if !keeps_zeros {
        return Ok(builder.add(Op::NormalizeSum, &[proba])?);
    }
    let dtype = builder.type_of(proba)?.dtype;
    let sum = builder.add(Op::Reduce(cannery_graph::Reduce::row(cannery_graph::Reduction::Sum)), &[proba])?;
    let smallest = if dtype == DType::F32 { f64::from(f32::from_bits(1)) } else { f64::from_bits(1) };
    let smallest = builder.add(Op::Constant(Constant::vector(dtype, smallest)), &[proba])?;
    let divisor = scores::arith(builder, Arith::Maximum, sum, smallest)?;
    scores::arith(builder, Arith::Divide, proba, divisor)
}
