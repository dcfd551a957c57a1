//! `sklearn.manifold.LocallyLinearEmbedding`: a row made up of its neighbours, whose images make up its own.

use cannery_graph::{Barycenter, Builder, Check, DType, NeighborResult, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::neighbors::Index;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.manifold.LocallyLinearEmbedding"],
    // the second until 0.21
    modules: &["sklearn.manifold._locally_linear", "sklearn.manifold.locally_linear"],
    read,
};

#[derive(Debug)]
struct LocallyLinearEmbedding {
    index: Index,
    center: Barycenter,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("nbrs_", "neighbours")?;
    let neighbors = state.object_in(state.value("nbrs_")?, "nbrs_")?;
    let index = Index::read_some(&neighbors, |samples| {
        let count = usize::try_from(state.int("n_neighbors")?).ok();
        let count = count.filter(|count| (1..=samples).contains(count));
        count.ok_or_else(|| state.malformed("n_neighbors", format!("not from 1 to {samples}")))
    })?;
    let center = Barycenter {
        points: neighbors.matrix("_fit_X")?,
        embedding: state.matrix("embedding_")?,
        reg: state.float("reg")?,
    };
    if center.embedding.rows() != center.points.rows() || center.embedding.columns() == 0 {
        let (n, m) = (center.embedding.rows(), center.points.rows());
        return Err(state.malformed("embedding_", format!("{n} images of {m} samples")));
    }
    Ok(Box::new(LocallyLinearEmbedding { index, center }))
}

impl Estimator for LocallyLinearEmbedding {
    fn name(&self) -> &'static str {
        "LocallyLinearEmbedding"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.center.embedding.columns())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let hits = self.index.lower(builder, x)?;
        let positions = hits.reduce(builder, NeighborResult::Positions)?;
        let x = builder.cast(x, DType::F64)?;
        Ok(Methods::transform(builder.add(Op::Barycenter(self.center.clone()), &[x, positions])?))
    }
}
