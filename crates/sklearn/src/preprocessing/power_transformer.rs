//! `sklearn.preprocessing.PowerTransformer`: Box-Cox or Yeo-Johnson, then perhaps a StandardScaler.

use cannery_graph::{Builder, Check, Edge, Op, Power, PowerTransform};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.PowerTransformer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

#[derive(Debug)]
struct PowerTransformer {
    lambdas: Vec<f64>,
    how: PowerTransform,
    scaler: Option<Child>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("lambdas_", "exponents")?;
    let lambdas = state.floats("lambdas_")?;
    if lambdas.is_empty() {
        return Err(state.malformed("lambdas_", "a transformer of no column"));
    }
    let how = match state.text("method")?.as_deref() {
        Some("box-cox") => PowerTransform::BoxCox,
        Some("yeo-johnson") if state.since(1, 9) => PowerTransform::YeoJohnsonExpM1,
        Some("yeo-johnson") => PowerTransform::YeoJohnson,
        other => return Err(state.unsupported("method", format!("{other:?}"))),
    };
    let scaler = state.bool("standardize")?.then(|| Child::read(state, "_scaler")).transpose()?;
    if scaler.as_ref().is_some_and(|scaler| scaler.takes().columns() != lambdas.len()) {
        return Err(state.malformed("_scaler", format!("not of {} columns", lambdas.len())));
    }
    Ok(Box::new(PowerTransformer { lambdas, how, scaler }))
}

impl PowerTransformer {
    fn power(&self, builder: &mut Builder, how: PowerTransform, x: Edge) -> Result<Edge, Error> {
        Ok(builder.add(Op::Power(Power { how, lambdas: self.lambdas.clone() }), &[x])?)
    }
}

impl Estimator for PowerTransformer {
    fn name(&self) -> &'static str {
        "PowerTransformer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.lambdas.len() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.lambdas.len())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.lambdas.len())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mut x = x.dense_floats(builder)?;
        if let Some(scaler) = &self.scaler {
            x = scaler.lower_inverse(builder, &x.into())?;
        }
        let how = match self.how {
            PowerTransform::BoxCox => PowerTransform::InverseBoxCox,
            _ => PowerTransform::InverseYeoJohnson,
        };
        self.power(builder, how, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let mut x = builder.add(Op::Guard(Check::NotInfinite), &[x])?;
        if self.how == PowerTransform::BoxCox {
            x = builder.add(Op::Guard(Check::Above0), &[x])?;
        }
        let powers = self.power(builder, self.how, x)?;
        Ok(Methods::transform(match &self.scaler {
            Some(scaler) => scaler.lower_method(builder, &powers.into(), Method::Transform)?,
            None => powers,
        }))
    }
}
