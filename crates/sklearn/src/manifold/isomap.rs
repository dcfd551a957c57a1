//! `sklearn.manifold.Isomap`: a kernel PCA of the ways by neighbours.

use cannery_graph::{
    Arithmetic, Builder, Check, DType, Function, Geodesic, Matrix, NeighborResult, Op, Scale,
};

use crate::decomposition::KernelPca;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::neighbors::Index;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.manifold.Isomap"],
    // the second until 0.21
    modules: &["sklearn.manifold._isomap", "sklearn.manifold.isomap"],
    read,
};

#[derive(Debug)]
struct Isomap {
    index: Index,
    between: Matrix,
    pca: KernelPca,
    /// Until 1.1 ways are float64, whatever X is.
    keeps_f32: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("nbrs_", "neighbours")?;
    if state.is_none("n_neighbors")? {
        return Err(state.unsupported("n_neighbors", "None: neighbours within a radius"));
    }
    let index = Index::read_uniform(&state.object_in(state.value("nbrs_")?, "nbrs_")?)?;
    let between = state.matrix("dist_matrix_")?;
    let pca = KernelPca::read(&state.object_in(state.value("kernel_pca_")?, "kernel_pca_")?)?;
    let samples = index.samples();
    if [between.rows(), between.columns(), pca.columns()] != [samples; 3] {
        let (rows, columns) = (between.rows(), between.columns());
        return Err(
            state.malformed("dist_matrix_", format!("shape ({rows}, {columns}) for {samples} samples"))
        );
    }
    Ok(Box::new(Isomap { index, between, pca, keeps_f32: state.since(1, 2) }))
}

impl Estimator for Isomap {
    fn name(&self) -> &'static str {
        "Isomap"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.pca.components())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let is_f32 = builder.type_of(x)?.dtype == DType::F32;
        let hits = self.index.lower(builder, x)?;
        let positions = hits.reduce(builder, NeighborResult::Positions)?;
        let distances = hits.reduce(builder, NeighborResult::Distances)?;
        let ways = Op::Geodesic(Geodesic { between: self.between.clone() });
        let mut ways = builder.add(ways, &[positions, distances])?;
        if is_f32 && self.keeps_f32 {
            ways = builder.cast(ways, DType::F32)?;
        }
        let squares = builder.add(Op::Elementwise(Function::Square), &[ways])?;
        let steps = vec![(Arithmetic::Multiply, vec![-0.5; self.index.samples()])];
        let kernel = builder.add(Op::Scale(Scale { steps }), &[squares])?;
        Ok(Methods::transform(self.pca.project(builder, kernel)?))
    }
}
