//! Support vectors: each sum of kernel values is a model.

use cannery_graph::{Kernel, Points, SvmPairs};

use super::emit::{Arg, Column, Kernels, Made, Value};
use super::expr::{Expr, FieldId, apply, apply_nan, choose, sum};
use super::net::Net;
use super::scores::{first_of_most, is_above};
use super::trees::predicted;
use super::xml::{Xml, number};

/// Σ coefficient · kernel value over these vectors, and the intercept.
pub(super) fn kernel_sum(
    net: &mut Net,
    kernels: &Kernels,
    vectors: &[usize],
    coefficients: &[f64],
    intercept: f64,
) -> FieldId {
    let fields: Vec<FieldId> = kernels.of.iter().map(|column| column.field(net)).collect();
    let mut body = Xml::default();
    write_kernel(&mut body, kernels.kernel.kernel);
    let (count, width) = (vectors.len().to_string(), fields.len().to_string());
    body.open("VectorDictionary", &[("numberOfVectors", &count)]);
    body.open("VectorFields", &[("numberOfFields", &width)]);
    for &field in &fields {
        body.empty("FieldRef", &[("field", &net.name(field))]);
    }
    body.close("VectorFields");
    for (id, &vector) in vectors.iter().enumerate() {
        body.open("VectorInstance", &[("id", &id.to_string())]);
        write_vector(&mut body, &kernels.kernel.vectors, vector);
        body.close("VectorInstance");
    }
    body.close("VectorDictionary");
    body.open("SupportVectorMachine", &[]);
    body.open("SupportVectors", &[("numberOfSupportVectors", &count)]);
    for id in 0..vectors.len() {
        body.empty("SupportVector", &[("vectorId", &id.to_string())]);
    }
    body.close("SupportVectors");
    let intercept = number(intercept);
    body.open("Coefficients", &[("absoluteValue", &intercept), ("numberOfCoefficients", &count)]);
    for &coefficient in coefficients {
        body.empty("Coefficient", &[("value", &number(coefficient))]);
    }
    body.close("Coefficients");
    body.close("SupportVectorMachine");
    let attributes = vec![("functionName", "regression".to_owned())];
    predicted(net, "SupportVectorMachineModel", attributes, fields, body)
}

fn write_kernel(body: &mut Xml, kernel: Kernel) {
    match kernel {
        Kernel::Linear => body.empty("LinearKernelType", &[]),
        Kernel::Poly { gamma, coef0, degree } => body.empty(
            "PolynomialKernelType",
            &[("gamma", &number(gamma)), ("coef0", &number(coef0)), ("degree", &number(f64::from(degree)))],
        ),
        Kernel::Rbf { gamma } => body.empty("RadialBasisKernelType", &[("gamma", &number(gamma))]),
        Kernel::Sigmoid { gamma, coef0 } => {
            body.empty("SigmoidKernelType", &[("gamma", &number(gamma)), ("coef0", &number(coef0))]);
        }
    }
}

fn write_vector(body: &mut Xml, points: &Points, row: usize) {
    match points {
        Points::Dense(points) => {
            let values: Vec<String> = points.row(row).iter().map(|&value| number(value)).collect();
            body.leaf("Array", &[("n", &values.len().to_string()), ("type", "real")], &values.join(" "));
        }
        Points::Sparse(points) => {
            let (places, values) = points.row(row);
            let places: Vec<String> =
                places.iter().map(|place| (u64::from(*place) + 1).to_string()).collect();
            let values: Vec<String> = values.iter().map(|&value| number(value)).collect();
            body.open("REAL-SparseArray", &[("n", &points.columns().to_string())]);
            body.leaf("Indices", &[], &places.join(" "));
            body.leaf("REAL-Entries", &[], &values.join(" "));
            body.close("REAL-SparseArray");
        }
    }
}

/// The decision of each pair of classes.
pub(super) fn svm_pairs(net: &mut Net, x: Arg<'_>, pairs: &SvmPairs) -> Made {
    let given = if let Value::Kernel(_) = x.value { vec![] } else { x.refs(net)? };
    let mut starts = vec![0];
    for count in &pairs.counts {
        starts.push(starts[starts.len() - 1] + count);
    }
    let mut made = Vec::with_capacity(pairs.intercepts.len());
    for (i, j) in all_pairs(pairs.classes()) {
        let vectors: Vec<usize> = (starts[i]..starts[i + 1]).chain(starts[j]..starts[j + 1]).collect();
        let of =
            |row: usize, class: usize| pairs.coefs.row(row)[starts[class]..starts[class + 1]].iter().copied();
        let coefficients: Vec<f64> = of(j - 1, i).chain(of(i, j)).collect();
        let intercept = pairs.intercepts[made.len()];
        made.push(Column::number(match x.value {
            Value::Kernel(kernels) if !vectors.is_empty() => {
                Expr::Field(kernel_sum(net, kernels, &vectors, &coefficients, intercept))
            }
            // kernel values that the caller brings
            _ => {
                let terms = vectors.iter().filter_map(|&vector| given.get(vector)).zip(&coefficients);
                let products = terms.map(|(x, &c)| apply("*", [x.clone(), Expr::Number(c)])).collect();
                apply("+", [sum(products), Expr::Number(intercept)])
            }
        }));
    }
    Ok(Value::Columns(made))
}

fn all_pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |i| (i + 1..classes).map(move |j| (i, j)))
}

/// The votes for a class: those of pairs that it is the first of where a condition of their decision is true, and those of
/// which it is the second where it is not.
fn votes(decisions: &[Expr], classes: usize, class: usize, is_for_first: impl Fn(Expr) -> Expr) -> Expr {
    let vote = |((i, j), decision): ((usize, usize), &Expr)| {
        let (yes, no) = if i == class { (1.0, 0.0) } else { (0.0, 1.0) };
        let is_for_first = is_for_first(decision.clone());
        (i == class || j == class).then(|| choose(is_for_first, Expr::Number(yes), Expr::Number(no)))
    };
    sum(all_pairs(classes).zip(decisions).filter_map(vote).collect())
}

/// The class with most votes.
pub(super) fn ovo_votes(net: &mut Net, x: Arg<'_>, classes: usize) -> Made {
    let decisions = x.refs(net)?;
    let counts: Vec<Expr> = (0..classes)
        .map(|class| votes(&decisions, classes, class, |decision| is_above(decision, 0.0)))
        .map(|count| Expr::Field(net.bind("votes", &count)))
        .collect();
    Ok(Value::Columns(vec![Column::number(first_of_most(net, &counts, 0))]))
}

/// Votes and a fraction of one by the decisions.
pub(super) fn ovr_scores(net: &mut Net, x: Arg<'_>, classes: usize) -> Made {
    let decisions = x.refs(net)?;
    let mut made = Vec::with_capacity(classes);
    for class in 0..classes {
        let signed = |((i, j), decision): ((usize, usize), &Expr)| {
            let decision = decision.clone();
            match class {
                class if class == i => Some(decision),
                class if class == j => Some(apply_nan("-", [Expr::Number(0.0), decision])),
                _ => None,
            }
        };
        let confidence = sum(all_pairs(classes).zip(&decisions).filter_map(signed).collect()).taking_nan();
        let confidence = Expr::Field(net.bind("confidence", &confidence));
        let size = apply_nan("+", [apply_nan("abs", [confidence.clone()]), Expr::Number(1.0)]);
        let fraction = apply_nan("/", [confidence, apply_nan("*", [Expr::Number(3.0), size])]);
        let is_low = |decision| apply("lessThan", [decision, Expr::Number(0.0)]);
        let is_for_first = |decision| apply("not", [is_low(decision)]);
        let votes = votes(&decisions, classes, class, is_for_first);
        made.push(Column::number(apply_nan("+", [votes, fraction])));
    }
    Ok(Value::Columns(made))
}

/// Votes and a fraction of one by the classes and the confidences of classifiers of two classes.
pub(super) fn ovo_scores(net: &mut Net, args: &[Arg<'_>], classes: usize) -> Made {
    let [labels, confidences] = args else { return Err("it takes classes and confidences".into()) };
    let (labels, confidences) = (labels.refs(net)?, confidences.refs(net)?);
    let mut made = Vec::with_capacity(classes);
    for class in 0..classes {
        let (mut terms, mut votes) = (Vec::new(), Vec::new());
        for ((i, j), (label, confidence)) in all_pairs(classes).zip(labels.iter().zip(&confidences)) {
            if i != class && j != class {
                continue;
            }
            let (wins, signed) = match j == class {
                true => (1.0, confidence.clone()),
                false => (0.0, apply("-", [Expr::Number(0.0), confidence.clone()])),
            };
            terms.push(signed);
            let is_for = apply("equal", [label.clone(), Expr::Number(wins)]);
            votes.push(choose(is_for, Expr::Number(1.0), Expr::Number(0.0)));
        }
        let confidence = Expr::Field(net.bind("confidence", &sum(terms)));
        let size = apply_nan("+", [apply_nan("abs", [confidence.clone()]), Expr::Number(1.0)]);
        let fraction = apply_nan("/", [confidence, apply_nan("*", [Expr::Number(3.0), size])]);
        made.push(Column::number(apply("+", [sum(votes), fraction])));
    }
    Ok(Value::Columns(made))
}
