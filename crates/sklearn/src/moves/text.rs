//! Vectorizers of text.

use cannery_object::{Node, Value};

use super::edit::{Edit, Floats, Moved, make};
use super::rule::{Act, Rule};

const VECTORIZER: &[&str] = &["TfidfVectorizer"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "tfidf-n-features",
        (1, 0),
        VECTORIZER,
        Act::Up(n_features),
        "since 1.0 the transformer inside is fitted only if it knows its number of features",
    ),
    Rule::new(
        "tfidf-parameters",
        (1, 1),
        VECTORIZER,
        Act::Both(parameters_up, parameters_down),
        "since 1.1 the vectorizer has the parameters of the transformer inside itself",
    ),
    Rule::new(
        "tfidf-idf",
        (1, 5),
        &["TfidfTransformer"],
        Act::Both(idf_up, idf_down),
        "since 1.5 the weights are an array, before they were a diagonal matrix",
    ),
    Rule::new(
        "vectorizer-stop-words",
        (1, 5),
        &["CountVectorizer", "TfidfVectorizer"],
        Act::Up(|e| {
            e.remove("stop_words_");
            Ok(())
        }),
        "1.5 removed stop_words_",
    ),
    Rule::new(
        "vectorizer-accents",
        (0, 21),
        &["CountVectorizer", "TfidfVectorizer", "HashingVectorizer"],
        Act::Both(accents, accents),
        "since 0.21 strip_accents='unicode' decomposes text that has no accented letter of its own",
    ),
];

fn accents(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("strip_accents", &["unicode"]) {
        e.behaves_differently(
            "strip_accents='unicode' keeps accents that are letters of their own (e + U+0301) before scikit-learn 0.21",
        );
    }
    Ok(())
}

const PARAMETERS: [&str; 4] = ["norm", "use_idf", "smooth_idf", "sublinear_tf"];

fn n_features(e: &mut Edit<'_>) -> Moved<()> {
    let terms = e.get("vocabulary_").and_then(|terms| e.heap.as_dict(terms)).map(|pairs| pairs.len() / 2);
    match (terms, e.child("_tfidf")) {
        (Some(terms), Some(mut transformer)) => transformer.put("n_features_in_", terms),
        _ => Ok(()),
    }
}

fn parameters_up(e: &mut Edit<'_>) -> Moved<()> {
    for name in PARAMETERS {
        if let Some(value) = e.child("_tfidf").and_then(|transformer| transformer.get(name)) {
            e.put(name, value)?;
        }
    }
    Ok(())
}

fn parameters_down(e: &mut Edit<'_>) -> Moved<()> {
    if !e.has("_tfidf") {
        let mut values = Vec::new();
        for name in PARAMETERS {
            if let Some(value) = e.get(name) {
                values.push((name, value));
            }
        }
        let transformer = e.make("sklearn.feature_extraction.text", "TfidfTransformer", &values)?;
        e.set("_tfidf", transformer)?;
    }
    for name in PARAMETERS {
        e.remove(name);
    }
    Ok(())
}

fn idf_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(diagonal) = e.child("_idf_diag") else { return Ok(()) };
    let Some(mut data) = diagonal.get("data") else { return Ok(()) };
    // `spdiags` has a row for each diagonal, `diags` too
    if diagonal.dim("data", 1).is_some() {
        let Floats { values, .. } = diagonal.need_floats("data")?;
        data = e.value(values)?;
    }
    e.remove("_idf_diag");
    e.set("idf_", data)
}

fn idf_down(e: &mut Edit<'_>) -> Moved<()> {
    let Some(data) = e.remove("idf_") else { return Ok(()) };
    let count = super::edit::dim(e.heap, data, 0).unwrap_or(0);
    let ints = |ints: std::ops::Range<usize>| -> Vec<u8> {
        ints.flat_map(|int| i32::try_from(int).unwrap_or(i32::MAX).to_le_bytes()).collect()
    };
    let size = e.value(count)?;
    let shape = e.heap.container(Node::Tuple, &[size, size])?;
    let attributes = [
        ("_shape", shape),
        ("maxprint", Value::Int(50)),
        ("indices", super::edit::array(e.heap, "<i4", vec![count], &ints(0..count))?),
        ("indptr", super::edit::array(e.heap, "<i4", vec![count + 1], &ints(0..count + 1))?),
        ("data", data),
        ("_has_sorted_indices", Value::Bool(true)),
        ("_has_canonical_format", Value::Bool(true)),
    ];
    let matrix = make(e.heap, "scipy.sparse.csr", "csr_matrix", &attributes)?;
    e.set("_idf_diag", matrix)
}
