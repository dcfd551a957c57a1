//! One-against-one decisions, and what becomes of them.

use cannery_graph::{Confidence, DType, OvoScores, OvrScores, PairCoupling, SvmPairs};

use super::emit::{Arg, Made, Value};
use super::kernel::untyped;
use super::net::{Net, int, of_graph};

/// The pairs i < j of k classes, in their order.
fn pairs(classes: usize) -> Vec<(usize, usize)> {
    (0..classes).flat_map(|i| (i + 1..classes).map(move |j| (i, j))).collect()
}

/// A product with a matrix that has the coefficients of both classes of each pair.
pub(super) fn svm_pairs(net: &mut Net, x: Arg<'_>, svm: &SvmPairs) -> Made {
    let (vectors, pairs) = (svm.coefs.columns(), pairs(svm.classes()));
    let mut starts = vec![0];
    starts.extend(svm.counts.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    }));
    let mut weights = vec![0.0; vectors * pairs.len()];
    for (pair, &(i, j)) in pairs.iter().enumerate() {
        let mut put = |class: usize, row: usize| {
            for vector in starts[class]..starts[class + 1] {
                weights[vector * pairs.len() + pair] = svm.coefs.row(row)[vector];
            }
        };
        put(i, j - 1);
        put(j, i);
    }
    let weights = net.floats(DType::F64, &[vectors, pairs.len()], &weights);
    let sums = net.op("MatMul", &[x.tensor()?, &weights]);
    let intercepts = net.floats(DType::F64, &[pairs.len()], &svm.intercepts);
    Ok(Value::Tensor(net.op("Add", &[&sums, &intercepts])))
}

/// A matrix \[pairs, classes\] with `first` at the first class of each pair and `second` at the other.
fn pair_matrix(net: &mut Net, classes: usize, first: f64, second: f64) -> String {
    let pairs = pairs(classes);
    let mut values = vec![0.0; pairs.len() * classes];
    for (pair, &(i, j)) in pairs.iter().enumerate() {
        (values[pair * classes + i], values[pair * classes + j]) = (first, second);
    }
    net.floats(DType::F64, &[pairs.len(), classes], &values)
}

/// Votes for the first class of a pair where a truth value holds, else for the second.
fn votes(net: &mut Net, is_first: &str, classes: usize) -> String {
    let (first, second) = (pair_matrix(net, classes, 1.0, 0.0), pair_matrix(net, classes, 0.0, 1.0));
    let is_second = net.op("Not", &[is_first]);
    let (is_first, is_second) = (net.cast(is_first, DType::F64), net.cast(&is_second, DType::F64));
    let (first, second) = (net.op("MatMul", &[&is_first, &first]), net.op("MatMul", &[&is_second, &second]));
    net.op("Add", &[&first, &second])
}

/// The class with most votes.
pub(super) fn ovo_votes(net: &mut Net, x: Arg<'_>, classes: usize) -> Made {
    let zero = net.float(DType::F64, 0.0);
    let is_first = net.op("Greater", &[x.tensor()?, &zero]);
    let votes = votes(net, &is_first, classes);
    Ok(Value::Tensor(net.op_with("ArgMax", &[&votes], vec![int("axis", 1), int("keepdims", 0)])))
}

/// Votes with a fraction for the confidence.
pub(super) fn ovr_scores(net: &mut Net, x: Arg<'_>, scores: OvrScores) -> Made {
    if scores.confidence == Confidence::BatchScaled {
        return Err("the scores of a row depend on the other rows of its batch".into());
    }
    let decisions = x.tensor()?;
    let zero = net.float(DType::F64, 0.0);
    let is_second = net.op("Less", &[decisions, &zero]);
    let is_first = net.op("Not", &[&is_second]);
    let votes = votes(net, &is_first, scores.classes);
    Ok(Value::Tensor(with_fraction(net, &votes, decisions, scores.classes, 1.0)))
}

/// The same of votes and confidences that come from two edges.
pub(super) fn ovo_scores(net: &mut Net, args: &[Arg<'_>], scores: OvoScores) -> Made {
    let [votes_of_pairs, confidences] = args else { return Err("it takes two edges".into()) };
    let one = net.ints(&[], &[1]);
    let is_second = net.op("Equal", &[votes_of_pairs.tensor()?, &one]);
    let is_first = net.op("Not", &[&is_second]);
    let votes = votes(net, &is_first, scores.classes);
    Ok(Value::Tensor(with_fraction(net, &votes, confidences.tensor()?, scores.classes, -1.0)))
}

/// votes + s / (3·(|s| + 1)), where a pair's decision adds to the sum s of its first class, with this sign, and takes away
/// from that of its second.
fn with_fraction(net: &mut Net, votes: &str, decisions: &str, classes: usize, sign: f64) -> String {
    let signs = pair_matrix(net, classes, sign, -sign);
    let sums = net.op("MatMul", &[decisions, &signs]);
    let (one, three) = (net.float(DType::F64, 1.0), net.float(DType::F64, 3.0));
    let size = net.op("Abs", &[&sums]);
    let size = net.op("Add", &[&size, &one]);
    let size = net.op("Mul", &[&three, &size]);
    let fraction = net.op("Div", &[&sums, &size]);
    net.op("Add", &[votes, &fraction])
}

/// libsvm's probabilities: a loop until all rows are done, in which rows that are done stay as they are.
pub(super) fn pair_coupling(net: &mut Net, x: Arg<'_>, coupling: &PairCoupling) -> Made {
    let k = coupling.classes;
    let q = coupling_matrix(net, x.tensor()?, coupling);
    let start = net.floats(DType::F64, &[1, k], &vec![1.0 / k as f64; k]);
    let start = net.for_each_row(&start, &[k], x.tensor()?);
    let mut body = net.body();
    let [round, go_on, p] = ["round", "go_on", "p"].map(|name| body.given(name));
    let (next, unfinished) = coupling_round(&mut body, &q, &p, k);
    let mut graph = body.finish("coupling");
    graph.input = vec![scalar(&round, DType::I64), scalar(&go_on, DType::Bool), untyped(&p, DType::F64)];
    graph.output = vec![scalar(&unfinished, DType::Bool), untyped(&next, DType::F64)];
    let rounds = net.ints(&[], &[k.max(100) as i64]);
    let always = net.bools(&[], &[true]);
    Ok(Value::Tensor(net.op_with("Loop", &[&rounds, &always, &start], vec![of_graph("body", graph)])))
}

/// A value without dimensions.
pub(super) fn scalar(name: &str, dtype: DType) -> super::proto::ValueInfoProto {
    let mut info = untyped(name, dtype);
    if let Some(tensor) = info.r#type.as_mut().and_then(|ty| ty.tensor_type.as_mut()) {
        tensor.shape = Some(super::proto::TensorShapeProto::default());
    }
    info
}

/// Q of [`PairCoupling`], f64\[n,k,k\].
fn coupling_matrix(net: &mut Net, decisions: &str, coupling: &PairCoupling) -> String {
    let (k, pairs) = (coupling.classes, pairs(coupling.classes));
    let a = net.floats(DType::F64, &[pairs.len()], &coupling.a);
    let b = net.floats(DType::F64, &[pairs.len()], &coupling.b);
    let z = net.op("Mul", &[decisions, &a]);
    let z = net.op("Add", &[&z, &b]);
    let z = net.op("Neg", &[&z]);
    let sigmoid = super::columns::expit(net, &z, DType::F64);
    let (least, most) = (net.float(DType::F64, 1e-7), net.float(DType::F64, 1.0 - 1e-7));
    let is_more = net.op("Greater", &[&sigmoid, &least]);
    let sigmoid = net.op("Where", &[&is_more, &sigmoid, &least]);
    let r = net.op("Min", &[&sigmoid, &most]);
    let one = net.float(DType::F64, 1.0);
    let others = net.op("Sub", &[&one, &r]);
    // r[i,j] is at pair (i, j), r[j,i] behind all pairs; the diagonal is 0, the last of all
    let zero = net.floats(DType::F64, &[1, 1], &[0.0]);
    let zero = net.for_each_row(&zero, &[1], decisions);
    let all = net.concat(&[r, others, zero], 1);
    let mut places = vec![2 * pairs.len(); k * k];
    for (pair, &(i, j)) in pairs.iter().enumerate() {
        (places[i * k + j], places[j * k + i]) = (pair, pairs.len() + pair);
    }
    let r = net.columns(&all, &places);
    let r = net.reshape(&r, &[-1, k as i64, k as i64]);
    let transposed = net.op_with("Transpose", &[&r], vec![super::net::int_list("perm", vec![0, 2, 1])]);
    let squares = net.op("Mul", &[&transposed, &transposed]);
    let diagonal = net.reduce("ReduceSum", &squares, 2, true);
    let mut eye = vec![0.0; k * k];
    (0..k).for_each(|t| eye[t * k + t] = 1.0);
    let eye = net.floats(DType::F64, &[1, k, k], &eye);
    let diagonal = net.op("Mul", &[&diagonal, &eye]);
    // r is 0 on its diagonal
    let products = net.op("Mul", &[&transposed, &r]);
    net.op("Sub", &[&diagonal, &products])
}

/// One round: the probabilities after it, and whether a row is not done.
fn coupling_round(net: &mut Net, q: &str, before: &str, k: usize) -> (String, String) {
    let as_column = net.unsqueeze(before, 2);
    let qp = net.op("MatMul", &[q, &as_column]);
    let mut qp = net.squeeze(&qp, 2);
    let products = net.op("Mul", &[before, &qp]);
    let mut s = net.reduce("ReduceSum", &products, 1, true);
    let error = net.op("Sub", &[&qp, &s]);
    let error = net.op("Abs", &[&error]);
    let error = net.reduce("ReduceMax", &error, 1, true);
    let small = net.float(DType::F64, 0.005 / k as f64);
    let done = net.op("Less", &[&error, &small]);
    let (one, two) = (net.float(DType::F64, 1.0), net.float(DType::F64, 2.0));
    let mut p = before.to_owned();
    for t in 0..k {
        let place = net.ints(&[], &[t as i64]);
        let q_t = net.gather(q, &place, 1);
        let (q_tt, qp_t) = (net.columns(&q_t, &[t]), net.columns(&qp, &[t]));
        let delta = net.op("Sub", &[&s, &qp_t]);
        let delta = net.op("Div", &[&delta, &q_tt]);
        let mut unit = vec![0.0; k];
        unit[t] = 1.0;
        let unit = net.floats(DType::F64, &[1, k], &unit);
        let change = net.op("Mul", &[&delta, &unit]);
        p = net.op("Add", &[&p, &change]);
        let size = net.op("Add", &[&one, &delta]);
        let (linear, square) = (net.op("Mul", &[&two, &qp_t]), net.op("Mul", &[&delta, &q_tt]));
        let sum = net.op("Add", &[&square, &linear]);
        let sum = net.op("Mul", &[&delta, &sum]);
        let sum = net.op("Add", &[&s, &sum]);
        let sum = net.op("Div", &[&sum, &size]);
        s = net.op("Div", &[&sum, &size]);
        let change = net.op("Mul", &[&delta, &q_t]);
        let sum = net.op("Add", &[&qp, &change]);
        qp = net.op("Div", &[&sum, &size]);
        p = net.op("Div", &[&p, &size]);
    }
    let next = net.op("Where", &[&done, before, &p]);
    let unfinished = net.op("Not", &[&done]);
    let unfinished = net.cast(&unfinished, DType::I64);
    let unfinished = net.op_with("ReduceMax", &[&unfinished], vec![int("keepdims", 0)]);
    let zero = net.ints(&[], &[0]);
    // of no row the maximum is the least integer
    (next, net.op("Greater", &[&unfinished, &zero]))
}
