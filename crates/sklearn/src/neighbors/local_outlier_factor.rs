//! `sklearn.neighbors.LocalOutlierFactor`: how much less dense it is around a row than around its neighbours.
//!
//! Only with `novelty=True` (0.20 and later) it has methods for new rows.

use cannery_graph::{
    Arith, Arithmetic, Builder, DType, Edge, Function, Labels, NeighborResult, Op, Reduce, Reduction,
    Threshold,
};
use cannery_object::Kind;

use super::index::{Index, count};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct LocalOutlierFactor {
    index: Index,
    is_novelty: bool,
    /// Of each training point the distance of its last neighbour.
    reach: Vec<f64>,
    /// Of each training point how dense it is there.
    density: Vec<f64>,
    /// Whether these are float32.
    is_single: bool,
    /// Whether float32 input has float32 distances: since 1.2.
    keeps_single: bool,
    offset: f64,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.LocalOutlierFactor"],
    // the second until 0.21
    modules: &["sklearn.neighbors._lof", "sklearn.neighbors.lof"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let index = Index::read_some(state, |samples| count(state, "n_neighbors_", samples))?;
    let (density, distances) = (state.floats("_lrd")?, state.matrix("_distances_fit_X_")?);
    let samples = index.samples();
    if density.len() != samples || distances.rows() != samples || distances.columns() == 0 {
        let message =
            format!("{} densities and {} rows for {samples} samples", density.len(), distances.rows());
        return Err(state.malformed("_lrd", message));
    }
    let last = state.int("n_neighbors_")? as usize - 1;
    if last >= distances.columns() {
        return Err(state.malformed("_distances_fit_X_", format!("{} columns", distances.columns())));
    }
    let dtype = state.element_dtype("_lrd")?;
    Ok(Box::new(LocalOutlierFactor {
        index,
        is_novelty: state.has("novelty") && state.bool("novelty")?,
        reach: (0..samples).map(|row| distances.row(row)[last]).collect(),
        density,
        is_single: dtype.kind == Kind::Float && dtype.itemsize == 4,
        keeps_single: state.since(1, 2),
        offset: if state.has("offset_") { state.float("offset_")? } else { state.float("threshold_")? },
    }))
}

impl Estimator for LocalOutlierFactor {
    fn name(&self) -> &'static str {
        "LocalOutlierFactor"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        let all = [Method::Predict, Method::DecisionFunction, Method::ScoreSamples];
        if !self.is_novelty {
            let reason = "only with novelty=True it has one for new rows";
            all.into_iter().for_each(|method| methods.refuse(method, reason));
            return Ok(methods);
        }
        let score = self.score(builder, x)?;
        let decision = scores::scale(builder, score, Arithmetic::Subtract, self.offset)?;
        methods.offer(Method::Predict, || {
            let opposite = scores::negate(builder, decision)?;
            let is_outlier = builder.add(Op::Threshold(Threshold { above: 0.0 }), &[opposite])?;
            scores::label(builder, is_outlier, &Labels::I64([1, -1].into()))
        })?;
        methods.offer(Method::DecisionFunction, || Ok(decision))?;
        methods.offer(Method::ScoreSamples, || Ok(score))?;
        Ok(methods)
    }
}

impl LocalOutlierFactor {
    /// −mean(density of the neighbours / density here).
    fn score(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        let is_single = self.keeps_single && self.is_single && builder.type_of(x)?.dtype == DType::F32;
        let hits = self.index.lower(builder, x)?;
        let dtype = if is_single { DType::F32 } else { DType::F64 };
        let distances = hits.reduce(builder, NeighborResult::Distances)?;
        let distances = builder.cast(distances, dtype)?;
        let positions = hits.reduce(builder, NeighborResult::Positions)?;
        let of_neighbors = |builder: &mut Builder, values: &[f64]| {
            let values = scores::label(builder, positions, &Labels::F64(values.into()))?;
            Ok::<_, Error>(builder.cast(values, dtype)?)
        };
        let reach = of_neighbors(builder, &self.reach)?;
        let density = of_neighbors(builder, &self.density)?;
        let reach = scores::arith(builder, Arith::Maximum, distances, reach)?;
        let mean = Op::Reduce(Reduce::row(Reduction::Mean));
        let reach = builder.add(mean.clone(), &[reach])?;
        let reach = scores::scale(builder, reach, Arithmetic::Add, 1e-10)?;
        let here = builder.add(Op::Elementwise(Function::Reciprocal), &[reach])?;
        let ratios = scores::arith(builder, Arith::Divide, density, here)?;
        let ratio = builder.add(mean, &[ratios])?;
        scores::negate(builder, ratio)
    }
}
