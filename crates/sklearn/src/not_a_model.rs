//! What a value is that stands where an estimator is wanted, in words.

use cannery_object::known::{Kind, known};
use cannery_object::{Heap, Node, Value, View};

/// A value in a few words, such as `the class sklearn.svm._classes.SVC, not an instance of it`.
pub fn describe_value(heap: &Heap, value: Value) -> String {
    if let Some((module, name)) = heap.global_name(value) {
        return named(module, name);
    }
    match heap.view(value) {
        View::NdArray => "a numpy array".into(),
        View::Scalar(_) => "a numpy scalar".into(),
        View::DataFrame(_) => "a pandas DataFrame".into(),
        View::Series(_) => "a pandas Series".into(),
        View::Index(_) => "a pandas index".into(),
        View::Sparse(_) => "a sparse matrix".into(),
        View::Partial(_) => "a functools.partial".into(),
        View::Call => called(heap, value),
        View::Plain => plain(heap, value),
        _ => "a value of another kind".into(),
    }
}

/// Classes of scikit-learn, 0.18 to 1.9, that have no method for new rows.
const WITHOUT_METHODS: [&str; 23] = [
    "AgglomerativeClustering",
    "ClassicalMDS",
    "DBSCAN",
    "EmpiricalCovariance",
    "GraphLasso",
    "GraphLassoCV",
    "GraphicalLasso",
    "GraphicalLassoCV",
    "HDBSCAN",
    "LSHForest",
    "LedoitWolf",
    "MDS",
    "MinCovDet",
    "NearestNeighbors",
    "OAS",
    "OPTICS",
    "ShrunkCovariance",
    "SpectralBiclustering",
    "SpectralClustering",
    "SpectralCoclustering",
    "SpectralEmbedding",
    "TSNE",
    "Ward",
];

/// Why an object of a class that is not in the list of classes can't be predicted with.
pub(crate) fn why_not(module: &str, name: &str) -> String {
    let class = format!("{module}.{name}");
    let is_known = matches!(known(module, name).map(|known| known.kind), Some(Kind::Estimator));
    if is_known && WITHOUT_METHODS.contains(&name) {
        return format!(
            "{class} has no method for new rows: scikit-learn gives it neither predict nor transform; inspect works"
        );
    }
    match module.split('.').next() {
        Some("sklearn" | "xgboost" | "lightgbm" | "catboost" | "imblearn") => {
            format!("{class} is not supported by predict yet; inspect works")
        }
        _ => format!(
            "{class} is not a class of scikit-learn, and its code is not in the file: predict can't use it; inspect works"
        ),
    }
}

fn named(module: &str, name: &str) -> String {
    let short = |text: &str| text.chars().take(80).collect::<String>();
    let full = format!("{}.{}", short(module), short(name));
    match known(module, name).map(|known| known.kind) {
        Some(Kind::Class | Kind::Estimator | Kind::Exception) => {
            format!("the class {full}, not an instance of it")
        }
        Some(Kind::Function | Kind::Ufunc | Kind::Reconstruct) => format!("the name of the function {full}"),
        Some(Kind::Data) | None => {
            format!("the name {full} alone: the code or data behind it is not in the file")
        }
    }
}

fn called(heap: &Heap, value: Value) -> String {
    let Some(call) = heap.call(value) else { return "a call".into() };
    let args = heap.as_tuple(call.args).unwrap_or_default();
    match (heap.global_name(call.callable), args) {
        (Some(("builtins" | "__builtin__", "getattr")), [object, name]) => {
            let class = heap.object(*object).map_or("an object", |object| object.class().1);
            let name = heap.as_str(*name).unwrap_or_default();
            let short = |text: &str| text.chars().take(80).collect::<String>();
            format!("the bound method {} of {}", short(&name), article(&short(class)))
        }
        (Some((module, name)), _) => {
            format!("the result of a call of {module}.{name}, which cannery doesn't make")
        }
        (None, _) => "the result of a call, which cannery doesn't make".into(),
    }
}

fn article(class: &str) -> String {
    let vowel = class.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']);
    if class.contains(' ') { class.into() } else { format!("{} {class}", if vowel { "an" } else { "a" }) }
}

fn plain(heap: &Heap, value: Value) -> String {
    let texts = |items: &[Value]| !items.is_empty() && items.iter().all(|&item| heap.as_str(item).is_some());
    let of = |what: &str, items: &[Value]| match texts(items) {
        true => format!("a {what} of {} texts", items.len()),
        false => format!("a {what} of {} values", items.len()),
    };
    match value {
        Value::None => return "None".into(),
        Value::Bool(_) => return "True or False".into(),
        Value::Int(_) => return "a number".into(),
        Value::Ref(_) => {}
    }
    match heap.node_of(value) {
        Some(Node::List(items)) => of("list", heap.items(items)),
        Some(Node::Tuple(items)) => of("tuple", heap.items(items)),
        Some(Node::Set(items) | Node::FrozenSet(items)) => of("set", heap.items(items)),
        Some(Node::Dict(items)) => format!("a dict of {} keys", items.len() / 2),
        Some(Node::Int(_) | Node::BigInt(_) | Node::Float(_)) => "a number".into(),
        Some(Node::Str(_) | Node::Str8(_)) => "a text".into(),
        Some(Node::Bytes(_) | Node::ByteArray(_)) => "bytes".into(),
        _ => "a plain value".into(),
    }
}

#[cfg(test)]
mod tests {
    use cannery_object::{Call, CallKind, Limits};

    use super::*;

    #[test]
    fn classes_that_are_not_supported_say_why() {
        for (module, name, want) in [
            ("sklearn.cluster._dbscan", "DBSCAN", "has no method for new rows"),
            ("sklearn.manifold.t_sne", "TSNE", "has no method for new rows"),
            ("sklearn.cluster", "Nothing", "is not supported by predict yet"),
            ("__main__", "DBSCAN", "is not a class of scikit-learn"),
        ] {
            let got = why_not(module, name);
            assert!(got.starts_with(&format!("{module}.{name} {want}")), "{got}");
        }
    }

    #[test]
    fn values_that_are_no_models_are_named() {
        let mut heap = Heap::new(Limits::default());
        let class = heap.global("sklearn.svm._classes", "SVC").expect("small");
        let function = heap.global("__main__", "train").expect("small");
        let text = heap.text("age").expect("small");
        let list = heap.container(Node::List, &[text]).expect("small");
        let call = |callable, args| Call { callable, args, kind: CallKind::Reduce };
        let made = Call { kind: CallKind::New, ..call(class, Heap::EMPTY_TUPLE) };
        let object = heap.add_call(made).expect("small");
        let predict = heap.text("predict").expect("small");
        let args = heap.container(Node::Tuple, &[object, predict]).expect("small");
        let getattr = heap.global("builtins", "getattr").expect("small");
        let method = heap.add_call(call(getattr, args)).expect("small");
        for (value, want) in [
            (class, "the class sklearn.svm._classes.SVC, not an instance of it"),
            (function, "the name __main__.train alone: the code or data behind it is not in the file"),
            (list, "a list of 1 texts"),
            (method, "the bound method predict of a SVC"),
            (Value::None, "None"),
        ] {
            assert_eq!(describe_value(&heap, value), want);
        }
    }
}
