//! `sklearn.impute.KNNImputer` (0.22 and later): missing values by the nearest training rows that have them.

use cannery_graph::{Builder, Columns, DType, KnnImpute, Matrix, Missing, Op};
use cannery_object::Element;

use super::indicator::Output;
use super::simple_imputer::{Marker, indicator, marker};
use crate::compat;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct KnnImputer {
    impute: KnnImpute,
    missing: Marker,
    /// Kept are the columns with a value at fit, or all.
    output: Output,
    compat: cannery_graph::Compat,
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.impute.KNNImputer"], modules: &["sklearn.impute._knn"], read };

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("_fit_X", "training data")?;
    if state.text("metric")?.as_deref() != Some("nan_euclidean") {
        return Err(state.unsupported("metric", "another metric than 'nan_euclidean'"));
    }
    let by_distance = match state.text("weights")?.as_deref() {
        Some("uniform") => false,
        Some("distance") => true,
        _ => return Err(state.unsupported("weights", "neither 'uniform' nor 'distance'")),
    };
    let points = state.matrix("_fit_X")?;
    let lacks = flags(state, "_mask_fit_X", points.values().len())?;
    let (features, missing) = (points.columns(), marker(state)?);
    let count = usize::try_from(state.int("n_neighbors")?);
    let count = count.map_err(|_| state.malformed("n_neighbors", "a count below 0"))?;
    let has_value = |column: &usize| lacks.iter().skip(*column).step_by(features).any(|lacks| !lacks);
    let keeps_empty = state.has("keep_empty_features") && state.bool("keep_empty_features")?; // since 1.2
    let kept = Vec::from_iter((0..features).filter(|column| keeps_empty || has_value(column)));
    if kept.is_empty() {
        return Err(state.unsupported("_mask_fit_X", "no column had a value at fit, so none is left"));
    }
    let impute = KnnImpute::new(zeroed(&points, &lacks), lacks, missing.of(DType::F64)?, count, by_distance);
    Ok(Box::new(KnnImputer {
        impute: impute.map_err(|message| state.malformed("_fit_X", message))?,
        missing,
        output: Output { kept, marked: indicator(state, features)? },
        compat: compat::of(state),
    }))
}

/// An array of so many truth values.
fn flags(state: &State<'_>, name: &str, count: usize) -> Result<Vec<bool>, Error> {
    let array = state.array(name)?;
    let flag = |element| match element {
        Ok(Element::Bool(flag)) => Ok(flag),
        _ => Err(state.malformed(name, "not truth values")),
    };
    let flags = array.elements().map(flag).collect::<Result<Vec<_>, _>>()?;
    match flags.len() == count {
        true => Ok(flags),
        false => Err(state.malformed(name, format!("{} truth values for {count} elements", flags.len()))),
    }
}

/// Points with 0 for what they lack: NaN would not equal itself.
fn zeroed(points: &Matrix, lacks: &[bool]) -> Matrix {
    let values = points.values().iter().zip(lacks);
    let values = Vec::from_iter(values.map(|(&value, &lacks)| if lacks { 0.0 } else { value }));
    Matrix::new(points.rows(), points.columns(), values).unwrap_or_else(|| points.clone())
}

impl Estimator for KnnImputer {
    fn name(&self) -> &'static str {
        "KNNImputer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.impute.points().columns() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.output.names(names, self.impute.points().columns())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let brought = x.dense_floats(builder)?;
        let dtype = builder.type_of(brought)?.dtype;
        let check = self.missing.check();
        let brought = builder.add(Op::Guard(check), &[brought])?;
        let missing: Missing = self.missing.of(dtype)?;
        let x = builder.cast(brought, DType::F64)?;
        builder.set_compat(self.compat);
        let filled = builder.add(Op::KnnImpute(self.impute.clone()), &[x])?;
        let filled = builder.cast(filled, dtype)?;
        let filled = builder.add(Op::Columns(Columns(self.output.kept.clone())), &[filled])?;
        Ok(Methods::transform(self.output.with_mask(builder, brought, filled, missing)?))
    }
}
