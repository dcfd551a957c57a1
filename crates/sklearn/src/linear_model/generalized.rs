//! `sklearn.linear_model.PoissonRegressor`, `GammaRegressor` and `TweedieRegressor`: linear predictors through the
//! inverse of a link.

use cannery_graph::{Builder, Check, Function, Op};

use super::coefficients::Coefficients;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct Generalized {
    name: &'static str,
    coefficients: Coefficients,
    link: Link,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Link {
    Identity,
    Log,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.linear_model.GammaRegressor",
        "sklearn.linear_model.PoissonRegressor",
        "sklearn.linear_model.TweedieRegressor",
    ],
    modules: &["sklearn.linear_model._glm.glm"], // since 0.23
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let coefficients = Coefficients::read(state)?;
    Ok(Box::new(Generalized { name: state.name(), coefficients, link: link(state)? }))
}

/// Poisson and gamma regression have always had the logarithm. What 'auto' is follows from the power, as at fit.
fn link(state: &State<'_>) -> Result<Link, Error> {
    if state.name() != "TweedieRegressor" {
        return Ok(Link::Log);
    }
    match state.text("link")?.as_deref() {
        Some("auto") => Ok(if state.float("power")? <= 0.0 { Link::Identity } else { Link::Log }),
        Some("identity") => Ok(Link::Identity),
        Some("log") => Ok(Link::Log),
        _ => Err(state.unsupported("link", "a link that is none of 'auto', 'identity' and 'log'")),
    }
}

impl Estimator for Generalized {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.coefficients.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let raw = self.coefficients.lower(builder, x)?;
        let raw = if self.coefficients.is_vector() { builder.add(Op::Flatten, &[raw])? } else { raw };
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || match self.link {
            Link::Identity => Ok(raw),
            Link::Log => Ok(builder.add(Op::Elementwise(Function::Exp), &[raw])?),
        })?;
        Ok(methods)
    }
}
