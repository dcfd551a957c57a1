//! `sklearn.decomposition.TruncatedSVD`: products with components.

use cannery_graph::{Builder, Check, Edge, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.TruncatedSVD"],
    // the second until 0.21
    modules: &["sklearn.decomposition._truncated_svd", "sklearn.decomposition.truncated_svd"],
    read,
};

#[derive(Debug)]
struct TruncatedSvd(Weights);

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    Ok(Box::new(TruncatedSvd(Weights::read(state, "components_")?)))
}

impl Estimator for TruncatedSvd {
    fn name(&self) -> &'static str {
        "TruncatedSVD"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.0.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.0.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.0.rows())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        self.0.transposed().product(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        Ok(Methods::transform(self.0.product(builder, x)?))
    }
}
