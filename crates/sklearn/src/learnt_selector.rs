//! The `transform` that trees, forests and logistic regressions had until scikit-learn 0.18: the columns whose
//! importance reaches a threshold.
//!
//! Source: `_LearntSelectorMixin` in `sklearn/feature_selection/from_model.py` of 0.18.

use cannery_graph::{Builder, Check, Columns, Edge, Op};
use cannery_object::known::Version;

use crate::error::Error;
use crate::method::{Method, Methods};
use crate::state::State;
use crate::sum::pairwise_sum;

/// What `transform` does.
#[derive(Debug)]
pub(crate) enum LearntSelector {
    /// There is no such method: 0.19 and later.
    Absent,
    /// These columns of X.
    Columns(Vec<usize>),
}

impl LearntSelector {
    /// The columns whose importance is at least the threshold, by default the mean of all importances.
    pub(crate) fn of(
        state: &State<'_>,
        threshold: Option<f64>,
        importances: impl FnOnce() -> Result<Vec<f64>, Error>,
    ) -> Result<Self, Error> {
        // files of before 0.18 do not say who wrote them; modules became private in 0.22
        let is_new = match state.version() {
            Some(version) => version >= Version::new(0, 19),
            None => state.module().contains("._"),
        };
        if is_new {
            return Ok(Self::Absent);
        }
        let importances = importances()?;
        let threshold = threshold.unwrap_or_else(|| pairwise_sum(&importances) / importances.len() as f64);
        let reaches = |&(_, importance): &(usize, &f64)| *importance >= threshold;
        Ok(Self::Columns(importances.iter().enumerate().filter(reaches).map(|(column, _)| column).collect()))
    }

    /// Adds `transform` of X as the caller brings it.
    pub(crate) fn lower(&self, builder: &mut Builder, x: Edge, methods: &mut Methods) -> Result<(), Error> {
        match self {
            Self::Absent => {}
            Self::Columns(columns) if columns.is_empty() => {
                methods.refuse(Method::Transform, "no feature reaches the threshold of importance");
            }
            Self::Columns(columns) => {
                methods.offer(Method::Transform, || {
                    let x = builder.add(Op::Guard(Check::Finite), &[x])?;
                    Ok(builder.add(Op::Columns(Columns(columns.clone())), &[x])?)
                })?;
            }
        }
        Ok(())
    }
}
