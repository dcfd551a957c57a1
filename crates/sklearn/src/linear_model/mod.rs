//! `sklearn.linear_model`: linear models.

mod coefficients;
mod logistic_regression;

use crate::estimator::Class;
use logistic_regression as logistic;

pub(crate) const CLASSES: &[Class] = &[
    Class { module: "sklearn.linear_model._logistic", name: "LogisticRegression", read: logistic::read },
    Class { module: "sklearn.linear_model._logistic", name: "LogisticRegressionCV", read: logistic::read_cv },
    // until 0.21
    Class { module: "sklearn.linear_model.logistic", name: "LogisticRegression", read: logistic::read },
    Class { module: "sklearn.linear_model.logistic", name: "LogisticRegressionCV", read: logistic::read_cv },
];
