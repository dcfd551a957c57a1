//! `sklearn.feature_extraction.text.TfidfTransformer`: counts weighted by how rare a term is, in rows of norm 1.

use cannery_graph::{Builder, DType, Op, Shape};

use super::weights::Weights;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct TfidfTransformer {
    columns: usize,
    weights: Weights,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_extraction.text.TfidfTransformer"],
    modules: &["sklearn.feature_extraction.text"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const COLUMNS: &str = "n_features_in_"; // since 1.0
    let weights = Weights::read(state)?;
    let said = match state.has(COLUMNS) {
        true => Some(usize::try_from(state.int(COLUMNS)?).unwrap_or_default()),
        false => None,
    };
    match (said, weights.columns()) {
        (Some(said), Some(columns)) if said != columns => {
            Err(state.malformed(COLUMNS, format!("{said} columns, and there are {columns} weights")))
        }
        (Some(columns), _) | (None, Some(columns)) => Ok(Box::new(TfidfTransformer { columns, weights })),
        (None, None) => {
            let message = "this attribute is missing, and no other one says how many columns there are";
            Err(state.unsupported(COLUMNS, message))
        }
    }
}

impl Estimator for TfidfTransformer {
    fn name(&self) -> &'static str {
        "TfidfTransformer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.columns }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.columns)
    }

    /// A dense matrix is made sparse.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let mut x = x.floats(builder)?;
        if let Shape::Matrix(_) = builder.type_of(x)?.shape {
            if self.weights.widens_dense {
                x = builder.cast(x, DType::F64)?;
            }
            x = builder.add(Op::Sparse, &[x])?;
        }
        let weighted = self.weights.lower(builder, x)?;
        Ok(Methods::transform(weighted))
    }
}
