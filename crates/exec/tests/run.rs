//! Programs against values computed by hand.

use cannery_exec::{Error, ErrorKind, Program};
use cannery_graph::{
    Builder, Check, Confidence, DType, Edge, Function, Graph, Kernel, Labels, Matrix, Op, Origin, OvoVotes,
    OvrScores, PairKernel, Signature, SvmPairs,
};
use cannery_rows::{Column, Layout, RowsView, Values};

/// A graph over f64 input of `columns` columns with one output, `y`.
fn graph(columns: usize, body: impl FnOnce(&mut Builder, Edge) -> Edge) -> Graph {
    let mut b = Builder::new(Signature::default());
    b.set_origin(Origin::new("", "SVC"));
    let x = b.input(columns).expect("f64 is an input");
    let y = body(&mut b, x);
    b.output("y", y).expect("the only output");
    b.finish()
}

fn run(graph: &Graph, x: &[f64], columns: usize) -> Result<Column, Error> {
    let batch = RowsView::f64(x, x.len() / columns, columns)?;
    Ok(Program::compile(graph, &["y"])?.run(&batch)?.remove(0))
}

fn matrix(rows: usize, columns: usize, values: &[f64]) -> Matrix {
    Matrix::new(rows, columns, values).expect("as many as said")
}

fn kernel_of(kernel: Kernel, vectors: &Matrix, x: &[f64]) -> Vec<f64> {
    let op = Op::PairKernel(PairKernel { kernel, vectors: vectors.clone().into() });
    let graph = graph(vectors.columns(), |b, x| b.add(op, &[x]).expect("types fit"));
    let Values::F64(values) = run(&graph, x, vectors.columns()).expect("a fine batch").values else {
        panic!("a kernel gives floats")
    };
    values
}

#[test]
fn kernels() {
    let vectors = matrix(2, 2, &[1.0, 2.0, -1.0, 0.5]);
    let x = [3.0, -4.0];
    assert_eq!(kernel_of(Kernel::Linear, &vectors, &x), [-5.0, -5.0]);
    let poly = |degree| kernel_of(Kernel::Poly { gamma: 0.5, coef0: 1.0, degree }, &vectors, &x);
    assert_eq!(poly(3), [-3.375, -3.375]);
    assert_eq!(poly(0), [1.0, 1.0]);
    let rbf = kernel_of(Kernel::Rbf { gamma: 0.125 }, &vectors, &x);
    assert_eq!(rbf, [(-5.0_f64).exp(), (-0.125 * 36.25_f64).exp()]);
    let sigmoid = kernel_of(Kernel::Sigmoid { gamma: 0.5, coef0: 2.0 }, &vectors, &x);
    assert_eq!(sigmoid, [(-0.5_f64).tanh(); 2]);
}

#[test]
fn every_lane_and_tile_is_the_plain_loop() {
    let (m, d) = (19, 5);
    let number = |i: usize| ((i * 7919 % 1000) as f64 - 500.0) / 37.0;
    let vectors = matrix(m, d, &Vec::from_iter((0..m * d).map(number)));
    let x = Vec::from_iter((0..3 * d).map(|i| number(i + 1000)));
    let plain = |row: &[f64], v: &[f64]| row.iter().zip(v).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
    let want = x.chunks(d).flat_map(|row| (0..m).map(move |v| (row, v)));
    let want = Vec::from_iter(want.map(|(row, v)| (-0.01 * plain(row, vectors.row(v))).exp()));
    assert_eq!(kernel_of(Kernel::Rbf { gamma: 0.01 }, &vectors, &x), want);
}

#[test]
fn pairs_add_both_classes_and_the_intercept() {
    let coefs = matrix(2, 4, &[1.0, 2.0, -3.0, -4.0, 0.5, 0.25, 5.0, -6.0]);
    let pairs = SvmPairs { counts: vec![2, 1, 1], coefs, intercepts: vec![10.0, 20.0, 30.0] };
    let y =
        run(&graph(4, |b, x| b.add(Op::SvmPairs(pairs), &[x]).unwrap()), &[1.0, 2.0, 3.0, 4.0], 4).unwrap();
    assert_eq!(y.layout, Layout::Matrix(3));
    // (0,1): 1·1 + 2·2 − 3·3 + 10; (0,2): ½·1 + ¼·2 − 4·4 + 20; (1,2): 5·3 − 6·4 + 30
    assert_eq!(y.values, Values::F64(vec![6.0, 5.0, 21.0]));
}

/// The result of an operator on rows of three pair decisions.
fn of_pairs(op: Op, decisions: &[f64]) -> Values {
    let graph = graph(3, |b, x| b.add(op, &[x]).expect("takes three pairs"));
    run(&graph, decisions, 3).expect("a fine batch").values
}

fn votes(decisions: &[f64]) -> Values {
    of_pairs(Op::OvoVotes(OvoVotes { classes: 3 }), decisions)
}

#[test]
fn votes_go_to_the_first_of_a_pair_only_above_zero() {
    assert_eq!(votes(&[1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 0.0, 0.0, 0.0]), Values::I64(vec![0, 1, 2]));
    // one vote each: the lowest class; NaN votes like a negative decision
    assert_eq!(votes(&[1.0, -1.0, 1.0, f64::NAN, f64::NAN, f64::NAN]), Values::I64(vec![0, 2]));
}

fn scores(confidence: Confidence, decisions: &[f64]) -> Values {
    of_pairs(Op::OvrScores(OvrScores { classes: 3, confidence }), decisions)
}

#[test]
fn scores_are_votes_and_a_bounded_confidence() {
    // sums 1+2, −1−4, −2+4; votes 2, 0, 1
    let third = |s: f64| s / (3.0 * (s.abs() + 1.0));
    let want = vec![2.0 + third(3.0), third(-5.0), 1.0 + third(2.0)];
    assert_eq!(scores(Confidence::Bounded, &[1.0, 2.0, -4.0]), Values::F64(want));
}

#[test]
fn old_scores_depend_on_the_batch() {
    let scale = |largest: f64| (0.5 - f64::EPSILON) / largest;
    let row = |scale: f64| [2.0 + 3.0 * scale, -5.0 * scale, 1.0 + 2.0 * scale];
    let alone = scores(Confidence::BatchScaled, &[1.0, 2.0, -4.0]);
    assert_eq!(alone, Values::F64(row(scale(5.0)).to_vec()));
    let Values::F64(two) = scores(Confidence::BatchScaled, &[1.0, 2.0, -4.0, 50.0, 50.0, 0.0]) else {
        panic!()
    };
    assert_eq!(two[..3], row(scale(100.0)));
    assert_eq!(scores(Confidence::BatchScaled, &[0.0; 3]), Values::F64(vec![2.0, 1.0, 0.0]));
}

#[test]
fn a_stage_over_the_batch_stands_between_blocks() {
    let graph = graph(3, |b, x| {
        let negated = b.add(Op::Elementwise(Function::Negate), &[x]).unwrap();
        let scores = Op::OvrScores(OvrScores { classes: 3, confidence: Confidence::BatchScaled });
        let scores = b.add(scores, &[negated]).unwrap();
        b.add(Op::ArgMax, &[scores]).unwrap()
    });
    let x = Vec::from_iter((0..3000).map(|i| if i % 3 == 0 { -1.0 } else { f64::from(i % 2) }));
    let Values::I64(classes) = run(&graph, &x, 3).unwrap().values else { panic!() };
    // rows of (−1, 1, 0) and (−1, 0, 1) in turn: one vote each and sums (0, −1, 1); two votes for the first
    assert_eq!((classes.len(), &classes[..2], &classes[998..]), (1000, &[2, 0][..], &[2, 0][..]));
}

#[test]
fn the_first_maximum_and_nan_above_all() {
    let nan = f64::NAN;
    let graph = graph(3, |b, x| b.add(Op::ArgMax, &[x]).unwrap());
    let x = [1.0, 3.0, 3.0, 1.0, nan, nan, nan, 5.0, 9.0, -0.0, 0.0, -1.0];
    assert_eq!(run(&graph, &x, 3).unwrap().values, Values::I64(vec![1, 1, 0, 0]));
}

#[test]
fn labels_of_every_dtype() {
    let label = |labels: Labels, x: &[f64]| {
        let graph = graph(2, |b, x| {
            let class = b.add(Op::ArgMax, &[x]).unwrap();
            b.add(Op::Labels(labels), &[class]).unwrap()
        });
        run(&graph, x, 2)
    };
    let x = [0.0, 1.0, 1.0, 0.0];
    assert_eq!(label(Labels::I64([7, -9].into()), &x).unwrap().values, Values::I64(vec![-9, 7]));
    assert_eq!(label(Labels::F64([0.5, 1.5].into()), &x).unwrap().values, Values::F64(vec![1.5, 0.5]));
    assert_eq!(
        label(Labels::Bool([false, true].into()), &x).unwrap().values,
        Values::Bool(vec![true, false])
    );
    let text = label(Labels::Str(["no".into(), "yes".into()].into()), &x).unwrap();
    let Values::Str(text) = text.values else { panic!() };
    assert_eq!(Vec::from_iter(text.iter()), ["yes", "no"]);
    let error = label(Labels::I64([7].into()), &x).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Malformed, "class 1 of 1 labels"));
}

#[test]
fn columns_are_counted_and_values_looked_at() {
    let graph = graph(4, |b, x| {
        let x = b.add(Op::Guard(Check::Finite), &[x]).unwrap();
        b.add(Op::Elementwise(Function::Negate), &[x]).unwrap()
    });
    let message = |x: &[f64], columns| {
        let error = run(&graph, x, columns).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        error.to_string()
    };
    assert_eq!(message(&[0.0; 3], 3), "X has 3 features, but SVC is expecting 4 features as input");
    assert_eq!(message(&[0.0; 1], 1), "X has 1 feature, but SVC is expecting 4 features as input");
    let mut x = vec![0.0; 4 * 5000];
    x[19_999] = f64::NAN;
    assert_eq!(message(&x, 4), "Input X contains NaN (row 4999, column 3, counted from 0)");
    x[4001] = f64::NEG_INFINITY;
    let infinite = "Input X contains infinity or a value too large for dtype('float64')";
    assert_eq!(message(&x, 4), format!("{infinite} (row 1000, column 1, counted from 0)"));
    assert!(RowsView::f64(&[0.0; 7], 2, 4).is_err());
}

#[test]
fn float32_is_widened_and_nothing_else_is_taken_for_it() {
    let mut b = Builder::new(Signature::dense(DType::F32));
    let x = b.input(1).unwrap();
    let x = b.cast(x, DType::F64).unwrap();
    let x = b.add(Op::Flatten, &[x]).unwrap();
    b.output("y", x).unwrap();
    let program = Program::compile(&b.finish(), &["y"]).unwrap();
    let outputs = program.run(&RowsView::f32(&[0.1, 2.0], 2, 1).unwrap()).unwrap();
    assert_eq!(outputs[0].layout, Layout::Vector);
    assert_eq!(outputs[0].values, Values::F64(vec![f64::from(0.1_f32), 2.0]));
    let error = program.run(&RowsView::f64(&[0.1], 1, 1).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the batch is dense f64, and the program was compiled for dense f32");
}

#[test]
fn outputs_by_name_once_twice_and_not_at_all() {
    let mut b = Builder::new(Signature::default());
    let x = b.input(1).unwrap();
    let y = b.add(Op::Elementwise(Function::Negate), &[x]).unwrap();
    let flat = b.add(Op::Flatten, &[y]).unwrap();
    b.output("matrix", y).unwrap();
    b.output("vector", flat).unwrap();
    b.output("same", x).unwrap();
    b.refuse("predict_proba", "it was fitted with probability=False");
    let graph = b.finish();
    let program = Program::compile(&graph, &["vector", "matrix", "vector"]).unwrap();
    let outputs = program.run(&RowsView::f64(&[1.0, 2.0], 2, 1).unwrap()).unwrap();
    assert_eq!(Vec::from_iter(outputs.iter().map(|o| &*o.name)), ["vector", "matrix", "vector"]);
    assert!(outputs.iter().all(|o| o.values == Values::F64(vec![-1.0, -2.0])));
    assert_eq!((&outputs[0].layout, &outputs[1].layout), (&Layout::Vector, &Layout::Matrix(1)));
    assert_eq!(program.run(&RowsView::f64(&[], 0, 1).unwrap()).unwrap()[0].values, Values::F64(vec![]));

    let same = Program::compile(&graph, &["same"]).unwrap();
    let outputs = same.run(&RowsView::f64(&[1.0, 2.0], 2, 1).unwrap()).unwrap();
    assert_eq!(outputs[0].values, Values::F64(vec![1.0, 2.0]));

    let message = |name| Program::compile(&graph, &[name]).unwrap_err().to_string();
    assert_eq!(message("predict_proba"), "no predict_proba: it was fitted with probability=False");
    assert_eq!(message("transform"), "the model has no transform; it has matrix, vector, same");
}
