use std::fmt;
use std::sync::Arc;

use crate::constant::Matrix;
use crate::types::{DType, Type};

/// The constants of [`Op::Neighbors`](crate::Op::Neighbors): m points of d features, of which the nearest k are
/// looked for. Valid by construction; cheap to clone.
///
/// The result has the distances of the k neighbours, then their positions among the points (as floats, exactly);
/// both by distance, and by position among equal distances. **Which** points these are when the k-th distance
/// occurs more than once is for [`Search`] to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbors {
    points: Matrix,
    count: usize,
    metric: Metric,
    search: Search,
}

/// How far a row x is from a point y. Float64 throughout; sums run over the features in order, from 0.0.
///
/// Where two forms are given, the first is the *reduced* distance, which is compared in a search by heap or tree,
/// and the second the distance itself, made from it.
/// Sources: scikit-learn's `metrics/_dist_metrics.pyx.tp` and `metrics/pairwise.py`; scipy's `cdist`.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// Σ(x−y)²; √.
    Euclidean,
    /// ‖x‖² + (−2·Σxy) + ‖y‖², never below 0; √. Σxy is a chain of fused multiply-adds from 0.0, a new one every 256
    /// features: what OpenBLAS does where the processor has them. How a norm is added up decides whether the distance
    /// of a point to itself is 0 or about 1e-7.
    EuclideanExpanded(SquaredNorm),
    /// As `EuclideanExpanded`, and the sum is rounded to float32, and so is the root of that.
    EuclideanExpandedF32(SquaredNorm),
    /// Σ|x−y|
    Manhattan,
    /// max|x−y|, from 0.0.
    Chebyshev,
    /// Σw·|x−y|^p, w being 1 without weights; to the power 1/p.
    Minkowski {
        /// The exponent, above 0 and finite.
        p: f64,
        /// A weight for each feature.
        weights: Option<Arc<[f64]>>,
    },
    /// Σ(w·|x−y|)^p; to the power 1/p. Known as `wminkowski`.
    MinkowskiInside {
        /// The exponent, above 0 and finite.
        p: f64,
        /// A weight for each feature.
        weights: Arc<[f64]>,
    },
    /// Σ(x−y)²/v; √.
    SEuclidean(Arc<[f64]>),
    /// Σ_i(Σ_j a\[i,j\]·(x−y)\[j\])·(x−y)\[i\]; √.
    Mahalanobis(Matrix),
    /// Number of features where x ≠ y, divided by the number of features.
    Hamming,
    /// Σ|x−y|/(|x|+|y|), without the features where the divisor is 0.
    Canberra,
    /// Σ|x−y| / Σ(|x|+|y|), 0 when the divisor is.
    BrayCurtis,
    /// Σ|x−y| / Σ|x+y|: scipy's form of it.
    BrayCurtisSigned,
    /// sin²((x₀−y₀)/2) + cos x₀·cos y₀·sin²((x₁−y₁)/2); 2·asin √. Two features, in radians.
    Haversine,
    /// 1 − Σx'y', within 0 and 2, where x' = x/‖x‖ and y' = y/‖y‖.
    Cosine {
        /// A norm below this, or of 0, counts as 1.
        floor: f64,
    },
    /// 1 − Σx'y'/(‖x'‖·‖y'‖), where x' and y' are x and y less their means; the quotient stays within −1 and 1.
    Correlation,
}

/// The order in which the squares of a norm are added up; each is rounded by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SquaredNorm {
    /// From the first feature on: `cblas_ddot` of OpenBLAS for fewer than 16 features.
    Forward,
    /// Features of even and of odd number in two sums, which are then added. Of each eight features the last two come
    /// first; what remains after all eights comes from the first on. Source: `einsum` since numpy 1.21 with vectors of 128
    /// bits (`numpy/_core/src/multiarray/einsum_sumprod.c.src`).
    Pairs,
    /// As many features as make eights go forward into two such sums, which are added; then come the remaining ones, from
    /// the last on. Source: `einsum` of numpy before 1.21.
    Backward,
}

/// How the nearest points are found, which decides what happens to equal distances.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// All points in order go through a max-heap of size k that begins with distances of infinity at position 0: a point whose
    /// reduced distance is not ≥ that of the root takes the root's place and sinks, to the left child when the
    /// children are equal. Source: `sklearn/utils/_heap.pyx`.
    ///
    /// scikit-learn may cut the points among threads and merge their heaps; this is what one thread does.
    Heap,
    /// The k smallest distances (not reduced, but for the Euclidean), NaN being larger than all others; which of those equal
    /// to the k-th is for [`Selection`] to say.
    Partition(Selection),
    /// As [`Heap`](Self::Heap), but the points come leaf by leaf as a tree is walked: see [`NeighborTree`].
    Tree(NeighborTree),
}

/// How `numpy.argpartition` selects the k smallest of a row, which decides among equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Numpy's introselect. Source: `introselect_` in numpy 1.26's `npysort/selection.cpp`.
    Introselect,
    /// x86-simd-sort, as numpy 2.0 and later call it on x86-64 with AVX2. Where there is NaN it is `std::nth_element` of
    /// libstdc++; where all of up to 256 distances are equal the first k; where else a distance that is not among the k
    /// equals the largest that is, the choice depends on the width of the processor's vectors, and the row is an error.
    Simd,
}

/// A kd-tree or ball tree over the points. Valid by construction; cheap to clone.
///
/// Node i has the children 2i + 1 and 2i + 2 unless it is a leaf. The walk begins at node 0. A node whose lowest
/// possible reduced distance is above the root of the heap is left out; a leaf gives its points in order; of other
/// nodes the child of the lower possible distance is walked first, the left one when these are equal.
///
/// The lowest reduced distance, *kd-tree*: with d = max(lo−x, 0) + max(x−hi, 0) for each feature, Σd^p, or max d when p is
/// infinite. *Ball tree*: max(0, distance(x, centre) − radius), reduced. Source: `sklearn/neighbors/_binary_tree.pxi`.
#[derive(Clone, Debug, PartialEq)]
pub struct NeighborTree {
    nodes: Arc<[NeighborNode]>,
    order: Arc<[u32]>,
    bounds: Bounds,
}

/// A node of a [`NeighborTree`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeighborNode {
    /// Its points are those from here in the order of the tree …
    pub start: u32,
    /// … up to here.
    pub end: u32,
    /// Whether it has no children.
    pub is_leaf: bool,
    /// Radius of its ball; not used in a kd-tree.
    pub radius: f64,
}

/// Where the points of a node lie; one row a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Bounds {
    /// kd-tree: within these boxes.
    Boxes {
        /// Lowest value of each feature.
        low: Matrix,
        /// Highest value of each feature.
        high: Matrix,
    },
    /// Ball tree: around these centres.
    Centres(Matrix),
}

impl Neighbors {
    /// Takes it if all fits together, or says what does not.
    pub fn new(points: Matrix, count: usize, metric: Metric, search: Search) -> Result<Self, String> {
        let (m, d) = (points.rows(), points.columns());
        if d == 0 || count == 0 || count > m || u32::try_from(m).is_err() {
            return Err(format!("{count} neighbours among {m} points of {d} features"));
        }
        metric.check(d)?;
        if let Search::Tree(tree) = &search {
            tree.check(m, d)?;
            metric.check_bounds(&tree.bounds)?;
        }
        Ok(Self { points, count, metric, search })
    }

    /// The points, one a row.
    pub fn points(&self) -> &Matrix {
        &self.points
    }

    /// How many neighbours are looked for, k: at least 1, at most the number of points.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What distance is.
    pub fn metric(&self) -> &Metric {
        &self.metric
    }

    /// How the points are found.
    pub fn search(&self) -> &Search {
        &self.search
    }

    pub(crate) fn infer(&self, x: Type) -> Option<Type> {
        let columns = self.count.checked_mul(2)?;
        (x == Type::matrix(DType::F64, self.points.columns())).then_some(Type::matrix(DType::F64, columns))
    }
}

impl Metric {
    /// Whether its constants fit d features.
    fn check(&self, d: usize) -> Result<(), String> {
        let fits = match self {
            Self::Minkowski { p, weights } => {
                *p > 0.0 && p.is_finite() && weights.as_ref().is_none_or(|w| w.len() == d)
            }
            Self::MinkowskiInside { p, weights } => *p > 0.0 && p.is_finite() && weights.len() == d,
            Self::SEuclidean(variances) => variances.len() == d,
            Self::Mahalanobis(inverse) => (inverse.rows(), inverse.columns()) == (d, d),
            Self::Haversine => d == 2,
            Self::Euclidean
            | Self::EuclideanExpanded(_)
            | Self::EuclideanExpandedF32(_)
            | Self::Manhattan
            | Self::Chebyshev
            | Self::Hamming
            | Self::Canberra
            | Self::BrayCurtis
            | Self::BrayCurtisSigned
            | Self::Cosine { .. }
            | Self::Correlation => true,
        };
        fits.then_some(()).ok_or_else(|| format!("the constants of {self} do not fit {d} features"))
    }

    fn check_bounds(&self, bounds: &Bounds) -> Result<(), String> {
        let is_distance = !matches!(
            self,
            Self::EuclideanExpanded(_)
                | Self::EuclideanExpandedF32(_)
                | Self::BrayCurtisSigned
                | Self::Cosine { .. }
                | Self::Correlation
        );
        let fits = match bounds {
            Bounds::Boxes { .. } => self.exponent().is_some(),
            Bounds::Centres(_) => is_distance,
        };
        fits.then_some(()).ok_or_else(|| format!("a tree can't be searched by {self}"))
    }

    /// The exponent p of a metric that is a sum of |x−y|^p, infinite for the maximum. `None` for any other.
    pub fn exponent(&self) -> Option<f64> {
        match self {
            Self::Euclidean => Some(2.0),
            Self::Manhattan => Some(1.0),
            Self::Chebyshev => Some(f64::INFINITY),
            Self::Minkowski { p, weights: None } => Some(*p),
            _ => None,
        }
    }
}

impl NeighborTree {
    /// Takes the nodes, the points' order and what bounds each node; [`Neighbors::new`] checks that they fit the
    /// points.
    pub fn new(nodes: impl Into<Arc<[NeighborNode]>>, order: impl Into<Arc<[u32]>>, bounds: Bounds) -> Self {
        Self { nodes: nodes.into(), order: order.into(), bounds }
    }

    /// All nodes; the first is the root.
    pub fn nodes(&self) -> &[NeighborNode] {
        &self.nodes
    }

    /// Positions of the points, leaf by leaf.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Where the points of each node lie.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    fn check(&self, points: usize, features: usize) -> Result<(), String> {
        self.check_order(points)?;
        self.check_nodes(points)?;
        let fits = |matrix: &Matrix| (matrix.rows(), matrix.columns()) == (self.nodes.len(), features);
        let fits = match &self.bounds {
            Bounds::Boxes { low, high } => fits(low) && fits(high),
            Bounds::Centres(centres) => fits(centres),
        };
        fits.then_some(()).ok_or_else(|| "the bounds of the nodes are not one a node".to_owned())
    }

    fn check_order(&self, points: usize) -> Result<(), String> {
        let mut seen = vec![false; points];
        for &position in &*self.order {
            match seen.get_mut(position as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(format!("the order of {points} points has {position} twice or beyond")),
            }
        }
        let all = self.order.len() == points;
        all.then_some(()).ok_or_else(|| format!("an order of {} of {points} points", self.order.len()))
    }

    /// Every node that can be walked to has the points of its parent, cut in two.
    fn check_nodes(&self, points: usize) -> Result<(), String> {
        let root = self.nodes.first().ok_or("a tree of no nodes")?;
        if (root.start, root.end as usize) != (0, points) {
            return Err(format!("node 0 has points {}..{} of {points}", root.start, root.end));
        }
        let mut walked = vec![false; self.nodes.len()];
        walked[0] = true;
        for (index, node) in self.nodes.iter().enumerate() {
            if node.is_leaf || !walked[index] {
                continue;
            }
            let [Some(left), Some(right)] = [2 * index + 1, 2 * index + 2].map(|child| self.nodes.get(child))
            else {
                return Err(format!("node {index} is no leaf and has no children"));
            };
            let cuts = left.start == node.start && left.end == right.start && right.end == node.end;
            if !cuts || left.start > left.end || right.start > right.end {
                return Err(format!("the children of node {index} do not cut its points in two"));
            }
            walked[2 * index + 1..=2 * index + 2].fill(true);
        }
        Ok(())
    }
}

/// The constants of [`Op::NeighborReduce`](crate::Op::NeighborReduce): what the neighbours of a row become.
#[derive(Clone, Debug, PartialEq)]
pub struct NeighborReduce {
    /// How much each neighbour counts.
    pub weights: NeighborWeights,
    /// What comes of them.
    pub result: NeighborResult,
}

/// How much a neighbour counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeighborWeights {
    /// 1.
    Uniform,
    /// 1/distance. In a row where one of these is infinite, 1 where it is and 0 elsewhere.
    Inverse,
    /// As `Inverse`, the quotient being rounded to float32.
    InverseF32,
}

/// What neighbours become, from the results that their points have.
///
/// A row whose weights are all 0 is an error. Source: scikit-learn's `neighbors/_classification.py`,
/// `neighbors/_regression.py`.
#[derive(Clone, Debug, PartialEq)]
pub enum NeighborResult {
    /// → i64\[n,g\]: for each of g outputs the class of the largest sum of weights, the lowest of equal ones. Sums run
    /// in the order that numpy adds a vector of k values in, 0.0 for the neighbours of other classes.
    /// The classes of each output are counted on from those of the outputs before it.
    Votes(Vec<ClassCodes>),
    /// → f64\[n,c\]: the sum of weights of each class, from 0.0 in the order of the neighbours, divided by the sum of
    /// these in any order.
    Shares(ClassCodes),
    /// → f64\[n,g\]: Σ weight·value / Σ weight, both in any order; `values` has one row of g a point.
    Mean(Matrix),
}

/// The class of each point: numbers below the number of classes. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassCodes {
    classes: usize,
    codes: Arc<[u32]>,
}

impl ClassCodes {
    /// `None` when a code is not below the number of classes.
    pub fn new(classes: usize, codes: impl Into<Arc<[u32]>>) -> Option<Self> {
        let codes = codes.into();
        codes.iter().all(|&code| (code as usize) < classes).then_some(Self { classes, codes })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// One class a point.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

impl NeighborReduce {
    /// `x` has the k distances and k positions of [`Neighbors`].
    pub(crate) fn infer(&self, x: Type) -> Option<Type> {
        let is_hits =
            x == Type::matrix(DType::F64, x.columns()) && x.columns() > 0 && x.columns().is_multiple_of(2);
        is_hits.then_some(match &self.result {
            NeighborResult::Votes(outputs) => Type::matrix(DType::I64, outputs.len()),
            NeighborResult::Shares(codes) => Type::matrix(DType::F64, codes.classes),
            NeighborResult::Mean(values) => Type::matrix(DType::F64, values.columns()),
        })
    }
}

impl fmt::Display for Neighbors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.points.rows(), self.points.columns());
        write!(f, "{} {rows}x{columns} k={} ", self.metric, self.count)?;
        match &self.search {
            Search::Heap => f.write_str("heap"),
            Search::Partition(Selection::Introselect) => f.write_str("introselect"),
            Search::Partition(Selection::Simd) => f.write_str("simd-select"),
            Search::Tree(NeighborTree { bounds: Bounds::Boxes { .. }, nodes, .. }) => {
                write!(f, "kd-tree of {}", nodes.len())
            }
            Search::Tree(NeighborTree { bounds: Bounds::Centres(_), nodes, .. }) => {
                write!(f, "ball-tree of {}", nodes.len())
            }
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Euclidean => "euclidean",
            Self::EuclideanExpanded(SquaredNorm::Forward) => "euclidean-expanded",
            Self::EuclideanExpanded(SquaredNorm::Pairs) => "euclidean-expanded-pairs",
            Self::EuclideanExpanded(SquaredNorm::Backward) => "euclidean-expanded-backward",
            Self::EuclideanExpandedF32(SquaredNorm::Forward) => "euclidean-expanded-f32",
            Self::EuclideanExpandedF32(SquaredNorm::Pairs) => "euclidean-expanded-f32-pairs",
            Self::EuclideanExpandedF32(SquaredNorm::Backward) => "euclidean-expanded-f32-backward",
            Self::Manhattan => "manhattan",
            Self::Chebyshev => "chebyshev",
            Self::Minkowski { p, weights: None } => return write!(f, "minkowski p={p:?}"),
            Self::Minkowski { p, weights: Some(_) } => return write!(f, "minkowski p={p:?} weighted"),
            Self::MinkowskiInside { p, .. } => return write!(f, "wminkowski p={p:?}"),
            Self::SEuclidean(_) => "seuclidean",
            Self::Mahalanobis(_) => "mahalanobis",
            Self::Hamming => "hamming",
            Self::Canberra => "canberra",
            Self::BrayCurtis => "braycurtis",
            Self::BrayCurtisSigned => "braycurtis-signed",
            Self::Haversine => "haversine",
            Self::Cosine { .. } => "cosine",
            Self::Correlation => "correlation",
        })
    }
}

impl fmt::Display for NeighborReduce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.weights {
            NeighborWeights::Uniform => "uniform",
            NeighborWeights::Inverse => "inverse",
            NeighborWeights::InverseF32 => "inverse-f32",
        })?;
        match &self.result {
            NeighborResult::Votes(outputs) => write!(f, " votes outputs={}", outputs.len()),
            NeighborResult::Shares(codes) => write!(f, " shares classes={}", codes.classes),
            NeighborResult::Mean(values) => write!(f, " mean {}x{}", values.rows(), values.columns()),
        }
    }
}
