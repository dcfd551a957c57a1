//! `sklearn.semi_supervised.SelfTrainingClassifier` (0.24 and later): the classifier of the last round.

use cannery_graph::{Builder, Labels};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct SelfTraining(Child);

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.semi_supervised.SelfTrainingClassifier"],
    modules: &["sklearn.semi_supervised._self_training"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let name = if state.has("base_estimator_") { "base_estimator_" } else { "estimator_" }; // the former until 1.5
    Ok(Box::new(SelfTraining(Child::read(state, name)?)))
}

impl Estimator for SelfTraining {
    fn name(&self) -> &'static str {
        "SelfTrainingClassifier"
    }

    fn takes(&self) -> Takes {
        self.0.takes()
    }

    fn classes(&self) -> Vec<Labels> {
        self.0.classes()
    }

    fn decides_by_class(&self) -> bool {
        self.0.decides_by_class()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let inner = self.0.lower(builder, x, wanted)?;
        let mut methods = Methods::new(wanted);
        methods.hand_on(&inner, &HANDED_ON)?;
        Ok(methods)
    }
}

const HANDED_ON: [Method; 4] =
    [Method::Predict, Method::PredictProba, Method::PredictLogProba, Method::DecisionFunction];
