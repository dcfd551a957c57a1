//! Attributes that scikit-learn computes from other estimators: `classes_` of a pipeline is its last step's.

use cannery_object::{Heap, Object, Value};

use crate::error::Result;
use crate::model::Model;
use crate::plain::{Plain, Reader};

/// Where an estimator takes an attribute from that it does not keep itself.
#[derive(Clone, Copy)]
enum From {
    /// The first of a list of estimators, or of pairs of name and estimator.
    First(&'static str),
    /// The last of a list of pairs.
    Last(&'static str),
    /// An estimator that is an attribute.
    Part(&'static str),
}

/// Classes whose bare name has this start or end, the attribute (any, if empty), and where it comes from.
const FORWARDED: &[(&str, &str, From)] = &[
    ("Pipeline", "classes_", From::Last("steps")),
    ("Pipeline", "", From::First("steps")),
    ("FeatureUnion", "", From::First("transformer_list")),
    ("VotingClassifier", "n_features_in_", From::First("estimators_")),
    ("VotingRegressor", "n_features_in_", From::First("estimators_")),
    ("StackingClassifier", "n_features_in_", From::First("estimators_")),
    ("StackingRegressor", "n_features_in_", From::First("estimators_")),
    ("OneVsRestClassifier", "classes_", From::Part("label_binarizer_")),
    ("OneVsRestClassifier", "n_features_in_", From::First("estimators_")),
    ("OneVsOneClassifier", "n_features_in_", From::First("estimators_")),
    ("RFE", "classes_", From::Part("estimator_")),
    ("RFECV", "classes_", From::Part("estimator_")),
    ("SelfTrainingClassifier", "classes_", From::Part("estimator_")),
    ("SelectFromModel", "n_features_in_", From::Part("estimator_")),
    ("FixedThresholdClassifier", "classes_", From::Part("estimator_")),
    ("TunedThresholdClassifierCV", "classes_", From::Part("estimator_")),
    ("FixedThresholdClassifier", "", From::Part("estimator_")),
    ("TunedThresholdClassifierCV", "", From::Part("estimator_")),
    ("FrozenEstimator", "", From::Part("estimator")),
    ("GridSearchCV", "", From::Part("best_estimator_")),
    ("RandomizedSearchCV", "", From::Part("best_estimator_")),
    ("HalvingGridSearchCV", "", From::Part("best_estimator_")),
    ("HalvingRandomSearchCV", "", From::Part("best_estimator_")),
];

/// Attributes that are forwarded.
const PROPERTIES: [&str; 3] = ["classes_", "n_features_in_", "feature_names_in_"];

/// Estimators in estimators that are asked.
const MAX_DEPTH: usize = 32;

impl Model {
    /// An attribute of the estimator that the model is, as [`attribute`](Self::attribute) gives it; `classes_`,
    /// `n_features_in_` and `feature_names_in_` also where scikit-learn takes them from an estimator inside: from the first
    /// or last step of a pipeline, from `best_estimator_` of a search.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert!(matches!(model.property("n_features_in_")?, Some(cannery::Plain::Int(4))));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`plain`](Self::plain).
    pub fn property(&self, name: &str) -> Result<Option<Plain>> {
        let value = property(self.heap(), self.root(), name);
        value.map(|value| Reader::new(self).read(value, 0)).transpose()
    }

    /// numpy's code of the dtype that `predict` gives labels in: that of `classes_`, of the first target where there are
    /// several; of a clusterer that of `labels_`. `None` where there are no labels.
    pub fn label_dtype(&self) -> Option<String> {
        let heap = self.heap();
        let value = ["classes_", "labels_"].iter().find_map(|name| property(heap, self.root(), name))?;
        let array = match heap.as_sequence(value) {
            Some(targets) => *targets.first()?,
            None => value,
        };
        Some(heap.ndarray(array)?.ok()?.dtype.to_string().trim_start_matches('|').to_owned())
    }
}

fn property(heap: &Heap, mut estimator: Value, name: &str) -> Option<Value> {
    for _ in 0..MAX_DEPTH {
        let object = heap.object(estimator)?;
        if let Some(value) = object.attr(name) {
            return Some(value);
        }
        if !PROPERTIES.contains(&name) {
            return None;
        }
        estimator = forwarded(heap, object, name)?;
    }
    None
}

/// The estimator that another takes an attribute from.
fn forwarded(heap: &Heap, object: Object<'_>, name: &str) -> Option<Value> {
    let (_, class) = object.class();
    let rule = FORWARDED.iter().find(|(known, property, _)| *known == class && [name, ""].contains(property));
    match rule?.2 {
        From::Part(part) => object.attr(part),
        From::First(list) => named(heap, *heap.as_sequence(object.attr(list)?)?.first()?),
        From::Last(list) => named(heap, *heap.as_sequence(object.attr(list)?)?.last()?),
    }
}

/// The estimator of a pair of name and estimator, or the value itself.
fn named(heap: &Heap, value: Value) -> Option<Value> {
    heap.as_sequence(value).map_or(Some(value), |pair| pair.get(1).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `steps` of a pipeline is a list with one pair: `clf` and an SVC whose state is this dict.
    fn pipeline(attributes: &[u8]) -> Model {
        let mut pickle =
            b"\x80\x02csklearn.pipeline\nPipeline\n)\x81}X\x05\x00\x00\x00steps]X\x03\x00\x00\x00clf"
                .to_vec();
        pickle.extend(b"csklearn.svm._classes\nSVC\n)\x81}(");
        pickle.extend(attributes);
        pickle.extend(b"ub\x86asb.");
        crate::loads(&pickle).expect("a pickle")
    }

    #[test]
    fn a_pipeline_asks_its_steps() {
        let model = pipeline(
            b"X\x0e\x00\x00\x00n_features_in_K\x04X\x08\x00\x00\x00classes_]X\x02\x00\x00\x00C_K\x01",
        );
        assert!(matches!(model.property("n_features_in_"), Ok(Some(Plain::Int(4)))));
        assert!(matches!(model.property("classes_"), Ok(Some(Plain::List(_)))));
        assert!(matches!(model.property("feature_names_in_"), Ok(None)));
        assert!(matches!(model.property("C_"), Ok(None)), "what scikit-learn does not forward");
        assert_eq!(model.label_dtype(), None);
    }

    #[test]
    fn labels_have_the_dtype_of_the_classes() {
        let model = crate::open("../../examples/iris_svc.joblib").expect("the example");
        assert_eq!(model.label_dtype().as_deref(), Some("<i8"));
    }
}
