use cannery_graph::{self as graph, Merge, Tree, TreeNode};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Ways that are gone together, so that the memory of one is fetched while another computes.
const LANES: usize = 8;

/// Decision trees in 16 bytes a node.
///
/// Tree by tree over the rows of a block, several rows at a time; the rows that are left over go one by one through
/// several trees at a time. Either way each sum of a row takes the trees in their order.
#[derive(Debug)]
pub(crate) struct TreeEnsemble {
    features: usize,
    width: usize,
    columns: usize,
    merge: Merge,
    /// First node of each tree.
    roots: Vec<u32>,
    /// A right child stands behind its left sibling.
    nodes: Vec<Packed>,
    /// Leaf vectors one after another; empty when they are of one value, which then stands in the node.
    values: Vec<f64>,
    sets: Vec<[u32; 8]>,
}

/// What `payload` and `next` are depends on the flags:
///
/// | | `payload` | `next` |
/// |---|---|---|
/// | threshold | bits of the threshold | left child |
/// | category | position of the set | left child |
/// | leaf | bits of the value, if leaves are of one | position of the leaf vector |
#[derive(Clone, Copy, Debug, Default)]
struct Packed {
    payload: u64,
    next: u32,
    /// Column of x, and the flags.
    feature: u32,
}

const LEAF: u32 = 1 << 31;
const CATEGORY: u32 = 1 << 30;
const MISSING_LEFT: u32 = 1 << 29;
const FEATURE: u32 = MISSING_LEFT - 1;

impl TreeEnsemble {
    pub(crate) fn new(ensemble: &graph::TreeEnsemble) -> Self {
        let mut packed = Self {
            features: ensemble.features(),
            width: ensemble.width(),
            columns: ensemble.columns(),
            merge: ensemble.merge().clone(),
            roots: Vec::with_capacity(ensemble.trees().len()),
            nodes: Vec::with_capacity(ensemble.trees().iter().map(|tree| tree.nodes().len()).sum()),
            values: Vec::new(),
            sets: Vec::new(),
        };
        ensemble.trees().iter().for_each(|tree| packed.pack(tree));
        packed
    }

    /// Appends the nodes of a tree that a way leads to, left subtrees first.
    fn pack(&mut self, tree: &Tree) {
        let root = self.nodes.len();
        let first_set = self.sets.len();
        self.roots.push(root as u32);
        self.sets.extend_from_slice(tree.sets());
        self.nodes.push(Packed::default());
        let mut open = vec![(0, root)];
        while let Some((node, slot)) = open.pop() {
            let next = self.nodes.len();
            self.nodes[slot] = match tree.nodes()[node] {
                TreeNode::Leaf(leaf) => self.pack_leaf(tree.leaf(leaf)),
                TreeNode::Threshold { feature, threshold, missing_left, .. } => Packed {
                    payload: threshold.to_bits(),
                    next: next as u32,
                    feature: feature | if missing_left { MISSING_LEFT } else { 0 },
                },
                TreeNode::Category { feature, set, missing_left, .. } => Packed {
                    payload: (first_set + set as usize) as u64,
                    next: next as u32,
                    feature: feature | CATEGORY | if missing_left { MISSING_LEFT } else { 0 },
                },
            };
            if let Some((left, right)) = tree.nodes()[node].children() {
                self.nodes.extend([Packed::default(); 2]);
                open.extend([(right, next + 1), (left, next)]);
            }
        }
    }

    fn pack_leaf(&mut self, leaf: &[f64]) -> Packed {
        if let [value] = *leaf {
            return Packed { payload: value.to_bits(), next: 0, feature: LEAF };
        }
        let position = self.values.len() / self.width;
        self.values.extend_from_slice(leaf);
        Packed { payload: 0, next: position as u32, feature: LEAF }
    }

    fn run_on<T: Copy + Into<f64>>(&self, x: &[T], rows: usize, out: &mut [f64]) {
        match &self.merge {
            Merge::Only | Merge::Mean => out.fill(0.0),
            Merge::Sum(base) => out.chunks_exact_mut(self.columns).for_each(|out| out.copy_from_slice(base)),
        }
        match self.sets.is_empty() {
            true => self.add_all::<T, false>(x, rows, out),
            false => self.add_all::<T, true>(x, rows, out),
        }
        if self.merge == Merge::Mean {
            let trees = self.roots.len() as f64;
            out.iter_mut().for_each(|out| *out /= trees);
        }
    }

    fn add_all<T: Copy + Into<f64>, const SETS: bool>(&self, x: &[T], rows: usize, out: &mut [f64]) {
        let row = |index: usize| &x[index * self.features..][..self.features];
        let together = rows / LANES * LANES;
        for (tree, &root) in self.roots.iter().enumerate() {
            for first in (0..together).step_by(LANES) {
                let ends =
                    self.walk::<T, LANES, SETS>([root; LANES], std::array::from_fn(|lane| row(first + lane)));
                (0..LANES).for_each(|lane| self.add(ends[lane], tree, first + lane, out));
            }
        }
        let (groups, rest) = self.roots.as_chunks::<LANES>();
        for index in together..rows {
            for (group, &roots) in groups.iter().enumerate() {
                let ends = self.walk::<T, LANES, SETS>(roots, [row(index); LANES]);
                (0..LANES).for_each(|lane| self.add(ends[lane], group * LANES + lane, index, out));
            }
            for (tree, &root) in rest.iter().enumerate() {
                let [end] = self.walk::<T, 1, SETS>([root], [row(index)]);
                self.add(end, groups.len() * LANES + tree, index, out);
            }
        }
    }

    /// The leaves at which the ways from these nodes end. Every way ends: children stand after their parents.
    ///
    /// A lane that is at its leaf stays there, without a branch: it looks at the first feature for nothing.
    fn walk<T: Copy + Into<f64>, const N: usize, const SETS: bool>(
        &self,
        mut at: [u32; N],
        rows: [&[T]; N],
    ) -> [Packed; N] {
        let mut is_walking = self.features > 0;
        while is_walking {
            is_walking = false;
            for lane in 0..N {
                let node = self.nodes[at[lane] as usize];
                let x: f64 = rows[lane][(node.feature & FEATURE) as usize].into();
                let next = node.next + u32::from(!self.goes_left::<SETS>(node, x));
                let is_leaf = node.feature & LEAF != 0;
                at[lane] = if is_leaf { at[lane] } else { next };
                is_walking |= !is_leaf;
            }
        }
        at.map(|at| self.nodes[at as usize])
    }

    fn goes_left<const SETS: bool>(&self, node: Packed, x: f64) -> bool {
        let missing_left = node.feature & MISSING_LEFT != 0;
        if SETS && node.feature & CATEGORY != 0 {
            // NaN is not in the range either
            if x > -1.0 && x < 256.0 {
                let category = x as usize;
                return self.sets[node.payload as usize][category / 32] >> (category % 32) & 1 != 0;
            }
            return missing_left;
        }
        (x <= f64::from_bits(node.payload)) | (x.is_nan() & missing_left)
    }

    fn add(&self, leaf: Packed, tree: usize, row: usize, out: &mut [f64]) {
        let first = row * self.columns + tree * self.width % self.columns;
        if self.width == 1 {
            self.put(&mut out[first], f64::from_bits(leaf.payload));
            return;
        }
        let values = &self.values[leaf.next as usize * self.width..][..self.width];
        out[first..first + self.width].iter_mut().zip(values).for_each(|(out, &value)| self.put(out, value));
    }

    fn put(&self, out: &mut f64, value: f64) {
        match self.merge {
            Merge::Only => *out = value, // not 0.0 + value, which makes 0.0 of −0.0
            Merge::Sum(_) | Merge::Mean => *out += value,
        }
    }
}

impl Kernel for TreeEnsemble {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => self.run_on(x, inputs.rows(), output.f64s()),
            x => self.run_on(x.f64s(), inputs.rows(), output.f64s()),
        }
        Ok(())
    }
}
