//! `sklearn.decomposition.NMF` and `MiniBatchNMF`: shares of components, solved for all rows of a batch together.

use cannery_graph::{Builder, Check, DType, Edge, NmfSolve, NmfSolver, Op};

use super::rounds;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.NMF", "sklearn.decomposition.MiniBatchNMF"],
    // the second until 0.21
    modules: &["sklearn.decomposition._nmf", "sklearn.decomposition.nmf"],
    read,
};

#[derive(Debug)]
struct Nmf {
    name: &'static str,
    components: Weights,
    solve: NmfSolve,
    /// Until 0.23 X becomes float64.
    keeps_dtype: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    let components = Weights::read(state, "components_")?;
    if state.has("shuffle") && state.bool("shuffle")? && state.text("solver")?.as_deref() == Some("cd") {
        return Err(state.unsupported("shuffle", "components in a random order"));
    }
    let (l1, l2) = regularization(state, components.columns())?;
    let is_mini = state.name() == "MiniBatchNMF";
    let rounds = match is_mini && state.has("_transform_max_iter") {
        true => rounds(state, "_transform_max_iter")?,
        false => rounds(state, "max_iter")?,
    };
    let solve = NmfSolve {
        components: components.matrix.clone(),
        solver: solver(state, is_mini)?,
        l1,
        l2,
        tolerance: state.float("tol")?,
        rounds,
    };
    Ok(Box::new(Nmf { name: state.name(), components, solve, keeps_dtype: state.since(0, 24) }))
}

fn solver(state: &State<'_>, is_mini: bool) -> Result<NmfSolver, Error> {
    if !is_mini {
        match state.text("solver")?.as_deref() {
            Some("cd") => return Ok(NmfSolver::Coordinate),
            Some("mu") => {}
            other => return Err(state.unsupported("solver", format!("{other:?}"))),
        }
    }
    let beta = match state.text("beta_loss")?.as_deref() {
        Some("frobenius") => 2.0,
        Some("kullback-leibler") => 1.0,
        Some("itakura-saito") => 0.0,
        Some(other) => return Err(state.unsupported("beta_loss", format!("{other:?}"))),
        None => state.float("beta_loss")?,
    };
    let gamma = match beta {
        _ if beta < 1.0 => 1.0 / (2.0 - beta),
        _ if beta > 2.0 => 1.0 / (beta - 1.0),
        _ => 1.0,
    };
    Ok(NmfSolver::Multiplicative { beta, gamma, by_change: is_mini })
}

/// l1 and l2: of `alpha_W` times the number of features since 1.0; `alpha` before, where `regularization` says so.
fn regularization(state: &State<'_>, features: usize) -> Result<(f64, f64), Error> {
    let ratio = state.float("l1_ratio")?;
    let alpha = match (state.has("alpha_W"), state.has("regularization")) {
        _ if state.has("alpha") && !is_off(state, "alpha")? => {
            let applies = !state.has("regularization")
                || matches!(state.text("regularization")?.as_deref(), Some("both" | "transformation"));
            if applies { state.float("alpha")? } else { 0.0 }
        }
        (true, _) => features as f64 * state.float("alpha_W")?,
        (false, _) => 0.0,
    };
    Ok((alpha * ratio, alpha * (1.0 - ratio)))
}

/// From 1.0 to 1.1 the parameter is there, as 'deprecated'.
fn is_off(state: &State<'_>, name: &str) -> Result<bool, Error> {
    Ok(state.text(name)?.is_some())
}

impl Estimator for Nmf {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.components.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name, self.components.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.components.rows())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        self.components.transposed().product(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let mut x = x.dense_floats(builder)?;
        if !self.keeps_dtype {
            x = builder.cast(x, DType::F64)?;
        }
        if builder.type_of(x)?.dtype != self.components.dtype {
            let message = format!(
                "components of {} and rows of another dtype, as in scikit-learn",
                self.components.dtype
            );
            return Err(Error::unsupported("components_", message));
        }
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.add(Op::Guard(Check::NotBelow0), &[x])?;
        Ok(Methods::transform(builder.add(Op::NmfSolve(self.solve.clone()), &[x])?))
    }
}
