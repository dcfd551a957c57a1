//! Text form and type errors.

use std::sync::Arc;

use cannery_graph::{
    Arith, Builder, Cast, Check, Clip, Columns, Confidence, Constant, DType, ErrorKind, Exactness, Fill,
    Function, Impute, Input, Kernel, Labels, Lookup, LookupColumn, Matrix, Metric, Missing, MissingMask,
    NeighborReduce, NeighborResult, NeighborWeights, Neighbors, OneHot, Op, Origin, OvoVotes, OvrScores,
    PairKernel, Reduce, Reduction, Scalar, Search, Signature, SvmPairs, Type, Unknown,
};

fn vectors(rows: usize, columns: usize) -> Matrix {
    Matrix::new(rows, columns, vec![0.5; rows * columns]).expect("as many as asked for")
}

fn three_classes() -> SvmPairs {
    SvmPairs { counts: vec![2, 1, 1], coefs: vectors(2, 4), intercepts: vec![0.0; 3] }
}

#[test]
fn text_form_of_a_classifier() {
    let mut b = Builder::new(Signature::dense(DType::F32));
    b.set_origin(Origin::new("steps[1].clf", "SVC"));
    let x = b.input(2).unwrap();
    let x = b.cast(x, DType::F64).unwrap();
    let x = b.add(Op::Guard(Check::Finite), &[x]).unwrap();
    let kernel = Kernel::Poly { gamma: 0.25, coef0: 0.0, degree: 3 };
    let k = b.add(Op::PairKernel(PairKernel { kernel, vectors: vectors(4, 2).into() }), &[x]).unwrap();
    let pairs = b.add(Op::SvmPairs(three_classes()), &[k]).unwrap();
    let class = b.add(Op::OvoVotes(OvoVotes { classes: 3 }), &[pairs]).unwrap();
    let label =
        b.add(Op::Labels(Labels::Str(["a".into(), "b".into(), "c".into()].into())), &[class]).unwrap();
    let scores =
        b.add(Op::OvrScores(OvrScores { classes: 3, confidence: Confidence::Bounded }), &[pairs]).unwrap();
    b.output("predict", label).unwrap();
    b.output("decision_function", scores).unwrap();
    b.refuse("predict_proba", "not here");
    assert_eq!(
        b.finish().to_string(),
        "\
signature dense f32
%0: f32[n,2] = input  # steps[1].clf
%1: f64[n,2] = cast f64 %0  # steps[1].clf
%2: f64[n,2] = guard finite %1  # steps[1].clf
%3: f64[n,4] = pair_kernel poly gamma=0.25 coef0=0.0 degree=3 4x2 %2  # steps[1].clf
%4: f64[n,3] = svm_pairs counts=[2, 1, 1] %3  # steps[1].clf
%5: f64[n,3] = ovr_scores classes=3 bounded %4  # steps[1].clf
%6: i64[n] = ovo_votes classes=3 %4  # steps[1].clf
%7: str[n] = labels 3xstr %6  # steps[1].clf
output predict = %7
output decision_function = %5
refuse predict_proba: not here
"
    );
}

/// What the builder says to an operator on an f64 input of two columns.
fn refused(op: Op) -> String {
    let mut b = Builder::new(Signature::default());
    b.set_origin(Origin::new("steps[0]", "Test"));
    let x = b.input(2).expect("f64 is an input");
    let error = b.add(op, &[x]).expect_err("a type error");
    assert_eq!((error.kind(), error.path()), (ErrorKind::Malformed, "steps[0]"));
    error.to_string()
}

#[test]
fn type_errors_say_what_was_wanted() {
    let labels = |n| Labels::I64(Arc::from(vec![7; n]));
    let linear =
        |vectors| Op::PairKernel(PairKernel { kernel: Kernel::Linear, vectors: Matrix::into(vectors) });
    let column =
        || LookupColumn { number: 0, categories: [].into(), values: [].into(), unknown: Unknown::Error };
    let lookup = || Op::Lookup(Lookup::new(DType::F64, vec![column()]).expect("no category, no value"));
    let one_hot = |widths| OneHot { widths, dtype: DType::F64, is_sparse: true };
    let impute = |fill| Op::Impute(Impute { missing: Missing::Nan, fill });
    let scores = Op::OvrScores(OvrScores { classes: 3, confidence: Confidence::Bounded });
    let reduce = |group| Reduce { how: Reduction::Sum, groups: Some(vec![group]) };
    let cases = [
        (linear(vectors(4, 3)), "pair_kernel takes f64[n,3], not f64[n,2]"),
        (Op::Cast(Cast { to: DType::Str }), "cast of f64[n,2] to str is not defined"),
        (Op::SvmPairs(three_classes()), "svm_pairs takes f64[n,4], not f64[n,2]"),
        (Op::OvoVotes(OvoVotes { classes: 3 }), "ovo_votes takes f64[n,3], not f64[n,2]"),
        (Op::OvoVotes(OvoVotes { classes: 1 }), "ovo_votes over 1 classes"),
        (Op::OvoVotes(OvoVotes { classes: usize::MAX }), &format!("ovo_votes over {} classes", usize::MAX)),
        (Op::Arith(Arith::Add), "arith takes 2 edges, not 1"),
        (Op::Choose, "choose takes 3 edges, not 1"),
        (Op::Constant(Constant::vector(DType::I64, 0.5)), "constant of 1 elements as i64[n]"),
        (Op::Reduce(reduce(vec![])), "reduce of a group without a column"),
        (Op::Reduce(reduce(vec![1, 2])), "reduce of column 2 of 2"),
        (scores, "ovr_scores takes f64[n,3], not f64[n,2]"),
        (Op::Flatten, "flatten takes a dense matrix of one column, not f64[n,2]"),
        (Op::Clip(Clip { low: 1.0, high: 0.5 }), "clip to 1.0 … 0.5"),
        (Op::Labels(labels(2)), "labels takes dense i64, not f64[n,2]"),
        (Op::Labels(labels(0)), "labels has no label"),
        (Op::Guard(Check::NotNegative), "guard takes dense i64, not f64[n,2]"),
        (lookup(), "lookup takes dense elements in 1 columns, not f64[n,2]"),
        (Op::OneHot(one_hot(vec![2, 3])), "one_hot takes positions in 2 columns, not f64[n,2]"),
        (Op::OneHot(one_hot(vec![usize::MAX, 2])), "one_hot of more than 2^32 columns"),
        (impute(Fill::Floats(vec![0.0])), "impute nan of 1 columns does not take f64[n,2]"),
        (impute(Fill::Integers(vec![0, 0])), "impute nan of 2 columns does not take f64[n,2]"),
        (
            Op::MissingMask(MissingMask(Missing::Scalar(Scalar::None))),
            "missing_mask =None does not take f64[n,2]",
        ),
        (
            Op::Input(Input { columns: 2 }),
            "what the caller brings is added by Builder::input and Builder::field",
        ),
    ];
    for (op, message) in cases {
        assert_eq!(refused(op), format!("steps[0]: {message}"));
    }
}

#[test]
fn constants_of_svm_pairs_must_fit_together() {
    let counts = SvmPairs { counts: vec![2, 2, 1], ..three_classes() };
    assert!(refused(Op::SvmPairs(counts)).contains("counts [2, 2, 1] are not 4 support vectors"));
    let overflow = SvmPairs { counts: vec![usize::MAX, 5], ..three_classes() };
    assert!(refused(Op::SvmPairs(overflow)).contains("are not 4 support vectors"));
    let intercepts = SvmPairs { intercepts: vec![0.0], ..three_classes() };
    assert!(refused(Op::SvmPairs(intercepts)).contains("2 rows of coefficients and 1 intercepts"));
    let one = SvmPairs { counts: vec![4], coefs: vectors(0, 4), intercepts: vec![] };
    assert!(refused(Op::SvmPairs(one)).contains("over 1 classes"));
}

#[test]
fn inputs_are_what_the_signature_says() {
    let dense = |dtype| {
        let mut b = Builder::new(Signature::dense(dtype));
        let x = b.input(2).expect("a matrix");
        b.type_of(x).expect("its own edge").to_string()
    };
    assert_eq!([dense(DType::F32), dense(DType::Any)], ["f32[n,2]", "any[n,2]"]);

    let mut csr = Builder::new(Signature::csr(DType::F64));
    let x = csr.input(3).expect("a matrix");
    assert_eq!(csr.type_of(x).expect("its own edge"), Type::csr(DType::F64, 3));
    let x = csr.dense(x).expect("a CSR matrix");
    assert_eq!(csr.type_of(x).expect("its own edge"), Type::matrix(DType::F64, 3));
    assert_eq!(csr.dense(x).expect("dense already"), x);

    let mut frame = Builder::new(Signature::frame([("age", DType::F64), ("name", DType::Str)]));
    let name = frame.field(1).expect("a column");
    assert_eq!(frame.type_of(name).expect("its own edge"), Type::vector(DType::Str));
    assert!(frame.field(2).is_err());
    let error = frame.input(2).expect_err("columns, not a matrix");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let message = "a matrix of 2 columns is taken, not frame \"age\": f64 \"name\": str";
    assert_eq!(error.to_string(), message);

    let mut text = Builder::new(Signature::Text);
    assert!(text.input(1).is_err());
    assert!(text.field(0).is_ok());
}

#[test]
fn names_of_outputs_are_unique_and_edges_their_own() {
    let mut one = Builder::new(Signature::default());
    let x = one.input(1).unwrap();
    let y = one.add(Op::Elementwise(Function::Negate), &[x]).unwrap();
    one.output("transform", y).unwrap();
    assert!(one.output("transform", x).is_err());
    assert!(Builder::new(Signature::default()).output("transform", y).is_err());
}

#[test]
fn nodes_are_those_that_outputs_need_in_the_order_of_these() {
    let build = |swapped: bool| {
        let mut b = Builder::new(Signature::default());
        let x = b.input(2).unwrap();
        b.add(Op::Elementwise(Function::Negate), &[x]).unwrap();
        let add = |b: &mut Builder, function| b.add(Op::Elementwise(function), &[x]).unwrap();
        let (exp, log) = match swapped {
            false => (add(&mut b, Function::Exp), add(&mut b, Function::Log)),
            true => {
                let log = add(&mut b, Function::Log);
                (add(&mut b, Function::Exp), log)
            }
        };
        let both = b.add(Op::Concat, &[exp, log]).unwrap();
        let class = b.add(Op::ArgMax, &[both]).unwrap();
        let outputs = [("predict", class), ("decision_function", log)];
        let order = if swapped { [1, 0] } else { [0, 1] };
        order.iter().for_each(|&at| b.output(outputs[at].0, outputs[at].1).unwrap());
        b.finish()
    };
    let text = "\
signature dense f64
%0: f64[n,2] = input
%1: f64[n,2] = elementwise log %0
%2: f64[n,2] = elementwise exp %0
%3: f64[n,4] = concat %2 %1
%4: i64[n] = arg_max %3
output predict = %4
output decision_function = %1
";
    assert_eq!(build(false).to_string(), text);
    assert_eq!(build(false).nodes(), build(true).nodes());
    assert_eq!(build(false).digest(), build(true).digest());
    let graph = build(false);
    let [scores] = graph.output("decision_function").unwrap().edges() else { panic!("one result") };
    assert_eq!(graph.needed(&[*scores]), [true, true, false, false, false]);
    assert_eq!(graph.steps().map(|step| step.inputs.len()).collect::<Vec<_>>(), [0, 1, 1, 2, 1]);
}

#[test]
fn an_output_may_be_a_list() {
    let mut b = Builder::new(Signature::default());
    let x = b.input(2).unwrap();
    let columns = [0, 1].map(|column| b.add(Op::Columns(Columns(vec![column])), &[x]).unwrap());
    b.output_list("predict_proba", columns).unwrap();
    let graph = b.finish();
    let output = graph.output("predict_proba").expect("it was offered");
    assert!(output.is_list());
    assert_eq!(
        Vec::from_iter(output.named().iter().map(|(name, _)| name.as_str())),
        ["predict_proba.0", "predict_proba.1"]
    );
    assert!(graph.to_string().ends_with("output predict_proba = %1 %2 (list)\n"), "{graph}");
}

#[test]
fn neighbours_are_a_type_of_their_own() {
    let mut b = Builder::new(Signature::default());
    let x = b.input(2).unwrap();
    let neighbors = Neighbors::new(vectors(4, 2), 3, Metric::Manhattan, Search::Heap).unwrap();
    let hits = b.add(Op::Neighbors(neighbors), &[x]).unwrap();
    assert_eq!(b.type_of(hits).unwrap().to_string(), "f64[n,3 hits]");
    assert!(b.add(Op::Softmax, &[hits]).is_err());
    let reduce = |result| Op::NeighborReduce(NeighborReduce { weights: NeighborWeights::Uniform, result });
    let positions = b.add(reduce(NeighborResult::Positions), &[hits]).unwrap();
    assert_eq!(b.type_of(positions).unwrap(), Type::matrix(DType::I64, 3));
    assert!(b.add(reduce(NeighborResult::Distances), &[x]).is_err(), "no neighbours");
}

#[test]
fn exactness_is_data() {
    assert_eq!(Op::ArgMax.exactness(), Exactness::Exact);
    assert_eq!(Op::SvmPairs(three_classes()).exactness(), Exactness::Rel(1e-12));
    let scores = |confidence| Op::OvrScores(OvrScores { classes: 2, confidence });
    assert!(scores(Confidence::BatchScaled).needs_batch() && !scores(Confidence::Bounded).needs_batch());
}
