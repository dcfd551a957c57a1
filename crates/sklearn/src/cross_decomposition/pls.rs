//! `sklearn.cross_decomposition.PLSRegression`, `PLSCanonical` and `CCA`: scores and targets of standardized rows.
//!
//! Source: `_PLS` in `sklearn/cross_decomposition/_pls.py`.

use cannery_graph::{Arithmetic, Builder, Check, Edge, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.cross_decomposition.PLSRegression",
        "sklearn.cross_decomposition.PLSCanonical",
        "sklearn.cross_decomposition.CCA",
    ],
    // the last two until 0.21, the second in 0.22
    modules: &[
        "sklearn.cross_decomposition._pls",
        "sklearn.cross_decomposition._cca",
        "sklearn.cross_decomposition.pls_",
        "sklearn.cross_decomposition.cca_",
    ],
    read,
};

/// Mean and standard deviation of each column: `x_mean_` and `x_std_` until 0.23.
#[derive(Debug)]
pub(super) struct Standard {
    pub(super) mean: Vector,
    pub(super) std: Vector,
}

impl Standard {
    pub(super) fn read(state: &State<'_>, columns: usize) -> Result<Self, Error> {
        let [mean, std] = if state.has("_x_mean") { ["_x_mean", "_x_std"] } else { ["x_mean_", "x_std_"] };
        Ok(Self { mean: Vector::read(state, mean, columns)?, std: Vector::read(state, std, columns)? })
    }
}

#[derive(Debug)]
struct Pls {
    name: &'static str,
    standard: Standard,
    /// One row a component.
    rotations: Weights,
    /// One row a target.
    coefficients: Weights,
    intercepts: Vector,
    /// One row a feature; there is no inverse before 0.22.
    loadings: Option<Weights>,
    /// Before 1.5 rows are divided by the standard deviation before they meet the coefficients.
    divides: bool,
    is_vector: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("x_rotations_", "rotations")?;
    let rotations = Weights::read(state, "x_rotations_")?.transposed();
    let features = rotations.columns();
    let coefficients = coefficients(state, features)?;
    let intercepts = ["intercept_", "_y_mean", "y_mean_"].into_iter().find(|name| state.has(name));
    let intercepts = Vector::read(state, intercepts.unwrap_or("intercept_"), coefficients.rows())?;
    const VECTOR: &str = "_predict_1d"; // since 1.3
    let loadings = match state.since(0, 22) {
        true => Some(Weights::read(state, "x_loadings_")?),
        false => None,
    };
    if loadings.as_ref().is_some_and(|l| (l.rows(), l.columns()) != (features, rotations.rows())) {
        return Err(state.malformed("x_loadings_", "not of the shape of x_rotations_"));
    }
    Ok(Box::new(Pls {
        name: state.name(),
        standard: Standard::read(state, features)?,
        is_vector: state.has(VECTOR) && state.bool(VECTOR)? && coefficients.rows() == 1,
        rotations,
        coefficients,
        intercepts,
        loadings,
        divides: !state.since(1, 5),
    }))
}

/// `coef_`: a row a feature until 1.0, since then a row a target; in 1.1 and 1.2 that is `_coef_`.
fn coefficients(state: &State<'_>, features: usize) -> Result<Weights, Error> {
    let is_old = state.has("coef_") && !state.since(1, 3);
    let name = if state.has("coef_") { "coef_" } else { "_coef_" };
    let coefficients = Weights::read(state, name)?;
    let coefficients = if is_old { coefficients.transposed() } else { coefficients };
    match coefficients.columns() == features {
        true => Ok(coefficients),
        false => Err(state.malformed(name, format!("not of {features} features"))),
    }
}

impl Pls {
    fn standardized(&self, builder: &mut Builder, x: Edge, divides: bool) -> Result<Edge, Error> {
        let x = self.standard.mean.step_in_place(builder, Arithmetic::Subtract, x)?;
        if divides { self.standard.std.step_in_place(builder, Arithmetic::Divide, x) } else { Ok(x) }
    }
}

impl Estimator for Pls {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.rotations.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name, self.rotations.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.loadings.as_ref().map(Weights::columns)
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let loadings = self.loadings.as_ref().ok_or_else(|| crate::inverse::absent(self))?;
        let x = x.dense_floats(builder)?;
        let x = loadings.product(builder, x)?;
        let x = self.standard.std.step_in_place(builder, Arithmetic::Multiply, x)?;
        self.standard.mean.step_in_place(builder, Arithmetic::Add, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let x = self.standardized(builder, x, self.divides)?;
            let y = self.coefficients.product(builder, x)?;
            let y = self.intercepts.step(builder, Arithmetic::Add, y)?;
            Ok(if self.is_vector { builder.add(Op::Flatten, &[y])? } else { y })
        })?;
        methods.offer(Method::Transform, || {
            let x = self.standardized(builder, x, true)?;
            self.rotations.product(builder, x)
        })?;
        Ok(methods)
    }
}
