//! `sklearn.isotonic.IsotonicRegression`: lines between points that rise, or fall.

use cannery_graph::{Beyond, Builder, Check, DType, Edge, Interp, LineRule, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::float_dtype;
use crate::state::State;

#[derive(Debug)]
pub(crate) struct Isotonic {
    interp: Interp,
    /// What numbers are cast to, and results are; `None` before 0.21, which kept what came and gave float64.
    dtype: Option<DType>,
}

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    classes: &["sklearn.isotonic.IsotonicRegression"],
    modules: &["sklearn.isotonic"],
    read: |state| Ok(Box::new(Isotonic::read(state)?)),
}];

impl Isotonic {
    /// The thresholds had other names until 0.23. The function between them is not in a file.
    pub(crate) fn read(state: &State<'_>) -> Result<Self, Error> {
        let names = match state.has("_necessary_X_") {
            true => ["_necessary_X_", "_necessary_y_"],
            false => ["X_thresholds_", "y_thresholds_"],
        };
        state.expect_fitted(names[0], "thresholds")?;
        let (knots, heights) = (state.floats(names[0])?, state.floats(names[1])?);
        let rises = knots.windows(2).all(|pair| pair[0] < pair[1]);
        if knots.is_empty() || !rises || knots.iter().any(|knot| !knot.is_finite()) {
            return Err(state.malformed(names[0], "not numbers that rise"));
        }
        if knots.len() != heights.len() || heights.iter().any(|height| !height.is_finite()) {
            return Err(state.malformed(names[1], format!("not {} numbers", knots.len())));
        }
        let outside = match state.text("out_of_bounds")?.as_deref() {
            Some("clip") => Beyond::Nearest,
            Some("nan") => Beyond::Nan,
            Some("raise") => Beyond::Error,
            _ => return Err(state.unsupported("out_of_bounds", "none of 'nan', 'clip' and 'raise'")),
        };
        let dtype =
            if state.since(0, 21) { Some(float_dtype(&state.element_dtype(names[0])?)) } else { None };
        let is_f32 = |name| Ok::<_, Error>(float_dtype(&state.element_dtype(name)?) == DType::F32);
        // scipy 1.17 is older than scikit-learn 1.8, but not much
        let line = match is_f32(names[0])? && is_f32(names[1])? {
            false => LineRule::Numpy,
            true if state.since(1, 8) => LineRule::Weights,
            true => LineRule::Slope,
        };
        Ok(Self { interp: Interp { knots, heights, outside, line }, dtype })
    }

    /// What it makes of each number.
    pub(crate) fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = builder.cast(x, self.dtype.unwrap_or(DType::F64))?;
        Ok(builder.add(Op::Interp(self.interp.clone()), &[x])?)
    }
}

impl Estimator for Isotonic {
    fn name(&self) -> &'static str {
        "IsotonicRegression"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: 1 }
    }

    fn takes_vector(&self) -> bool {
        true
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::new(["isotonicregression0"])
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = match self.dtype {
            Some(_) => builder.add(Op::Guard(Check::Finite), &[x])?,
            None => x,
        };
        let x = builder.add(Op::Flatten, &[x])?;
        let y = self.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || Ok(y))?;
        methods.offer(Method::Transform, || Ok(y))?;
        Ok(methods)
    }
}
