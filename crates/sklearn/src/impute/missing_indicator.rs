//! `sklearn.impute.MissingIndicator` (0.20 and later): which elements are missing, in the columns where some were at fit.

use cannery_graph::{Builder, Check, Columns, DType, MissingMask, Op, Shape};

use super::simple_imputer::{Marker, marker};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct MissingIndicator {
    features: usize,
    missing: Marker,
    columns: Vec<usize>,
    /// Whether values may be missing where none was at fit.
    takes_new: bool,
    /// Whether the result of dense rows is dense.
    is_dense: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.impute.MissingIndicator"],
    // the second in 0.20
    modules: &["sklearn.impute._base", "sklearn.impute"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("features_", "columns")?;
    let features = usize::try_from(state.int("_n_features")?);
    let features = features.map_err(|_| state.malformed("_n_features", "a count below 0"))?;
    let is_all = state.text("features")?.as_deref() == Some("all");
    let mut columns = state.counts("features_")?;
    if columns.iter().any(|&column| column >= features) {
        return Err(state.malformed("features_", format!("a column that is none of {features}")));
    }
    // in 0.20 no column at all stands for all of them
    if is_all || columns.is_empty() && !state.since(0, 21) {
        columns = (0..state.expect_room("_n_features", features)?).collect();
    }
    let sparse = state.text("sparse")?.is_none() && state.bool("sparse")?;
    Ok(Box::new(MissingIndicator {
        features,
        missing: marker(state)?,
        columns,
        takes_new: is_all || !state.bool("error_on_new")?,
        is_dense: !sparse,
    }))
}

impl Estimator for MissingIndicator {
    fn name(&self) -> &'static str {
        "MissingIndicator"
    }

    fn takes(&self) -> Takes {
        Takes::Columns { columns: self.features }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let picked = Names::of(names, self.features)?.pick(&self.columns)?;
        Names::new(picked.iter().map(|name| format!("missingindicator_{name}")))
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        let x = x.matrix(builder)?;
        let ty = builder.type_of(x)?;
        if !self.is_dense || matches!(ty.shape, Shape::Csr(_)) {
            methods.refuse(Method::Transform, "a sparse matrix of truth values");
            return Ok(methods);
        }
        let x = match ty.dtype {
            DType::Str => builder.cast(x, DType::Any)?,
            DType::F32 | DType::F64 => {
                let check = self.missing.check();
                builder.add(Op::Guard(check), &[x])?
            }
            DType::I64 | DType::Any | DType::Bool => x,
        };
        let dtype = builder.type_of(x)?.dtype;
        let x = if self.takes_new { x } else { self.guard_new(builder, x, dtype)? };
        methods.offer(Method::Transform, || {
            let mask = builder.add(Op::MissingMask(MissingMask(self.missing.of(dtype)?)), &[x])?;
            match self.columns.len() == self.features {
                true => Ok(mask),
                false => Ok(builder.add(Op::Columns(Columns(self.columns.clone())), &[mask])?),
            }
        })?;
        Ok(methods)
    }
}

impl MissingIndicator {
    /// Values that are missing where none was at fit are an error.
    fn guard_new(
        &self,
        builder: &mut Builder,
        x: cannery_graph::Edge,
        dtype: DType,
    ) -> Result<cannery_graph::Edge, Error> {
        let others = Vec::from_iter((0..self.features).filter(|column| !self.columns.contains(column)));
        if others.is_empty() || self.missing != Marker::Nan || !dtype.is_float() {
            return Ok(x);
        }
        let checked = builder.add(Op::Columns(Columns(others.clone())), &[x])?;
        let checked = builder.add(Op::Guard(Check::Finite), &[checked])?;
        let kept = builder.add(Op::Columns(Columns(self.columns.clone())), &[x])?;
        let both = builder.add(Op::Concat, &[kept, checked])?;
        // back into their order
        let place = |column: usize| {
            let kept = self.columns.iter().position(|&other| other == column);
            let behind =
                || others.iter().position(|&other| other == column).unwrap_or(0) + self.columns.len();
            kept.unwrap_or_else(behind)
        };
        Ok(builder.add(Op::Columns(Columns((0..self.features).map(place).collect())), &[both])?)
    }
}
