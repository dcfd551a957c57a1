use std::sync::Arc;

use crate::canonical::Canonical;
use crate::constant::Matrix;

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

impl NeighborTree {
    /// Takes the nodes, the points' order and what bounds each node; [`Neighbors::new`](super::Neighbors::new) checks that they fit the
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

    pub(super) fn check(&self, points: usize, features: usize) -> Result<(), String> {
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
                return Err(format!("node {index} is not a leaf and has no children"));
            };
            let cuts = left.start == node.start && left.end == right.start && right.end == node.end;
            if !cuts || left.start > left.end || right.start > right.end {
                return Err(format!("the children of node {index} do not cut its points in two"));
            }
            walked[2 * index + 1..=2 * index + 2].fill(true);
        }
        Ok(())
    }

    /// Writes it into the canonical text.
    pub(super) fn write(&self, out: &mut Canonical<'_>) {
        out.list(self.nodes(), |out, node| {
            out.int(node.start);
            out.int(node.end);
            out.flag(node.is_leaf);
            out.float(node.radius);
        });
        out.list(self.order(), |out, position| out.int(*position));
        match &self.bounds {
            Bounds::Boxes { low, high } => {
                out.word("boxes");
                out.matrix(low);
                out.matrix(high);
            }
            Bounds::Centres(centres) => {
                out.word("centres");
                out.matrix(centres);
            }
        }
    }
}
