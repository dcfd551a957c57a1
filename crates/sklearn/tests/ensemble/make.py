"""Writes ensemble-VERSION.json next to itself, see ../record.py; committed are the results of 0.20.4, 1.3.2 and 1.9.1.

Ensembles, selectors, estimators around others, neighbours and imputers: a model of each class, and of some options.
"""

import os
import sys
import warnings

import numpy as np
import scipy.sparse as sp
import sklearn.ensemble as en
import sklearn.feature_selection as fs
import sklearn.impute as im
import sklearn.multiclass as mc
import sklearn.multioutput as mo
import sklearn.neighbors as nb
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelPropagation, LabelSpreading
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

warnings.simplefilter("ignore")
V = record.VERSION
random = np.random.RandomState(0)
X = random.normal(size=(24, 3)).round(2)
y = X.dot([1.0, -2.0, 0.5]) + 0.3
both = np.column_stack([y, X[:, 0] - y])
two = (y > 0).astype(np.int64)
three = np.array(["low", "middle", "high"])[np.digitize(y, [-1.0, 1.0])]
flags = np.column_stack([y > 0, X[:, 1] > 0, X[:, 2] > -0.5]).astype(np.int64)
rows = np.vstack([X[:4] * 1.5, np.zeros((1, 3))])
holes = np.where(random.uniform(size=X.shape) < 0.2, np.nan, X)
holed_rows = np.where(random.uniform(size=rows.shape) < 0.3, np.nan, rows)

# what fit needs and nothing else
SKIPPED = set("""estimator base_estimator base_estimator_ estimators _rng _random_state random_state_ _seeds train_score_
oob_improvement_ oob_score_ oob_scores_ estimator_errors_ estimator_params _bagging named_estimators_ _sample_weight
_n_samples _n_samples_bootstrap n_iter_ cv_results_ ranking_ X_ y_ transduction_ labeled_iter_ termination_condition_
negative_outlier_factor_ deviations_ class_log_prior_ score_func _fit_dtype cv init final_estimator transformer
regressor validation_scores_ estimators_samples_ _metadata_request callback _le max_score_ func inverse_func""".split())
KEPT = {"IterativeImputer": {"n_iter_"}, "VotingClassifier": {"estimators"}, "VotingRegressor": {"estimators"},
        "StackingClassifier": {"estimators"}, "StackingRegressor": {"estimators"}, "LabelPropagation": {"X_"},
        "LabelSpreading": {"X_"}, "FrozenEstimator": {"estimator"}, "FunctionTransformer": {"func", "inverse_func"},
        "FixedThresholdClassifier": {"estimator"}, "_ConstantPredictor": {"y_"},
        "SelfTrainingClassifier": {"base_estimator_"}}
plain = record.value


def value(x):
    if sp.issparse(x):
        x = x.tocsr()
        x.sort_indices()
        indptr, indices = x.indptr.tolist(), x.indices.tolist()
        return {"indptr": indptr, "indices": indices, "shape": x.shape, "values": plain(x.data)}
    if isinstance(x, np.ndarray) and x.dtype.names:
        fields = [[n, x.dtype[n].str, x.dtype.fields[n][1]] for n in x.dtype.names]
        return {"fields": fields, "itemsize": x.dtype.itemsize, "shape": x.shape, "hex": x.tobytes().hex()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return {"tuple": [value(e) for e in x]}
    if callable(x) and hasattr(x, "__name__"):
        return {"global": [getattr(x, "__module__", None) or "numpy", x.__name__]}
    if isinstance(x, np.dtype):
        return {"call": ["numpy", "dtype"], "args": [x.str.lstrip("<"), False, True]}
    if type(x).__name__ == "Tree":
        return {"class": ["sklearn.tree._tree", "Tree"], "state": record.state(x)}
    if isinstance(x, (np.ndarray, np.generic, list, dict, bool, int, float, str, tuple, type(None))):
        return plain(x)
    if not getattr(x, "__dict__", None):
        args = x.__reduce__()
        if len(args) < 3 or not args[1] or not isinstance(args[1][0], type):
            return plain(None)
        return {"built": [args[0].__module__, args[1][0].__name__], "with": value(args[2])}
    return plain(x)


def state(model, without=()):
    if type(model).__name__ == "Tree":
        return {name: value(x) for name, x in model.__getstate__().items()}
    attributes = dict(vars(model), _sklearn_version=record.sklearn.__version__)
    skipped = SKIPPED - KEPT.get(type(model).__name__, set())
    return {name: value(x) for name, x in attributes.items() if name not in skipped and not name.startswith("__")}


plain_results = record.results


def results(model, X):
    methods = list(record.METHODS)
    if getattr(model, "voting", None) == "hard":  # until 0.21 it only seems to have it
        record.METHODS.remove("predict_proba")
    if isinstance(model, en.IsolationForest):  # a power less a number that is nearly as large
        record.METHODS.remove("decision_function")
    found = plain_results(model, X)
    record.METHODS[:] = methods
    return found


record.value, record.state, record.results = value, state, results
cases = []


def add(name, model, X=X, y=None, batches=(rows,), since=(0, 20), refused=()):
    if V < since:
        return
    model = model()
    model = model.fit(X) if y is None else model.fit(X, y)
    cases.append(record.case(name, model, batches, refused))


def tree(depth=2):
    return DecisionTreeClassifier(max_depth=depth, random_state=0)


def base(estimator):
    return {"estimator" if V >= (1, 2) else "base_estimator": estimator}


logistic = lambda: LogisticRegression(solver="lbfgs" if V >= (1, 6) else "liblinear")
nan = rows[:1].copy()
nan[0, 1] = np.nan
GB = dict(n_estimators=3, max_depth=2, random_state=0)
add("gb-two", lambda: en.GradientBoostingClassifier(**GB), y=two, refused=[nan])
add("gb-three", lambda: en.GradientBoostingClassifier(**GB), y=three)
add("gb-exponential", lambda: en.GradientBoostingClassifier(loss="exponential", **GB), y=two)
add("gb-zero", lambda: en.GradientBoostingClassifier(init="zero", **GB), y=three, since=(1, 0))
for loss in "squared_error", "absolute_error", "huber", "quantile":
    add("gb-" + loss, lambda: en.GradientBoostingRegressor(loss=loss, **GB), y=y, since=(1, 0))
add("gb-regressor", lambda: en.GradientBoostingRegressor(**GB), y=y)
for name, labels in ("two", two), ("three", three):
    samme = {} if V >= (1, 6) else dict(algorithm="SAMME")
    add("ada-samme-" + name, lambda: en.AdaBoostClassifier(n_estimators=3, random_state=0, **samme), y=labels)
    if V < (1, 6):
        old = dict(n_estimators=3, random_state=0, algorithm="SAMME.R")
        add("ada-samme-r-" + name, lambda: en.AdaBoostClassifier(**old), y=labels)
add("ada-regressor", lambda: en.AdaBoostRegressor(n_estimators=3, random_state=0), y=y.round(1))
bag = dict(n_estimators=3, random_state=0)
add("bagging", lambda: en.BaggingClassifier(max_features=2, **dict(bag, **base(tree()))), y=three)
add("bagging-logistic", lambda: en.BaggingClassifier(**dict(bag, **base(logistic()))), y=two)
add("bagging-regressor", lambda: en.BaggingRegressor(**dict(bag, **base(Ridge()))), y=y)
members = lambda: [("a", tree()), ("b", logistic()), ("c", tree(1))]
add("voting-hard", lambda: en.VotingClassifier(members(), voting="hard", weights=[1, 2, 1.5]), y=three)
soft = dict(voting="soft", weights=[1, 2, 1.5], flatten_transform=True)
add("voting-soft", lambda: en.VotingClassifier(members(), **soft), y=three)
numbers = lambda: [("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=2, random_state=0))]
if V >= (0, 22):
    add("voting-regressor", lambda: en.VotingRegressor(numbers()), y=y)
    stack = dict(final_estimator=logistic(), cv=2)
    add("stacking", lambda: en.StackingClassifier(members()[:2], passthrough=True, **stack), y=three)
    add("stacking-two", lambda: en.StackingClassifier(members()[:2], **stack), y=two)
    add("stacking-regressor", lambda: en.StackingRegressor(numbers(), Ridge(), cv=2), y=y)
old = {} if V >= (0, 22) else dict(behaviour="new")
add("isolation-forest", lambda: en.IsolationForest(n_estimators=3, contamination=0.1, random_state=0, **old))
add("embedding", lambda: en.RandomTreesEmbedding(n_estimators=2, max_depth=2, random_state=0))

wide = np.column_stack([X, X[:, :1] * 2 + X[:, 1:2], np.ones(24)])
selected = dict(X=wide, y=two, batches=(wide[:3], wide[:3].astype(int)))
add("k-best", lambda: fs.SelectKBest(fs.f_classif, k=2), **selected)
add("percentile", lambda: fs.SelectPercentile(fs.f_classif, percentile=40), **selected)
add("fpr", lambda: fs.SelectFpr(fs.f_classif, alpha=0.1), **selected)
add("fdr", lambda: fs.SelectFdr(fs.f_classif, alpha=0.1), **selected)
add("fwe", lambda: fs.SelectFwe(fs.f_classif, alpha=0.1), **selected)
add("generic", lambda: fs.GenericUnivariateSelect(fs.f_classif, mode="k_best", param=1), **selected)
add("variance", lambda: fs.VarianceThreshold(0.8), **selected)
add("from-model", lambda: fs.SelectFromModel(logistic()), **selected)
add("from-model-trees", lambda: fs.SelectFromModel(tree(3), threshold="1.2*median", max_features=1), **selected)
add("rfe", lambda: fs.RFE(logistic(), n_features_to_select=2), **selected)
add("rfecv", lambda: fs.RFECV(tree(), cv=2), **selected)
if V >= (0, 24):
    add("sequential", lambda: fs.SequentialFeatureSelector(tree(), n_features_to_select=2, cv=2), **selected)

add("one-vs-rest", lambda: mc.OneVsRestClassifier(logistic()), y=three)
add("one-vs-rest-flags", lambda: mc.OneVsRestClassifier(tree()), y=flags)
add("one-vs-one", lambda: mc.OneVsOneClassifier(logistic()), y=three)
add("one-vs-one-two", lambda: mc.OneVsOneClassifier(tree()), y=two)
add("output-code", lambda: mc.OutputCodeClassifier(logistic(), code_size=2, random_state=0), y=three)
add("multi-output", lambda: mo.MultiOutputClassifier(tree()), y=flags)
add("multi-output-regressor", lambda: mo.MultiOutputRegressor(Ridge()), y=both)
add("classifier-chain", lambda: mo.ClassifierChain(logistic(), order=[2, 0, 1]), y=flags)
add("regressor-chain", lambda: mo.RegressorChain(Ridge(), order=[1, 0]), y=both)
add("target-scaled", lambda: TransformedTargetRegressor(Ridge(), transformer=StandardScaler()), y=y)
add("target-log", lambda: TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp), y=np.exp(y))
if V >= (1, 5):
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

    add("fixed-threshold", lambda: FixedThresholdClassifier(logistic(), threshold=0.3, pos_label=0), y=two)
    add("tuned-threshold", lambda: TunedThresholdClassifierCV(logistic(), cv=2, random_state=0), y=two)
    add("frozen", lambda: FrozenEstimator(logistic().fit(X, three)), y=three)
if V >= (0, 24):
    from sklearn.semi_supervised import SelfTrainingClassifier

    known = np.where(np.arange(24) % 3 == 0, -1, two)
    add("self-training", lambda: SelfTrainingClassifier(logistic()), y=known)
some = np.where(np.arange(24) % 3 == 0, -1, np.digitize(y, [-1.0, 1.0]))
add("propagation", lambda: LabelPropagation(gamma=0.5), y=some)
add("spreading-knn", lambda: LabelSpreading(kernel="knn", n_neighbors=3), y=some)

outlier = dict(radius=1.0, weights="distance")
add("radius-classifier", lambda: nb.RadiusNeighborsClassifier(outlier_label="low", **outlier), y=three)
add("radius-regressor", lambda: nb.RadiusNeighborsRegressor(algorithm="brute", **outlier), y=y)
add("nearest-centroid", lambda: nb.NearestCentroid(), y=three)
add("nearest-centroid-manhattan", lambda: nb.NearestCentroid(metric="manhattan"), y=two)
if V >= (1, 6):
    add("nearest-centroid-priors", lambda: nb.NearestCentroid(priors=[0.5, 0.25, 0.25]), y=three)
add("outlier-factor", lambda: nb.LocalOutlierFactor(n_neighbors=4, novelty=True, contamination=0.1), X[:12])
for kernel in "gaussian", "tophat", "epanechnikov", "exponential", "linear", "cosine":
    add("density-" + kernel, lambda: nb.KernelDensity(bandwidth=1.5, kernel=kernel), X[:8])
if V >= (0, 22):
    add("components", lambda: nb.NeighborhoodComponentsAnalysis(n_components=2, random_state=0, max_iter=3), y=two)
    add("graph", lambda: nb.KNeighborsTransformer(n_neighbors=2))
    add("graph-radius", lambda: nb.RadiusNeighborsTransformer(radius=1.0, mode="connectivity"))
    holed = dict(X=holes, batches=(holed_rows,))
    add("knn-imputer", lambda: im.KNNImputer(n_neighbors=2, add_indicator=True), **holed)
    add("knn-imputer-distance", lambda: im.KNNImputer(n_neighbors=3, weights="distance"), **holed)
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401

    iterative = dict(estimator=Ridge(), max_iter=2, random_state=0)
    add("iterative-imputer", lambda: im.IterativeImputer(**iterative), **holed)
add("indicator", lambda: im.MissingIndicator(), X=holes, batches=(holed_rows,))
record.write(__file__, "ensemble", cases)
