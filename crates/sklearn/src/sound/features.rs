//! Features that an estimator counts: it names each of them, and reserves a place for each, without a look at its arrays.
//!
//! Source: `_generate_get_feature_names_out` and `_check_feature_names_in` in `sklearn/utils/validation.py`.

use cannery_object::{Heap, Node, Object, Value};

use super::{Checked, Site, unsound};

/// Attributes that count features, outputs or components.
const COUNTS: &[&str] = &[
    "_n_features_out",
    "n_components_",
    "n_features_",
    "n_features_in_",
    "n_input_features_",
    "n_output_features_",
    "n_outputs_",
    "n_samples_fit_",
];

/// Classes with something fitted for each feature: an array of so many columns, or a list of so many elements.
const FITTED: &[(&str, &str)] = &[
    ("GenericUnivariateSelect", "scores_"),
    ("KBinsDiscretizer", "n_bins_"),
    ("KNNImputer", "_fit_X"),
    ("MaxAbsScaler", "scale_"),
    ("MinMaxScaler", "scale_"),
    ("OneHotEncoder", "categories_"),
    ("OrdinalEncoder", "categories_"),
    ("PowerTransformer", "lambdas_"),
    ("QuantileTransformer", "quantiles_"),
    ("RFE", "support_"),
    ("RFECV", "support_"),
    ("RobustScaler", "center_"),
    ("RobustScaler", "scale_"),
    ("SelectFdr", "scores_"),
    ("SelectFpr", "scores_"),
    ("SelectFwe", "scores_"),
    ("SelectKBest", "scores_"),
    ("SelectPercentile", "scores_"),
    ("SimpleImputer", "statistics_"),
    ("SplineTransformer", "bsplines_"),
    ("StandardScaler", "scale_"),
    ("VarianceThreshold", "variances_"),
];

/// More features than a matrix of scikit-learn can number by 32 bits are none, and those of the table are as many as were
/// fitted.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    for &name in COUNTS {
        if object.attr(name).is_some_and(|value| is_beyond(heap, value)) {
            return Err(unsound(name, "more than 2147483647"));
        }
    }
    let (_, class) = object.class();
    FITTED.iter().filter(|(of, _)| *of == class).try_for_each(|(_, name)| fitted(heap, &object, name))
}

fn is_beyond(heap: &Heap, value: Value) -> bool {
    matches!(heap.node_of(value), Some(Node::BigInt(_)))
        || heap.integer(value).is_some_and(|count| i32::try_from(count).is_err() && count > 0)
}

/// What there is for each feature, compared with how many there are.
fn fitted(heap: &Heap, object: &Object<'_>, name: &str) -> Checked {
    const FEATURES: &str = "n_features_in_";
    let stated = object.attr(FEATURES).and_then(|value| heap.integer(value));
    let columns = object.attr(name).and_then(|value| columns(heap, value));
    match (stated, columns) {
        (Some(stated), Some(columns)) if usize::try_from(stated).ok() != Some(columns) => {
            Err(unsound(FEATURES, format!("{stated} where {name} has {columns}")))
        }
        _ => Ok(()),
    }
}

fn columns(heap: &Heap, value: Value) -> Option<usize> {
    match heap.as_list(value) {
        Some(list) => Some(list.len()),
        None => heap.ndarray(value)?.ok()?.shape.last().copied(),
    }
}
