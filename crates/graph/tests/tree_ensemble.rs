//! What makes trees sound.

use cannery_graph::{
    Builder, DType, Merge, Op, Signature, Tree, TreeEnsemble, TreeError, TreeNode, TreePart,
};

fn split(feature: u32, left: u32, right: u32) -> TreeNode {
    TreeNode::Threshold { feature, threshold: 0.0, missing_left: false, left, right }
}

const fn leaf(leaf: u32) -> TreeNode {
    TreeNode::Leaf(leaf)
}

fn tree(nodes: &[TreeNode]) -> Result<Tree, TreeError> {
    Tree::new(2, 1, nodes, [0.0, 1.0], [[0; 8]])
}

#[test]
fn a_way_through_a_sound_tree_ends() {
    let sound = tree(&[split(0, 1, 4), split(1, 2, 3), leaf(0), leaf(1), leaf(1)]).expect("a sound tree");
    assert_eq!((sound.depth(), sound.features(), sound.width(), sound.leaf(1)), (2, 2, 1, &[1.0][..]));
    assert!(tree(&[leaf(0), split(0, 2, 3), leaf(0), leaf(1)]).is_ok(), "nodes that no way leads to");
}

#[test]
fn what_is_not_sound_says_where() {
    let set = TreeNode::Category { feature: 0, set: 1, missing_left: false, left: 1, right: 2 };
    let cases = [
        (vec![], 0, TreePart::Node),
        (vec![leaf(2)], 0, TreePart::Leaf),
        (vec![split(2, 1, 2), leaf(0), leaf(0)], 0, TreePart::Feature),
        (vec![set, leaf(0), leaf(0)], 0, TreePart::Set),
        (vec![split(0, 0, 1), leaf(0)], 0, TreePart::Left),
        (vec![split(0, 1, 3), leaf(0), leaf(0)], 0, TreePart::Right),
        (vec![split(0, 1, u32::MAX), leaf(0), leaf(0)], 0, TreePart::Right),
        (vec![split(0, 1, 1), leaf(0)], 0, TreePart::Right),
        (vec![split(0, 1, 2), split(0, 0, 2), leaf(0)], 1, TreePart::Left),
        (vec![split(0, 1, 2), split(0, 2, 3), leaf(0), leaf(0)], 1, TreePart::Left),
    ];
    for (nodes, node, part) in cases {
        let error = tree(&nodes).expect_err("not sound");
        assert_eq!((error.node, error.part), (node, part), "{error}");
    }
    assert!(Tree::new(2, 2, [leaf(0)], [0.0, 1.0, 2.0], []).is_err(), "half a leaf vector");
    assert!(Tree::new(2, 0, [leaf(0)], [], []).is_err(), "leaves of nothing");
    assert!(Tree::new(usize::MAX, 1, [leaf(0)], [0.0], []).is_err(), "too many features");
}

#[test]
fn trees_of_an_ensemble_fit_together() {
    let of = |features, width| Tree::new(features, width, [leaf(0)], vec![0.0; width], []).expect("sound");
    let new = |trees: &[Tree], merge| TreeEnsemble::new(trees, merge);
    assert!(new(&[], Merge::Mean).is_err());
    assert!(new(&[of(1, 2), of(1, 3)], Merge::Mean).is_err());
    assert!(new(&[of(1, 2), of(2, 2)], Merge::Mean).is_err());
    assert!(new(&[of(1, 2), of(1, 2)], Merge::Only).is_err());
    assert!(new(&[of(1, 2)], Merge::Sum([].into())).is_err());
    assert!(new(&[of(1, 2)], Merge::Sum([0.0; 3].into())).is_err());
    let four = new(&[of(1, 2)], Merge::Sum([0.0; 4].into())).expect("two turns");
    let mut b = Builder::new(Signature::dense(DType::F32));
    let x = b.input(1).expect("floats");
    let y = b.add(Op::TreeEnsemble(four), &[x]).expect("one column");
    assert_eq!(b.type_of(y).expect("an edge").to_string(), "f64[n,4]");
    let error = b.add(Op::TreeEnsemble(TreeEnsemble::of_one(of(2, 1))), &[x]).expect_err("one column");
    assert_eq!(error.to_string(), "tree_ensemble takes a matrix of 2 columns of floats, not f32[n,1]");
    b.output("y", y).expect("the only output");
    assert!(b.finish().to_string().contains("%1: f64[n,4] = tree_ensemble sum trees=1 nodes=1 leaf=2 %0"));
}
