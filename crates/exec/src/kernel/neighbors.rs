//! The nearest of constant points, and what becomes of them.

mod density;
mod distance;
mod heap;
mod knn_impute;
mod radius;
mod reduce;
mod select;
mod tree;

use cannery_graph::{self as graph, Compat, Metric, Search, Selection};

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::hits::HitsViewMut;
use crate::run::{Inputs, Kernel};
pub(crate) use density::KernelDensity;
use distance::{Distances, Squares};
use heap::Heap;
pub(crate) use knn_impute::KnnImpute;
pub(crate) use radius::RadiusNeighbors;
pub(crate) use reduce::Reduce;
use tree::Walk;

/// Distances and positions of the nearest points.
#[derive(Debug)]
pub(crate) struct Neighbors {
    graph: graph::Neighbors,
    selection: Selection,
    distances: Distances,
}

impl Neighbors {
    pub(crate) fn new(graph: &graph::Neighbors, compat: Compat) -> Self {
        // scikit-learn's search by a heap has norms from BLAS, all else has them from numpy
        let squares = match graph.search() {
            Search::Heap => Squares::Forward,
            Search::Partition | Search::Tree(_) => Squares::Einsum(compat.squares),
        };
        let distances = Distances::new(graph.metric(), graph.points(), squares);
        Self { graph: graph.clone(), selection: compat.selection, distances }
    }
}

impl Kernel for Neighbors {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, out) = (inputs.x().f64s(), output.hits());
        match self.graph.search() {
            Search::Heap => {
                self.by_heap(x, out);
                Ok(())
            }
            Search::Partition => self.by_partition(x, inputs.first_row(), out),
            Search::Tree(tree) => {
                let (d, k) = (self.graph.points().columns(), self.graph.count());
                let mut walk = Walk::new(&self.graph, tree);
                let rows = x.chunks_exact(d).zip(out.rows(k));
                rows.for_each(|(x, out)| write(walk.nearest(x), self.graph.metric(), out));
                Ok(())
            }
        }
    }
}

/// Distances that are kept at a time.
const DISTANCES: usize = 1 << 15;

/// Rows that a partition takes at a time, if so many distances are more than are kept else: each time that points are
/// multiplied, they are packed anew.
const PARTITION_ROWS: usize = 8;

impl Neighbors {
    /// A heap for each row, which all meet the points tile by tile, in their order.
    fn by_heap(&self, x: &[f64], out: HitsViewMut<'_>) {
        let (d, k, m) = (self.graph.points().columns(), self.graph.count(), self.distances.points());
        let rows = (x.len() / d).max(1);
        let tile = (DISTANCES / rows).clamp(1, m);
        let mut heaps = vec![Heap::new(k); rows];
        let mut reduced = vec![0.0; rows * tile];
        let x = self.distances.prepare(x);
        for first in (0..m).step_by(tile) {
            let points = first..m.min(first + tile);
            let reduced = &mut reduced[..rows * points.len()];
            self.distances.reduced(&x, points.clone(), reduced);
            for (reduced, heap) in reduced.chunks_exact(points.len()).zip(&mut heaps) {
                heap.push_all(reduced, first as u32);
            }
        }
        for (heap, out) in heaps.iter_mut().zip(out.rows(k)) {
            write(heap.sorted(), self.graph.metric(), out);
        }
    }

    fn by_partition(&self, x: &[f64], first_row: usize, out: HitsViewMut<'_>) -> Result<(), Error> {
        let (d, k, m) = (self.graph.points().columns(), self.graph.count(), self.distances.points());
        let at_once = (DISTANCES / m).max(PARTITION_ROWS).min((x.len() / d).max(1));
        let mut reduced = vec![0.0; at_once * m];
        let mut found = Found::default();
        let mut out = out.rows(k).enumerate();
        for x in x.chunks(at_once * d) {
            let reduced = &mut reduced[..x.len() / d * m];
            self.distances.reduced(&self.distances.prepare(x), 0..m, reduced);
            for (reduced, (row, out)) in reduced.chunks_exact(m).zip(out.by_ref()) {
                self.select(&mut found, reduced, out).ok_or_else(|| tied(first_row + row))?;
            }
        }
        Ok(())
    }

    /// The nearest points of a row; `None` where the choice among equally near ones is not known.
    fn select(&self, found: &mut Found, reduced: &[f64], out: HitsViewMut<'_>) -> Option<()> {
        let (metric, k) = (self.graph.metric(), self.graph.count());
        let squared = matches!(metric, Metric::EuclideanExpanded | Metric::EuclideanExpandedF32);
        let Found { compared, order, nearest } = found;
        compared.clear();
        compared.extend(reduced.iter().map(|&r| if squared { r } else { distance::of_reduced(metric, r) }));
        select::smallest(compared, k, self.selection, order)?;
        nearest.clear();
        nearest.extend(order.iter().map(|&at| (compared[at], at as u32)));
        nearest.sort_unstable_by(nearer);
        if squared {
            write(nearest, metric, out);
        } else {
            write_as_they_are(nearest, out);
        }
        Some(())
    }
}

/// Memory of a partition, for row after row.
#[derive(Default)]
struct Found {
    compared: Vec<f64>,
    order: Vec<usize>,
    nearest: Vec<(f64, u32)>,
}

fn tied(row: usize) -> Error {
    Error::unsupported(format!(
        "row {row} (counted from 0) has more neighbours at the same distance than fit: which of them numpy's \
         argpartition takes depends on the processor"
    ))
}

/// By distance, NaN last, then by position.
fn nearer(a: &(f64, u32), b: &(f64, u32)) -> std::cmp::Ordering {
    let by_distance = a.0.partial_cmp(&b.0).unwrap_or_else(|| a.0.is_nan().cmp(&b.0.is_nan()));
    by_distance.then(a.1.cmp(&b.1))
}

/// Writes k reduced distances, as distances, and k positions.
fn write(found: &[(f64, u32)], metric: &Metric, mut out: HitsViewMut<'_>) {
    write_as_they_are(found, out.reborrow());
    out.distances.iter_mut().for_each(|x| *x = distance::of_reduced(metric, *x));
}

fn write_as_they_are(found: &[(f64, u32)], out: HitsViewMut<'_>) {
    for ((&(distance, position), out), index) in found.iter().zip(out.distances).zip(out.indices) {
        *out = distance;
        *index = i64::from(position);
    }
}

#[cfg(test)]
mod tests {
    use cannery_graph::{
        Bounds, Builder, ClassCodes, Matrix, NeighborNode, NeighborReduce, NeighborResult, NeighborTree,
        NeighborWeights, Op, Signature, SquareOrder,
    };

    use super::*;
    use crate::Program;
    use cannery_rows::{RowsView, Values};

    fn points() -> Matrix {
        Matrix::new(5, 1, vec![0.0, 4.0, 1.0, 3.0, 2.0]).expect("five")
    }

    /// The neighbours of rows of one feature: their distances and their positions.
    fn hits(
        neighbors: &Result<graph::Neighbors, String>,
        compat: Compat,
        x: &[f64],
    ) -> Result<(Vec<f64>, Vec<i64>), Error> {
        let of = |result| {
            let reduce = NeighborReduce { weights: NeighborWeights::Uniform, result };
            run(neighbors.clone(), compat, reduce, x)
        };
        match (of(NeighborResult::Distances)?, of(NeighborResult::Positions)?) {
            (Values::F64(distances), Values::I64(positions)) => Ok((distances, positions)),
            other => panic!("{other:?}"),
        }
    }

    /// What becomes of the neighbours of rows of one feature.
    fn run(
        neighbors: Result<graph::Neighbors, String>,
        compat: Compat,
        reduce: NeighborReduce,
        x: &[f64],
    ) -> Result<Values, Error> {
        let mut b = Builder::new(Signature::default());
        let mut edge = b.input(1).expect("floats");
        b.set_compat(compat);
        edge = b.add(Op::Neighbors(neighbors.expect("fits")), &[edge]).expect("fits");
        edge = b.add(Op::NeighborReduce(reduce), &[edge]).expect("fits");
        b.output("out", edge).expect("new");
        let program = Program::compile(&b.finish(), &["out"]).expect("there");
        let batch = RowsView::f64(x, x.len(), 1).expect("one column");
        program.run(&batch).map(|mut outputs| outputs.remove(0).values)
    }

    #[test]
    fn heap_keeps_the_first_of_equally_near_points() {
        for metric in [Metric::Euclidean, Metric::EuclideanExpanded, Metric::Manhattan, Metric::Chebyshev] {
            let neighbors = graph::Neighbors::new(points(), 2, metric, Search::Heap);
            // 4 and 2 are both 1 from 3: 4 comes first, and 2 is not strictly nearer
            let hits = hits(&neighbors, Compat::default(), &[3.0, 0.25]).expect("runs");
            assert_eq!(hits, (vec![0.0, 1.0, 0.25, 0.75], vec![3, 1, 0, 2]));
        }
    }

    #[test]
    fn partition_refuses_to_choose_among_equals() {
        let partition = |k| graph::Neighbors::new(points(), k, Metric::EuclideanExpanded, Search::Partition);
        let simd = Compat::new(SquareOrder::Pairs, Selection::Simd);
        let error = hits(&partition(2), simd, &[3.0]).expect_err("two points at distance 1");
        assert_eq!(error.kind(), crate::ErrorKind::Unsupported);
        let one = hits(&partition(1), simd, &[3.0]).expect("one point at distance 0");
        assert_eq!(one, (vec![0.0], vec![3]));
        let introselect = Compat::new(SquareOrder::Pairs, Selection::Introselect);
        assert!(hits(&partition(2), introselect, &[3.0]).is_ok());
    }

    #[test]
    fn points_without_a_distance_come_last_and_the_first_of_them_first() {
        let neighbors = graph::Neighbors::new(points(), 2, Metric::Correlation, Search::Partition);
        let introselect = Compat::new(SquareOrder::Pairs, Selection::Introselect);
        let (distances, positions) =
            hits(&neighbors, introselect, &[3.0]).expect("one feature has no correlation");
        assert!(distances[0].is_nan() && distances[1].is_nan());
        assert_eq!(positions, [0, 1]);
    }

    fn node(start: u32, end: u32, is_leaf: bool) -> NeighborNode {
        NeighborNode { start, end, is_leaf, radius: 2.0 }
    }

    fn tree(order: &[u32], bounds: Bounds) -> Search {
        let nodes = vec![node(0, 5, false), node(0, 2, true), node(2, 5, true)];
        Search::Tree(NeighborTree::new(nodes, order.to_vec(), bounds))
    }

    fn boxes() -> Bounds {
        let matrix = |values: [f64; 3]| Matrix::new(3, 1, values.to_vec()).expect("three");
        Bounds::Boxes { low: matrix([0.0, 0.0, 2.0]), high: matrix([4.0, 1.0, 4.0]) }
    }

    #[test]
    fn tree_goes_to_the_nearer_child_first() {
        // leaves {0, 1} and {2, 3, 4}, the latter as points 4, 3, 1
        let neighbors =
            graph::Neighbors::new(points(), 2, Metric::Euclidean, tree(&[0, 2, 4, 3, 1], boxes()));
        let found = hits(&neighbors, Compat::default(), &[3.0, 1.5]).expect("runs");
        // from 3 the right leaf alone: its first point at distance 1 is 2 (position 4)
        assert_eq!(found, (vec![0.0, 1.0, 0.5, 0.5], vec![3, 4, 2, 4]));
        let centres = Bounds::Centres(Matrix::new(3, 1, vec![2.0, 0.5, 3.0]).expect("three"));
        let neighbors =
            graph::Neighbors::new(points(), 2, Metric::Euclidean, tree(&[0, 2, 4, 3, 1], centres));
        let found = hits(&neighbors, Compat::default(), &[3.0]).expect("runs");
        assert_eq!(found, (vec![0.0, 1.0], vec![3, 4]));
    }

    #[test]
    fn trees_that_do_not_fit_are_refused() {
        let refused = |search| graph::Neighbors::new(points(), 2, Metric::Euclidean, search).is_err();
        assert!(refused(tree(&[0, 2, 4, 3, 3], boxes())), "a point twice");
        assert!(refused(tree(&[0, 2, 4, 3, 5], boxes())), "a point beyond");
        assert!(refused(tree(&[0, 2, 4, 3], boxes())), "a point missing");
        let nodes =
            |nodes: Vec<NeighborNode>| Search::Tree(NeighborTree::new(nodes, vec![0, 1, 2, 3, 4], boxes()));
        assert!(refused(nodes(vec![node(0, 5, false), node(0, 2, true), node(1, 5, true)])), "overlap");
        assert!(refused(nodes(vec![node(0, 5, false), node(0, 2, false), node(2, 5, true)])), "no children");
        assert!(
            refused(nodes(vec![node(0, 4, false), node(0, 2, true), node(2, 4, true)])),
            "not all points"
        );
        assert!(graph::Neighbors::new(points(), 6, Metric::Euclidean, Search::Heap).is_err());
        assert!(
            graph::Neighbors::new(
                points(),
                1,
                Metric::Cosine { floor: 0.0 },
                tree(&[0, 2, 4, 3, 1], boxes())
            )
            .is_err()
        );
    }

    fn reduce(weights: NeighborWeights, result: NeighborResult, x: &[f64]) -> Result<Values, Error> {
        let neighbors = graph::Neighbors::new(points(), 3, Metric::Manhattan, Search::Heap);
        run(neighbors, Compat::default(), NeighborReduce { weights, result }, x)
    }

    fn codes() -> ClassCodes {
        ClassCodes::new(3, vec![2, 0, 1, 1, 2]).expect("below 3")
    }

    #[test]
    fn votes_go_to_the_lowest_of_equal_classes() {
        let votes = |weights, x| reduce(weights, NeighborResult::Votes(vec![codes(), codes()]), x);
        // from 1: points 1, 0, 2 of classes 1, 2, 2. From 4: 4, 3, 2 of classes 0, 1, 2. The second output counts on from 3.
        let uniform = votes(NeighborWeights::Uniform, &[1.0, 4.0]).expect("runs");
        assert_eq!(uniform, Values::I64(vec![2, 5, 0, 3]));
        let inverse = votes(NeighborWeights::Inverse, &[1.0, 1.5]).expect("runs");
        assert_eq!(inverse, Values::I64(vec![1, 4, 2, 5]));
    }

    #[test]
    fn shares_and_means_are_weighted() {
        let shares = |weights, x| reduce(weights, NeighborResult::Shares(codes()), x);
        let uniform = shares(NeighborWeights::Uniform, &[1.0]).expect("runs");
        assert_eq!(uniform, Values::F64(vec![0.0, 1.0 / 3.0, 2.0 / 3.0]));
        let zero = shares(NeighborWeights::Inverse, &[1.0]).expect("runs");
        assert_eq!(zero, Values::F64(vec![0.0, 1.0, 0.0]));
        // distances 0.5, 0.5, 1.5 from 1.5, to 1, 2, 0
        let inverse = shares(NeighborWeights::Inverse, &[1.5]).expect("runs");
        let (one, two) = (2.0, 2.0 + 1.0 / 1.5);
        assert_eq!(inverse, Values::F64(vec![0.0, one / (one + two), two / (one + two)]));
        let values = Matrix::new(5, 1, vec![10.0, 20.0, 30.0, 40.0, 50.0]).expect("five");
        let mean = reduce(NeighborWeights::Uniform, NeighborResult::Mean(values), &[1.0]).expect("runs");
        assert_eq!(mean, Values::F64(vec![30.0]));
    }

    #[test]
    fn a_row_without_weight_is_an_error() {
        let error = reduce(NeighborWeights::Inverse, NeighborResult::Shares(codes()), &[f64::INFINITY]);
        assert!(error.expect_err("no weight").to_string().contains("zero weights"));
    }
}
