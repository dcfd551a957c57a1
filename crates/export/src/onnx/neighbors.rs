//! Nearest neighbours, by the distance to every point.

use cannery_graph::{ClassCodes, DType, NeighborReduce, NeighborResult, NeighborWeights, Neighbors};

use super::distance;
use super::emit::{Arg, Made, Value};
use super::net::{Net, int};

/// The nearest points; of equal distances those that come first. Which of several points at the k-th distance scikit-learn
/// takes depends on how it searches, and is not reproduced.
pub(super) fn search(net: &mut Net, x: Arg<'_>, search: &Neighbors) -> Made {
    let reduced = distance::reduced(net, x.tensor()?, search.points(), search.metric());
    let count = net.list(&[search.count()]);
    let attributes = vec![int("axis", 1), int("largest", 0), int("sorted", 1)];
    let mut found = net.push("", "TopK", &[&reduced, &count], attributes, 2);
    let (positions, reduced) = (found.swap_remove(1), found.swap_remove(0));
    let distances = distance::of_reduced(net, &reduced, search.metric());
    Ok(Value::Hits { positions, distances })
}

/// What becomes of the neighbours.
pub(super) fn reduce(net: &mut Net, x: Arg<'_>, reduce: &NeighborReduce) -> Made {
    let Value::Hits { positions, distances } = x.value else { return Err("it takes neighbours".into()) };
    Ok(Value::Tensor(match &reduce.result {
        NeighborResult::Positions => positions.clone(),
        NeighborResult::Distances => distances.clone(),
        NeighborResult::Graph { .. } => return Err("neighbours as a sparse matrix".into()),
        NeighborResult::Votes(outputs) => {
            let weights = weights(net, distances, reduce.weights);
            let (mut classes, mut start) = (Vec::with_capacity(outputs.len()), 0);
            for codes in outputs {
                let sums = class_sums(net, positions, &weights, codes);
                let class = net.op_with("ArgMax", &[&sums], vec![int("axis", 1), int("keepdims", 1)]);
                let offset = net.ints(&[], &[start]);
                classes.push(net.op("Add", &[&class, &offset]));
                start += codes.classes() as i64;
            }
            net.concat(&classes, 1)
        }
        NeighborResult::Shares(codes) => {
            let weights = weights(net, distances, reduce.weights);
            let sums = class_sums(net, positions, &weights, codes);
            let total = net.reduce("ReduceSum", &sums, 1, true);
            net.op("Div", &[&sums, &total])
        }
        NeighborResult::Mean(values) => {
            let weights = weights(net, distances, reduce.weights);
            let values = net.floats(DType::F64, &[values.rows(), values.columns()], values.values());
            let values = net.gather(&values, positions, 0);
            let factors = net.unsqueeze(&weights, 2);
            let weighted = net.op("Mul", &[&values, &factors]);
            let sums = net.reduce("ReduceSum", &weighted, 1, false);
            let total = net.reduce("ReduceSum", &weights, 1, true);
            net.op("Div", &[&sums, &total])
        }
    }))
}

/// How much each neighbour counts, f64\[n,k\].
fn weights(net: &mut Net, distances: &str, weights: NeighborWeights) -> String {
    let one = net.float(DType::F64, 1.0);
    let inverse = match weights {
        NeighborWeights::Uniform => {
            let shape = net.op("Shape", &[distances]);
            return net.op("Expand", &[&one, &shape]);
        }
        NeighborWeights::Inverse => net.op("Div", &[&one, distances]),
        NeighborWeights::InverseF32 => {
            let inverse = net.op("Div", &[&one, distances]);
            let inverse = net.cast(&inverse, DType::F32);
            net.cast(&inverse, DType::F64)
        }
    };
    let infinite = net.op("IsInf", &[&inverse]);
    let ones = net.cast(&infinite, DType::F64);
    let any = net.reduce("ReduceMax", &ones, 1, true);
    let zero = net.float(DType::F64, 0.0);
    let any = net.op("Greater", &[&any, &zero]);
    net.op("Where", &[&any, &ones, &inverse])
}

/// The sum of the weights of each class, f64\[n,classes\], in the order of the neighbours.
fn class_sums(net: &mut Net, positions: &str, weights: &str, codes: &ClassCodes) -> String {
    let table: Vec<i64> = codes.codes().iter().map(|&code| i64::from(code)).collect();
    let table = net.ints(&[table.len()], &table);
    let codes_of = net.gather(&table, positions, 0);
    let codes_of = net.unsqueeze(&codes_of, 2);
    let all: Vec<usize> = (0..codes.classes()).collect();
    let all = net.list(&all);
    let is_of = net.op("Equal", &[&codes_of, &all]);
    let is_of = net.cast(&is_of, DType::F64);
    let factors = net.unsqueeze(weights, 2);
    let counted = net.op("Mul", &[&is_of, &factors]);
    net.reduce("ReduceSum", &counted, 1, false)
}
