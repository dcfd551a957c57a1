//! `sklearn.neighbors.KDTree` and `BallTree` as they are pickled: their arrays one after another in a tuple.

use std::borrow::Cow;

use cannery_graph::{Bounds, Matrix, Metric, NeighborNode, NeighborTree};
use cannery_object::known::Version;
use cannery_object::{Element, Kind, NdArray, Value};

use crate::error::Error;
use crate::state::State;

/// A tree with the points that it was built over.
pub(crate) struct Tree {
    pub(crate) points: Matrix,
    pub(crate) metric: Metric,
    pub(crate) nodes: NeighborTree,
}

const NAME: &str = "_tree";

/// Reads `_tree` of an estimator over these training points. That the nodes fit together is for
/// [`cannery_graph::Neighbors::new`] to prove.
pub(crate) fn read(state: &State<'_>, points: &Matrix, is_kd: bool) -> Result<Tree, Error> {
    let value = state.value(NAME)?;
    let class = class_of(state, value).unwrap_or_default();
    // until 0.20 both are written as the class that they share
    if !matches!(class, "BinaryTree" | "KDTree" | "KDTree64" | "BallTree" | "BallTree64") {
        return Err(state.unsupported(NAME, format!("a tree of class {class:?}")));
    }
    let Some([data, order, nodes, bounds, _leaf_size, levels, count, _, _, _, _, metric, ..]) =
        parts(state, value)
    else {
        return Err(state.malformed(NAME, "not the state of a KDTree or BallTree"));
    };
    let reader = Reader { state };
    let data = reader.points(*data)?;
    if (data.rows(), data.columns()) != (points.rows(), points.columns()) {
        return Err(state.malformed(&at("data"), "not as many points or features as _fit_X has"));
    }
    let nodes = reader.nodes(*nodes)?;
    reader.check_count(&nodes, *levels, *count)?;
    let tree = NeighborTree::new(nodes, reader.order(*order)?, reader.bounds(*bounds, is_kd)?);
    Ok(Tree { metric: metric_of(&reader, *metric, data.columns())?, points: data, nodes: tree })
}

/// The points of a tree with their weights, where they have some.
pub(crate) struct Weighted {
    pub(crate) points: Matrix,
    pub(crate) metric: Metric,
    pub(crate) weights: Option<Vec<f64>>,
}

/// Reads the points and the metric of a tree, not its nodes. Weights are there since 0.20.
pub(crate) fn read_weighted(state: &State<'_>, name: &str) -> Result<Weighted, Error> {
    let value = state.value(name)?;
    let class = class_of(state, value).unwrap_or_default();
    if !matches!(class, "BinaryTree" | "KDTree" | "KDTree64" | "BallTree" | "BallTree64") {
        return Err(state.unsupported(name, format!("a tree of class {class:?}")));
    }
    let Some([data, _, _, _, _, _, _, _, _, _, _, metric, rest @ ..]) = parts(state, value) else {
        return Err(state.malformed(name, "not the state of a KDTree or BallTree"));
    };
    let reader = Reader { state };
    let points = reader.points(*data)?;
    let weights = match rest.first() {
        None | Some(Value::None) => None,
        Some(weights) => {
            let array = reader.array(*weights, "sample_weight", 1)?;
            Some(reader.floats(&array, "sample_weight")?.into_owned())
        }
    };
    Ok(Weighted { metric: metric_of(&reader, *metric, points.columns())?, points, weights })
}

fn at(part: &str) -> String {
    format!("{NAME}.{part}")
}

/// Name of the class of an object that is made by `newObj(class)`, or by NEWOBJ.
fn class_of<'h>(state: &State<'h>, value: Value) -> Option<&'h str> {
    let object = state.heap().object(value)?;
    match (object.class(), object.args) {
        ((_, "newObj"), [class]) => state.heap().global_name(*class).map(|(_, name)| name),
        ((_, name), _) => Some(name),
    }
}

fn parts<'h>(state: &State<'h>, value: Value) -> Option<&'h [Value]> {
    state.heap().as_tuple(state.heap().object(value)?.state()?)
}

struct Reader<'s, 'h> {
    state: &'s State<'h>,
}

impl<'h> Reader<'_, 'h> {
    fn array(&self, value: Value, part: &str, ndim: usize) -> Result<NdArray<'h>, Error> {
        let array = self.state.array_in(value, &at(part))?;
        if array.ndim() == ndim {
            return Ok(array);
        }
        Err(self.malformed(part, format!("an array of shape {:?}", array.shape)))
    }

    fn floats<'a>(&self, array: &'a NdArray<'h>, part: &str) -> Result<Cow<'a, [f64]>, Error> {
        array.f64s().map_err(|error| Error::in_view(self.state.path_of(&at(part)), &error))
    }

    fn malformed(&self, part: &str, message: impl Into<String>) -> Error {
        self.state.malformed(&at(part), message)
    }

    fn points(&self, value: Value) -> Result<Matrix, Error> {
        self.state.matrix_in(&self.array(value, "data", 2)?, &at("data"))
    }

    fn order(&self, value: Value) -> Result<Vec<u32>, Error> {
        let array = self.array(value, "idx_array", 1)?;
        let order = array.i64s();
        let order = order.map_err(|error| Error::in_view(self.state.path_of(&at("idx_array")), &error))?;
        let order: Result<_, _> = order.iter().map(|&position| u32::try_from(position)).collect();
        order.map_err(|_| self.malformed("idx_array", "a position below 0 or beyond all points"))
    }

    fn nodes(&self, value: Value) -> Result<Vec<NeighborNode>, Error> {
        let array = self.array(value, "node_data", 1)?;
        let names: Vec<&str> = match &array.dtype.kind {
            Kind::Struct(fields) => fields.iter().map(|field| &*field.name).collect(),
            _ => vec![],
        };
        if names != ["idx_start", "idx_end", "is_leaf", "radius"] {
            return Err(self.malformed("node_data", format!("nodes of dtype {}", array.dtype)));
        }
        let node = |(index, element)| {
            match element {
                Ok(Element::Struct(fields)) => node_of(&fields),
                _ => None,
            }
            .ok_or_else(|| self.malformed(&format!("node_data[{index}]"), "not a node"))
        };
        array.elements().enumerate().map(node).collect()
    }

    /// A tree of so many levels is full.
    fn check_count(&self, nodes: &[NeighborNode], levels: Value, count: Value) -> Result<(), Error> {
        let levels = self.state.int_in(levels, &at("n_levels"))?;
        let count = usize::try_from(self.state.int_in(count, &at("n_nodes"))?).ok();
        let full = u32::try_from(levels).ok().and_then(|levels| 1_usize.checked_shl(levels));
        if count == Some(nodes.len()) && full.is_some_and(|full| nodes.len() == full - 1) {
            return Ok(());
        }
        Err(self
            .malformed("n_nodes", format!("not the number of nodes, {}, of {levels} levels", nodes.len())))
    }

    fn bounds(&self, value: Value, is_kd: bool) -> Result<Bounds, Error> {
        let array = self.array(value, "node_bounds", 3)?;
        let values = self.floats(&array, "node_bounds")?;
        let (nodes, features) = (array.shape[1], array.shape[2]);
        let bad = || self.malformed("node_bounds", format!("an array of shape {:?}", array.shape));
        let matrix = |values: &[f64]| Matrix::new(nodes, features, values).ok_or_else(bad);
        match (is_kd, array.shape[0]) {
            (true, 2) => {
                let (low, high) = values.split_at(values.len() / 2);
                Ok(Bounds::Boxes { low: matrix(low)?, high: matrix(high)? })
            }
            (false, 1) => Ok(Bounds::Centres(matrix(&values)?)),
            _ => Err(bad()),
        }
    }
}

fn node_of(fields: &[Element<'_>]) -> Option<NeighborNode> {
    let [Element::Int(start), Element::Int(end), Element::Int(is_leaf), Element::Float(radius)] = *fields
    else {
        return None;
    };
    let position = |int: i64| u32::try_from(int).ok();
    Some(NeighborNode { start: position(start)?, end: position(end)?, is_leaf: is_leaf != 0, radius })
}

/// The state of a `DistanceMetric` is its exponent, vector and matrix, of which each class uses its own.
fn metric_of(reader: &Reader<'_, '_>, value: Value, features: usize) -> Result<Metric, Error> {
    let state = reader.state;
    let class = class_of(state, value).unwrap_or_default();
    let Some([p, vector, matrix, ..]) = parts(state, value) else {
        return Err(reader.malformed("dist_metric", "not the state of a DistanceMetric"));
    };
    let vector = || -> Result<std::sync::Arc<[f64]>, Error> {
        let array = reader.array(*vector, "dist_metric.vec", 1)?;
        Ok(reader.floats(&array, "dist_metric.vec")?.as_ref().into())
    };
    let matrix = || -> Result<Matrix, Error> {
        let array = reader.array(*matrix, "dist_metric.mat", 2)?;
        let matrix = Matrix::new(array.shape[0], array.shape[1], &*reader.floats(&array, "dist_metric.mat")?);
        matrix.ok_or_else(|| reader.malformed("dist_metric.mat", "an array of another size than its shape"))
    };
    let p = || state.float_in(*p, &at("dist_metric.p"));
    Ok(match class.strip_suffix("64").unwrap_or(class) {
        "EuclideanDistance" => Metric::Euclidean,
        "ManhattanDistance" => Metric::Manhattan,
        "ChebyshevDistance" => Metric::Chebyshev,
        "MinkowskiDistance" => {
            // weights came with 1.1: before, the vector has one element that is not used
            let has_weights = state.version().is_some_and(|version| version >= Version::new(1, 1));
            let weights = vector()?;
            Metric::Minkowski { p: p()?, weights: (has_weights && !weights.is_empty()).then_some(weights) }
        }
        "WMinkowskiDistance" => Metric::MinkowskiInside { p: p()?, weights: vector()? },
        "SEuclideanDistance" => Metric::SEuclidean(vector()?),
        "MahalanobisDistance" => Metric::Mahalanobis(matrix()?),
        "HammingDistance" => Metric::Hamming,
        "CanberraDistance" => Metric::Canberra,
        "BrayCurtisDistance" => Metric::BrayCurtis,
        "HaversineDistance" if features == 2 => Metric::Haversine,
        _ => return Err(state.unsupported("metric", format!("a tree by {class}"))),
    })
}
