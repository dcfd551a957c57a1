//! The results of the members of an ensemble as one.

use cannery_graph::{CombineRule, DType};

use super::columns::log_1p;
use super::emit::{Arg, Made, Value};
use super::net::{Net, int};

/// What the members give together.
pub(super) fn combine(net: &mut Net, members: &[Arg<'_>], rule: &CombineRule) -> Made {
    let dtype = members.first().ok_or("no member")?.ty.dtype;
    let names = members.iter().map(Arg::tensor).collect::<Result<Vec<&str>, _>>()?;
    let divided = |net: &mut Net, sum: &str, divisor: f64| {
        let divisor = net.float(dtype, divisor);
        net.op("Div", &[sum, &divisor])
    };
    Ok(Value::Tensor(match rule {
        CombineRule::Sum => folded(net, &names, |net, sum, x| net.op("Add", &[sum, x])),
        CombineRule::Mean => {
            let sum = folded(net, &names, |net, sum, x| net.op("Add", &[sum, x]));
            divided(net, &sum, names.len() as f64)
        }
        CombineRule::Average { weights, total } => {
            let terms = names.iter().zip(weights).map(|(name, &weight)| {
                let weight = net.float(dtype, weight);
                net.op("Mul", &[name, &weight])
            });
            let terms: Vec<String> = terms.collect();
            let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
            let sum = folded(net, &terms, |net, sum, x| net.op("Add", &[sum, x]));
            divided(net, &sum, *total)
        }
        CombineRule::LogAddExp => folded(net, &names, log_add_exp),
        CombineRule::Median { weights } => median(net, &names, weights),
        CombineRule::Votes { classes, hits, misses } => votes(net, &names, *classes, hits, misses),
    }))
}

/// One after another, in their order.
fn folded(net: &mut Net, members: &[&str], mut merge: impl FnMut(&mut Net, &str, &str) -> String) -> String {
    let (first, rest) = members.split_first().map_or(("", members), |(first, rest)| (*first, rest));
    rest.iter().fold(first.to_owned(), |sum, member| merge(net, &sum, member))
}

/// The larger of both + log1p(e^(−|x − y|)); of equal ones, which may be infinite, x + log 2.
fn log_add_exp(net: &mut Net, x: &str, y: &str) -> String {
    let larger = net.op("Max", &[x, y]);
    let difference = net.op("Sub", &[x, y]);
    let size = net.op("Abs", &[&difference]);
    let negative = net.op("Neg", &[&size]);
    let exp = net.op("Exp", &[&negative]);
    let more = log_1p(net, &exp, DType::F64);
    let sum = net.op("Add", &[&larger, &more]);
    let log_2 = net.float(DType::F64, std::f64::consts::LN_2);
    let double = net.op("Add", &[x, &log_2]);
    let is_equal = net.op("Equal", &[x, y]);
    net.op("Where", &[&is_equal, &double, &sum])
}

/// Sorted, the first whose weight and those before it reach half of all.
fn median(net: &mut Net, members: &[&str], weights: &[f64]) -> String {
    let columns: Vec<String> = members.iter().map(|member| net.unsqueeze(member, 1)).collect();
    let all = net.concat(&columns, 1);
    let count = net.list(&[members.len()]);
    let attributes = vec![int("axis", 1), int("largest", 0), int("sorted", 1)];
    let mut found = net.push("", "TopK", &[&all, &count], attributes, 2);
    let (order, sorted) = (found.swap_remove(1), found.swap_remove(0));
    let weights = net.floats(DType::F64, &[weights.len()], weights);
    let weights = net.gather(&weights, &order, 0);
    let axis = net.ints(&[], &[1]);
    let sums = net.op("CumSum", &[&weights, &axis]);
    let last = net.ints(&[1], &[-1]);
    let total = net.gather(&sums, &last, 1);
    let half = net.float(DType::F64, 0.5);
    let half = net.op("Mul", &[&half, &total]);
    let reaches = net.op("GreaterOrEqual", &[&sums, &half]);
    let reaches = net.cast(&reaches, DType::I64);
    let place = net.op_with("ArgMax", &[&reaches], vec![int("axis", 1), int("keepdims", 1)]);
    let middle = net.op_with("GatherElements", &[&sorted, &place], vec![int("axis", 1)]);
    net.squeeze(&middle, 1)
}

/// A hit for the class that a member gives, a miss for every other.
fn votes(net: &mut Net, members: &[&str], classes: usize, hits: &[f64], misses: &[f64]) -> String {
    let all: Vec<usize> = (0..classes).collect();
    let all = net.list(&all);
    let terms = members.iter().zip(hits.iter().zip(misses)).map(|(member, (&hit, &miss))| {
        let class = net.unsqueeze(member, 1);
        let is_hit = net.op("Equal", &[&class, &all]);
        let (hit, miss) = (net.float(DType::F64, hit), net.float(DType::F64, miss));
        net.op("Where", &[&is_hit, &hit, &miss])
    });
    let terms: Vec<String> = terms.collect();
    let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
    folded(net, &terms, |net, sum, x| net.op("Add", &[sum, x]))
}
