"""Writes preprocessing-VERSION.json next to itself, see ../record.py; committed are the results of 0.20.4, 1.0.2 and 1.9.1."""

import os
import sys

import numpy as np
import sklearn.preprocessing as p

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

random = np.random.RandomState(0)
X = random.normal(size=(20, 2)) * [1, 10] + [0, 3]
rows = np.vstack([X[:4] * 1.5 - 0.25, np.zeros((1, 2)), -3 * X[:2]])
single = rows.astype(np.float32)
positive = np.abs(X) + 0.1
nan = rows[:2].copy()
nan[0, 1] = np.nan
infinite = rows[:1].copy()
infinite[0, 1] = -np.inf
integers = np.array([[3], [1], [2], [1]])
texts = np.array([["b"], ["a"], ["c"]])


def fitted(name, *arguments, **parameters):
    return getattr(p, name)(**parameters).fit(*arguments)


cases = [
    record.case("max-abs", fitted("MaxAbsScaler", X), [rows, single, nan], [infinite]),
    record.case("robust", fitted("RobustScaler", X), [rows, single, nan], [infinite]),
    record.case("robust-scale", fitted("RobustScaler", X, with_centering=False, quantile_range=(10, 60)), [rows]),
    record.case("robust-center", fitted("RobustScaler", X, with_scaling=False), [rows]),
    record.case("label-encoder", fitted("LabelEncoder", integers.ravel()), [integers]),
    record.case("label-encoder-text", fitted("LabelEncoder", texts.ravel()), [texts]),
    record.case("label-binarizer", fitted("LabelBinarizer", integers.ravel(), neg_label=-1, pos_label=2), [integers]),
    record.case("label-binarizer-two", fitted("LabelBinarizer", np.array([5, 7])), [np.array([[7], [5]])]),
    record.case("poly", fitted("PolynomialFeatures", X, degree=3), [rows, single], [nan]),
    record.case("poly-interaction", fitted("PolynomialFeatures", X, interaction_only=True, include_bias=False), [rows]),
    record.case("power", fitted("PowerTransformer", X), [rows, single, nan]),
    record.case("power-box-cox", fitted("PowerTransformer", positive, method="box-cox"), [positive[:3] * 2], [-positive[:1]]),
    record.case("power-plain", fitted("PowerTransformer", X, standardize=False), [rows]),
    record.case("quantile", fitted("QuantileTransformer", X, n_quantiles=7), [rows, single, nan]),
    record.case("quantile-normal", fitted("QuantileTransformer", X, n_quantiles=7, output_distribution="normal"), [rows]),
    record.case("kbins", fitted("KBinsDiscretizer", X, encode="ordinal", strategy="uniform"), [rows, single], [nan]),
    record.case("kbins-dense", fitted("KBinsDiscretizer", X, encode="onehot-dense", strategy="uniform"), [rows]),
    record.case("kernel-centerer", fitted("KernelCenterer", X.dot(X.T)[:4, :4]), [X.dot(X.T)[4:8, :4]], [infinite[:, 1:].repeat(4, 1)]),
]
if record.VERSION >= (0, 24):
    cases += [
        record.case("normalizer", fitted("Normalizer", X), [rows, single]),
        record.case("normalizer-max", fitted("Normalizer", X, norm="max"), [rows]),
        record.case("binarizer", fitted("Binarizer", X, threshold=0.5), [rows, single, integers.repeat(2, 1)]),
    ]
if record.VERSION >= (1, 0):
    for extrapolation in ("constant", "linear", "continue", "periodic"):
        cases.append(record.case("spline-" + extrapolation, fitted("SplineTransformer", X, extrapolation=extrapolation), [rows]))
    cases.append(record.case("spline-line", fitted("SplineTransformer", X, degree=1, extrapolation="linear", include_bias=False), [rows, single]))
    cases.append(record.case("spline-error", fitted("SplineTransformer", X, extrapolation="error"), [X[:3]], [X[:1] * 100]))
    cases.append(record.case("poly-range", fitted("PolynomialFeatures", X, degree=(2, 3)), [rows]))
if record.VERSION >= (1, 3):
    y = np.arange(len(X)) % 2 * 1.5
    cases.append(record.case("target", p.TargetEncoder(cv=3, random_state=0).fit(np.arange(20).reshape(-1, 1) % 3, y), [integers]))
    classes = np.arange(len(X)) % 3
    cases.append(record.case("target-multi", p.TargetEncoder(cv=3, random_state=0).fit(np.arange(20).reshape(-1, 1) % 4, classes), [integers]))
record.write(__file__, "preprocessing", cases)
