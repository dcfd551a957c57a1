//! Histogram gradient boosting: losses, nodes of its trees, and the encoder before it.

use cannery_object::{Node, Place, Value};

use super::arrays::{packed, with_fields};
use super::edit::{Edit, Floats, Moved, array, array_of, make};
use super::loss::Loss;
use super::rule::{Act, Plain, Rule};

const BOTH: &[&str] = &["HistGradientBoostingClassifier", "HistGradientBoostingRegressor"];

pub(super) const RULES: &[Rule] = &[
    Rule::new("hist-poisson", (0, 23), BOTH, Act::Down(refuse_poisson), "the loss poisson is new in 0.23"),
    Rule::new(
        "hist-private",
        (0, 24),
        BOTH,
        Act::Rename(&[
            ("bin_mapper_", "_bin_mapper"),
            ("loss_", "_loss"),
            ("n_features_", "_n_features"),
            ("scorer_", "_scorer"),
        ]),
        "0.24 made these attributes private",
    ),
    Rule::new(
        "hist-categorical",
        (0, 24),
        BOTH,
        Act::Gain(&[
            ("is_categorical_", Plain::None),
            ("categorical_features", Plain::None),
            ("monotonic_cst", Plain::None),
        ]),
        "0.24 added categorical features",
    ),
    Rule::new(
        "hist-nodes-categorical",
        (0, 24),
        &["TreePredictor"],
        Act::Both(categorical_up, categorical_down),
        "since 0.24 nodes can split on categories",
    ),
    Rule::new(
        "hist-bins-categorical",
        (0, 24),
        &["_BinMapper"],
        Act::Up(bins_up),
        "since 0.24 bins can be categories",
    ),
    Rule::new(
        "hist-bins-threads",
        (1, 0),
        &["_BinMapper"],
        Act::Gain(&[("n_threads", Plain::Int(1))]),
        "since 1.0 the binning keeps its number of threads",
    ),
    Rule::new(
        "hist-loss",
        (1, 1),
        BOTH,
        Act::Both(loss_up, loss_down),
        "1.1 replaced the losses by those of sklearn._loss",
    ),
    Rule::new(
        "hist-nodes-wide",
        (1, 3),
        &["TreePredictor"],
        Act::Both(|e| nodes(e, "<i8", 13), |e| nodes(e, "<u4", 13)),
        "since 1.3 the number of a feature has 64 bits",
    ),
    Rule::new(
        "hist-preprocessor",
        (1, 4),
        BOTH,
        Act::Both(preprocessor_up, preprocessor_down),
        "since 1.4 the estimator encodes categories itself",
    ),
    Rule::new(
        "hist-label-encoder",
        (1, 7),
        &["HistGradientBoostingClassifier"],
        Act::Both(label_encoder_up, |e| {
            e.remove("_label_encoder");
            Ok(())
        }),
        "since 1.7 the classifier keeps an encoder of its classes",
    ),
];

/// Names of losses before and since 1.1.
const LOSSES: &[(&str, &str)] = &[
    ("LeastSquares", "HalfSquaredError"),
    ("LeastAbsoluteDeviation", "AbsoluteError"),
    ("Poisson", "HalfPoissonLoss"),
    ("BinaryCrossEntropy", "HalfBinomialLoss"),
    ("CategoricalCrossEntropy", "HalfMultinomialLoss"),
];

fn refuse_poisson(e: &mut Edit<'_>) -> Moved<()> {
    let loss = e.class_in("_loss").or_else(|| e.class_in("loss_"));
    if loss.as_deref() == Some("Poisson") {
        return Err(e.impossible("the loss poisson is new in scikit-learn 0.23"));
    }
    Ok(())
}

fn loss_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(name) = e.class_in("_loss") else { return Ok(()) };
    let Some(&(_, class)) = LOSSES.iter().find(|(old, _)| *old == name) else { return Ok(()) };
    let mut loss = Loss::of(class);
    if class == "HalfMultinomialLoss" {
        loss.classes = e.int("n_trees_per_iteration_").and_then(|count| usize::try_from(count).ok());
    }
    let new = loss.make(e)?;
    e.set("_loss", new)?;
    if let Some(Floats { values, .. }) = e.floats("_baseline_prediction") {
        let shape = vec![1, values.len()];
        e.set("_baseline_prediction", Floats { values, shape })?;
    }
    Ok(())
}

fn loss_down(e: &mut Edit<'_>) -> Moved<()> {
    let Some(name) = e.class_in("_loss") else { return Ok(()) };
    let Some(&(class, _)) = LOSSES.iter().find(|(_, new)| *new == name) else {
        return Err(e.impossible(format!("the loss {name} is new in scikit-learn 1.1")));
    };
    if let Some(Floats { values, .. }) = e.floats("_baseline_prediction") {
        if name == "HalfMultinomialLoss" {
            let shape = vec![values.len(), 1];
            e.set("_baseline_prediction", Floats { values, shape })?;
        } else {
            let scalar = numpy_float(e, values.first().copied().unwrap_or_default())?;
            e.set("_baseline_prediction", scalar)?;
        }
    }
    let is_constant = matches!(class, "LeastSquares" | "LeastAbsoluteDeviation");
    let attributes = [("hessians_are_constant", Value::Bool(is_constant)), ("n_threads", Value::Int(1))];
    let new = e.make("sklearn.ensemble._hist_gradient_boosting.loss", class, &attributes)?;
    e.set("_loss", new)
}

/// A scalar of numpy: `scalar(dtype('f8'), bytes)`.
pub(super) fn numpy_float(e: &mut Edit<'_>, value: f64) -> Moved<Value> {
    let dtype = super::libraries::dtype(e.heap, "f8")?;
    let blob = e.heap.own(&value.to_le_bytes())?;
    let bytes = e.heap.add(Node::Bytes(blob))?;
    super::loss::call(e, "numpy.core.multiarray", "scalar", &[dtype, bytes])
}

/// Fields of a node, with the type of `feature_idx`; before 0.24 the last two were missing.
fn fields(feature: &'static str, count: usize) -> Vec<(&'static str, &'static str)> {
    let threshold = if count == 13 { "num_threshold" } else { "threshold" };
    let mut all = vec![
        ("value", "<f8"),
        ("count", "<u4"),
        ("feature_idx", feature),
        (threshold, "<f8"),
        ("missing_go_to_left", "|u1"),
        ("left", "<u4"),
        ("right", "<u4"),
        ("gain", "<f8"),
        ("depth", "<u4"),
        ("is_leaf", "|u1"),
        ("bin_threshold", "|u1"),
        ("is_categorical", "|u1"),
        ("bitset_idx", "<u4"),
    ];
    all.truncate(count);
    all
}

fn nodes(e: &mut Edit<'_>, feature: &'static str, count: usize) -> Moved<()> {
    let Some(nodes) = e.array("nodes") else { return Ok(()) };
    let dtype = packed(&fields(feature, count), 0)?;
    let (shape, renamed) =
        (nodes.shape.to_vec(), [("num_threshold", "threshold"), ("threshold", "num_threshold")]);
    let bytes = with_fields(&nodes, &dtype, &renamed);
    let bytes = bytes.ok_or_else(|| e.impossible("nodes is not an array of nodes"))?;
    let array = array_of(e.heap, dtype, shape, &bytes)?;
    e.set("nodes", array)
}

fn categorical_up(e: &mut Edit<'_>) -> Moved<()> {
    nodes(e, "<u4", 13)?;
    for name in ["binned_left_cat_bitsets", "raw_left_cat_bitsets"] {
        let none = array(e.heap, "<u4", vec![0, 8], &[])?;
        e.put(name, none)?;
    }
    Ok(())
}

fn categorical_down(e: &mut Edit<'_>) -> Moved<()> {
    let is_used = e.array("nodes").is_some_and(|nodes| {
        let place = Place::of_integer(&nodes.dtype, "is_categorical");
        let raw = nodes.raw().unwrap_or_default();
        place.is_some_and(|place| {
            raw.chunks_exact(nodes.dtype.itemsize.max(1)).any(|node| place.int(node) != 0)
        })
    });
    if is_used {
        return Err(e.impossible("splits on categories are new in scikit-learn 0.24"));
    }
    nodes(e, "<u4", 11)?;
    e.remove("binned_left_cat_bitsets");
    e.remove("raw_left_cat_bitsets");
    Ok(())
}

fn bins_up(e: &mut Edit<'_>) -> Moved<()> {
    let count = e.dim("bin_thresholds_", 0).unwrap_or(0);
    let none = array(e.heap, "|u1", vec![count], &vec![0; count])?;
    e.put("is_categorical", Plain::None)?;
    e.put("is_categorical_", none)?;
    e.put("known_categories", Plain::None)
}

fn preprocessor_up(e: &mut Edit<'_>) -> Moved<()> {
    let categorical = e.get("is_categorical_").unwrap_or(Value::None);
    e.put("_preprocessor", Plain::None)?;
    e.put("_is_categorical_remapped", categorical)
}

fn preprocessor_down(e: &mut Edit<'_>) -> Moved<()> {
    match e.remove("_preprocessor") {
        None | Some(Value::None) => {
            e.remove("_is_categorical_remapped");
            e.remove("_feature_subsample_rng");
            if e.is_text("categorical_features", &["from_dtype"]) {
                e.set("categorical_features", Plain::None)?;
            }
            Ok(())
        }
        Some(preprocessor) => as_pipeline(e, preprocessor),
    }
}

/// Before 1.4 there is no encoder inside: the object becomes a pipeline of the encoder and the trees.
fn as_pipeline(e: &mut Edit<'_>, encoder: Value) -> Moved<()> {
    let class = e.heap.object(e.object).map(|object| object.class());
    let (module, name) = class.map(|(module, name)| (module.to_owned(), name.to_owned())).unwrap_or_default();
    let dict = e.heap.attributes_dict(e.object);
    let pairs = dict.and_then(|dict| e.heap.as_dict(dict)).map(<[Value]>::to_vec).unwrap_or_default();
    let inner = make(e.heap, &module, &name, &[])?;
    if let Some(dict) = e.heap.attributes_dict(inner) {
        e.heap.set_items(dict, &pairs)?;
    }
    let owner = e.object;
    e.cx.made.push((inner, owner));
    let mut trees = e.at(inner);
    let remapped = trees.remove("_is_categorical_remapped").unwrap_or(Value::None);
    trees.set("is_categorical_", remapped)?;
    trees.set("categorical_features", remapped)?;
    trees.remove("feature_names_in_");
    trees.remove("_feature_subsample_rng");
    let mut of_encoder = e.at(encoder);
    if let Some(count) = of_encoder.get("n_features_in_") {
        of_encoder.put("_n_features", count)?;
    }
    let steps = [("preprocessor", encoder), ("hgb", inner)];
    let mut list = Vec::new();
    for (name, step) in steps {
        let name = e.value(name)?;
        list.push(e.heap.container(Node::Tuple, &[name, step])?);
    }
    let steps = e.heap.container(Node::List, &list)?;
    e.is_another_class(
        "before scikit-learn 1.4 histogram gradient boosting does not encode categories itself; it becomes a Pipeline of the \
         encoder and the estimator, which predicts the same",
    );
    let state = e.heap.container(Node::Dict, &[])?;
    e.heap.replace_state(e.object, state)?;
    e.become_class("sklearn.pipeline", "Pipeline")?;
    e.set("steps", steps)?;
    e.set("memory", Plain::None)?;
    e.set("verbose", Plain::Bool(false))
}

fn label_encoder_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(classes) = e.get("classes_").filter(|_| !e.has("_label_encoder")) else { return Ok(()) };
    let encoder = e.make("sklearn.preprocessing._label", "LabelEncoder", &[("classes_", classes)])?;
    e.set("_label_encoder", encoder)
}
