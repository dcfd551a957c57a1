//! Regressors of `sklearn.linear_model`, and `sklearn.svm.LinearSVR`, that predict X·coef_ᵀ + intercept_.

use cannery_graph::{Builder, Check, Op};

use super::coefficients::Coefficients;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::learnt_selector::LearntSelector;
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct Regressor {
    name: &'static str,
    coefficients: Coefficients,
    /// Of `SGDRegressor`, which had a `transform` until 0.18.
    selector: Option<LearntSelector>,
    /// Until 0.18 there was a `decision_function` that did the same as `predict`.
    decides: bool,
}

macro_rules! entries {
    ($($constant:ident: $($class:literal),+ in $new:literal, $old:literal;)*) => {
        $(pub(crate) const $constant: Entry = Entry {
            classes: &[$(concat!("sklearn.", $class)),+],
            // the second until 0.21
            modules: &[concat!("sklearn.", $new), concat!("sklearn.", $old)],
            read,
        };)*
    };
}

entries! {
    BASE: "linear_model.LinearRegression" in "linear_model._base", "linear_model.base";
    BAYES: "linear_model.ARDRegression", "linear_model.BayesianRidge"
        in "linear_model._bayes", "linear_model.bayes";
    COORDINATE_DESCENT: "linear_model.ElasticNet", "linear_model.ElasticNetCV", "linear_model.Lasso",
        "linear_model.LassoCV", "linear_model.MultiTaskElasticNet", "linear_model.MultiTaskElasticNetCV",
        "linear_model.MultiTaskLasso", "linear_model.MultiTaskLassoCV"
        in "linear_model._coordinate_descent", "linear_model.coordinate_descent";
    HUBER: "linear_model.HuberRegressor" in "linear_model._huber", "linear_model.huber";
    LEAST_ANGLE: "linear_model.Lars", "linear_model.LarsCV", "linear_model.LassoLars", "linear_model.LassoLarsCV",
        "linear_model.LassoLarsIC" in "linear_model._least_angle", "linear_model.least_angle";
    MATCHING_PURSUIT: "linear_model.OrthogonalMatchingPursuit", "linear_model.OrthogonalMatchingPursuitCV"
        in "linear_model._omp", "linear_model.omp";
    PASSIVE_AGGRESSIVE: "linear_model.PassiveAggressiveRegressor"
        in "linear_model._passive_aggressive", "linear_model.passive_aggressive";
    RIDGE: "linear_model.Ridge", "linear_model.RidgeCV" in "linear_model._ridge", "linear_model.ridge";
    SGD: "linear_model.SGDRegressor"
        in "linear_model._stochastic_gradient", "linear_model.stochastic_gradient";
    SVR: "svm.LinearSVR" in "svm._classes", "svm.classes";
    THEIL_SEN: "linear_model.TheilSenRegressor" in "linear_model._theil_sen", "linear_model.theil_sen";
}

pub(crate) const QUANTILE: Entry = Entry {
    classes: &["sklearn.linear_model.QuantileRegressor"],
    modules: &["sklearn.linear_model._quantile"], // since 1.0
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let coefficients = Coefficients::read(state)?;
    let selector = if state.name() == "SGDRegressor" { Some(coefficients.selector(state)?) } else { None };
    let decides = !state.since(0, 19);
    Ok(Box::new(Regressor { name: state.name(), coefficients, selector, decides }))
}

impl Estimator for Regressor {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.coefficients.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let brought = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[brought])?;
        let y = self.coefficients.lower(builder, x)?;
        let y = if self.coefficients.is_vector() { builder.add(Op::Flatten, &[y])? } else { y };
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || Ok(y))?;
        if self.decides {
            methods.offer(Method::DecisionFunction, || Ok(y))?;
        }
        if let Some(selector) = &self.selector {
            selector.lower(builder, brought, &mut methods)?;
        }
        Ok(methods)
    }
}
