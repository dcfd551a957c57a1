//! Decision trees.
//!
//! Leaves that are shares of classes are the score distributions of a classification tree, so that a forest stands in the
//! document once; the classes have names of their own there. Any other leaf of several values is a tree for each.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cannery_graph::{Merge, Tree, TreeEnsemble, TreeNode};

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, FieldId, apply, choose};
use super::net::{Net, Result as Output, write_target};
use super::xml::{Xml, number};

/// Nodes on the longest way of a tree that runtimes can read.
const MAX_DEPTH: usize = 3000;

/// What the nodes of the trees look at.
struct Features {
    /// A field for each column.
    numbers: BTreeMap<u32, FieldId>,
    /// Of columns of categories, their whole numbers from 0 to 255; missing if it is none.
    categories: BTreeMap<u32, FieldId>,
    /// Whether any may be missing.
    missing: bool,
    /// The target of trees of shares.
    target: Option<Rc<str>>,
}

/// What becomes of a leaf.
#[derive(Clone, Copy)]
enum Leaf {
    /// This value of it.
    Value(usize),
    /// All of them, shares of classes.
    Shares,
}

/// The results of the trees.
pub(super) fn ensemble(net: &mut Net, x: Arg<'_>, ensemble: &TreeEnsemble) -> Made {
    let depth = ensemble.trees().iter().map(Tree::depth).max().unwrap_or(0);
    if depth > MAX_DEPTH {
        return Err(format!("a tree {depth} nodes deep; JPMML-Evaluator reads {MAX_DEPTH}"));
    }
    let mut features = features(net, x, ensemble)?;
    let (trees, width) = (ensemble.trees(), ensemble.width());
    // runtimes divide shares by their sum
    let is_whole = |leaf: &[f64]| (leaf.iter().sum::<f64>() - 1.0).abs() < 1e-12;
    let is_shares = |leaf: &[f64]| leaf.iter().all(|value| (0.0..=1.0).contains(value)) && is_whole(leaf);
    let are_shares = |tree: &Tree| tree.values().chunks(width).all(is_shares);
    let fields = match ensemble.merge() {
        Merge::Only | Merge::Mean if width > 1 && trees.iter().all(are_shares) => {
            features.target = Some(net.class_target(width));
            shares(net, &features, ensemble)
        }
        Merge::Only => {
            let tree = &trees[0];
            let one = |net: &mut Net, value| {
                let used = used(&features, tree);
                let mut body = Xml::default();
                write_nodes(net, &mut body, &features, tree, Leaf::Value(value));
                let attributes = attributes("regression", features.missing);
                predicted(net, "TreeModel", attributes, used, body)
            };
            (0..width).map(|value| one(net, value)).collect()
        }
        Merge::Mean => (0..width)
            .map(|value| {
                let members = trees.iter().map(|tree| (tree, value));
                together(net, &features, "average", None, members)
            })
            .collect(),
        Merge::Sum(base) => {
            let groups = base.len() / width;
            let column = |net: &mut Net, column: usize| {
                let members = trees.iter().skip(column / width).step_by(groups);
                let members = members.map(|tree| (tree, column % width));
                together(net, &features, "sum", Some(base[column]), members)
            };
            (0..base.len()).map(|index| column(net, index)).collect()
        }
    };
    Ok(Value::Columns(fields.into_iter().map(|field| Column::number(Expr::Field(field))).collect()))
}

/// A field for each column that a node looks at.
fn features(net: &mut Net, x: Arg<'_>, ensemble: &TreeEnsemble) -> Result<Features, String> {
    let columns = x.numbers(net)?;
    let (mut numbers, mut categories, mut missing) = (BTreeMap::new(), BTreeMap::new(), false);
    for node in ensemble.trees().iter().flat_map(Tree::nodes) {
        match *node {
            TreeNode::Leaf(_) => {}
            TreeNode::Threshold { feature, .. } => {
                let column = &columns[feature as usize];
                missing |= column.missing;
                numbers.entry(feature).or_insert_with(|| column.field(net));
            }
            TreeNode::Category { feature, .. } => {
                missing = true;
                categories.entry(feature).or_insert_with(|| category(net, &columns[feature as usize]));
            }
        }
    }
    Ok(Features { numbers, categories, missing, target: None })
}

/// The whole number of a category.
fn category(net: &mut Net, column: &Column) -> FieldId {
    let x = column.bound(net);
    let fits = [
        apply("greaterThan", [x.clone(), Expr::Number(-1.0)]),
        apply("lessThan", [x.clone(), Expr::Number(256.0)]),
    ];
    let is_low = apply("lessThan", [x.clone(), Expr::Number(0.0)]);
    let whole = choose(is_low, Expr::Number(0.0), apply("floor", [x.clone()]));
    let whole = apply("if", [apply("and", fits), whole]);
    let expr = if column.missing { apply("if", [apply("isNotMissing", [x]), whole]) } else { whole };
    net.bind("category", &expr)
}

fn used(features: &Features, tree: &Tree) -> BTreeSet<FieldId> {
    let field = |node: &TreeNode| match node {
        TreeNode::Leaf(_) => None,
        TreeNode::Threshold { feature, .. } => features.numbers.get(feature).copied(),
        TreeNode::Category { feature, .. } => features.categories.get(feature).copied(),
    };
    tree.nodes().iter().filter_map(field).collect()
}

/// The attributes of a tree.
fn attributes(function: &str, missing: bool) -> Vec<(&'static str, String)> {
    let mut attributes =
        vec![("functionName", function.to_owned()), ("splitCharacteristic", "binarySplit".to_owned())];
    if missing {
        attributes.push(("missingValueStrategy", "defaultChild".to_owned()));
    }
    attributes
}

/// A model of a number.
pub(super) fn predicted(
    net: &mut Net,
    element: &'static str,
    attributes: Vec<(&'static str, String)>,
    fields: impl IntoIterator<Item = FieldId>,
    body: Xml,
) -> FieldId {
    let result =
        Output { name: "predicted", data_type: "double", attributes: &[("feature", "predictedValue")] };
    net.model(element, attributes, fields, body, &[result])[0]
}

/// Trees of numbers that come together; `base` is the first summand.
fn together<'t>(
    net: &mut Net,
    features: &Features,
    method: &str,
    base: Option<f64>,
    members: impl Iterator<Item = (&'t Tree, usize)>,
) -> FieldId {
    let mut body = Xml::default();
    let mut all = BTreeSet::new();
    body.open("Segmentation", &[("multipleModelMethod", method)]);
    let mut ids = 1_usize..;
    if let Some(base) = base {
        open_segment(&mut body, &mut ids);
        body.open("TreeModel", &[("functionName", "regression")]);
        write_schema(net, &mut body, features, None);
        body.open("Node", &[("score", &number(base))]);
        body.empty("True", &[]);
        body.close("Node");
        body.close("TreeModel");
        body.close("Segment");
    }
    for (tree, value) in members {
        open_segment(&mut body, &mut ids);
        let used = used(features, tree);
        write_tree(net, &mut body, features, tree, "regression", Leaf::Value(value), &used);
        all.extend(used);
        body.close("Segment");
    }
    body.close("Segmentation");
    predicted(net, "MiningModel", vec![("functionName", "regression".to_owned())], all, body)
}

/// Trees of shares, and their mean.
fn shares(net: &mut Net, features: &Features, ensemble: &TreeEnsemble) -> Vec<FieldId> {
    let classes: Vec<String> = (0..ensemble.width()).map(|class| format!("c{class}")).collect();
    let mut body = Xml::default();
    let mut all = BTreeSet::new();
    let element = if *ensemble.merge() == Merge::Only { "TreeModel" } else { "MiningModel" };
    let mut given = vec![("functionName", "classification".to_owned())];
    if element == "TreeModel" {
        let tree = &ensemble.trees()[0];
        all = used(features, tree);
        write_nodes(net, &mut body, features, tree, Leaf::Shares);
        given = attributes("classification", features.missing);
    } else {
        body.open("Segmentation", &[("multipleModelMethod", "average")]);
        let mut ids = 1_usize..;
        for tree in ensemble.trees() {
            open_segment(&mut body, &mut ids);
            let used = used(features, tree);
            write_tree(net, &mut body, features, tree, "classification", Leaf::Shares, &used);
            all.extend(used);
            body.close("Segment");
        }
        body.close("Segmentation");
    }
    let lists: Vec<[(&str, &str); 2]> =
        classes.iter().map(|class| [("feature", "probability"), ("value", &**class)]).collect();
    let results: Vec<Output<'_>> = lists
        .iter()
        .map(|attributes| Output { name: "probability", data_type: "double", attributes })
        .collect();
    let fields = net.model(element, given, all, body, &results);
    net.set_target(features.target.clone());
    fields
}

fn open_segment(body: &mut Xml, ids: &mut impl Iterator<Item = usize>) {
    let id = ids.next().unwrap_or_default().to_string();
    body.open("Segment", &[("id", &id)]);
    body.empty("True", &[]);
}

/// The mining schema of a member of an ensemble.
fn write_schema(net: &Net, body: &mut Xml, features: &Features, fields: impl IntoIterator<Item = FieldId>) {
    body.open("MiningSchema", &[]);
    net.write_active(body, &net.active(fields));
    if let Some(target) = &features.target {
        write_target(body, target);
    }
    body.close("MiningSchema");
}

fn write_tree(
    net: &Net,
    body: &mut Xml,
    features: &Features,
    tree: &Tree,
    function: &str,
    leaf: Leaf,
    used: &BTreeSet<FieldId>,
) {
    let attributes = attributes(function, features.missing);
    let attributes: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (*name, &**value)).collect();
    body.open("TreeModel", &attributes);
    write_schema(net, body, features, used.iter().copied());
    write_nodes(net, body, features, tree, leaf);
    body.close("TreeModel");
}

/// The nodes: of two children the left one has a condition and the right one is for all others.
fn write_nodes(net: &Net, body: &mut Xml, features: &Features, tree: &Tree, leaf: Leaf) {
    enum Next {
        Open { node: usize, left_of: Option<usize> },
        Close,
    }
    let mut stack = vec![Next::Open { node: 0, left_of: None }];
    while let Some(next) = stack.pop() {
        let Next::Open { node, left_of } = next else {
            body.close("Node");
            continue;
        };
        let condition = left_of.map(|parent| &tree.nodes()[parent]);
        stack.push(Next::Close);
        match tree.nodes()[node] {
            TreeNode::Leaf(at) => {
                let id = features.missing.then(|| node.to_string());
                open_leaf(body, id.as_deref(), tree.leaf(at), leaf);
                write_condition(net, body, features, tree, condition);
                write_shares(body, tree.leaf(at), leaf);
            }
            TreeNode::Threshold { left, right, missing_left, .. }
            | TreeNode::Category { left, right, missing_left, .. } => {
                let child = if missing_left { left } else { right };
                let (id, child) = (node.to_string(), child.to_string());
                let attributes = [("id", &*id), ("defaultChild", &*child)];
                body.open("Node", if features.missing { &attributes } else { &[] });
                write_condition(net, body, features, tree, condition);
                stack.push(Next::Open { node: right as usize, left_of: None });
                stack.push(Next::Open { node: left as usize, left_of: Some(node) });
            }
        }
    }
}

fn open_leaf(body: &mut Xml, id: Option<&str>, values: &[f64], leaf: Leaf) {
    let score = match leaf {
        Leaf::Value(value) => number(values[value]),
        Leaf::Shares => {
            let higher = |most: usize, at: usize| if values[at] > values[most] { at } else { most };
            format!("c{}", (0..values.len()).fold(0, higher))
        }
    };
    let attributes = [("score", &*score), ("id", id.unwrap_or_default())];
    body.open("Node", if id.is_some() { &attributes } else { &attributes[..1] });
}

fn write_shares(body: &mut Xml, values: &[f64], leaf: Leaf) {
    let Leaf::Shares = leaf else { return };
    for (class, value) in values.iter().enumerate() {
        let (class, value) = (format!("c{class}"), number(*value));
        let attributes = [("value", &*class), ("recordCount", &*value), ("probability", &*value)];
        body.empty("ScoreDistribution", &attributes);
    }
}

/// What leads to a node.
fn write_condition(
    net: &Net,
    body: &mut Xml,
    features: &Features,
    tree: &Tree,
    condition: Option<&TreeNode>,
) {
    match condition {
        Some(TreeNode::Threshold { feature, threshold, .. }) => {
            let Some(&field) = features.numbers.get(feature) else { return };
            let (name, threshold) = (net.name(field), number(threshold + 0.0));
            let attributes = [("field", &*name), ("operator", "lessOrEqual"), ("value", &*threshold)];
            body.empty("SimplePredicate", &attributes);
        }
        Some(TreeNode::Category { feature, set, .. }) => {
            let Some(&field) = features.categories.get(feature) else { return };
            let set = &tree.sets()[*set as usize];
            let members = (0..256_usize).filter(|category| set[category / 32] >> (category % 32) & 1 == 1);
            let members: Vec<String> = members.map(|category| number(category as f64)).collect();
            body.open("SimpleSetPredicate", &[("field", &net.name(field)), ("booleanOperator", "isIn")]);
            body.leaf("Array", &[("n", &members.len().to_string()), ("type", "real")], &members.join(" "));
            body.close("SimpleSetPredicate");
        }
        Some(TreeNode::Leaf(_)) | None => body.empty("True", &[]),
    }
}
