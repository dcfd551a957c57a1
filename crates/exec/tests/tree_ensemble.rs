//! Decision trees against values computed by hand.

use cannery_exec::{ErrorKind, Program};
use cannery_graph::{
    Builder, Check, Columns, DType, GroupArgMax, Labels, Merge, Op, Signature, Tree, TreeEnsemble, TreeNode,
};
use cannery_rows::{Layout, RowsView, Values};

fn split(feature: u32, threshold: f64, missing_left: bool, left: u32, right: u32) -> TreeNode {
    TreeNode::Threshold { feature, threshold, missing_left, left, right }
}

/// x0 ≤ 0.5 (NaN left): 10 | x1 ≤ −1 (NaN right): 20 | 30. The leaves do not stand in the order of the ways.
fn three_leaves(values: &[f64], width: usize) -> Tree {
    let nodes = [
        split(0, 0.5, true, 2, 1),
        split(1, -1.0, false, 4, 3),
        TreeNode::Leaf(0),
        TreeNode::Leaf(2),
        TreeNode::Leaf(1),
    ];
    Tree::new(2, width, nodes, values, []).expect("a sound tree")
}

fn stump(threshold: f64, left: f64, right: f64) -> Tree {
    let nodes = [split(1, threshold, false, 1, 2), TreeNode::Leaf(0), TreeNode::Leaf(1)];
    Tree::new(2, 1, nodes, [left, right], []).expect("a sound tree")
}

fn program(ensemble: TreeEnsemble, dtype: DType) -> Program {
    let mut b = Builder::new(Signature::dense(dtype));
    let x = b.input(ensemble.features()).expect("floats");
    let y = b.add(Op::TreeEnsemble(ensemble), &[x]).expect("types fit");
    b.output("y", y).expect("the only output");
    Program::compile(&b.finish(), &["y"]).expect("an output")
}

fn run(ensemble: TreeEnsemble, x: &[f64]) -> Vec<f64> {
    let columns = ensemble.features();
    let batch = RowsView::f64(x, x.len() / columns, columns).expect("a matrix");
    let Values::F64(y) = program(ensemble, DType::F64).run(&batch).expect("a fine batch").remove(0).values
    else {
        panic!("trees give float64")
    };
    y
}

fn sum(trees: &[Tree], base: &[f64]) -> TreeEnsemble {
    TreeEnsemble::new(trees, Merge::Sum(base.into())).expect("they fit together")
}

#[test]
fn ways_end_at_their_leaves() {
    let tree = three_leaves(&[10.0, 20.0, 30.0], 1);
    assert_eq!(tree.depth(), 2);
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let x = [0.5, 9.0, 0.5_f64.next_up(), -1.0, 1.0, -0.5, nan, nan, 1.0, nan, -inf, inf, inf, -inf];
    let want = [10.0, 20.0, 30.0, 10.0, 30.0, 10.0, 20.0];
    assert_eq!(run(TreeEnsemble::of_one(tree), &x), want);
}

#[test]
fn float32_is_compared_as_float64() {
    let third = f64::from(1.0_f32 / 3.0);
    assert!(third > 1.0 / 3.0);
    let program = program(TreeEnsemble::of_one(stump(1.0 / 3.0, 1.0, 2.0)), DType::F32);
    let x = [0.0, 1.0 / 3.0, 0.0, (1.0_f32 / 3.0).next_down()];
    let batch = RowsView::f32(&x, 2, 2).expect("a matrix");
    assert_eq!(program.run(&batch).expect("a fine batch")[0].values, Values::F64(vec![2.0, 1.0]));
}

#[test]
fn vectors_merge_in_the_order_of_the_trees() {
    let one = three_leaves(&[1.0, -0.0, 1e16, 5.0, 0.25, 0.5], 2);
    let two = three_leaves(&[1.0, -0.0, 1.0, 1.0, 0.5, 0.25], 2);
    let x = [0.0, 0.0, 1.0, -2.0, 1.0, 2.0];
    let only = run(TreeEnsemble::of_one(one.clone()), &x);
    assert_eq!(only, [1.0, -0.0, 1e16, 5.0, 0.25, 0.5]);
    assert!(only[1].is_sign_negative(), "the leaf as it stands");
    let trees = [two.clone(), two, one];
    let mean = run(TreeEnsemble::new(&trees[..], Merge::Mean).expect("they fit together"), &x);
    assert_eq!(mean, [1.0, 0.0, (1e16 + 2.0) / 3.0, 7.0 / 3.0, 1.25 / 3.0, 1.0 / 3.0]);
    assert!(mean[1].is_sign_positive(), "a sum from 0.0");
    assert_eq!(run(sum(&trees, &[0.5, -1.0]), &x), [3.5, -1.0, 1e16 + 2.0, 6.0, 1.75, 0.0]);
}

/// Two classes boosted in turns: trees 0 and 2 are of the first, 1 and 3 of the second.
#[test]
fn trees_take_turns_over_the_columns() {
    let trees =
        [stump(0.0, 1.0, 2.0), stump(1.0, 10.0, 20.0), stump(2.0, 100.0, 200.0), stump(3.0, 1e3, 2e3)];
    let x = [0.0, 0.0, 0.0, 1.5, 0.0, 9.0];
    assert_eq!(run(sum(&trees, &[0.5, 0.0]), &x), [101.5, 1010.0, 102.5, 1020.0, 202.5, 2020.0]);
}

#[test]
fn categories_go_by_their_set() {
    let set = [1 << 3, 0, 0, 0, 0, 0, 0, 1 << 31]; // 3 and 255
    for missing_left in [false, true] {
        let root = TreeNode::Category { feature: 0, set: 1, missing_left, left: 1, right: 2 };
        let nodes = [root, TreeNode::Leaf(0), TreeNode::Leaf(1)];
        let tree = Tree::new(1, 1, nodes, [1.0, 2.0], [[u32::MAX; 8], set]).expect("a sound tree");
        let x = [3.0, 255.0, 2.0, 3.9, -0.9, 255.9, -1.0, 256.0, f64::NAN, f64::INFINITY, -1e300];
        let missing = if missing_left { 1.0 } else { 2.0 };
        let mut want = vec![1.0, 1.0, 2.0, 1.0, 2.0, 1.0];
        want.resize(x.len(), missing);
        // behind another tree, so that its sets do not come first
        let zero = Tree::new(1, 1, nodes, [0.0, 0.0], [[0; 8]; 2]).expect("a sound tree");
        assert_eq!(run(sum(&[zero, tree], &[0.0]), &x), want, "missing left: {missing_left}");
    }
}

/// Rows and trees in every number around a multiple of what is gone together.
#[test]
fn every_row_and_tree_is_walked() {
    for (rows, trees) in [(0, 1), (1, 1), (1, 8), (1, 19), (7, 9), (8, 8), (9, 17), (21, 3)] {
        let x = Vec::from_iter((0..rows).flat_map(|row| [0.0, f64::from(row)]));
        let made =
            Vec::from_iter((0..trees).map(|tree| stump(f64::from(tree), 1.0 / f64::from(tree + 1), -1.0)));
        let want = (0..rows).map(|row| {
            (0..trees).fold(0.0, |sum, tree| sum + if row <= tree { 1.0 / f64::from(tree + 1) } else { -1.0 })
        });
        assert_eq!(run(sum(&made, &[0.0]), &x), Vec::from_iter(want), "{rows} rows, {trees} trees");
    }
}

#[test]
fn a_tree_of_one_leaf_looks_at_nothing() {
    let tree =
        Tree::new(1, 3, [TreeNode::Leaf(1)], [0.0, 0.0, 0.0, 1.0, 2.0, 3.0], []).expect("a sound tree");
    assert_eq!(run(TreeEnsemble::of_one(tree), &[f64::NAN; 9]), [1.0, 2.0, 3.0].repeat(9));
}

#[test]
fn guards_of_trees() {
    let guarded = |check, x: &[f64]| {
        let mut b = Builder::new(Signature::default());
        let x32 = b.input(2).and_then(|x| b.cast(x, DType::F32)).expect("floats");
        let x32 = b.add(Op::Guard(check), &[x32]).expect("floats");
        let y =
            b.add(Op::TreeEnsemble(TreeEnsemble::of_one(stump(0.0, 1.0, 2.0))), &[x32]).expect("a matrix");
        b.output("y", y).expect("the only output");
        let program = Program::compile(&b.finish(), &["y"]).expect("an output");
        program
            .run(&RowsView::f64(x, x.len() / 2, 2).expect("a matrix"))
            .map(|outputs| outputs[0].values.clone())
    };
    let most = f64::from(f32::MAX);
    assert_eq!(
        guarded(Check::Finite, &[most, 5e-324, -most, -0.0]).expect("fine"),
        Values::F64(vec![1.0, 1.0])
    );
    assert_eq!(guarded(Check::NotInfinite, &[0.0, f64::NAN]).expect("fine"), Values::F64(vec![2.0]));
    let beyond = "Input X contains infinity or a value too large for dtype('float32') \
                  (row 1, column 0, counted from 0)";
    for (check, x, message) in [
        (Check::Finite, [0.0, 0.0, most * 1.5, 0.0], beyond),
        (Check::NotInfinite, [f64::NAN, 0.0, -f64::INFINITY, 0.0], beyond),
        (Check::Finite, [0.0, f64::NAN, 0.0, 0.0], "Input X contains NaN (row 0, column 1, counted from 0)"),
    ] {
        let error = guarded(check, &x).expect_err("a guard");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Usage, message));
    }
}

#[test]
fn several_outputs_have_their_own_classes() {
    let mut b = Builder::new(Signature::default());
    let x = b.input(5).expect("floats");
    let classes = b.add(Op::GroupArgMax(GroupArgMax { widths: vec![2, 3] }), &[x]).expect("five columns");
    let labels = Labels::Str(["a", "b", "c", "d", "e"].map(Into::into).into());
    let labels = b.add(Op::Labels(labels), &[classes]).expect("classes");
    let columns = b.add(Op::Columns(Columns(vec![4, 0])), &[x]).expect("they are there");
    b.output("predict", labels).expect("a new name");
    b.output("columns", columns).expect("a new name");
    let program = Program::compile(&b.finish(), &["predict", "columns"]).expect("outputs");
    let x = [1.0, 1.0, 0.0, 2.0, 2.0, 0.0, 1.0, 0.0, f64::NAN, 9.0];
    let outputs = program.run(&RowsView::f64(&x, 2, 5).expect("a matrix")).expect("a fine batch");
    assert_eq!(outputs[0].layout, Layout::Matrix(2));
    let Values::Str(labels) = &outputs[0].values else { panic!("labels are texts") };
    assert_eq!(Vec::from_iter(labels.iter()), ["a", "d", "b", "d"]);
    assert_eq!(outputs[1].values, Values::F64(vec![2.0, 1.0, 9.0, 0.0]));
}
