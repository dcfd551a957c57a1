//! Decompositions, cross decomposition, Gaussian processes, clusters and other transformers.

use cannery_object::{Call, CallKind, Heap, Node, Value};

use super::edit::{Edit, Floats, Moved};
use super::rule::{Act, Plain, Rule};

const PLS: &[&str] = &["PLSRegression", "PLSCanonical", "CCA"];
const PROCESS: &[&str] = &["GaussianProcessRegressor"];
const PROJECTIONS: &[&str] = &["GaussianRandomProjection", "SparseRandomProjection"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "pls-private",
        (0, 24),
        &["PLSRegression", "PLSCanonical", "CCA", "PLSSVD"],
        Act::Rename(&[
            ("x_mean_", "_x_mean"),
            ("x_std_", "_x_std"),
            ("y_mean_", "_y_mean"),
            ("y_std_", "_y_std"),
            ("x_scores_", "_x_scores"),
            ("y_scores_", "_y_scores"),
            ("norm_y_weights", "_norm_y_weights"),
        ]),
        "0.24 made these attributes private",
    ),
    Rule::new(
        "pls-coef",
        (1, 1),
        PLS,
        Act::Both(pls_up, pls_down),
        "1.1 turned the coefficients and added an intercept",
    ),
    Rule::new(
        "pls-coef-public",
        (1, 3),
        PLS,
        Act::Both(pls_public, pls_private),
        "1.3 made the turned coefficients public and keeps whether y had one dimension",
    ),
    Rule::new(
        "pls-coef-scale",
        (1, 5),
        PLS,
        Act::Both(
            |e| scale_coef(e, |coef, scale| coef / scale),
            |e| scale_coef(e, |coef, scale| coef * scale),
        ),
        "since 1.5 the coefficients are those of X before it is scaled",
    ),
    Rule::new(
        "kernel-pca-names",
        (1, 0),
        &["KernelPCA"],
        Act::Rename(&[("lambdas_", "eigenvalues_"), ("alphas_", "eigenvectors_")]),
        "1.0 renamed lambdas_ and alphas_",
    ),
    Rule::new(
        "kernel-pca-gamma",
        (1, 3),
        &["KernelPCA"],
        Act::Up(kernel_pca),
        "since 1.3 the gamma that is used is an attribute",
    ),
    Rule::new(
        "ica-whiten",
        (1, 1),
        &["FastICA"],
        Act::Both(ica_up, ica_down),
        "1.1 gave the ways of whitening names",
    ),
    Rule::new(
        "ica-whiten-public",
        (1, 3),
        &["FastICA"],
        Act::Both(
            |e| {
                e.remove("_whiten");
                Ok(())
            },
            |e| match e.get("whiten") {
                Some(value) => e.set("_whiten", value),
                None => Ok(()),
            },
        ),
        "1.3 removed _whiten",
    ),
    Rule::new(
        "sparse-coder-dictionary",
        (0, 24),
        &["SparseCoder"],
        Act::Rename(&[("components_", "dictionary")]),
        "0.24 keeps the dictionary under its parameter's name",
    ),
    Rule::new(
        "sparse-coder-counts",
        (1, 8),
        &["SparseCoder"],
        Act::Up(coder),
        "since 1.8 the counts are attributes",
    ),
    Rule::new(
        "lasso-cd",
        (1, 8),
        &[
            "DictionaryLearning",
            "MiniBatchDictionaryLearning",
            "SparseCoder",
            "SparsePCA",
            "MiniBatchSparsePCA",
        ],
        Act::Both(coordinate_descent, coordinate_descent),
        "coordinate descent stops elsewhere since 1.8",
    ),
    Rule::new(
        "sparse-pca-mean",
        (0, 22),
        &["SparsePCA", "MiniBatchSparsePCA"],
        Act::Up(sparse_pca),
        "since 0.22 the mean is always taken off",
    ),
    Rule::new(
        "process-scale",
        (0, 23),
        PROCESS,
        Act::Both(process_up, process_down),
        "0.23 scales y, not only shifts it",
    ),
    Rule::new(
        "process-inverse",
        (0, 24),
        PROCESS,
        Act::Up(|e| {
            e.remove("_K_inv");
            Ok(())
        }),
        "0.24 no longer keeps the inverse of the kernel matrix",
    ),
    Rule::new(
        "nmf-regularization",
        (1, 0),
        &["NMF"],
        Act::Down(nmf),
        "1.0 replaced alpha by alpha_W and alpha_H",
    ),
    Rule::new(
        "projection-dense-output",
        (1, 1),
        &["GaussianRandomProjection"],
        Act::Lose(&[("dense_output", Plain::Bool(true))]),
        "1.1 removed dense_output",
    ),
    Rule::new(
        "projection-n-features-out",
        (1, 3),
        PROJECTIONS,
        Act::Up(|e| match e.dim("components_", 0) {
            Some(count) => e.put("_n_features_out", count),
            None => Ok(()),
        }),
        "since 1.3 the number of features that come out is an attribute",
    ),
    Rule::new(
        "nca-n-features-out",
        (1, 5),
        &["NeighborhoodComponentsAnalysis"],
        Act::Both(
            |e| {
                e.remove("_n_features_out");
                Ok(())
            },
            |e| match e.dim("components_", 1) {
                Some(count) => e.put("_n_features_out", count),
                None => Ok(()),
            },
        ),
        "since 1.5 the number of features that come out is computed",
    ),
    Rule::new(
        "kmeans-threads",
        (0, 23),
        &["KMeans", "MiniBatchKMeans"],
        Act::Gain(&[("_n_threads", Plain::Int(1))]),
        "since 0.23 the model keeps its number of threads",
    ),
    Rule::new(
        "isotonic-thresholds",
        (0, 24),
        &["IsotonicRegression"],
        Act::Rename(&[("_necessary_X_", "X_thresholds_"), ("_necessary_y_", "y_thresholds_")]),
        "0.24 made the thresholds public",
    ),
    Rule::new(
        "matern-infinite",
        (0, 23),
        &["Matern"],
        Act::Down(matern),
        "0.23 is the first that knows nu=inf",
    ),
    Rule::new(
        "process-classifier-ties",
        (1, 8),
        &["GaussianProcessClassifier", "OneVsRestClassifier"],
        Act::Both(ties, ties),
        "1.8 gives exact ties to the first class, before to the last",
    ),
];

fn ties(e: &mut Edit<'_>) -> Moved<()> {
    if e.class_count().unwrap_or(0) > 2 {
        e.behaves_differently(
            "rows whose best classes are exactly equal get the first of them since scikit-learn 1.8, before the last",
        );
    }
    Ok(())
}

fn coordinate_descent(e: &mut Edit<'_>) -> Moved<()> {
    let is_pca = e.class().ends_with("PCA");
    if !is_pca && e.is_text("transform_algorithm", &["lasso_cd"]) {
        e.behaves_differently(
            "transform_algorithm='lasso_cd' stops elsewhere since scikit-learn 1.8, so results differ by up to 3e-3",
        );
    }
    Ok(())
}

fn transposed(e: &Edit<'_>, name: &str) -> Moved<Floats> {
    let Floats { values, shape } = e.need_floats(name)?;
    let &[rows, columns] = &shape[..] else {
        return Err(e.impossible(format!("{name} is not a matrix")));
    };
    let turned = (0..columns).flat_map(|column| (0..rows).map(move |row| row * columns + column));
    Ok(Floats { values: turned.map(|at| values[at]).collect(), shape: vec![columns, rows] })
}

fn pls_up(e: &mut Edit<'_>) -> Moved<()> {
    if !e.has("coef_") {
        return Ok(());
    }
    let coef = transposed(e, "coef_")?;
    e.remove("coef_");
    e.set("_coef_", coef)?;
    if let Some(mean) = e.get("_y_mean") {
        e.set("intercept_", mean)?;
    }
    match e.dim("x_rotations_", 1) {
        Some(count) => e.put("_n_features_out", count),
        None => Ok(()),
    }
}

fn pls_down(e: &mut Edit<'_>) -> Moved<()> {
    if !e.has("_coef_") {
        return Ok(());
    }
    let coef = transposed(e, "_coef_")?;
    e.remove("_coef_");
    e.set("coef_", coef)?;
    e.remove("intercept_");
    Ok(())
}

fn pls_public(e: &mut Edit<'_>) -> Moved<()> {
    e.rename("_coef_", "coef_")?;
    e.put("_predict_1d", false)
}

fn pls_private(e: &mut Edit<'_>) -> Moved<()> {
    if e.flag("_predict_1d") {
        return Err(
            e.impossible("fitted on a y of one dimension, predict gives a column before scikit-learn 1.3")
        );
    }
    e.rename("coef_", "_coef_")?;
    e.remove("_predict_1d");
    Ok(())
}

fn scale_coef(e: &mut Edit<'_>, by: fn(f64, f64) -> f64) -> Moved<()> {
    if !e.has("coef_") {
        return Ok(());
    }
    let Floats { mut values, shape } = e.need_floats("coef_")?;
    let scale = e.need_floats("_x_std")?.values;
    if shape.last() != Some(&scale.len()) {
        return Err(e.impossible("coef_ and _x_std have different numbers of features"));
    }
    for row in values.chunks_mut(scale.len().max(1)) {
        row.iter_mut().zip(&scale).for_each(|(coef, &scale)| *coef = by(*coef, scale));
    }
    e.set("coef_", Floats { values, shape })
}

fn kernel_pca(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(gamma) = e.float("gamma") {
        return e.put("gamma_", gamma);
    }
    match e.dim("X_fit_", 1) {
        Some(columns) if columns > 0 => e.put("gamma_", 1.0 / columns as f64),
        _ => e.put("gamma_", Plain::None),
    }
}

fn ica_up(e: &mut Edit<'_>) -> Moved<()> {
    if e.get("whiten") == Some(Value::Bool(true)) {
        e.set("whiten", "arbitrary-variance")?;
    }
    match e.get("whiten") {
        Some(value) => e.set("_whiten", value),
        None => Ok(()),
    }
}

fn ica_down(e: &mut Edit<'_>) -> Moved<()> {
    e.remove("_whiten");
    let is_on = e.text("whiten").is_some_and(|text| !text.is_empty()) || e.flag("whiten");
    e.set("whiten", is_on)
}

fn coder(e: &mut Edit<'_>) -> Moved<()> {
    if let (Some(atoms), Some(columns)) = (e.dim("dictionary", 0), e.dim("dictionary", 1)) {
        e.put("n_components_", atoms)?;
        e.put("n_features_in_", columns)?;
    }
    Ok(())
}

fn sparse_pca(e: &mut Edit<'_>) -> Moved<()> {
    match e.dim("components_", 1) {
        Some(columns) if !e.has("mean_") => {
            e.set("mean_", vec![0.0; columns])?;
            e.behaves_differently(
                "before scikit-learn 0.22 SparsePCA scaled the rows of a batch by each other; results differ",
            );
            Ok(())
        }
        _ => Ok(()),
    }
}

fn process_up(e: &mut Edit<'_>) -> Moved<()> {
    e.remove("_K_inv");
    e.put("_y_train_std", vec![1.0])
}

/// Before 0.23 y is not scaled: the scale goes into the kernel, the factor and the weights.
fn process_down(e: &mut Edit<'_>) -> Moved<()> {
    let std =
        e.floats("_y_train_std").map(|floats| floats.values).or_else(|| Some(vec![e.float("_y_train_std")?]));
    e.remove("_y_train_std");
    let Some(std) = std.filter(|std| std.iter().any(|&std| std != 1.0)) else {
        return e.set("_K_inv", Plain::None);
    };
    let &[scale] = &std[..] else {
        return Err(e.impossible("normalize_y of several targets needs scikit-learn 0.23 or later"));
    };
    let Some(kernel) = e.get("kernel_") else { return Ok(()) };
    let bounds = e.value("fixed")?;
    let square = e.value(scale * scale)?;
    let constant = [("constant_value", square), ("constant_value_bounds", bounds)];
    let constant = e.make("sklearn.gaussian_process.kernels", "ConstantKernel", &constant)?;
    let product =
        e.make("sklearn.gaussian_process.kernels", "Product", &[("k1", constant), ("k2", kernel)])?;
    e.set("kernel_", product)?;
    for (name, by) in [("L_", scale), ("alpha_", 1.0 / scale)] {
        let Floats { mut values, shape } = e.need_floats(name)?;
        values.iter_mut().for_each(|value| *value *= by);
        e.set(name, Floats { values, shape })?;
    }
    e.set("_K_inv", Plain::None)
}

fn nmf(e: &mut Edit<'_>) -> Moved<()> {
    if e.lacks("regularization") || e.is_text("regularization", &["deprecated"]) {
        e.set("regularization", "both")?;
    }
    if e.lacks("alpha") || e.is_text("alpha", &["deprecated"]) {
        let columns = e.int("n_features_in_").unwrap_or(1) as f64;
        let alpha = e.float("alpha_W").unwrap_or(0.0) * columns;
        e.set("alpha", alpha)?;
    }
    Ok(())
}

fn matern(e: &mut Edit<'_>) -> Moved<()> {
    if e.float("nu") == Some(f64::INFINITY) {
        return Err(e.impossible("a Matern kernel with nu=inf needs scikit-learn 0.23 or later"));
    }
    Ok(())
}

/// A slice of Python.
pub(super) fn slice(heap: &mut Heap, start: usize, stop: usize) -> Moved<Value> {
    let int = |heap: &mut Heap, int: usize| heap.int(i64::try_from(int).unwrap_or(i64::MAX));
    let args = [int(heap, start)?, int(heap, stop)?, Value::None];
    let callable = heap.global("builtins", "slice")?;
    let args = heap.container(Node::Tuple, &args)?;
    Ok(heap.add_call(Call { callable, args, kind: CallKind::Reduce })?)
}
