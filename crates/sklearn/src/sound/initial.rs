//! The first prediction of gradient boosting: `predict_stages` writes to it by the numbers of samples and classes, so that
//! the estimator that gives it must give a row for each sample and, for several classes, a column for each class.
//!
//! Source: `_raw_predict_init` in `sklearn/ensemble/_gb.py`, and `predict_proba` of each class; before scikit-learn 0.21 it
//! is `predict`, which must not give two dimensions.

use cannery_object::known::known;
use cannery_object::{Heap, Kind, Object, Value};
use rustc_hash::FxHashSet;

use super::{Allowance, Checked, is_number, is_str, unknown, unsound};

const PLACE: &str = "init_";

/// Checks the estimator, and those that it asks in turn.
pub(super) fn check(heap: &Heap, init: Value, width: usize, allowance: &mut Allowance) -> Checked {
    if heap.is_str(init, "zero") {
        return Ok(());
    }
    let mut open = vec![init];
    let mut seen = FxHashSet::default();
    while let Some(estimator) = open.pop() {
        let Some(object) = heap.object(estimator) else { return Err(unsound(PLACE, "not an estimator")) };
        if matches!(estimator, Value::Ref(id) if !seen.insert(id)) {
            continue;
        }
        allowance.spend(256 + 64 * object.attributes().map_or(0, <[_]>::len) as u64)?;
        let one = One { heap, object, width };
        match if width > 1 { one.columns() } else { one.rows() } {
            Columns::Fit => {}
            Columns::Differ(what) => {
                return Err(unsound(PLACE, format!("{what} not for {width} classes")));
            }
            Columns::Of(estimators) => {
                allowance.spend(16 * estimators.len() as u64)?;
                open.extend(estimators);
            }
            Columns::Unknown => {
                let message = "the first prediction comes from an estimator that is not known";
                return Err(unknown(message));
            }
        }
    }
    Ok(())
}

/// What is known of the columns of an estimator's probabilities.
enum Columns {
    /// As many as there are classes.
    Fit,
    /// The attribute that says otherwise.
    Differ(&'static str),
    /// Those of other estimators.
    Of(Vec<Value>),
    Unknown,
}

/// An estimator, and the number of classes that it should know.
struct One<'h> {
    heap: &'h Heap,
    object: Object<'h>,
    width: usize,
}

impl One<'_> {
    fn columns(&self) -> Columns {
        let (module, name) = self.object.class();
        match name {
            "PriorProbabilityEstimator" => self.fit(&[("priors", self.has_vector("priors"))]),
            "ZeroEstimator" => self.fit(&[("n_classes", self.has_count("n_classes"))]),
            _ if known(module, name).is_none() => Columns::Unknown,
            "DummyClassifier" => self.fit(&[
                ("strategy", self.has_strategy()),
                ("n_classes_", self.has_count("n_classes_")),
                ("n_outputs_", self.has_int("n_outputs_", 1)),
                ("output_2d_", self.object.attr("output_2d_").is_none() || self.has_false("output_2d_")),
                ("class_prior_", self.has_vector("class_prior_")),
            ]),
            "LogisticRegression" | "LogisticRegressionCV" => self.with_classes("coef_", self.is_linear()),
            "DecisionTreeClassifier" | "ExtraTreeClassifier" => {
                let fits = self.has_count("n_classes_") && self.has_int("n_outputs_", 1) && self.has_leaves();
                self.with_classes("n_classes_", fits)
            }
            "RandomForestClassifier" | "ExtraTreesClassifier" => {
                let fits = self.has_count("n_classes_") && self.has_int("n_outputs_", 1);
                self.with_classes("n_classes_", fits)
            }
            "GaussianNB" => {
                let fits = self.has_rows("theta_") && self.has_variances() && self.adds("class_prior_");
                self.with_classes("theta_", fits)
            }
            "MultinomialNB" | "ComplementNB" | "BernoulliNB" => {
                let fits = self.has_rows("feature_log_prob_") && self.adds("class_log_prior_");
                self.with_classes("feature_log_prob_", fits)
            }
            "KNeighborsClassifier" => self.with_classes("outputs_2d_", self.has_false("outputs_2d_")),
            // a kernel that is a function can give fewer rows
            "SVC" | "NuSVC" if self.object.attr("kernel").is_some_and(|kernel| is_str(self.heap, kernel)) => {
                self.with_classes("n_support_", self.has_supports())
            }
            "LinearDiscriminantAnalysis" | "SGDClassifier" if self.width > 2 => {
                self.with_classes("coef_", self.is_linear())
            }
            "MLPClassifier" if self.width > 2 => self.with_classes("coefs_", self.has_layers()),
            "BaggingClassifier" | "CalibratedClassifierCV" => {
                let fits = self.object.attr("n_classes_").is_none() || self.has_count("n_classes_");
                self.with_classes("n_classes_", fits)
            }
            "AdaBoostClassifier" => self.boosted(),
            "HistGradientBoostingClassifier" if self.width > 2 => {
                let loss = self.has_loss(&["HalfMultinomialLoss", "CategoricalCrossEntropy"]);
                let trees = self.has_count("n_trees_per_iteration_");
                self.with_classes("n_trees_per_iteration_", trees && loss)
            }
            "GradientBoostingClassifier" if self.width > 2 => {
                let loss = self.has_loss(&["HalfMultinomialLoss", "MultinomialDeviance"]);
                let trees =
                    self.has_shape("estimators_", |shape| matches!(shape, [_, n] if *n == self.width));
                self.with_classes("estimators_", trees && loss)
            }
            "GridSearchCV" | "RandomizedSearchCV" | "HalvingGridSearchCV" | "HalvingRandomSearchCV" => {
                let best = self.object.attr("best_estimator_");
                best.map_or(Columns::Differ("best_estimator_"), |best| Columns::Of(vec![best]))
            }
            "VotingClassifier" => self.voting(),
            "Pipeline" => self.pipeline(),
            _ => Columns::Unknown,
        }
    }

    /// The same where one column is asked for, so that only the rows count: whether functions that the file chose stand
    /// between the samples and the prediction.
    fn rows(&self) -> Columns {
        const PACKAGES: &[&str] = &[
            "calibration",
            "discriminant_analysis",
            "dummy",
            "ensemble",
            "linear_model",
            "naive_bayes",
            "neighbors",
            "neural_network",
            "svm",
            "tree",
        ];
        let (module, name) = self.object.class();
        let package = module.strip_prefix("sklearn.").and_then(|rest| rest.split('.').next());
        if known(module, name).is_none() {
            return Columns::Unknown;
        }
        match name {
            "Pipeline"
            | "GridSearchCV"
            | "RandomizedSearchCV"
            | "HalvingGridSearchCV"
            | "HalvingRandomSearchCV" => self.columns(),
            _ if package.is_none_or(|package| !PACKAGES.contains(&package)) => Columns::Unknown,
            // `Tree.predict` reads the columns of a row without a look at how many there are
            _ if module == "sklearn.tree._tree" => Columns::Unknown,
            "RANSACRegressor" => {
                let inner = self.object.attr("estimator_");
                inner.map_or(Columns::Differ("estimator_"), |inner| Columns::Of(vec![inner]))
            }
            "VotingRegressor" | "VotingClassifier" | "BaggingRegressor" | "AdaBoostRegressor"
            | "AdaBoostClassifier" => {
                let members = self.object.attr("estimators_").and_then(|members| self.heap.as_list(members));
                members.map_or(Columns::Differ("estimators_"), |members| Columns::Of(members.to_vec()))
            }
            "StackingRegressor" | "StackingClassifier" => Columns::Unknown,
            "SVC" | "NuSVC" | "SVR" | "NuSVR"
                if !self.object.attr("kernel").is_some_and(|kernel| is_str(self.heap, kernel)) =>
            {
                Columns::Unknown
            }
            _ => Columns::Fit,
        }
    }

    /// The same, for classes whose `classes_` are taken by the index of a column.
    fn with_classes(&self, what: &'static str, fits: bool) -> Columns {
        self.fit(&[("classes_", self.has_vector("classes_")), (what, fits)])
    }

    fn fit(&self, checks: &[(&'static str, bool)]) -> Columns {
        checks.iter().find(|(_, fits)| !fits).map_or(Columns::Fit, |(what, _)| Columns::Differ(what))
    }

    /// The mean over `estimators_`, whose classes `le_` names.
    fn voting(&self) -> Columns {
        let estimators = self.object.attr("estimators_").and_then(|value| self.heap.as_list(value));
        let encoder = self.object.attr("le_").and_then(|encoder| self.heap.object(encoder));
        let names = encoder.is_some_and(|object| {
            object.class().1 == "LabelEncoder" && One { object, ..*self }.has_vector("classes_")
        });
        match estimators {
            Some(estimators) if names && !estimators.is_empty() => Columns::Of(estimators.to_vec()),
            _ => Columns::Differ("estimators_"),
        }
    }

    /// The weighted sum over `estimators_`: of their probabilities or, by the algorithm SAMME, of what they predict compared
    /// with `classes_`. A weight that is no number would have rows and columns of its own.
    fn boosted(&self) -> Columns {
        const WEIGHTS: &str = "estimator_weights_";
        let estimators = self.object.attr("estimators_").and_then(|value| self.heap.as_list(value));
        let Some(estimators) = estimators.filter(|estimators| !estimators.is_empty()) else {
            return Columns::Differ("estimators_");
        };
        let weights = self.object.attr(WEIGHTS).and_then(|value| self.heap.ndarray(value));
        let are_numbers = weights
            .and_then(Result::ok)
            .is_some_and(|weights| weights.ndim() == 1 && weights.dtype.kind == Kind::Float);
        match self.with_classes("n_classes_", self.has_count("n_classes_")) {
            Columns::Fit if are_numbers => Columns::Of(estimators.to_vec()),
            Columns::Fit => Columns::Differ(WEIGHTS),
            other => other,
        }
    }

    /// Each gives a column for each of `n_classes_`, or for each of `class_prior_`. `warn` is the default of scikit-learn
    /// 0.22, which then takes `stratified`.
    fn has_strategy(&self) -> bool {
        const STRATEGIES: &[&str] = &["constant", "most_frequent", "prior", "stratified", "uniform", "warn"];
        STRATEGIES.iter().any(|strategy| self.has_text("strategy", strategy))
    }

    /// The last step, if those before leave every row where it is.
    fn pipeline(&self) -> Columns {
        let Some([first @ .., last]) = self.object.attr("steps").and_then(|steps| self.heap.as_list(steps))
        else {
            return Columns::Differ("steps");
        };
        let step = |step: &Value| match self.heap.as_tuple(*step) {
            Some([_name, step]) => Some(*step),
            _ => None,
        };
        match step(last) {
            Some(last)
                if first.iter().all(|before| step(before).is_some_and(|before| self.keeps_rows(before))) =>
            {
                Columns::Of(vec![last])
            }
            _ => Columns::Unknown,
        }
    }

    fn keeps_rows(&self, step: Value) -> bool {
        const KEEP: &[&str] =
            &["MaxAbsScaler", "MinMaxScaler", "PCA", "RobustScaler", "SimpleImputer", "StandardScaler"];
        let known = |object: Object<'_>| {
            let (module, name) = object.class();
            KEEP.contains(&name) && known(module, name).is_some()
        };
        step == Value::None
            || self.heap.is_str(step, "passthrough")
            || self.heap.object(step).is_some_and(known)
    }

    fn has_shape(&self, name: &str, fits: impl Fn(&[usize]) -> bool) -> bool {
        let array = self.object.attr(name).and_then(|value| self.heap.ndarray(value)).and_then(Result::ok);
        array.is_some_and(|array| fits(&array.shape))
    }

    /// A vector with an element for each class.
    fn has_vector(&self, name: &str) -> bool {
        self.has_shape(name, |shape| shape == [self.width])
    }

    /// A matrix with a row for each class.
    fn has_rows(&self, name: &str) -> bool {
        self.has_shape(name, |shape| matches!(shape, [rows, _] if *rows == self.width))
    }

    /// A tree whose nodes have a value for each class.
    fn has_leaves(&self) -> bool {
        let tree = self.object.attr("tree_").and_then(|tree| self.heap.object(tree));
        let values = tree.and_then(|tree| self.heap.ndarray(tree.attr("values")?)).and_then(Result::ok);
        values.is_some_and(|values| matches!(values.shape[..], [_, 1, classes] if classes == self.width))
    }

    /// A row of `coef_` for each class, and what is added.
    fn is_linear(&self) -> bool {
        self.has_rows("coef_") && self.adds("intercept_")
    }

    /// What is added to a row for each sample: with another shape there would be fewer rows, none if it is empty.
    fn adds(&self, name: &str) -> bool {
        self.object.attr(name).is_none_or(|value| is_number(self.heap, value))
            || self.has_shape(name, |shape| matches!(shape, [] | [1]) || shape == [self.width])
    }

    fn has_int(&self, name: &str, want: i64) -> bool {
        self.object.attr(name).and_then(|value| self.heap.integer(value)) == Some(want)
    }

    fn has_count(&self, name: &str) -> bool {
        i64::try_from(self.width).is_ok_and(|width| self.has_int(name, width))
    }

    fn has_text(&self, name: &str, want: &str) -> bool {
        self.object.attr(name).is_some_and(|value| self.heap.is_str(value, want))
    }

    fn has_false(&self, name: &str) -> bool {
        self.object.attr(name) == Some(Value::Bool(false))
    }

    /// `var_`, before scikit-learn 1.0 `sigma_`.
    fn has_variances(&self) -> bool {
        self.has_each_of(["var_", "sigma_"], |name| self.has_rows(name))
    }

    /// libsvm makes a column for each count of support vectors.
    fn has_supports(&self) -> bool {
        self.has_each_of(["_n_support", "n_support_"], |name| self.has_vector(name))
    }

    /// Which of two names is used depends on the release: one is there, and those that are fit.
    fn has_each_of(&self, names: [&str; 2], fits: impl Fn(&str) -> bool) -> bool {
        let mut present = names.into_iter().filter(|name| self.object.attr(name).is_some()).peekable();
        present.peek().is_some() && present.all(fits)
    }

    /// The last of `n_layers_ - 1` matrices has a column for each class.
    fn has_layers(&self) -> bool {
        let Some(matrices) = self.object.attr("coefs_").and_then(|value| self.heap.as_list(value)) else {
            return false;
        };
        let Some(Ok(last)) = matrices.last().and_then(|&last| self.heap.ndarray(last)) else { return false };
        let layers = i64::try_from(matrices.len() + 1);
        let binarizer =
            self.object.attr("_label_binarizer").and_then(|binarizer| self.heap.object(binarizer));
        let gives_labels = binarizer.is_some_and(|object| {
            object.class().1 == "LabelBinarizer" && One { object, ..*self }.has_text("y_type_", "multiclass")
        });
        gives_labels
            && layers.is_ok_and(|layers| self.has_int("n_layers_", layers))
            && self.has_count("n_outputs_")
            && matches!(last.shape[..], [_, columns] if columns == self.width)
    }

    fn has_loss(&self, names: &[&str]) -> bool {
        let present: Vec<_> =
            ["_loss", "loss_"].into_iter().filter_map(|name| self.object.attr(name)).collect();
        let fits = |loss: &Value| self.heap.object(*loss).is_some_and(|loss| names.contains(&loss.class().1));
        !present.is_empty() && present.iter().all(fits)
    }
}
