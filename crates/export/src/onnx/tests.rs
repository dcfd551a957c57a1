//! Hand-made graphs: which operators of ONNX each becomes.

use std::sync::Arc;

use cannery_graph::{
    Arithmetic, Builder, Check, Clip, Confidence, Constant, DType, Edge, Function, Impute, Kernel, Labels,
    Linear, Lookup, LookupColumn, Matrix, Merge, Metric, Missing, NeighborReduce, NeighborResult,
    NeighborWeights, Neighbors, OneHot, Op, Origin, OvoVotes, OvrScores, PairKernel, Points, Reduce,
    Reduction, Scalar, Scale, Search, Signature, SvmPairs, Threshold, Tree, TreeEnsemble, TreeNode, Unknown,
};
use prost::Message;

use super::Onnx;
use super::proto::{GraphProto, ModelProto};
use crate::Error;

/// The nodes of operators one after another, without those of the output.
fn nodes(columns: usize, ops: impl IntoIterator<Item = Op>) -> Vec<String> {
    graph(Signature::default(), columns, ops).node.into_iter().map(|node| node.op_type).collect()
}

fn graph(signature: Signature, columns: usize, ops: impl IntoIterator<Item = Op>) -> GraphProto {
    let mut builder = Builder::new(signature);
    let mut x = builder.input(columns).expect("a matrix");
    for op in ops {
        x = builder.add(op, &[x]).expect("types fit");
    }
    let mut graph = write(builder, x).expect("all can be written");
    assert_eq!(graph.node.pop().map(|node| node.op_type), Some("Identity".into()));
    graph
}

fn write(mut builder: Builder, x: Edge) -> Result<GraphProto, Error> {
    builder.output("score_samples", x).expect("the only output");
    let bytes = Onnx::default().write(&builder.finish())?;
    let model = ModelProto::decode(&bytes[..]).expect("protobuf");
    assert_eq!((model.ir_version, model.opset_import[0].version), (Some(10), Some(21)));
    Ok(model.graph.expect("a graph"))
}

fn matrix(rows: usize, columns: usize) -> Matrix {
    Matrix::new(rows, columns, vec![0.5; rows * columns]).expect("elements")
}

#[test]
fn numbers() {
    let scale =
        Scale { steps: vec![(Arithmetic::Subtract, vec![1.0; 2]), (Arithmetic::Divide, vec![2.0; 2])] };
    assert_eq!(nodes(2, [Op::Scale(scale.clone())]), ["Sub", "Div"]);
    let narrow = graph(Signature::dense(DType::F32), 2, [Op::Scale(scale)]);
    let narrow: Vec<&str> = narrow.node.iter().map(|node| &*node.op_type).collect();
    assert_eq!(narrow, ["Cast", "Sub", "Cast", "Cast", "Div", "Cast"], "each step is rounded");
    let linear = |intercepts| Op::Linear(Linear { weights: matrix(1, 2), intercepts });
    assert_eq!(nodes(2, [linear(None)]), ["MatMul"]);
    assert_eq!(nodes(2, [linear(Some(vec![0.0]))]), ["MatMul", "Add"]);
    let clip = Op::Clip(Clip { low: 0.0, high: 1.0 });
    assert_eq!(nodes(2, [clip]), ["Less", "Where", "Greater", "Where"]);
    assert_eq!(nodes(2, [Op::Elementwise(Function::Expit)]), ["Neg", "Exp", "Add", "Div"]);
    let fill = cannery_graph::Fill::Floats(vec![1.0; 2]);
    let impute = Op::Impute(Impute { missing: Missing::Nan, fill });
    assert_eq!(nodes(2, [impute]), ["IsNaN", "Where"]);
    let guard = ["IsNaN", "IsInf", "Or", "Cast", "ReduceMax", "Max", "Gather", "Add", "Gather"];
    assert_eq!(nodes(2, [Op::Guard(Check::Finite)]), guard);
}

#[test]
fn scores() {
    assert_eq!(nodes(3, [Op::Softmax]), ["Softmax"]);
    assert_eq!(nodes(3, [Op::Reduce(Reduce::row(Reduction::Sum))]), ["ReduceSum"]);
    let row = Constant::matrix(DType::F64, [0.5, 1.0]);
    assert_eq!(nodes(3, [Op::Constant(row)]), ["Shape", "Concat", "Expand"]);
    assert_eq!(nodes(1, [Op::Complement]), ["Sub", "Concat"]);
    let labels = Labels::Str(["a", "ä"].map(Into::into).into());
    let ops = [Op::Flatten, Op::Threshold(Threshold { above: 0.0 }), Op::Labels(labels)];
    let graph = graph(Signature::default(), 1, ops);
    let kinds: Vec<&str> = graph.node.iter().map(|node| &*node.op_type).collect();
    assert_eq!(kinds, ["Squeeze", "Greater", "Cast", "Gather"]);
    assert!(graph.initializer.iter().any(|tensor| tensor.string_data == ["a".as_bytes(), "ä".as_bytes()]));
}

#[test]
fn categories() {
    let categories: Arc<[Scalar]> = [1.0, f64::NAN].map(Scalar::Float).into();
    let column = |unknown| LookupColumn {
        number: 0,
        categories: categories.clone(),
        values: [0.0, 1.0].into(),
        unknown,
    };
    let lookup = |unknown| Op::Lookup(Lookup::new(DType::I64, vec![column(unknown)]).expect("it fits"));
    assert_eq!(nodes(1, [lookup(Unknown::Value(2.0))]), ["LabelEncoder"]);
    let one_hot = OneHot { widths: vec![2], dtype: DType::F64, is_sparse: false };
    let kinds = nodes(1, [lookup(Unknown::Error), Op::OneHot(one_hot)]);
    assert_eq!(
        kinds,
        ["LabelEncoder", "Gather", "Gather", "Equal", "Cast"],
        "the first is an error where none is known"
    );
}

fn stump(feature: u32, leaves: [u32; 2]) -> Tree {
    let nodes = [
        TreeNode::Threshold { feature, threshold: 0.1, missing_left: false, left: 1, right: 2 },
        TreeNode::Leaf(leaves[0]),
        TreeNode::Leaf(leaves[1]),
    ];
    Tree::new(2, 1, nodes, [1.0, 2.0], []).expect("a tree")
}

#[test]
fn trees_give_leaf_numbers_that_a_table_turns_into_sums() {
    let mean = TreeEnsemble::new([stump(0, [0, 1]), stump(1, [1, 0])], Merge::Mean).expect("trees");
    let kinds = ["TreeEnsemble", "Cast", "Add", "Gather", "ReduceSum", "Div"];
    assert_eq!(nodes(2, [Op::TreeEnsemble(mean.clone())]), kinds);
    let graph = graph(Signature::dense(DType::F32), 2, [Op::TreeEnsemble(mean)]);
    let splits = graph.node[0].attribute.iter().find(|attribute| attribute.name == "nodes_splits");
    let raw = splits.and_then(|splits| splits.t.as_ref()?.raw_data.clone()).expect("splits");
    // 0.1 lies below its nearest float32
    assert_eq!(raw[..4], 0.1_f32.next_down().to_le_bytes());
}

#[test]
fn children_of_a_node_never_have_one_number() {
    // the leaf and the node that are children of the root would both be 1
    let nodes = [
        TreeNode::Threshold { feature: 0, threshold: 0.5, missing_left: false, left: 1, right: 2 },
        TreeNode::Leaf(0),
        TreeNode::Threshold { feature: 1, threshold: 0.5, missing_left: true, left: 3, right: 4 },
        TreeNode::Leaf(1),
        TreeNode::Leaf(2),
    ];
    let chain = Tree::new(2, 1, nodes, [1.0, 2.0, 3.0], []).expect("a tree");
    let constant = Tree::new(2, 1, [TreeNode::Leaf(0)], [1.0], []).expect("a tree");
    for trees in [vec![chain.clone()], vec![constant.clone(), chain.clone()], vec![chain, constant]] {
        let ensemble = TreeEnsemble::new(trees, Merge::Mean).expect("trees");
        let graph = graph(Signature::default(), 2, [Op::TreeEnsemble(ensemble)]);
        let list = |name: &str| {
            let attribute = graph.node[0].attribute.iter().find(|attribute| attribute.name == name);
            attribute.expect("an attribute").ints.clone()
        };
        let (left, right) = (list("nodes_truenodeids"), list("nodes_falsenodeids"));
        assert!(left.iter().zip(&right).all(|(left, right)| left != right), "{left:?} {right:?}");
    }
}

#[test]
fn support_vectors_and_neighbours() {
    let kernel = PairKernel { kernel: Kernel::Rbf { gamma: 0.5 }, vectors: Points::Dense(matrix(2, 2)) };
    let pairs = SvmPairs { counts: vec![1, 1], coefs: matrix(1, 2), intercepts: vec![0.0] };
    let ops = [Op::PairKernel(kernel), Op::SvmPairs(pairs), Op::OvoVotes(OvoVotes { classes: 2 })];
    let kinds = nodes(2, ops);
    assert_eq!(kinds[..9], ["Gather", "Sub", "Mul", "Gather", "Sub", "Mul", "Add", "Mul", "Exp"]);
    assert_eq!(
        (&kinds[9..11], kinds.last().map(String::as_str)),
        (&["MatMul", "Add"].map(Into::into)[..], Some("ArgMax"))
    );
    let wide = PairKernel { kernel: Kernel::Rbf { gamma: 0.5 }, vectors: Points::Dense(matrix(2, 65)) };
    assert!(nodes(65, [Op::PairKernel(wide)]).contains(&"Scan".into()));
    let search = Neighbors::new(matrix(3, 2), 1, Metric::Manhattan, Search::Partition).expect("points");
    let result = NeighborResult::Positions;
    let reduce = NeighborReduce { weights: NeighborWeights::Uniform, result };
    let kinds = nodes(2, [Op::Neighbors(search), Op::NeighborReduce(reduce)]);
    assert_eq!(kinds, ["Gather", "Sub", "Abs", "Gather", "Sub", "Abs", "Add", "TopK"]);
}

#[test]
fn what_onnx_does_not_hold_is_named_with_its_step() {
    let mut builder = Builder::new(Signature::default());
    builder.set_origin(Origin::new("steps[1]", "SVC"));
    let x = builder.input(3).expect("a matrix");
    let scores = OvrScores { classes: 3, confidence: Confidence::BatchScaled };
    let x = builder.add(Op::OvrScores(scores), &[x]).expect("types fit");
    let error = write(builder, x).expect_err("scores that depend on other rows");
    let text = error.to_string();
    assert!(text.starts_with("ONNX can't hold this model: steps[1]: SVC: operator ovr_scores: "), "{text}");
    assert!(matches!(error, Error::Unsupported { gaps, .. } if gaps.len() == 1));
}

#[test]
fn columns_of_a_frame_are_inputs_by_name() {
    let mut builder = Builder::new(Signature::frame([("label", DType::F64), ("city", DType::Str)]));
    let x = builder.field(0).expect("a column");
    builder.output("predict", x).expect("the only output");
    let bytes = Onnx::default().metadata(vec![("key".into(), "value".into())]).write(&builder.finish());
    let model = ModelProto::decode(&bytes.expect("written")[..]).expect("protobuf");
    assert_eq!(model.producer_name, "cannery");
    let properties: Vec<_> = model.metadata_props.iter().filter_map(|entry| entry.key.as_deref()).collect();
    assert_eq!(properties, ["graph_digest", "outputs", "key"]);
    let graph = model.graph.expect("a graph");
    let names = |infos: &[super::proto::ValueInfoProto]| -> Vec<String> {
        infos.iter().map(|info| info.name.clone()).collect()
    };
    assert_eq!(
        (names(&graph.input), names(&graph.output)),
        (vec!["label".into(), "city".into()], vec!["variable".into()])
    );
}

#[test]
fn a_list_of_nothing_is_not_a_zero() {
    let mut net = super::net::Net::default();
    assert_ne!(net.ints(&[], &[0]), net.ints(&[0], &[]));
}

#[test]
fn options_must_fit() {
    let mut builder = Builder::new(Signature::default());
    let x = builder.input(1).expect("a matrix");
    builder.output("transform", x).expect("the only output");
    let graph = builder.finish();
    let usage = |onnx: Onnx| match onnx.write(&graph) {
        Err(Error::Usage(message)) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(usage(Onnx::default().opset(19)), "opset 19 is not one from 20 to 26");
    let no_maps = "a ZipMap holds what predict_proba gives for one target, which is no output";
    assert_eq!(usage(Onnx::default().zipmap(true)), no_maps);
    let methods = Some(vec!["predict".to_owned()]);
    assert_eq!(usage(Onnx::default().methods(methods)), "the model has no predict; it has transform");
}

/// `docs/export.md` is made of the table of operators: BLESS=1 writes it.
#[test]
fn the_page_has_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/export.md");
    let page = std::fs::read_to_string(path).expect("docs/export.md");
    let (before, _) = page.split_once("| operator |").expect("the table");
    let mut want = format!("{before}| operator | in ONNX | what can't be exported |\n|---|---|---|\n");
    for crate::Support { operator, written_as, gap } in super::OPERATORS {
        want += &format!("| `{operator}` | {written_as} | {gap} |\n");
    }
    if page != want {
        assert!(
            std::env::var_os("BLESS").is_some(),
            "docs/export.md differs from OPERATORS (BLESS=1 writes it)"
        );
        std::fs::write(path, want).expect("docs/export.md is written");
    }
}
