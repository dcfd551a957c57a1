//! The last model: what `predict` gives, and beside it the results of other methods.

use std::collections::BTreeSet;
use std::rc::Rc;

use cannery_graph::{DType, Graph, Labels, Op, Type};

use super::check::Checks;
use super::emit::{Column, Value};
use super::expr::{Expr, FieldId, Table, apply, apply_nan, choose, sum};
use super::names::{self, Named};
use super::net::{Input, Net};
use super::xml::Xml;

/// The last model of a document.
pub(super) struct Last {
    pub(super) element: &'static str,
    pub(super) function: &'static str,
    /// What it looks at.
    pub(super) active: BTreeSet<FieldId>,
    pub(super) outputs: Xml,
    pub(super) body: Xml,
    /// The target, if there is one.
    pub(super) target: Option<Target>,
    /// The fields of each result, column by column.
    pub(super) fields: Vec<(String, Vec<Rc<str>>)>,
}

/// What a document predicts.
pub(super) struct Target {
    pub(super) name: Rc<str>,
    /// The labels in the order of classes; none for numbers.
    pub(super) labels: Option<Labels>,
}

/// Writes the last model; or says which result can't be one.
pub(super) fn last(
    net: &mut Net,
    graph: &Graph,
    results: &[Named],
    values: &[Option<Value>],
) -> Result<Last, (cannery_graph::Edge, String)> {
    let classes = names::classes(graph);
    let check = input_check(net, graph);
    let (mut outputs, mut fields, mut used) = (Xml::default(), Vec::new(), Vec::new());
    let mut predicted = None;
    for Named { method, edge } in results {
        let Some(Value::Columns(columns)) = &values[edge.index()] else {
            return Err((*edge, format!("{method} gives kernel values, which only a model can hold")));
        };
        let ty = graph.type_of(*edge);
        if method == "predict"
            && let [column] = &columns[..]
            && is_target(column, ty)
        {
            let name = net.unique("y");
            predicted = Some((column.clone(), name.clone()));
            fields.push((method.clone(), vec![name]));
            continue;
        }
        let mut names = Vec::with_capacity(columns.len());
        for (index, column) in columns.iter().enumerate() {
            let name = names::column(method, index, columns.len(), classes);
            let name = net.unique(&name);
            let column = checked(net, column, check);
            let (expr, data_type) = output(net, &column, ty);
            used.extend(net.roots(&expr));
            write_output(net, &mut outputs, &name, &format!("{method}[{index}]"), &expr, data_type);
            names.push(name);
        }
        fields.push((method.clone(), names));
    }
    let mut body = Xml::default();
    let (element, function, target) = match predicted {
        Some((column, name)) => {
            let field = checked(net, &column, check).field(net);
            used.extend(net.active([field]));
            let field = net.name(field);
            match &column.labels {
                Some(labels) => write_labels(&mut body, &field, labels),
                None => write_number(&mut body, Some(&field)),
            }
            let kind = if column.labels.is_some() {
                ("TreeModel", "classification")
            } else {
                ("RegressionModel", "regression")
            };
            (kind.0, kind.1, Some(Target { name, labels: column.labels }))
        }
        None => {
            write_number(&mut body, None);
            ("RegressionModel", "regression", None)
        }
    };
    let active = used.into_iter().collect();
    Ok(Last { element, function, active, outputs, body, target, fields })
}

/// A field that is 0 and looks at all inputs that are checked: a tree looks at some of them only, and JPMML-Evaluator checks
/// what is looked at.
fn input_check(net: &mut Net, graph: &Graph) -> Option<FieldId> {
    if !graph.nodes().iter().any(|node| matches!(node.op, Op::TreeEnsemble(_))) {
        return None;
    }
    let is_checked = |input: &&Input| input.checks != Checks::default();
    let fields: Vec<FieldId> = net.inputs.iter().filter(is_checked).map(|input| input.field).collect();
    let zero = || Expr::Number(0.0);
    let look = |field: &FieldId| choose(apply("isMissing", [Expr::Field(*field)]), zero(), zero());
    let looks: Vec<Expr> = fields.iter().map(look).collect();
    (!looks.is_empty()).then(|| net.bind_as("check", &sum(looks), "double"))
}

/// A result that is an error where an input is one.
fn checked(net: &mut Net, column: &Column, check: Option<FieldId>) -> Column {
    let Some(check) = check.filter(|_| !column.is_text) else { return column.clone() };
    let expr = apply_nan("+", [column.expr.clone(), Expr::Field(check)]);
    Column { expr: Expr::Field(net.bind("result", &expr)), ..column.clone() }
}

/// Whether it can be what a document predicts.
fn is_target(column: &Column, ty: Type) -> bool {
    column.labels.is_some() || (ty.dtype.is_float() && !column.is_text)
}

/// What an output field computes, and its type.
fn output(net: &mut Net, column: &Column, ty: Type) -> (Expr, &'static str) {
    if let Some(labels) = &column.labels {
        let of = column.field(net);
        let rows = (0..labels.len()).map(|class| (class.to_string(), names::label(labels, class))).collect();
        let data_type = names::label_type(labels);
        let table = Table { of, rows, data_type, other: None, missing: None };
        return (Expr::Map(Rc::new(table)), data_type);
    }
    let data_type = match ty.dtype {
        _ if column.is_text => "string",
        DType::I64 if ty.shape == cannery_graph::Shape::Vector => "integer",
        _ => "double",
    };
    (column.expr.clone(), data_type)
}

fn write_output(net: &Net, xml: &mut Xml, name: &str, display: &str, expr: &Expr, data_type: &str) {
    let optype = if data_type == "double" { "continuous" } else { "categorical" };
    let attributes = [
        ("name", name),
        ("displayName", display),
        ("optype", optype),
        ("dataType", data_type),
        ("feature", "transformedValue"),
    ];
    xml.open("OutputField", &attributes);
    expr.write(xml, &|field| net.name(field));
    xml.close("OutputField");
}

/// A node for each class, by its position.
fn write_labels(body: &mut Xml, field: &str, labels: &Labels) {
    body.open("Node", &[]);
    body.empty("True", &[]);
    for class in 0..labels.len() {
        body.open("Node", &[("score", &names::label(labels, class))]);
        let attributes = [("field", field), ("operator", "equal"), ("value", &*class.to_string())];
        body.empty("SimplePredicate", &attributes);
        body.close("Node");
    }
    body.close("Node");
}

/// A field as it is.
fn write_number(body: &mut Xml, field: Option<&str>) {
    body.open("RegressionTable", &[("intercept", "0")]);
    if let Some(field) = field {
        body.empty("NumericPredictor", &[("name", field), ("coefficient", "1")]);
    }
    body.close("RegressionTable");
}
