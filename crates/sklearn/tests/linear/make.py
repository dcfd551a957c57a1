"""Writes linear-VERSION.json next to itself, see ../record.py; committed are the results of 0.20.4, 1.3.2 and 1.9.1."""

import os
import sys
import warnings

import numpy as np
import sklearn.linear_model as lm
from sklearn.svm import LinearSVC, LinearSVR
from sklearn.utils import check_random_state

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

warnings.simplefilter("ignore")
random = check_random_state(0)
X = random.normal(size=(24, 3)).round(2)
y = X.dot([1.0, -2.0, 0.5]) + 0.3 + random.normal(size=24).round(2) / 8
both = np.column_stack([y, -2 * y + X[:, 0]])
two = (y > 0).astype(np.int64)
three = np.array(["low", "middle", "high"])[np.digitize(y, [-1.0, 1.0])]
rows = np.vstack([X[:4] * 1.5, np.zeros((1, 3))])
nan = rows[:1].copy()
nan[0, 1] = np.nan
# Nothing that predicts depends on these, and some have no state in Python.
UNUSED = """loss_function_ _base_loss path_ coef_path_ mse_path_ cv_values_ cv_results_ alphas alphas_ active_ estimators
scores_ coefs_paths_ Cs_ l1_ratios_ _loss_function_ standard_coef_ average_coef_ standard_intercept_
average_intercept_ cv_alphas_ cv_mse_path_ coef_path_ sigma_ outliers_ inlier_mask_ all_score_path_ criterion_
gcv_values_ noise_variance_ scale_ lambda_ dual_gap_ indices_ n_resamples_ breakdown_ _intercept_ coef_std_""".split()
# a spread of BayesianRidge and ARDRegression is computed from it
KEPT = {"BayesianRidge": ["sigma_"], "ARDRegression": ["sigma_", "lambda_"]}


def case(name, model, batches=(rows,), refused=()):
    kept = KEPT.get(type(model).__name__, [])
    return record.case(name, model, batches, refused, [unused for unused in UNUSED if unused not in kept])


REGRESSORS = """ARDRegression BayesianRidge ElasticNet ElasticNetCV HuberRegressor Lars LarsCV Lasso LassoCV LassoLars
LassoLarsCV LassoLarsIC LinearRegression OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV
PassiveAggressiveRegressor QuantileRegressor RANSACRegressor Ridge RidgeCV SGDRegressor TheilSenRegressor""".split()
CLASSIFIERS = "PassiveAggressiveClassifier Perceptron RidgeClassifier RidgeClassifierCV SGDClassifier".split()


def made(name, **params):
    cls = getattr(lm, name)
    if "random_state" in cls().get_params():
        params["random_state"] = 0
    if name == "QuantileRegressor":
        params["solver"] = "highs"
    return cls(**params)


cases = [case(name, made(name).fit(X, y), [rows], [nan]) for name in REGRESSORS if hasattr(lm, name)]
cases += [case("LinearSVR", LinearSVR(random_state=0).fit(X, y))]
single = rows.astype(np.float32)
cases += [
    case("LinearRegression-float32", lm.LinearRegression().fit(X.astype(np.float32), y.astype(np.float32)), [single, rows]),
    case("Ridge-float32", lm.Ridge().fit(X, y), [single, (rows * 10).astype(np.int64)]),
    case("Ridge-two", lm.Ridge().fit(X, both)),
    case("Ridge-no-intercept", lm.Ridge(fit_intercept=False).fit(X, y)),
    case("Ridge-column", lm.Ridge().fit(X, y[:, None])),
]
for name in "MultiTaskElasticNet MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV".split():
    cases.append(case(name, made(name).fit(X, both)))
for name in CLASSIFIERS:
    cases.append(case(name + "-2", made(name).fit(X, two)))
    cases.append(case(name + "-3", made(name).fit(X, three)))
cases.append(case("LinearSVC-2", LinearSVC(random_state=0).fit(X, two == 1)))
cases.append(case("LinearSVC-3", LinearSVC(random_state=0).fit(X, three)))
cases.append(case("LinearSVC-crammer", LinearSVC(multi_class="crammer_singer", random_state=0).fit(X, two)))
log = "log_loss" if record.VERSION >= (1, 1) else "log"
far = np.vstack([rows, 1e4 * rows])
for loss in (log, "modified_huber"):
    for name, labels in (("2", two), ("3", three)):
        cases.append(case("SGDClassifier-%s-%s" % (loss, name), made("SGDClassifier", loss=loss).fit(X, labels), [far]))
if record.VERSION >= (0, 23):
    cases += [case(name, made(name).fit(X, np.abs(y) + 0.1)) for name in ("GammaRegressor", "PoissonRegressor")]
    for power in (0, 1.5):
        cases.append(case("TweedieRegressor-%s" % power, lm.TweedieRegressor(power=power).fit(X, np.abs(y) + 0.1)))
    cases.append(case("TweedieRegressor-log", lm.TweedieRegressor(link="log").fit(X, np.abs(y) + 0.1)))
if record.VERSION >= (1, 0):
    cases.append(case("SGDOneClassSVM", made("SGDOneClassSVM").fit(X)))
    labels = np.column_stack([two, X[:, 0] > 0]).astype(np.int64)
    cases.append(case("RidgeClassifier-labels", lm.RidgeClassifier().fit(X, labels)))
record.write(__file__, "linear", cases)
