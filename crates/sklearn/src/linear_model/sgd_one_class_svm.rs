//! `sklearn.linear_model.SGDOneClassSVM`: a linear score above or below an offset.

use cannery_graph::{Arithmetic, Builder, Check, DType, Labels, Linear, Op, Scale, Threshold};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::numpy::float_dtype;
use crate::state::State;

#[derive(Debug)]
struct SgdOneClassSvm {
    weights: cannery_graph::Matrix,
    weights_dtype: DType,
    offset: f64,
    offset_dtype: DType,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.linear_model.SGDOneClassSVM"],
    modules: &["sklearn.linear_model._stochastic_gradient"], // since 1.0
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("coef_", "coefficients")?;
    let weights = state.floats("coef_")?;
    let weights =
        cannery_graph::Matrix::new(1, weights.len(), weights).filter(|weights| weights.columns() > 0);
    let weights = weights.ok_or_else(|| state.malformed("coef_", "no coefficient"))?;
    let &[offset] = &state.floats("offset_")?[..] else {
        return Err(state.malformed("offset_", "not one number"));
    };
    Ok(Box::new(SgdOneClassSvm {
        weights,
        weights_dtype: float_dtype(&state.element_dtype("coef_")?),
        offset,
        offset_dtype: float_dtype(&state.element_dtype("offset_")?),
    }))
}

impl Estimator for SgdOneClassSvm {
    fn name(&self) -> &'static str {
        "SGDOneClassSVM"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.weights.columns() }
    }

    /// `score_samples` is the decision with the offset added again, so it is rounded twice.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = if self.weights_dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let linear = Linear { weights: self.weights.clone(), intercepts: None };
        let scores = builder.add(Op::Linear(linear), &[x])?;
        let scores = if self.offset_dtype == DType::F64 { builder.cast(scores, DType::F64)? } else { scores };
        let shift = |step| Op::Scale(Scale { steps: vec![(step, vec![self.offset])] });
        let decision = builder.add(shift(Arithmetic::Subtract), &[scores])?;
        let flat = builder.add(Op::Flatten, &[decision])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let inlier = builder.add(Op::Threshold(Threshold::at_least(0.0)), &[flat])?;
            Ok(builder.add(Op::Labels(Labels::I64([-1, 1].into())), &[inlier])?)
        })?;
        methods.offer(Method::DecisionFunction, || Ok(flat))?;
        methods.offer(Method::ScoreSamples, || {
            let scores = builder.add(shift(Arithmetic::Add), &[decision])?;
            Ok(builder.add(Op::Flatten, &[scores])?)
        })?;
        Ok(methods)
    }
}
