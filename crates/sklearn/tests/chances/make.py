"""Writes chances-VERSION.json next to itself, see ../record.py: models of dummy, isotonic, calibration and mixture. Committed
are the results of 0.20.4, 1.3.2 and 1.9.1."""

import os
import sys
import warnings

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.naive_bayes import GaussianNB
from sklearn.utils import check_random_state

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

warnings.simplefilter("ignore")
random = check_random_state(0)
X = random.normal(size=(30, 3)).round(2)
two = (X[:, 2] + random.normal(size=30) / 2 > 0).astype(np.int64)
three = np.array(["low", "middle", "high"])[np.digitize(X[:, 0] + random.normal(size=30) / 2, [-0.5, 0.5])]
rows = np.vstack([X[:4] * 1.5, np.zeros((1, 3)), 1e3 * X[:1]])
both = np.column_stack([two, 5 + (X[:, 0] > 0)])
UNUSED = """covariances_ covariance_prior_ precisions_ lower_bound_ lower_bounds_ mean_prior_ converged_ random_state cv
label_encoder_ weight_concentration_prior_ degrees_of_freedom_prior_ sigma_ epsilon_ class_count_ alphas""".split()


def case(name, model, batches, refused=()):
    return record.case(name, model, batches, refused, UNUSED)


def calibrated(model, y, **params):
    return CalibratedClassifierCV(model, cv=2, **params).fit(X, y)


class Vector:
    """IsotonicRegression as a model of one column: until 0.23 it took vectors only."""

    def __init__(self, model):
        self.model = model

    def predict(self, X):
        return self.model.predict(X.ravel())

    transform = predict


def isotonic(name, batches, **params):
    model = IsotonicRegression(**params).fit(X[:, 0], two * 1.0)
    model.__dict__.pop("f_", None)
    of = model.__getstate__()
    model.__setstate__(of)
    runs = [{"x": record.value(x), "expected": record.results(Vector(model), x)} for x in batches]
    kept = {key: record.value(value) for key, value in of.items() if key not in ("f_", "_X_", "_y_")}
    cls = ["%s" % type(model).__module__, "IsotonicRegression"]
    return {"name": name, "class": cls, "state": kept, "runs": runs}


inside = np.linspace(X[:, 0].min(), X[:, 0].max(), 9)[:, None]
outside = np.vstack([inside * 1.5, [[np.float64(0)]]])
cases = [
    case("DummyClassifier", DummyClassifier(strategy="most_frequent").fit(X, three), [rows]),
    case("DummyClassifier-constant", DummyClassifier(strategy="constant", constant="low").fit(X, three), [rows]),
    case("DummyClassifier-two", DummyClassifier(strategy="prior").fit(X, both), [rows]),
    case("DummyRegressor", DummyRegressor(strategy="median").fit(X, X[:, 1]), [rows]),
    case("DummyRegressor-two", DummyRegressor().fit(X, X[:, 1:]), [rows]),
    case("calibrated-2", calibrated(RidgeClassifier(), two), [rows]),
    case("calibrated-3", calibrated(RidgeClassifier(), three), [rows]),
    case("calibrated-isotonic", calibrated(GaussianNB(), three, method="isotonic"), [rows]),
    case("calibrated-isotonic-2", calibrated(GaussianNB(), two, method="isotonic"), [rows]),
    isotonic("isotonic-clip", [inside, outside], out_of_bounds="clip"),
    isotonic("isotonic-nan", [inside, outside], out_of_bounds="nan", increasing=False),
]
for kind in ("full", "tied", "diag", "spherical"):
    model = GaussianMixture(n_components=2, covariance_type=kind, random_state=0).fit(X)
    # squares of float32 are added up in float32, in numpy's order
    batches = [rows] if kind == "spherical" else [rows, rows.astype(np.float32)]
    cases.append(case("GaussianMixture-" + kind, model, batches))
for kind in ("dirichlet_process", "dirichlet_distribution"):
    model = BayesianGaussianMixture(n_components=2, weight_concentration_prior_type=kind, random_state=0, max_iter=200).fit(X)
    cases.append(case("BayesianGaussianMixture-" + kind, model, [rows]))
if record.VERSION >= (1, 8):
    cases.append(case("calibrated-temperature", calibrated(GaussianNB(), three, method="temperature"), [rows]))
    cases.append(case("calibrated-temperature-2", calibrated(RidgeClassifier(), two, method="temperature"), [rows]))
record.write(__file__, "chances", cases)
