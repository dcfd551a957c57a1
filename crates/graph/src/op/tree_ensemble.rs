use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f32 or f64\[n,d\] → f64\[n,m\]: decision trees over d features, whose leaves come together in m results. Valid by construction; cheap to clone.
///
/// A row x starts at node 0 of each tree and goes from node to node as [`TreeNode`] says, until it comes to a leaf
/// with its vector of w values. Features of f32 are widened to f64 (exactly) before they are compared.
/// m is a multiple of w: tree t gives to the columns from (t mod (m / w))·w on, so that trees which boost each
/// class by itself stand one class after the other, round by round. See [`Merge`] for the order of additions.
#[derive(Clone, PartialEq)]
pub struct TreeEnsemble {
    trees: Arc<[Tree]>,
    merge: Merge,
}

/// How the leaf vectors of a row become its result.
#[derive(Clone, Debug, PartialEq)]
pub enum Merge {
    /// The vector of the only tree, bit for bit.
    Only,
    /// From this base of m values, each tree's vector is added in the order of the trees.
    Sum(Arc<[f64]>),
    /// From 0.0, each tree's vector is added in the order of the trees; then each sum is divided by the number of
    /// trees.
    Mean,
}

/// One tree. Every node but the first is the child of at most one other, which stands before it: so every way
/// ends at a leaf. Nodes that no way leads to may be there. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Tree {
    features: usize,
    width: usize,
    nodes: Arc<Vec<TreeNode>>,
    values: Arc<Vec<f64>>,
    sets: Arc<Vec<[u32; 8]>>,
    depth: usize,
}

/// A node of a [`Tree`], with the positions of its children in [`Tree::nodes`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TreeNode {
    /// The end of the way: this vector of [`Tree::leaf`].
    Leaf(u32),
    /// Left if x\[feature\] ≤ threshold, else right; NaN by `missing_left`.
    Threshold {
        /// Column of x.
        feature: u32,
        /// What x\[feature\] is compared with.
        threshold: f64,
        /// Whether NaN goes left.
        missing_left: bool,
        /// Position of the left child.
        left: u32,
        /// Position of the right child.
        right: u32,
    },
    /// With c = x\[feature\] cut off to an integer towards 0: for 0 ≤ c < 256 left if c is in the set, else right;
    /// any other c, and NaN, by `missing_left`.
    Category {
        /// Column of x.
        feature: u32,
        /// Which of [`Tree::sets`].
        set: u32,
        /// Whether NaN and numbers that can't be in the set go left.
        missing_left: bool,
        /// Position of the left child.
        left: u32,
        /// Position of the right child.
        right: u32,
    },
}

/// What is wrong with the parts of a [`Tree`], and at which node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeError {
    /// Position of the node.
    pub node: usize,
    /// The part of it.
    pub part: TreePart,
    /// What is wrong there.
    pub message: String,
}

/// A part of a node, for [`TreeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreePart {
    /// The node as a whole.
    Node,
    /// The column that it looks at.
    Feature,
    /// Its set of categories.
    Set,
    /// Its left child.
    Left,
    /// Its right child.
    Right,
    /// Its leaf vector.
    Leaf,
}

/// Columns that a [`TreeNode`] can look at: backends keep flags beside the number.
const MAX_FEATURES: usize = 1 << 29;
/// Nodes of an ensemble, all trees together: backends number them through.
const MAX_NODES: usize = u32::MAX as usize;

impl TreeEnsemble {
    /// Trees of the same features and the same width.
    ///
    /// # Errors
    /// A message when there is no tree, or trees and merging do not fit together.
    pub fn new(trees: impl Into<Arc<[Tree]>>, merge: Merge) -> Result<Self, String> {
        let trees = trees.into();
        let first = trees.first().ok_or("an ensemble of no tree")?;
        if let Some(odd) =
            trees.iter().position(|t| (t.features(), t.width()) != (first.features(), first.width()))
        {
            return Err(format!("tree {odd} has other features or leaves than tree 0"));
        }
        let fits = match &merge {
            Merge::Only => trees.len() == 1,
            Merge::Sum(base) => !base.is_empty() && base.len().is_multiple_of(first.width()),
            Merge::Mean => true,
        };
        if !fits {
            return Err(format!(
                "{} trees with leaves of {} values do not merge so",
                trees.len(),
                first.width()
            ));
        }
        if trees.iter().map(|tree| tree.nodes().len()).sum::<usize>() > MAX_NODES {
            return Err(format!("more than {MAX_NODES} nodes"));
        }
        Ok(Self { trees, merge })
    }

    /// One tree, whose leaf vectors are the result.
    pub fn of_one(tree: Tree) -> Self {
        Self { trees: [tree].into(), merge: Merge::Only }
    }

    /// The trees, at least one.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// How they come together.
    pub fn merge(&self) -> &Merge {
        &self.merge
    }

    /// Number of features, d.
    pub fn features(&self) -> usize {
        self.trees[0].features()
    }

    /// Values of a leaf, w.
    pub fn width(&self) -> usize {
        self.trees[0].width()
    }

    /// Number of results of a row, m.
    pub fn columns(&self) -> usize {
        match &self.merge {
            Merge::Only | Merge::Mean => self.width(),
            Merge::Sum(base) => base.len(),
        }
    }
}

impl Operator for TreeEnsemble {
    fn name(&self) -> &'static str {
        "tree_ensemble"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let takes = |dtype| x == Type::matrix(dtype, self.features());
        match takes(DType::F32) || takes(DType::F64) {
            true => Ok(Type::matrix(DType::F64, self.columns())),
            false => Err(rule::wants(self, &format!("a matrix of {} columns of floats", self.features()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        match &self.merge {
            Merge::Only => out.word("only"),
            Merge::Mean => out.word("mean"),
            Merge::Sum(base) => {
                out.word("sum");
                out.floats(base);
            }
        }
        out.count(self.width());
        out.list(self.trees(), |out, tree| write_tree(tree, out));
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

fn write_tree(tree: &Tree, out: &mut Canonical<'_>) {
    out.list(tree.nodes(), |out, node| match *node {
        TreeNode::Leaf(leaf) => {
            out.word("leaf");
            out.int(leaf);
        }
        TreeNode::Threshold { feature, threshold, missing_left, left, right } => {
            out.word("threshold");
            out.int(feature);
            out.float(threshold);
            write_branches(missing_left, left, right, out);
        }
        TreeNode::Category { feature, set, missing_left, left, right } => {
            out.word("category");
            out.int(feature);
            out.int(set);
            write_branches(missing_left, left, right, out);
        }
    });
    out.floats(tree.values());
    out.list(tree.sets(), |out, set| set.iter().for_each(|word| out.int(*word)));
}

fn write_branches(missing_left: bool, left: u32, right: u32, out: &mut Canonical<'_>) {
    out.flag(missing_left);
    out.int(left);
    out.int(right);
}

impl Tree {
    /// A tree over `features` columns whose leaves are vectors of `width` values, `values` in C order. Bit c % 32 of
    /// word c / 32 of a set says that category c is in it.
    ///
    /// # Errors
    /// When there is no node or a node refers to what is not there, or to a child that does not stand after it or
    /// has another parent.
    pub fn new(
        features: usize,
        width: usize,
        nodes: impl Into<Vec<TreeNode>>,
        values: impl Into<Vec<f64>>,
        sets: impl Into<Vec<[u32; 8]>>,
    ) -> Result<Self, TreeError> {
        let (nodes, values, sets) = (Arc::new(nodes.into()), Arc::new(values.into()), Arc::new(sets.into()));
        let tree = Self { features, width, nodes, values, sets, depth: 0 };
        Ok(Self { depth: tree.check()?, ..tree })
    }

    /// The same nodes with other leaf vectors; `None` when these are not as many values as there were.
    pub fn with_values(&self, values: Vec<f64>) -> Option<Self> {
        (values.len() == self.values.len()).then(|| Self { values: Arc::new(values), ..self.clone() })
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Values of a leaf.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The nodes, the root first.
    pub fn nodes(&self) -> &[TreeNode] {
        &self.nodes
    }

    /// A leaf vector.
    ///
    /// # Panics
    /// If there is no such leaf.
    pub fn leaf(&self, leaf: u32) -> &[f64] {
        &self.values[leaf as usize * self.width..][..self.width]
    }

    /// All leaf vectors, one after another.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The sets of categories that go left.
    pub fn sets(&self) -> &[[u32; 8]] {
        &self.sets
    }

    /// Nodes of the longest way, less one.
    pub fn depth(&self) -> usize {
        self.depth
    }
}

impl TreeNode {
    /// Positions of the left and the right child; `None` for a leaf.
    pub fn children(&self) -> Option<(usize, usize)> {
        match *self {
            Self::Leaf(_) => None,
            Self::Threshold { left, right, .. } | Self::Category { left, right, .. } => {
                Some((left as usize, right as usize))
            }
        }
    }
}

impl Tree {
    /// Proves what a tree promises; gives its depth.
    fn check(&self) -> Result<usize, TreeError> {
        let wrong = |message: &str| TreeError { node: 0, part: TreePart::Node, message: message.into() };
        if self.nodes.is_empty() {
            return Err(wrong("a tree of no node"));
        }
        if self.nodes.len() > MAX_NODES || self.features > MAX_FEATURES {
            return Err(wrong("a tree of too many nodes or features"));
        }
        if self.width == 0 || !self.values.len().is_multiple_of(self.width) {
            return Err(wrong("the leaf values are not whole vectors"));
        }
        // of a node without a parent it is 0
        let mut depths = vec![0; self.nodes.len()];
        (0..self.nodes.len()).try_for_each(|index| self.check_node(index, &mut depths))?;
        Ok(depths.into_iter().max().map_or(0, |depth| depth as usize))
    }

    fn check_node(&self, node: usize, depths: &mut [u32]) -> Result<(), TreeError> {
        let within = |part, number: u32, len: usize, what: &str| {
            let message = || format!("{number} where there are {len} {what}");
            if (number as usize) < len { Ok(()) } else { Err(TreeError { node, part, message: message() }) }
        };
        let features = |feature| within(TreePart::Feature, feature, self.features, "features");
        match self.nodes[node] {
            TreeNode::Leaf(leaf) => {
                return within(TreePart::Leaf, leaf, self.values.len() / self.width, "leaf vectors");
            }
            TreeNode::Threshold { feature, .. } => features(feature)?,
            TreeNode::Category { feature, set, .. } => {
                features(feature)?;
                within(TreePart::Set, set, self.sets.len(), "sets of categories")?;
            }
        }
        let (left, right) = self.nodes[node].children().unwrap_or_default();
        check_child(node, left, TreePart::Left, depths)?;
        check_child(node, right, TreePart::Right, depths)
    }
}

fn check_child(node: usize, child: usize, part: TreePart, depths: &mut [u32]) -> Result<(), TreeError> {
    let (nodes, depth) = (depths.len(), depths[node]);
    let wrong = |message: String| Err(TreeError { node, part, message });
    match depths.get_mut(child) {
        None => wrong(format!("child {child} of a tree of {nodes} nodes")),
        Some(_) if child <= node => wrong(format!("child {child} does not stand after its parent")),
        Some(of_child) if *of_child > 0 => wrong(format!("child {child} is the child of two")),
        Some(of_child) => {
            *of_child = depth + 1;
            Ok(())
        }
    }
}

impl fmt::Display for TreeEnsemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let merge = match self.merge {
            Merge::Only => "only",
            Merge::Sum(_) => "sum",
            Merge::Mean => "mean",
        };
        let nodes: usize = self.trees.iter().map(|tree| tree.nodes().len()).sum();
        write!(f, "{merge} trees={} nodes={nodes} leaf={}", self.trees.len(), self.width())
    }
}

impl fmt::Debug for TreeEnsemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TreeEnsemble({self})")
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({} nodes, leaves of {})", self.nodes().len(), self.width())
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}: {}", self.node, self.message)
    }
}

impl std::error::Error for TreeError {}
