mod metric;
mod tree;

use std::fmt;

pub use metric::Metric;
pub use tree::{Bounds, NeighborNode, NeighborTree};

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::Type;

/// f64\[n,d\] → f64\[n,k hits\]: the nearest k of m constant points of d features. Valid by construction; cheap to clone.
///
/// The hits of a row are the positions of the k neighbours among the points and their distances, by distance, and by
/// position among equal distances. **Which** points these are when the k-th distance occurs more than once is for
/// [`Search`] to say. Distances, and so which of points that differ by less, are within the bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbors {
    points: Matrix,
    count: usize,
    metric: Metric,
    search: Search,
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
    /// The k smallest distances (not reduced, but for the Euclidean), NaN being larger than all others. Any of those equal
    /// to the k-th will do.
    Partition,
    /// As [`Heap`](Self::Heap), but the points come leaf by leaf as a tree is walked: see [`NeighborTree`].
    Tree(NeighborTree),
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
            metric.check_bounds(tree.bounds())?;
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
}

impl Operator for Neighbors {
    fn name(&self) -> &'static str {
        "neighbors"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        rule::expect(self, x, Type::matrix(DType::F64, self.points.columns()))?;
        Ok(Type::hits(DType::F64, self.count))
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.points);
        out.count(self.count);
        self.metric.write(out);
        match &self.search {
            Search::Heap => out.word("heap"),
            Search::Partition => out.word("partition"),
            Search::Tree(tree) => {
                out.word("tree");
                tree.write(out);
            }
        }
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

impl fmt::Display for Neighbors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.points.rows(), self.points.columns());
        write!(f, "{} {rows}x{columns} k={} ", self.metric, self.count)?;
        match &self.search {
            Search::Heap => f.write_str("heap"),
            Search::Partition => f.write_str("partition"),
            Search::Tree(tree) => {
                let kind = if let Bounds::Boxes { .. } = tree.bounds() { "kd-tree" } else { "ball-tree" };
                write!(f, "{kind} of {}", tree.nodes().len())
            }
        }
    }
}
