//! Support vector machines of libsvm.

use cannery_object::Value;

use super::edit::{Edit, Moved, array};
use super::rule::{Act, Plain, Rule};

const ALL: &[&str] = &["SVC", "NuSVC", "SVR", "NuSVR", "OneClassSVM"];
/// Those that are not classifiers.
const WITHOUT_CLASSES: &[&str] = &["SVR", "NuSVR", "OneClassSVM"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "svm-n-support-garbage",
        (0, 22),
        WITHOUT_CLASSES,
        Act::Up(n_support),
        "before 0.22 n_support_ of a model without classes was not set",
    ),
    Rule::new(
        "svm-n-support",
        (0, 22),
        ALL,
        Act::Rename(&[("n_support_", "_n_support")]),
        "0.22 made the counts of support vectors private",
    ),
    Rule::new(
        "svm-prob",
        (0, 23),
        ALL,
        Act::Rename(&[("probA_", "_probA"), ("probB_", "_probB")]),
        "0.23 made the parameters of probabilities private",
    ),
    Rule::new(
        "svm-decision-of-batch",
        (0, 22),
        &["SVC", "NuSVC", "OneVsOneClassifier"],
        Act::Both(batch, batch),
        "before 0.22 votes of several classes were scaled by the largest of all rows",
    ),
    Rule::new(
        "svm-iterations",
        (1, 1),
        ALL,
        Act::Up(iterations),
        "since 1.1 the model keeps how many iterations it took",
    ),
    Rule::new(
        "svm-class-weight",
        (1, 2),
        WITHOUT_CLASSES,
        Act::Both(
            |e| {
                e.remove("class_weight_");
                Ok(())
            },
            |e| e.put("class_weight_", Vec::new()),
        ),
        "1.2 removed class_weight_ from models without classes",
    ),
    Rule::new(
        "svm-probability",
        (1, 9),
        ALL,
        Act::Both(probability_up, probability_down),
        "since 1.9 the model keeps whether it has probabilities apart from the parameter",
    ),
];

fn batch(e: &mut Edit<'_>) -> Moved<()> {
    let is_votes = !e.is(&["SVC", "NuSVC"]) || !e.is_text("decision_function_shape", &["ovo"]);
    if is_votes && e.class_count().unwrap_or(2) > 2 {
        e.behaves_differently(
            "before scikit-learn 0.22 decision_function of more than two classes depended on the other rows of a batch; \
             predict stays",
        );
    }
    Ok(())
}

fn n_support(e: &mut Edit<'_>) -> Moved<()> {
    let Some(count) = e.dim("support_", 0) else { return Ok(()) };
    e.remove("n_support_");
    let count = i32::try_from(count).unwrap_or(i32::MAX).to_le_bytes();
    let counts = array(e.heap, "<i4", vec![2], &[count, count].concat())?;
    e.set("_n_support", counts)
}

fn iterations(e: &mut Edit<'_>) -> Moved<()> {
    let none = array(e.heap, "<i4", vec![1], &[0; 4])?;
    e.put("_num_iter", none)
}

fn probability_up(e: &mut Edit<'_>) -> Moved<()> {
    let value = e.get("probability").unwrap_or(Value::Bool(false));
    e.put("_effective_probability", value)
}

fn probability_down(e: &mut Edit<'_>) -> Moved<()> {
    let effective = e.remove("_effective_probability");
    if matches!(e.get("probability"), Some(Value::Bool(_))) {
        return Ok(());
    }
    e.set("probability", Plain::Bool(effective == Some(Value::Bool(true))))
}
