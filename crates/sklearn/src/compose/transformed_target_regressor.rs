//! `sklearn.compose.TransformedTargetRegressor` (0.20 and later): a regressor of transformed targets, and the way back.

use cannery_graph::Builder;

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct TransformedTarget {
    regressor: Child,
    transformer: Child,
    /// Whether targets were given without a second dimension.
    is_vector: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.compose.TransformedTargetRegressor"],
    modules: &["sklearn.compose._target"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("regressor_", "regressor")?;
    let transformer = Child::read(state, "transformer_")?;
    if transformer.inverse_columns().is_none() {
        return Err(state.unsupported("transformer_", "its inverse_transform"));
    }
    Ok(Box::new(TransformedTarget {
        regressor: Child::read(state, "regressor_")?,
        transformer,
        is_vector: state.int("_training_dim")? == 1,
    }))
}

impl Estimator for TransformedTarget {
    fn name(&self) -> &'static str {
        "TransformedTargetRegressor"
    }

    fn takes(&self) -> Takes {
        self.regressor.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.regressor.columns()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let predicted = self.regressor.lower_method(builder, x, Method::Predict)?;
            let predicted = scores::upright(builder, predicted)?;
            let target = self.transformer.lower_inverse(builder, &predicted.into())?;
            if self.is_vector { scores::flat(builder, target) } else { Ok(target) }
        })?;
        Ok(methods)
    }
}
