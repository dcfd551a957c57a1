//! The fitted index that all neighbour estimators share: the training points and how they are searched.

use cannery_graph::{
    Builder, Check, Compat, DType, Edge, Matrix, Metric, NeighborReduce, NeighborResult, NeighborWeights,
    Neighbors, Op, RadiusNeighbors, RadiusResult, Search,
};
use cannery_object::known::Version;
use cannery_object::{Kind, View};

use super::{metric, tree};
use crate::compat;
use crate::error::Error;
use crate::state::State;

/// Training points with a way to search them.
#[derive(Debug)]
pub(crate) struct Index {
    features: usize,
    samples: usize,
    inverse_weights: bool,
    /// For input of float64.
    double: Found,
    /// For input of float32, if that can be computed.
    single: Result<Found, Error>,
    compat: Compat,
}

/// What is looked for, and the type that its distances have in scikit-learn.
#[derive(Debug)]
struct Found {
    neighbors: Neighbors,
    weights: NeighborWeights,
}

impl Index {
    /// Number of features.
    pub(crate) fn features(&self) -> usize {
        self.features
    }

    /// Number of training points.
    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    /// Reads `_fit_X`, `_fit_method`, `_tree`, `effective_metric_`, `effective_metric_params_`, `n_neighbors` and
    /// `weights`.
    pub(crate) fn read(state: &State<'_>) -> Result<Self, Error> {
        let count = |samples| count(state, "n_neighbors", samples);
        Self::read_with(state, inverse_weights, count)
    }

    /// The same of what has no weights.
    pub(crate) fn read_uniform(state: &State<'_>) -> Result<Self, Error> {
        let count = |samples| count(state, "n_neighbors", samples);
        Self::read_with(state, |_| Ok(false), count)
    }

    /// The same, of which so many neighbours are looked for.
    pub(crate) fn read_some(
        state: &State<'_>,
        count: impl FnOnce(usize) -> Result<usize, Error>,
    ) -> Result<Self, Error> {
        Self::read_with(state, |_| Ok(false), count)
    }

    fn read_with(
        state: &State<'_>,
        inverse_weights: impl FnOnce(&State<'_>) -> Result<bool, Error>,
        count: impl FnOnce(usize) -> Result<usize, Error>,
    ) -> Result<Self, Error> {
        if !state.has("_fit_method") || state.is_none("_fit_method")? {
            return Err(state.unsupported("_fit_method", "this estimator is not fitted"));
        }
        let inverse_weights = inverse_weights(state)?;
        metric::refuse_precomputed(state)?;
        let points = Points::read(state)?;
        let count = count(points.matrix.rows())?;
        let found = |input| points.search(state, count, input);
        let (double, single) = (found(DType::F64)?, found(DType::F32));
        let is_partition = |found: &Found| matches!(found.neighbors.search(), Search::Partition);
        let compat = match is_partition(&double) || single.as_ref().is_ok_and(is_partition) {
            true => compat::of(state),
            false => Compat::default(),
        };
        Ok(Self {
            features: points.matrix.columns(),
            samples: points.matrix.rows(),
            inverse_weights,
            double,
            single,
            compat,
        })
    }

    /// Adds the search, and gives what makes a result of the neighbours.
    pub(crate) fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Hits, Error> {
        let found = match (builder.type_of(x)?.dtype, &self.single) {
            (DType::F32, Ok(found)) => found,
            (DType::F32, Err(error)) => return Err(Error::unsupported(error.path(), error.message())),
            _ => &self.double,
        };
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::F64)?;
        builder.set_compat(self.compat);
        let edge = builder.add(Op::Neighbors(found.neighbors.clone()), &[x])?;
        let weights = if self.inverse_weights { found.weights } else { NeighborWeights::Uniform };
        Ok(Hits { edge, weights })
    }
}

/// The neighbours of each row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hits {
    edge: Edge,
    weights: NeighborWeights,
}

impl Hits {
    /// Whether each neighbour counts the same.
    pub(crate) fn is_uniform(self) -> bool {
        self.weights == NeighborWeights::Uniform
    }

    /// Makes a result of the neighbours.
    pub(crate) fn reduce(self, builder: &mut Builder, result: NeighborResult) -> Result<Edge, Error> {
        let reduce = NeighborReduce { weights: self.weights, result };
        Ok(builder.add(Op::NeighborReduce(reduce), &[self.edge])?)
    }
}

/// `None` stands for uniform weights.
fn inverse_weights(state: &State<'_>) -> Result<bool, Error> {
    const NAME: &str = "weights";
    if state.is_none(NAME)? {
        return Ok(false);
    }
    match state.text(NAME)?.as_deref() {
        Some("uniform") => Ok(false),
        Some("distance") => Ok(true),
        Some(other) => {
            Err(state.unsupported(NAME, format!("weights {other:?}; 'uniform' and 'distance' work")))
        }
        None => Err(state.unsupported(NAME, "weights by a Python function; 'uniform' and 'distance' work")),
    }
}

/// The number of neighbours of an attribute, of so many samples.
pub(super) fn count(state: &State<'_>, name: &str, samples: usize) -> Result<usize, Error> {
    let count = usize::try_from(state.int(name)?).ok().filter(|&count| count > 0);
    let count = count.ok_or_else(|| state.malformed(name, "not a number of neighbours"))?;
    if count <= samples {
        return Ok(count);
    }
    let message =
        format!("{count} neighbours of {samples} samples: scikit-learn can't predict with it either");
    Err(state.unsupported(name, message))
}

/// Training points and a radius around what is asked for.
#[derive(Debug)]
pub(super) struct Radius {
    points: Matrix,
    radius: f64,
    inverse_weights: bool,
    double: Metric,
    single: Result<Metric, Error>,
}

impl Radius {
    /// Number of features.
    pub(super) fn features(&self) -> usize {
        self.points.columns()
    }

    /// Number of training points.
    pub(super) fn samples(&self) -> usize {
        self.points.rows()
    }

    /// Reads what [`Index::read`] does, with `radius` instead of `n_neighbors`. `weighted`: whether there are weights.
    pub(super) fn read(state: &State<'_>, weighted: bool) -> Result<Self, Error> {
        if !state.has("_fit_method") || state.is_none("_fit_method")? {
            return Err(state.unsupported("_fit_method", "this estimator is not fitted"));
        }
        let inverse_weights = weighted && inverse_weights(state)?;
        metric::refuse_precomputed(state)?;
        let points = Points::read(state)?;
        let metric = |input| match &points.tree {
            Some((metric, _)) => Ok(metric.clone()),
            None => points.brute(state, input).map(|(metric, _)| metric),
        };
        Ok(Self {
            radius: state.float("radius")?,
            inverse_weights,
            double: metric(DType::F64)?,
            single: metric(DType::F32),
            points: points.matrix,
        })
    }

    /// What becomes of the points around each row.
    pub(super) fn lower(&self, builder: &mut Builder, x: Edge, result: RadiusResult) -> Result<Edge, Error> {
        let metric = match (builder.type_of(x)?.dtype, &self.single) {
            (DType::F32, Ok(metric)) => metric,
            (DType::F32, Err(error)) => return Err(Error::unsupported(error.path(), error.message())),
            _ => &self.double,
        };
        let weights = match (self.inverse_weights, metric) {
            (false, _) => NeighborWeights::Uniform,
            (true, Metric::EuclideanExpandedF32) => NeighborWeights::InverseF32,
            (true, _) => NeighborWeights::Inverse,
        };
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::F64)?;
        let (points, metric) = (self.points.clone(), metric.clone());
        let search = RadiusNeighbors::new(points, self.radius, metric, weights, result);
        let search = search.map_err(|message| Error::unsupported("effective_metric_params_", message))?;
        Ok(builder.add(Op::RadiusNeighbors(search), &[x])?)
    }
}

/// The points with what decides how scikit-learn searches them.
struct Points {
    matrix: Matrix,
    is_sparse: bool,
    dtype: Option<DType>,
    tree: Option<(Metric, Search)>,
}

impl Points {
    fn read(state: &State<'_>) -> Result<Self, Error> {
        const NAME: &str = "_fit_X";
        let is_sparse = matches!(state.heap().view(state.value(NAME)?), View::Sparse(_));
        let dtype = state.element_dtype(NAME)?;
        let dtype = match (&dtype.kind, dtype.itemsize) {
            (Kind::Float, 4) => Some(DType::F32),
            (Kind::Float, 8) => Some(DType::F64),
            _ => None,
        };
        let matrix = state.matrix(NAME)?;
        if matrix.rows() == 0 || matrix.columns() == 0 {
            return Err(state.malformed(NAME, "training data of no sample or no feature"));
        }
        let (matrix, tree) = match state.text("_fit_method")?.as_deref() {
            Some("brute") => (matrix, None),
            Some(method @ ("kd_tree" | "ball_tree")) if !is_sparse => {
                let tree = tree::read(state, &matrix, method == "kd_tree")?;
                (tree.points, Some((tree.metric, Search::Tree(tree.nodes))))
            }
            _ => {
                return Err(state.unsupported("_fit_method", "none of 'brute', 'kd_tree' and 'ball_tree'"));
            }
        };
        Ok(Self { matrix, is_sparse, dtype, tree })
    }

    fn search(&self, state: &State<'_>, count: usize, input: DType) -> Result<Found, Error> {
        let (path, (metric, search)) = match &self.tree {
            Some(tree) => ("_tree", tree.clone()),
            None => ("effective_metric_params_", self.brute(state, input)?),
        };
        let weights = match metric {
            Metric::EuclideanExpandedF32 => NeighborWeights::InverseF32,
            _ => NeighborWeights::Inverse,
        };
        let neighbors = Neighbors::new(self.matrix.clone(), count, metric, search);
        let neighbors = neighbors.map_err(|message| match &self.tree {
            Some(_) => state.malformed(path, message),
            // fitted all the same: a metric by brute force is looked at when it predicts
            None => state.unsupported(path, format!("{message}: scikit-learn can't predict with it either")),
        })?;
        Ok(Found { neighbors, weights })
    }

    /// Since 1.1 (float32, sparse data: 1.2) distances of most metrics go straight into a heap if data and input have the
    /// same dtype; else and before, a matrix of them is partitioned.
    fn brute(&self, state: &State<'_>, input: DType) -> Result<(Metric, Search), Error> {
        let version = state.version().unwrap_or(Version::new(0, 17));
        let since = Version::new(1, if input == DType::F32 || self.is_sparse { 2 } else { 1 });
        let is_single = input == DType::F32 && self.dtype == Some(DType::F32);
        let metric = metric::read(state)?;
        if version >= since && self.dtype == Some(input) && metric.goes_into_heap() {
            return Ok((metric.for_heap(state, is_single)?, Search::Heap));
        }
        Ok((metric.for_partition(state, is_single, version)?, Search::Partition))
    }
}
