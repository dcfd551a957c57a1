//! `sklearn.discriminant_analysis.LinearDiscriminantAnalysis`: linear scores, and a projection.

use cannery_graph::{
    Arithmetic, Builder, Check, Constant, DType, Edge, Function, Labels, Linear, Matrix, Op, Scale, Shape,
    Threshold,
};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::linear_model::classifier::decide;
use crate::linear_model::coefficients::Coefficients;
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::float_dtype;
use crate::state::State;

#[derive(Debug)]
struct LinearDiscriminantAnalysis {
    coefficients: Coefficients,
    labels: Labels,
    version: Rules,
    /// `None` of the solver that has none.
    projection: Option<Projection>,
}

/// What versions do differently.
#[derive(Clone, Copy, Debug)]
struct Rules {
    /// Until 0.20 probabilities of more than two classes were sigmoids divided by their sum.
    has_softmax: bool,
    /// A probability of 0 counts as the smallest normal number in `predict_log_proba`.
    has_floor: bool,
}

#[derive(Debug)]
struct Projection {
    /// What is subtracted first, by the solver that centres.
    centre: Option<Vec<f64>>,
    /// A row for each component.
    weights: Matrix,
    dtype: DType,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.discriminant_analysis.LinearDiscriminantAnalysis"],
    modules: &["sklearn.discriminant_analysis"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("coef_", "coefficients")?;
    let labels = state.labels("classes_")?;
    let coefficients = Coefficients::of_classes(state, &labels)?;
    let version = Rules { has_softmax: state.since(0, 21), has_floor: state.since(0, 24) };
    let projection = projection(state, coefficients.features())?;
    Ok(Box::new(LinearDiscriminantAnalysis { coefficients, labels, version, projection }))
}

fn projection(state: &State<'_>, features: usize) -> Result<Option<Projection>, Error> {
    let centres = match state.text("solver")?.as_deref() {
        Some("lsqr") => return Ok(None),
        Some("svd") => true,
        Some("eigen") => false,
        _ => return Err(state.unsupported("solver", "none of 'svd', 'lsqr' and 'eigen'")),
    };
    let scalings = state.matrix("scalings_")?;
    if scalings.rows() != features || scalings.columns() == 0 {
        let message = format!("shape ({}, {}) for {features} features", scalings.rows(), scalings.columns());
        return Err(state.malformed("scalings_", message));
    }
    let centre = if centres { Some(state.floats("xbar_")?) } else { None };
    if centre.as_ref().is_some_and(|centre| centre.len() != features) {
        return Err(state.malformed("xbar_", format!("not of {features} features")));
    }
    let components = usize::try_from(state.int("_max_components")?).unwrap_or(0).min(scalings.columns());
    if components == 0 {
        return Err(state.malformed("_max_components", "no component"));
    }
    let mut weights = Vec::with_capacity(components.saturating_mul(features));
    for component in 0..components {
        weights.extend((0..features).map(|feature| scalings.row(feature)[component]));
    }
    let weights = Matrix::new(components, features, weights);
    let weights = weights.ok_or_else(|| state.malformed("scalings_", "not a matrix"))?;
    let dtype = float_dtype(&state.element_dtype("scalings_")?);
    Ok(Some(Projection { centre, weights, dtype }))
}

impl Estimator for LinearDiscriminantAnalysis {
    fn name(&self) -> &'static str {
        "LinearDiscriminantAnalysis"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.coefficients.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        let components = self.projection.as_ref()?.weights.rows();
        Names::new((0..components).map(|component| format!("lineardiscriminantanalysis{component}")))
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let brought = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[brought])?;
        let scores = self.coefficients.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        let decision = decide(builder, scores, &self.labels, &mut methods)?;
        if methods.wants(Method::PredictProba) || methods.wants(Method::PredictLogProba) {
            let proba = self.probabilities(builder, decision)?;
            methods.offer(Method::PredictProba, || Ok(proba))?;
            methods.offer(Method::PredictLogProba, || self.logarithms(builder, proba))?;
        }
        match &self.projection {
            Some(projection) => methods.offer(Method::Transform, || projection.lower(builder, x))?,
            None => methods.refuse(
                Method::Transform,
                "transform not implemented for 'lsqr' solver (use 'svd' or 'eigen')",
            ),
        }
        Ok(methods)
    }
}

impl LinearDiscriminantAnalysis {
    fn probabilities(&self, builder: &mut Builder, decision: Edge) -> Result<Edge, Error> {
        let is_single = builder.type_of(decision)?.shape == Shape::Vector;
        if !is_single && self.version.has_softmax {
            return Ok(builder.add(Op::Softmax, &[decision])?);
        }
        let each = builder.add(Op::Elementwise(Function::Expit), &[decision])?;
        Ok(builder.add(if is_single { Op::Complement } else { Op::NormalizeSum }, &[each])?)
    }

    fn logarithms(&self, builder: &mut Builder, proba: Edge) -> Result<Edge, Error> {
        let ty = builder.type_of(proba)?;
        let proba = if self.version.has_floor {
            let smallest =
                if ty.dtype == DType::F32 { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
            let smallest = Constant::matrix(ty.dtype, vec![smallest; ty.columns()]);
            let smallest = builder.add(Op::Constant(smallest), &[proba])?;
            let is_above = builder.add(Op::Threshold(Threshold { above: 0.0 }), &[proba])?;
            // NaN is not above 0, and does not come here: rows are finite, and so are their scores or infinite
            builder.add(Op::Choose, &[is_above, proba, smallest])?
        } else {
            proba
        };
        Ok(builder.add(Op::Elementwise(Function::Log), &[proba])?)
    }
}

impl Projection {
    fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = builder.dense(x)?;
        let x = if self.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let x = match &self.centre {
            Some(centre) => {
                let steps = vec![(Arithmetic::Subtract, centre.clone())];
                builder.add(Op::Scale(Scale { steps }), &[x])?
            }
            None => x,
        };
        let linear = Linear { weights: self.weights.clone(), intercepts: None };
        Ok(builder.add(Op::Linear(linear), &[x])?)
    }
}
