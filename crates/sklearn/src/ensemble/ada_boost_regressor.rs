//! `sklearn.ensemble.AdaBoostRegressor`: the weighted median of what regressors predict.

use cannery_graph::{Builder, CombineRule};

use super::ada_boost_classifier::weights;
use super::members::{self, Member};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct AdaBoostRegressor {
    members: Vec<Member>,
    weights: Vec<f64>,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.ensemble.AdaBoostRegressor"],
    // the second until 0.21
    modules: &["sklearn.ensemble._weight_boosting", "sklearn.ensemble.weight_boosting"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let members = members::read(state, "estimators_")?;
    let mut weights = weights(state, members.len())?;
    weights.truncate(members.len());
    if weights.iter().any(|weight| !weight.is_finite()) {
        return Err(state.unsupported("estimator_weights_", "weights that are not finite"));
    }
    Ok(Box::new(AdaBoostRegressor { members, weights }))
}

impl Estimator for AdaBoostRegressor {
    fn name(&self) -> &'static str {
        "AdaBoostRegressor"
    }

    fn takes(&self) -> Takes {
        self.members[0].child.takes()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = Input::Matrix(x.matrix(builder)?);
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let mut given = Vec::with_capacity(self.members.len());
            for member in &self.members {
                let methods = member.lower(builder, &x, Wanted::of(&[Method::Predict]))?;
                let predicted = member.expect(&methods, Method::Predict)?;
                let predicted = scores::doubles(builder, predicted)?;
                given.push(scores::flat(builder, predicted)?);
            }
            scores::combine(builder, &given, CombineRule::Median { weights: self.weights.clone() })
        })?;
        Ok(methods)
    }
}
