//! The walk through a kd-tree or ball tree.

use cannery_graph::{self as graph, Bounds, Matrix, Metric, NeighborTree};

use super::distance;
use super::heap::Heap;

/// A tree with the memory that a walk needs.
#[derive(Debug)]
pub(super) struct Walk<'g> {
    graph: &'g graph::Neighbors,
    tree: &'g NeighborTree,
    heap: Heap,
    /// Nodes to come, with the lowest reduced distance of each.
    stack: Vec<(usize, f64)>,
}

impl<'g> Walk<'g> {
    pub(super) fn new(graph: &'g graph::Neighbors, tree: &'g NeighborTree) -> Self {
        Self { graph, tree, heap: Heap::new(graph.count()), stack: Vec::new() }
    }

    /// Reduced distances and positions of the points nearest to a row, sorted.
    pub(super) fn nearest(&mut self, x: &[f64]) -> &[(f64, u32)] {
        self.heap.clear();
        self.stack.clear();
        self.stack.push((0, self.lowest(0, x)));
        while let Some((index, lowest)) = self.stack.pop() {
            if lowest > self.heap.largest() {
                continue;
            }
            match self.tree.nodes()[index].is_leaf {
                true => self.visit_leaf(index, x),
                false => self.push_children(index, x),
            }
        }
        self.heap.sorted()
    }

    fn visit_leaf(&mut self, index: usize, x: &[f64]) {
        let node = self.tree.nodes()[index];
        for &position in &self.tree.order()[node.start as usize..node.end as usize] {
            let point = self.graph.points().row(position as usize);
            self.heap.push(distance::reduced(self.graph.metric(), x, point), position);
        }
    }

    /// The nearer child comes off the stack first.
    fn push_children(&mut self, index: usize, x: &[f64]) {
        let [left, right] = [2 * index + 1, 2 * index + 2].map(|child| (child, self.lowest(child, x)));
        let (near, far) = if left.1 <= right.1 { (left, right) } else { (right, left) };
        self.stack.extend([far, near]);
    }

    fn lowest(&self, node: usize, x: &[f64]) -> f64 {
        let metric = self.graph.metric();
        match self.tree.bounds() {
            Bounds::Boxes { low, high } => lowest_in_box(metric, x, low, high, node),
            Bounds::Centres(centres) => {
                let distance = distance::distance(metric, x, centres.row(node));
                distance::to_reduced(metric, (distance - self.tree.nodes()[node].radius).max(0.0))
            }
        }
    }
}

fn lowest_in_box(metric: &Metric, x: &[f64], low: &Matrix, high: &Matrix, node: usize) -> f64 {
    let bounds = low.row(node).iter().zip(high.row(node));
    let outside = x.iter().zip(bounds).map(|(x, (low, high))| {
        let (below, above) = (low - x, x - high);
        0.5 * ((below + below.abs()) + (above + above.abs()))
    });
    match metric.exponent() {
        Some(p) if p == f64::INFINITY => outside.fold(0.0, f64::max),
        Some(1.0) => outside.fold(0.0, |sum, d| sum + d),
        Some(2.0) | None => outside.fold(0.0, |sum, d| sum + d * d),
        Some(p) => outside.fold(0.0, |sum, d| sum + d.powf(p)),
    }
}
