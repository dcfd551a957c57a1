//! Estimators that give gradient boosting for three classes its first prediction.

#![allow(clippy::cloned_ref_to_slice_refs)] // lists of arguments, one like the other

use cannery_scan::Rule;

use crate::write::*;

/// A model of no trees with an estimator for its first prediction.
fn boosting(init: Value) -> Value {
    let loss = object("sklearn._loss.loss.HalfMultinomialLoss", &[("n_classes", int(3))]);
    let trees = array_of(dtype("|O8"), &[0, 3], list(&[]));
    let attributes = [("estimators_", trees), ("_loss", loss), ("init_", init), ("n_features_in_", int(2))];
    object("sklearn.ensemble._gb.GradientBoostingClassifier", &attributes)
}

/// An estimator that is sound with these attributes, and not when one of them is another or missing.
#[track_caller]
fn fits(class: &str, good: &[(&str, Value)], wrong: &[(&str, Value)]) {
    is_safe(&boosting(object(class, good)));
    for (name, value) in wrong {
        let changed: Vec<_> = good
            .iter()
            .map(|(key, old)| (*key, if key == name { value.clone() } else { old.clone() }))
            .collect();
        is_found(&boosting(object(class, &changed)), Rule::Unsound, "init_");
        let rest: Vec<_> = good.iter().filter(|(key, _)| key != name).cloned().collect();
        is_found(&boosting(object(class, &rest)), Rule::Unsound, "init_");
    }
}

#[test]
fn estimators_with_a_column_for_each_class() {
    let (three, four) = (("classes_", longs(&[3], &[0, 1, 2])), ("classes_", longs(&[4], &[0, 1, 2, 3])));
    let matrix = |name, rows| (name, floats(&[rows, 2]));
    fits(
        "sklearn.naive_bayes.GaussianNB",
        &[three.clone(), matrix("theta_", 3), matrix("var_", 3)],
        &[four.clone(), matrix("theta_", 2), ("theta_", floats(&[3, 1, 2])), matrix("var_", 2)],
    );
    fits(
        "sklearn.naive_bayes.MultinomialNB",
        &[three.clone(), matrix("feature_log_prob_", 3)],
        &[("classes_", floats(&[3, 1])), matrix("feature_log_prob_", 1)],
    );
    fits(
        "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        &[three.clone(), matrix("coef_", 3)],
        &[four.clone(), matrix("coef_", 1)],
    );
    let outputs = |count| ("n_outputs_", int(count));
    let layers = |columns| ("coefs_", list(&[floats(&[2, 5]), floats(&[5, columns])]));
    let binarizer = |kind| object("sklearn.preprocessing._label.LabelBinarizer", &[("y_type_", text(kind))]);
    fits(
        "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
        &[
            three.clone(),
            layers(3),
            ("n_layers_", int(3)),
            outputs(3),
            ("_label_binarizer", binarizer("multiclass")),
        ],
        &[
            four.clone(),
            layers(2),
            ("n_layers_", int(2)),
            outputs(1),
            ("_label_binarizer", binarizer("multilabel-indicator")),
        ],
    );
    fits(
        "sklearn.ensemble._bagging.BaggingClassifier",
        &[three.clone(), ("n_classes_", int(3))],
        std::slice::from_ref(&four),
    );
    is_found(
        &boosting(object(
            "sklearn.ensemble._bagging.BaggingClassifier",
            &[three.clone(), ("n_classes_", int(2))],
        )),
        Rule::Unsound,
        "n_classes_",
    );
    let loss = |name: &str| ("_loss", object(&format!("sklearn._loss.loss.{name}"), &[]));
    fits(
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        &[three.clone(), ("n_trees_per_iteration_", int(3)), loss("HalfMultinomialLoss")],
        &[four, ("n_trees_per_iteration_", int(1)), loss("HalfBinomialLoss")],
    );
}

#[test]
fn estimators_that_ask_others() {
    let classes = |count: i32| ("classes_", floats(&[count]));
    let bayes = |rows: i32| {
        let attributes = [classes(rows), ("theta_", floats(&[rows, 2])), ("var_", floats(&[rows, 2]))];
        object("sklearn.naive_bayes.GaussianNB", &attributes)
    };
    let step = |name: &str, step: Value| tuple(&[text(name), step]);
    let pipeline = |first: Value, rows: i32| {
        let steps = list(&[step("a", first), step("b", bayes(rows))]);
        boosting(object("sklearn.pipeline.Pipeline", &[("steps", steps)]))
    };
    let scaler = || object("sklearn.preprocessing._data.StandardScaler", &[("mean_", floats(&[2]))]);
    is_safe(&pipeline(scaler(), 3));
    is_safe(&pipeline(text("passthrough"), 3));
    is_found(&pipeline(scaler(), 2), Rule::Unsound, "init_");
    // its function can give fewer rows
    let function =
        object("sklearn.preprocessing._function_transformer.FunctionTransformer", &[("func", none())]);
    is_found(&pipeline(function, 3), Rule::UnknownArguments, "comes from an estimator that is not known");
    let search = |attributes: &[(&str, Value)]| {
        boosting(object("sklearn.model_selection._search.GridSearchCV", attributes))
    };
    is_safe(&search(&[("best_estimator_", bayes(3))]));
    is_found(&search(&[("best_estimator_", bayes(2))]), Rule::Unsound, "init_");
    is_found(&search(&[]), Rule::Unsound, "best_estimator_");
    let voting = |members: &[Value], encoder: &str| {
        let encoder = object(&format!("sklearn.preprocessing._label.{encoder}"), &[classes(3)]);
        let attributes = [("estimators_", list(members)), ("le_", encoder)];
        boosting(object("sklearn.ensemble._voting.VotingClassifier", &attributes))
    };
    is_safe(&voting(&[bayes(3), bayes(3)], "LabelEncoder"));
    is_found(&voting(&[bayes(3), bayes(2)], "LabelEncoder"), Rule::Unsound, "init_");
    is_found(&voting(&[bayes(3)], "LabelBinarizer"), Rule::Unsound, "estimators_");
    is_found(&voting(&[], "LabelEncoder"), Rule::Unsound, "estimators_");
}

#[test]
fn strategies_of_the_dummy() {
    let dummy = |strategy: &str, classes: i32| {
        let attributes = [
            ("strategy", text(strategy)),
            ("n_classes_", int(classes)),
            ("n_outputs_", int(1)),
            ("class_prior_", floats(&[3])),
        ];
        boosting(object("sklearn.dummy.DummyClassifier", &attributes))
    };
    for strategy in ["constant", "most_frequent", "prior", "stratified", "uniform", "warn"] {
        is_safe(&dummy(strategy, 3));
        is_found(&dummy(strategy, 2), Rule::Unsound, "init_: n_classes_");
    }
    is_found(&dummy("x", 3), Rule::Unsound, "init_: strategy");
}

#[test]
fn weighted_sums() {
    let classes = |count: i32| ("classes_", floats(&[count]));
    let bayes = |rows: i32| {
        let attributes = [classes(rows), ("theta_", floats(&[rows, 2])), ("var_", floats(&[rows, 2]))];
        object("sklearn.naive_bayes.GaussianNB", &attributes)
    };
    let ada = |count: i32, members: &[Value], weights: Value| {
        let attributes = [
            classes(3),
            ("n_classes_", int(count)),
            ("estimators_", list(members)),
            ("estimator_weights_", weights),
        ];
        boosting(object("sklearn.ensemble._weight_boosting.AdaBoostClassifier", &attributes))
    };
    is_safe(&ada(3, &[bayes(3), bayes(3)], floats(&[2])));
    is_found(&ada(3, &[bayes(3), bayes(2)], floats(&[2])), Rule::Unsound, "init_");
    is_found(&ada(2, &[bayes(3)], floats(&[1])), Rule::Unsound, "init_: n_classes_");
    is_found(&ada(3, &[], floats(&[1])), Rule::Unsound, "init_: estimators_");
    let weights = [floats(&[1, 3]), longs(&[1], &[1]), objects(&[floats(&[3])]), list(&[float(1.0)])];
    for weights in weights {
        is_found(&ada(3, &[bayes(3)], weights), Rule::Unsound, "init_: estimator_weights_");
    }
}

/// Estimators that are read in full have findings of their own here; what counts is that of the boosting.
#[test]
fn rows_and_columns_that_are_not_kept() {
    let classes = |shape: &[i32]| ("classes_", floats(shape));
    let unsound = |class: &str, attributes: &[(&str, Value)], want: &str| {
        is_found(&boosting(object(class, attributes)), Rule::Unsound, want);
    };
    let tree = "sklearn.tree._classes.DecisionTreeClassifier";
    let count = ("n_classes_", int(3));
    unsound(tree, &[classes(&[3, 1]), count.clone(), ("n_outputs_", int(1))], "init_: classes_");
    unsound(tree, &[classes(&[3]), count, ("n_outputs_", int(2))], "init_: n_classes_");
    let dummy = [
        ("strategy", text("prior")),
        ("n_classes_", int(3)),
        ("n_outputs_", int(1)),
        ("class_prior_", floats(&[3])),
        ("output_2d_", TRUE.to_vec()),
    ];
    unsound("sklearn.dummy.DummyClassifier", &dummy, "init_: output_2d_");
    is_safe(&boosting(object("sklearn.dummy.DummyClassifier", &dummy[..4])));
    let machine = [classes(&[3]), ("n_support_", longs(&[3], &[0, 0, 0])), ("kernel", global("numpy.dot"))];
    is_found(
        &boosting(object("sklearn.svm._classes.SVC", &machine)),
        Rule::UnknownArguments,
        "comes from an estimator that is not known",
    );
}

/// A model of one column, with an estimator for its first prediction.
fn regression(init: Value) -> Value {
    let trees = array_of(dtype("|O8"), &[0, 1], list(&[]));
    let attributes = [("estimators_", trees), ("init_", init), ("n_features_in_", int(2))];
    object("sklearn.ensemble._gb.GradientBoostingRegressor", &attributes)
}

#[test]
fn one_column_with_a_row_for_each_sample() {
    const UNKNOWN: &str = "comes from an estimator that is not known";
    let ridge = || object("sklearn.linear_model._ridge.Ridge", &[("coef_", floats(&[2]))]);
    let pipeline = |first: Value| {
        let steps = list(&[tuple(&[text("a"), first]), tuple(&[text("b"), ridge()])]);
        object("sklearn.pipeline.Pipeline", &[("steps", steps)])
    };
    let mean = || {
        let attributes = [("func", global("numpy.mean")), ("kw_args", dict(&[("keepdims", int(1))]))];
        object("sklearn.preprocessing._function_transformer.FunctionTransformer", &attributes)
    };
    let members = |class: &str, member: Value| object(class, &[("estimators_", list(&[member]))]);
    let voting = "sklearn.ensemble._voting.VotingRegressor";
    is_safe(&regression(ridge()));
    is_safe(&regression(pipeline(text("passthrough"))));
    is_safe(&regression(members(voting, ridge())));
    is_found(&regression(pipeline(mean())), Rule::UnknownArguments, UNKNOWN);
    is_found(&regression(members(voting, pipeline(mean()))), Rule::UnknownArguments, UNKNOWN);
    is_found(
        &regression(object("sklearn.compose._target.TransformedTargetRegressor", &[])),
        Rule::UnknownArguments,
        UNKNOWN,
    );
}

#[test]
fn what_is_added_has_no_other_shape() {
    let classes = || ("classes_", longs(&[3], &[0, 1, 2]));
    let bayes = |prior: Value| {
        let attributes =
            [classes(), ("theta_", floats(&[3, 2])), ("var_", floats(&[3, 2])), ("class_prior_", prior)];
        boosting(object("sklearn.naive_bayes.GaussianNB", &attributes))
    };
    is_safe(&bayes(floats(&[3])));
    is_found(&bayes(floats(&[3, 0])), Rule::Unsound, "init_");
    let analysis = |intercept: Value| {
        let attributes = [classes(), ("coef_", floats(&[3, 2])), ("intercept_", intercept)];
        boosting(object("sklearn.discriminant_analysis.LinearDiscriminantAnalysis", &attributes))
    };
    is_safe(&analysis(floats(&[3])));
    is_safe(&analysis(float(0.0)));
    is_found(&analysis(floats(&[0, 3])), Rule::Unsound, "init_");
}

#[test]
fn losses_that_are_not_those_of_their_class() {
    let model = |more: &[(&str, Value)], loss: &[(&str, Value)]| {
        let loss =
            object("sklearn._loss.loss.HalfMultinomialLoss", &[&[("n_classes", int(3))], loss].concat());
        let trees = array_of(dtype("|O8"), &[0, 3], list(&[]));
        let attributes = [("estimators_", trees), ("_loss", loss), ("n_features_in_", int(2))];
        object("sklearn.ensemble._gb.GradientBoostingClassifier", &[&attributes, more].concat())
    };
    let link =
        |attributes: &[(&str, Value)]| ("link", object("sklearn._loss.link.MultinomialLogit", attributes));
    is_safe(&model(&[], &[link(&[])]));
    is_found(&model(&[], &[link(&[("link", global("numpy.mean"))])]), Rule::Unsound, "link is none of");
    let other = object("argparse.Namespace", &[("link", global("numpy.mean"))]);
    is_found(&model(&[], &[("link", other)]), Rule::Unsound, "link is none of");
    is_found(&model(&[], &[("is_multiclass", FALSE.to_vec())]), Rule::Unsound, "hides that of its class");
    is_found(
        &model(&[("_estimator_type", text("regressor"))], &[]),
        Rule::Unsound,
        "hides that of its class",
    );
}
