//! Forests and other ensembles of trees or of anything: parameters, and the paths of isolation forests.

use cannery_object::{NdArray, Place, Value};

use super::edit::{Edit, Moved, array};
use super::rule::{Act, Plain, Rule};
use super::tree::{with_n_features, without_n_features};

/// Classes whose `criterion`, `loss` or `max_features` got other names.
const TREES_AND_FORESTS: &[&str] = &[
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "RandomTreesEmbedding",
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
];

/// Classes whose `base_estimator` became `estimator` in 1.2.
const ENSEMBLES: &[&str] = &[
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "RandomTreesEmbedding",
    "AdaBoostClassifier",
    "AdaBoostRegressor",
    "BaggingClassifier",
    "BaggingRegressor",
    "IsolationForest",
    "CalibratedClassifierCV",
];

const FOREST: &[&str] = &["IsolationForest"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "ensemble-n-features",
        (1, 0),
        &[
            "RandomForestClassifier",
            "RandomForestRegressor",
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
            "RandomTreesEmbedding",
            "BaggingClassifier",
            "BaggingRegressor",
            "IsolationForest",
            "GradientBoostingClassifier",
            "GradientBoostingRegressor",
            "BernoulliNB",
            "MultinomialNB",
            "ComplementNB",
            "CategoricalNB",
        ],
        Act::Both(without_n_features, with_n_features),
        "1.0 replaced n_features_ by n_features_in_ and removed min_impurity_split",
    ),
    Rule::new(
        "criterion-names",
        (1, 0),
        &[],
        Act::Both(criterion_up, criterion_down),
        "1.0 renamed mse, mae, ls, lad and squared_loss to squared_error and absolute_error",
    ),
    Rule::new(
        "max-features-auto",
        (1, 1),
        TREES_AND_FORESTS,
        Act::Up(max_features_up),
        "max_features='auto' is gone; it meant all features of regressors and their square root of classifiers",
    ),
    Rule::new(
        "ensemble-estimator",
        (1, 2),
        ENSEMBLES,
        Act::Both(base_estimator_up, base_estimator_down),
        "1.2 renamed base_estimator to estimator",
    ),
    Rule::new(
        "ensemble-base-estimator-gone",
        (1, 4),
        ENSEMBLES,
        Act::Lose(&[("base_estimator", Plain::Text("deprecated"))]),
        "1.4 removed base_estimator",
    ),
    Rule::new(
        "isolation-forest-old-paths",
        (0, 21),
        FOREST,
        Act::Up(old_paths),
        "before 0.21 a leaf of one sample had a path of 1 and one of two samples of 0.15",
    ),
    Rule::new(
        "isolation-forest-behaviour",
        (0, 24),
        FOREST,
        Act::Lose(&[("behaviour", Plain::Text("deprecated"))]),
        "0.24 removed the parameter behaviour",
    ),
    Rule::new(
        "isolation-forest-paths",
        (1, 3),
        FOREST,
        Act::Both(paths_up, paths_down),
        "since 1.3 the forest keeps the lengths of paths of its trees",
    ),
    Rule::new(
        "bagging-sample-weight",
        (1, 8),
        &["BaggingClassifier", "BaggingRegressor", "IsolationForest"],
        Act::Gain(&[("_sample_weight", Plain::None)]),
        "since 1.8 the ensemble keeps the weights of its samples",
    ),
    Rule::new(
        "forest-sample-weight",
        (1, 9),
        &[
            "RandomForestClassifier",
            "RandomForestRegressor",
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
            "RandomTreesEmbedding",
        ],
        Act::Gain(&[("_sample_weight", Plain::None)]),
        "since 1.9 the forest keeps the weights of its samples",
    ),
];

const SQUARED: &[&str] = &["mse", "ls", "squared_loss", "least_squares"];
const ABSOLUTE: &[&str] = &["mae", "lad", "least_absolute_deviation"];

fn criterion_up(e: &mut Edit<'_>) -> Moved<()> {
    for name in ["criterion", "loss"] {
        if e.is_text(name, SQUARED) {
            e.set(name, "squared_error")?;
        } else if e.is_text(name, ABSOLUTE) {
            e.set(name, "absolute_error")?;
        }
    }
    Ok(())
}

fn criterion_down(e: &mut Edit<'_>) -> Moved<()> {
    if e.is(TREES_AND_FORESTS) {
        old_names(e, "criterion", "mse", "mae")?;
    }
    let class = e.class();
    match &*class {
        "GradientBoostingRegressor" => old_names(e, "loss", "ls", "lad"),
        "HistGradientBoostingRegressor" => old_names(e, "loss", "least_squares", "least_absolute_deviation"),
        _ if class.starts_with("SGD") && e.is_text("loss", &["squared_error"]) => {
            e.set("loss", "squared_loss")
        }
        "RANSACRegressor" => old_names(e, "loss", "squared_loss", "absolute_loss"),
        _ => Ok(()),
    }
}

fn old_names(e: &mut Edit<'_>, name: &str, squared: &str, absolute: &str) -> Moved<()> {
    if e.is_text(name, &["squared_error"]) {
        e.set(name, squared)
    } else if e.is_text(name, &["absolute_error"]) {
        e.set(name, absolute)
    } else {
        Ok(())
    }
}

fn max_features_up(e: &mut Edit<'_>) -> Moved<()> {
    if !e.is_text("max_features", &["auto"]) {
        return Ok(());
    }
    if e.class().ends_with("Regressor") { e.set("max_features", 1.0) } else { e.set("max_features", "sqrt") }
}

fn base_estimator_up(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(value) = e.get("base_estimator") {
        e.put("estimator", value)?;
        e.set("base_estimator", "deprecated")?;
    }
    e.rename("base_estimator_", "estimator_")
}

fn base_estimator_down(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(value) = e.remove("estimator") {
        e.set("base_estimator", value)?;
    }
    e.rename("estimator_", "base_estimator_")
}

/// Mean length of a path of an unsuccessful search among so many samples; the first two lengths are given.
fn mean_path(samples: f64, of_one: f64, of_two: f64) -> f64 {
    match samples {
        n if n <= 1.0 => of_one,
        2.0 => of_two,
        n => 2.0 * ((n - 1.0).ln() + EULER_GAMMA) - 2.0 * (n - 1.0) / n,
    }
}

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

fn paths_up(e: &mut Edit<'_>) -> Moved<()> {
    if e.has("_average_path_length_per_tree") || !e.has("estimators_") {
        return Ok(());
    }
    keep_paths(e, 0.0, 1.0)
}

/// 0.20 and before: one sample gave 1, two gave 2·(ln 1 + γ) − 1.
fn old_paths(e: &mut Edit<'_>) -> Moved<()> {
    if !e.has("estimators_") {
        return Ok(());
    }
    let to = e.cx.to.version();
    if (to.major, to.minor) >= (1, 3) {
        keep_paths(e, 1.0, 2.0 * EULER_GAMMA - 1.0)?;
    } else {
        // the file has the lengths of paths since 1.3
        e.behaves_differently(
            "0.21 to 1.2 score leaves of one and two samples of an IsolationForest in another way",
        );
    }
    let is_old = !e.has("behaviour") || e.is_text("behaviour", &["old", "deprecated"]);
    if let (Some(threshold), true) = (e.float("_threshold_"), is_old)
        && threshold != 0.0
    {
        let offset = e.float("offset_").unwrap_or(-0.5) + threshold;
        e.set("offset_", offset)?;
        e.behaves_differently(
            "decision_function of an IsolationForest with behaviour='old' is shifted; predict and score_samples stay",
        );
    }
    Ok(())
}

fn paths_down(e: &mut Edit<'_>) -> Moved<()> {
    e.remove("_average_path_length_per_tree");
    e.remove("_decision_path_lengths");
    Ok(())
}

fn keep_paths(e: &mut Edit<'_>, of_one: f64, of_two: f64) -> Moved<()> {
    let (mut means, mut depths) = (Vec::new(), Vec::new());
    for estimator in e.elements("estimators_") {
        let Some((mean, depth)) = tree_paths(e, estimator, of_one, of_two) else {
            return Err(e.impossible("a tree of the forest has no nodes"));
        };
        means.push(e.value(mean)?);
        let bytes: Vec<u8> = depth.iter().flat_map(|depth| depth.to_le_bytes()).collect();
        depths.push(array(e.heap, "<i8", vec![depth.len()], &bytes)?);
    }
    let means = e.heap.container(cannery_object::Node::Tuple, &means)?;
    let depths = e.heap.container(cannery_object::Node::Tuple, &depths)?;
    e.set("_average_path_length_per_tree", means)?;
    e.set("_decision_path_lengths", depths)
}

/// Of each node of a tree, the mean path below it and its depth, counted from 1.
fn tree_paths(e: &Edit<'_>, estimator: Value, of_one: f64, of_two: f64) -> Option<(Vec<f64>, Vec<i64>)> {
    let tree = e.heap.object(estimator)?.attr("tree_")?;
    let nodes = e.heap.ndarray(e.heap.object(tree)?.attr("nodes")?)?.ok()?;
    let samples = field(&nodes, "n_node_samples")?;
    let (left, right) = (field(&nodes, "left_child")?, field(&nodes, "right_child")?);
    let means = samples.iter().map(|&samples| mean_path(samples as f64, of_one, of_two)).collect();
    let mut depths = vec![0_i64; samples.len()];
    if let Some(root) = depths.first_mut() {
        *root = 1;
    }
    // children lie behind their parents
    for at in 0..samples.len() {
        for child in [left[at], right[at]] {
            let child = usize::try_from(child).ok().filter(|&child| child > at && child < depths.len());
            if let Some(child) = child {
                depths[child] = depths[at] + 1;
            }
        }
    }
    Some((means, depths))
}

fn field(nodes: &NdArray<'_>, name: &str) -> Option<Vec<i64>> {
    let place = Place::of_integer(&nodes.dtype, name)?;
    Some(nodes.raw()?.chunks_exact(nodes.dtype.itemsize.max(1)).map(|node| place.int(node)).collect())
}
