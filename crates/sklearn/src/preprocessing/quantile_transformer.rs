//! `sklearn.preprocessing.QuantileTransformer`: what part of the training rows is below an element.

use cannery_graph::{Builder, Check, Edge, Op, Quantiles, Shape};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.QuantileTransformer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

/// scipy's `norm.ppf` of 1e-7 − ε and of 1 − (1e-7 − ε).
const NORMAL_BOUNDS: (f64, f64) = (-5.199_337_582_605_575, 5.199_337_582_703_42);
/// 1e-7 − ε and 1 − (1e-7 − ε), by which uniform results were clipped until 0.20.
const UNIFORM_BOUNDS: (f64, f64) = (1e-7 - f64::EPSILON, 1.0 - (1e-7 - f64::EPSILON));

#[derive(Debug)]
struct QuantileTransformer {
    map: Quantiles,
    takes_nan: bool,
    /// Whether zeros that are not stored were no part of the training rows.
    ignores_zeros: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("quantiles_", "quantiles")?;
    let quantiles = Weights::read(state, "quantiles_")?.transposed().matrix;
    let references = state.floats("references_")?;
    if references.len() != quantiles.columns() || !references.is_sorted() {
        let (n, m) = (references.len(), quantiles.columns());
        return Err(state.malformed("references_", format!("{n} references for {m} quantiles")));
    }
    let is_normal = match state.text("output_distribution")?.as_deref() {
        Some("normal") => true,
        Some("uniform") => false,
        other => return Err(state.unsupported("output_distribution", format!("{other:?}"))),
    };
    let is_new = state.since(0, 21);
    let bounds = match (is_normal, is_new) {
        (true, _) => Some(NORMAL_BOUNDS),
        (false, true) => None,
        (false, false) => Some(UNIFORM_BOUNDS),
    };
    let has_equal_ends = !is_normal && is_new;
    let map = Quantiles { quantiles, references, is_normal, has_equal_ends, bounds, is_inverse: false };
    let ignores_zeros = state.bool("ignore_implicit_zeros")?;
    Ok(Box::new(QuantileTransformer { map, takes_nan: state.since(0, 20), ignores_zeros }))
}

impl Estimator for QuantileTransformer {
    fn name(&self) -> &'static str {
        "QuantileTransformer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.map.quantiles.rows() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.map.quantiles.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.map.quantiles.rows())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.floats(builder)?;
        let map = Quantiles { is_inverse: true, bounds: None, ..self.map.clone() };
        Ok(builder.add(Op::Quantiles(map), &[x])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let check = if self.takes_nan { Check::NotInfinite } else { Check::Finite };
        let x = x.floats(builder)?;
        let mut x = builder.add(Op::Guard(check), &[x])?;
        if matches!(builder.type_of(x)?.shape, Shape::Csr(_)) && !self.ignores_zeros {
            x = builder.add(Op::Guard(Check::NotBelow0), &[x])?;
        }
        Ok(Methods::transform(builder.add(Op::Quantiles(self.map.clone()), &[x])?))
    }
}
