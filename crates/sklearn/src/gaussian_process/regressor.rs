//! `sklearn.gaussian_process.GaussianProcessRegressor`: the mean of the posterior.

use cannery_graph::{Arithmetic, Builder, Check, DType, Linear, Matrix, Op, Scale};

use super::kernel::Kernel;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::kernel_ridge::columns_as_rows;
use crate::method::{Method, Methods, Wanted};
use crate::numpy::Weights;
use crate::state::State;

#[derive(Debug)]
struct GaussianProcessRegressor {
    kernel: Kernel,
    points: Weights,
    /// A row for each target.
    alpha: Matrix,
    /// Of each target.
    means: Vec<f64>,
    /// Since 0.23.
    deviations: Option<Vec<f64>>,
    is_vector: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.gaussian_process.GaussianProcessRegressor"],
    // the second until 0.21
    modules: &["sklearn.gaussian_process._gpr", "sklearn.gaussian_process.gpr"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("X_train_", "training rows")?;
    let points = Weights::read(state, "X_train_")?;
    let (alpha, is_vector) = columns_as_rows(state, "alpha_", points.rows())?;
    let targets = alpha.rows();
    let mean = if state.has("_y_train_mean") { "_y_train_mean" } else { "y_train_mean" }; // until 0.18
    let means = numbers(state, mean, targets)?;
    let has_deviations = state.has("_y_train_std");
    let deviations = if has_deviations { Some(numbers(state, "_y_train_std", targets)?) } else { None };
    let kernel = Kernel::read(state, "kernel_", points.columns())?;
    // since 1.1 a column of one target is a vector too
    let is_vector = is_vector || (targets == 1 && state.since(1, 1));
    Ok(Box::new(GaussianProcessRegressor { kernel, points, alpha, means, deviations, is_vector }))
}

/// A number for each target, or one for all.
fn numbers(state: &State<'_>, name: &str, targets: usize) -> Result<Vec<f64>, Error> {
    let is_vector = match state.heap().ndarray(state.value(name)?) {
        Some(_) => state.array(name)?.ndim() == 1,
        None => false,
    };
    let numbers = if is_vector { state.floats(name)? } else { vec![state.float(name)?] };
    match numbers[..] {
        [one] => Ok(vec![one; targets]),
        _ if numbers.len() == targets => Ok(numbers),
        _ => Err(state.malformed(name, format!("{} for {targets} targets", numbers.len()))),
    }
}

impl Estimator for GaussianProcessRegressor {
    fn name(&self) -> &'static str {
        "GaussianProcessRegressor"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.points.columns() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::F64)?;
        let kernel = self.kernel.lower(builder, x, &self.points)?;
        let linear = Linear { weights: self.alpha.clone(), intercepts: None };
        let y = builder.add(Op::Linear(linear), &[kernel])?;
        let deviations = self.deviations.iter().map(|all| (Arithmetic::Multiply, all.clone()));
        let steps = deviations.chain([(Arithmetic::Add, self.means.clone())]).collect();
        let y = builder.add(Op::Scale(Scale { steps }), &[y])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || match self.is_vector {
            true => Ok(builder.add(Op::Flatten, &[y])?),
            false => Ok(y),
        })?;
        Ok(methods)
    }
}
