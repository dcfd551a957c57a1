//! `get_params`: which attributes of an estimator are parameters of its constructor.

use cannery_object::{Heap, Object, Value};
use cannery_sklearn::defaults::default_of;

use crate::error::Result;
use crate::model::Model;
use crate::plain::{Plain, Reader};

/// Parameters without a default, which the table of defaults does not list.
const REQUIRED: [&str; 7] = [
    "steps",
    "transformers",
    "transformer_list",
    "estimators",
    "param_grid",
    "param_distributions",
    "dictionary",
];
/// The same where the estimator is no ensemble; in those they are templates of the members.
const META: [&str; 2] = ["estimator", "base_estimator"];
/// Lists of estimators with names, which are parameters by these names.
const NAMED: [&str; 4] = ["steps", "transformers", "transformer_list", "estimators"];
/// Parameters that an older or composed class keeps in an object inside.
const INSIDE: [(&str, &str, &[&str]); 1] =
    [("TfidfVectorizer", "_tfidf", &["norm", "smooth_idf", "sublinear_tf", "use_idf"])];
/// Estimators in estimators that are followed.
const MAX_DEPTH: usize = 16;
/// Attributes of one estimator that are looked at.
const MAX_ATTRIBUTES: usize = 512;
/// Parameters of one model.
const MAX_PARAMS: usize = 1 << 16;

impl Model {
    /// The parameters of the estimator that the model is, by name, as scikit-learn's `get_params` gives them. With `deep`
    /// also those of the estimators inside, as `step__param`, and the steps by their names.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let params = model.params(false)?;
    /// assert!(matches!(params[0], (ref name, cannery::Plain::Float(1.0)) if name == "C"));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`plain`](Self::plain).
    pub fn params(&self, deep: bool) -> Result<Vec<(String, Plain)>> {
        let mut found = Vec::new();
        collect(self.heap(), self.root(), "", if deep { MAX_DEPTH } else { 0 }, &mut found);
        let mut reader = Reader::new(self);
        found.into_iter().map(|(name, value)| Ok((name, reader.read(value, 0)?))).collect()
    }
}

/// Adds the parameters of an estimator under a prefix; calls itself at most `depth` deep.
fn collect(heap: &Heap, estimator: Value, prefix: &str, depth: usize, found: &mut Vec<(String, Value)>) {
    let Some(object) = heap.object(estimator).filter(|object| is_estimator(heap, *object)) else { return };
    let params = own(heap, object);
    for &(ref name, value) in &params {
        if found.len() >= MAX_PARAMS {
            return;
        }
        if depth > 0 {
            collect(heap, value, &format!("{prefix}{name}__"), depth - 1, found);
        }
        found.push((format!("{prefix}{name}"), value));
    }
    for (_, list) in params.iter().filter(|(name, _)| depth > 0 && NAMED.contains(&name.as_str())) {
        for &member in heap.as_sequence(*list).unwrap_or_default() {
            let Some([name, part, ..]) = heap.as_sequence(member) else { continue };
            let Some(name) = heap.as_str(*name) else { continue };
            found.push((format!("{prefix}{name}"), *part));
            collect(heap, *part, &format!("{prefix}{name}__"), depth - 1, found);
        }
    }
}

/// Whether a value has `get_params`: its class is known, or scikit-learn wrote its version into it.
fn is_estimator(heap: &Heap, object: Object<'_>) -> bool {
    object.attr("_sklearn_version").is_some() || is_known(heap, object)
}

/// Whether the table of defaults has the class, or it has a parameter without a default.
fn is_known(heap: &Heap, object: Object<'_>) -> bool {
    REQUIRED.iter().any(|name| object.attr(name).is_some())
        || pairs(heap, object).any(|(name, _)| is_listed(object, &name))
}

fn is_listed(object: Object<'_>, name: &str) -> bool {
    default_of(object.class().1, name, None).is_some()
}

/// The parameters of one estimator, by name.
fn own(heap: &Heap, object: Object<'_>) -> Vec<(String, Value)> {
    let class = object.class().1;
    let version = object.attr("_sklearn_version").and_then(|text| version(&heap.as_str(text)?));
    let is_known = is_known(heap, object);
    let is_ensemble = default_of(class, "n_estimators", None).is_some();
    let is_param = |name: &str| match is_known {
        true => {
            default_of(class, name, version).is_some()
                || REQUIRED.contains(&name)
                || (META.contains(&name) && !is_ensemble && default_of(class, name, None).is_none())
        }
        false => !name.starts_with('_') && !name.ends_with('_'),
    };
    let mut params: Vec<(String, Value)> = pairs(heap, object).filter(|(name, _)| is_param(name)).collect();
    for (_, part, names) in INSIDE.iter().filter(|(owner, ..)| *owner == class) {
        let part = object.attr(part).and_then(|part| heap.object(part));
        let values = names.iter().filter_map(|name| Some(((*name).to_owned(), part?.attr(name)?)));
        params.extend(values);
    }
    params.sort_by(|a, b| a.0.cmp(&b.0));
    params.dedup_by(|a, b| a.0 == b.0);
    params
}

fn pairs<'h>(heap: &'h Heap, object: Object<'h>) -> impl Iterator<Item = (String, Value)> + 'h {
    let pairs = object.attributes().unwrap_or_default().chunks_exact(2).take(MAX_ATTRIBUTES);
    pairs.filter_map(|pair| Some((heap.as_str(pair[0])?.into_owned(), pair[1])))
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_the_constructor() {
        let model = crate::open("../../examples/iris_svc.joblib").expect("the example");
        let params = model.params(true).expect("small");
        let names: Vec<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
        let want = "C break_ties cache_size class_weight coef0 decision_function_shape degree gamma kernel max_iter \
                    probability random_state shrinking tol verbose";
        assert_eq!(names.join(" "), want);
    }

    #[test]
    fn steps_are_parameters_too() {
        let mut pickle =
            b"\x80\x02csklearn.pipeline\nPipeline\n)\x81}X\x05\x00\x00\x00steps]X\x03\x00\x00\x00clf"
                .to_vec();
        pickle.extend(b"csklearn.svm._classes\nSVC\n)\x81}(X\x01\x00\x00\x00CK\x02X\x08\x00\x00\x00classes_K\x00ub\x86asb.");
        let model = crate::loads(&pickle).expect("a pickle");
        let names = |deep| -> Vec<String> {
            model.params(deep).expect("small").into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(false), ["steps"]);
        assert_eq!(names(true), ["steps", "clf", "clf__C"]);
    }

    #[test]
    fn an_estimator_in_itself_ends() {
        let mut pickle =
            b"\x80\x02csklearn.feature_selection._rfe\nRFE\n)\x81q\x00}(X\x04\x00\x00\x00stepK\x01".to_vec();
        pickle.extend(b"X\x09\x00\x00\x00estimatorh\x00ub.");
        let params = crate::loads(&pickle).expect("a cycle").params(true).expect("it ends");
        assert_eq!(params.len(), 2 * (MAX_DEPTH + 1));
    }
}
