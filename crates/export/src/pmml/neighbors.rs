//! Nearest neighbours: a model that names them and their distances, and arithmetic.

use std::rc::Rc;

use cannery_graph::{ClassCodes, Metric, NeighborReduce, NeighborResult, NeighborWeights, Neighbors};

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, FieldId, Table, apply, apply_nan, choose, sum};
use super::net::{Net, Result as Output};
use super::xml::{Xml, number};

/// Why a metric can't be expressed; `None` if it can.
pub(super) fn refuses(metric: &Metric) -> Option<&'static str> {
    match metric {
        Metric::Euclidean | Metric::EuclideanExpanded | Metric::Manhattan | Metric::Chebyshev => None,
        Metric::Minkowski { weights: None, .. } => None,
        Metric::Minkowski { weights: Some(_), .. } | Metric::MinkowskiInside { .. } => {
            Some("weighted distances")
        }
        Metric::EuclideanExpandedF32 => Some("distances rounded to float32"),
        Metric::SEuclidean(_)
        | Metric::Mahalanobis(_)
        | Metric::Hamming
        | Metric::Canberra
        | Metric::BrayCurtis
        | Metric::BrayCurtisSigned
        | Metric::Haversine
        | Metric::Cosine { .. }
        | Metric::Correlation => {
            Some("only Euclidean, Manhattan, Chebyshev and Minkowski distances are written")
        }
    }
}

/// The nearest points; of equal distances those that come first.
pub(super) fn search(net: &mut Net, x: Arg<'_>, search: &Neighbors) -> Made {
    let columns = x.numbers(net)?;
    let fields: Vec<FieldId> = columns.iter().map(|column| column.field(net)).collect();
    let mut body = Xml::default();
    write_points(net, &mut body, &fields, search);
    body.open("ComparisonMeasure", &[("kind", "distance"), ("compareFunction", "absDiff")]);
    match search.metric() {
        Metric::Manhattan => body.empty("cityBlock", &[]),
        Metric::Chebyshev => body.empty("chebychev", &[]),
        Metric::Minkowski { p, .. } => body.empty("minkowski", &[("p-parameter", &number(*p))]),
        _ => body.empty("euclidean", &[]),
    }
    body.close("ComparisonMeasure");
    body.open("KNNInputs", &[]);
    for &field in &fields {
        body.empty("KNNInput", &[("field", &net.name(field))]);
    }
    body.close("KNNInputs");
    let count = search.count();
    let ranks: Vec<String> = (1..=count).map(|rank| rank.to_string()).collect();
    let points: Vec<[(&str, &str); 2]> =
        ranks.iter().map(|rank| [("feature", "entityId"), ("rank", &**rank)]).collect();
    // JPMML-Evaluator has no affinity of rank 1
    let feature = |rank: &str| if rank == "1" { "entityAffinity" } else { "affinity" };
    let distances: Vec<[(&str, &str); 2]> =
        ranks.iter().map(|rank| [("feature", feature(rank)), ("rank", &**rank)]).collect();
    let results: Vec<Output<'_>> = points
        .iter()
        .map(|attributes| Output { name: "neighbor", data_type: "string", attributes })
        .chain(distances.iter().map(|attributes| Output {
            name: "distance",
            data_type: "double",
            attributes,
        }))
        .collect();
    let attributes = vec![
        ("functionName", "clustering".to_owned()),
        ("numberOfNeighbors", count.to_string()),
        ("instanceIdVariable", "id".to_owned()),
    ];
    let mut points = net.model("NearestNeighborModel", attributes, fields, body, &results);
    let distances = points.split_off(count);
    Ok(Value::Hits { points, distances })
}

fn write_points(net: &Net, body: &mut Xml, fields: &[FieldId], search: &Neighbors) {
    body.open("TrainingInstances", &[]);
    body.open("InstanceFields", &[]);
    for (column, &field) in fields.iter().enumerate() {
        let column = format!("c{column}");
        body.empty("InstanceField", &[("field", &net.name(field)), ("column", &column)]);
    }
    body.empty("InstanceField", &[("field", "id"), ("column", "id")]);
    body.close("InstanceFields");
    body.open("InlineTable", &[]);
    for point in 0..search.points().rows() {
        body.open("row", &[]);
        for (column, &value) in search.points().row(point).iter().enumerate() {
            body.leaf(&format!("c{column}"), &[], &number(value));
        }
        body.leaf("id", &[], &point.to_string());
        body.close("row");
    }
    body.close("InlineTable");
    body.close("TrainingInstances");
}

/// What becomes of the neighbours.
pub(super) fn reduce(net: &mut Net, x: Arg<'_>, reduce: &NeighborReduce) -> Made {
    let Value::Hits { points, distances } = x.value else { return Err("it takes neighbours".into()) };
    let column = Column::number;
    Ok(Value::Columns(match &reduce.result {
        // their names are their numbers
        NeighborResult::Positions => points.iter().map(|&point| column(position(net, point))).collect(),
        NeighborResult::Distances => distances.iter().map(|&field| column(Expr::Field(field))).collect(),
        NeighborResult::Graph { .. } => return Err("neighbours as a sparse matrix".into()),
        NeighborResult::Votes(outputs) => {
            let weights = weights(net, distances, reduce.weights);
            let (mut made, mut start) = (Vec::with_capacity(outputs.len()), 0);
            for codes in outputs {
                let sums = class_sums(net, points, &weights, codes);
                made.push(column(super::scores::first_of_most(net, &sums, start)));
                start += codes.classes();
            }
            made
        }
        NeighborResult::Shares(codes) => {
            let weights = weights(net, distances, reduce.weights);
            let sums = class_sums(net, points, &weights, codes);
            let total = Expr::Field(net.bind("total", &sum(sums.clone())));
            sums.into_iter().map(|shares| column(apply("/", [shares, total.clone()]))).collect()
        }
        NeighborResult::Mean(values) => {
            let weights = weights(net, distances, reduce.weights);
            let total = Expr::Field(net.bind("total", &sum(weights.clone())));
            let mut made = Vec::with_capacity(values.columns());
            for target in 0..values.columns() {
                let of = (0..values.rows()).map(|point| values.row(point)[target]).collect::<Vec<_>>();
                let found = looked_up(net, points, &of);
                let terms = found.into_iter().zip(&weights);
                let products = terms.map(|(value, weight)| apply("*", [weight.clone(), value])).collect();
                made.push(column(apply("/", [sum(products), total.clone()])));
            }
            made
        }
    }))
}

/// The position of a neighbour, whose name it is.
fn position(net: &mut Net, point: FieldId) -> Expr {
    Expr::Field(net.bind_as("position", &Expr::Field(point), "double"))
}

/// The value of each neighbour.
fn looked_up(net: &mut Net, points: &[FieldId], values: &[f64]) -> Vec<Expr> {
    let rows: Vec<(String, String)> =
        values.iter().enumerate().map(|(point, &value)| (point.to_string(), number(value))).collect();
    points
        .iter()
        .map(|&of| {
            let table = Table { of, rows: rows.clone(), data_type: "double", other: None, missing: None };
            Expr::Field(net.bind("of_neighbor", &Expr::Map(Rc::new(table))))
        })
        .collect()
}

/// How much each neighbour counts.
fn weights(net: &mut Net, distances: &[FieldId], weights: NeighborWeights) -> Vec<Expr> {
    let one = || Expr::Number(1.0);
    let inverses: Vec<Expr> = distances
        .iter()
        .map(|&distance| {
            let inverse = apply_nan("/", [one(), Expr::Field(distance)]);
            match weights {
                NeighborWeights::Uniform => one(),
                NeighborWeights::Inverse => Expr::Field(net.bind("inverse", &inverse)),
                NeighborWeights::InverseF32 => net.narrow("inverse", &inverse),
            }
        })
        .collect();
    if weights == NeighborWeights::Uniform {
        return inverses;
    }
    let is_infinite = |inverse: &Expr| apply("greaterThan", [inverse.clone(), Expr::Number(f64::MAX)]);
    let most = Expr::Field(net.bind("most", &apply("max", inverses.clone())));
    let is_any = is_infinite(&most);
    inverses
        .iter()
        .map(|inverse| {
            let of_infinite = choose(is_infinite(inverse), one(), Expr::Number(0.0));
            Expr::Field(net.bind("weight", &choose(is_any.clone(), of_infinite, inverse.clone())))
        })
        .collect()
}

/// The sum of the weights of each class, in the order of the neighbours.
fn class_sums(net: &mut Net, points: &[FieldId], weights: &[Expr], codes: &ClassCodes) -> Vec<Expr> {
    let of: Vec<f64> = codes.codes().iter().map(|&code| f64::from(code)).collect();
    let found = looked_up(net, points, &of);
    let mut sums = Vec::with_capacity(codes.classes());
    for class in 0..codes.classes() {
        let terms = found.iter().zip(weights).map(|(code, weight)| {
            let is_of = apply("equal", [code.clone(), Expr::Number(class as f64)]);
            choose(is_of, weight.clone(), Expr::Number(0.0))
        });
        let total = sum(terms.collect());
        sums.push(Expr::Field(net.bind("votes", &total)));
    }
    sums
}
