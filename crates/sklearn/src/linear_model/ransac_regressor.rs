//! `sklearn.linear_model.RANSACRegressor`: the regressor that was fitted on the inliers.

use cannery_graph::Builder;

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct RansacRegressor {
    regressor: Child,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.linear_model.RANSACRegressor"],
    // the second until 0.21
    modules: &["sklearn.linear_model._ransac", "sklearn.linear_model.ransac"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("estimator_", "regressor")?;
    Ok(Box::new(RansacRegressor { regressor: Child::read(state, "estimator_")? }))
}

impl Estimator for RansacRegressor {
    fn name(&self) -> &'static str {
        "RANSACRegressor"
    }

    fn takes(&self) -> Takes {
        self.regressor.takes()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || self.regressor.lower_method(builder, x, Method::Predict))?;
        Ok(methods)
    }
}
