"""Writes hgb-VERSION.json next to itself: states of HistGradientBoosting models and what scikit-learn computes from
them.

Run with the Python of an environment that has the wanted scikit-learn; committed are the results of 0.21.3, 0.22.2,
0.24.2, 1.3.2 and 1.9.1. Bits are kept: floats and arrays are written as hexadecimal bytes, little-endian.
"""

import functools
import json
import os
import struct
import types
import warnings

import numpy as np
import sklearn

try:
    from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401  (until 0.24)
except ImportError:
    pass
from sklearn.ensemble import HistGradientBoostingClassifier as Classifier
from sklearn.ensemble import HistGradientBoostingRegressor as Regressor

# What prediction depends on; the rest is left out to save space.
USED = """_baseline_prediction _bin_mapper _infrequent_enabled _loss _n_features _predictors _preprocessor
_sklearn_version bin_thresholds_ categories_ classes_ encoded_missing_value func handle_unknown is_categorical_ loss_
n_features_ n_features_in_ nodes raw_left_cat_bitsets transformer_weights transformers_ unknown_value""".split()
VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


def value(x):
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, np.ndarray) and x.dtype == object:
        return {"objects": [value(e) for e in x.ravel().tolist()], "shape": x.shape}
    if isinstance(x, np.ndarray) and x.dtype.names:
        fields = [(name, x.dtype[name].str, x.dtype.fields[name][1]) for name in x.dtype.names]
        return {"fields": fields, "itemsize": x.itemsize, "shape": x.shape, "hex": x.tobytes().hex()}
    if isinstance(x, np.ndarray):
        return {"dtype": x.dtype.str, "shape": x.shape, "hex": np.ascontiguousarray(x).tobytes().hex()}
    if isinstance(x, np.generic):
        return {"scalar": x.dtype.str, "hex": x.tobytes().hex()}
    if isinstance(x, float):
        return {"float": struct.pack("<d", x).hex()}
    if isinstance(x, tuple):
        return {"tuple": [value(e) for e in x]}
    if isinstance(x, list):
        return [value(e) for e in x]
    if isinstance(x, types.FunctionType):
        return {"global": [x.__module__, x.__name__]}
    if isinstance(x, functools.partial):
        return {"partial": value(x.func)}
    attributes = dict(vars(x), _sklearn_version=sklearn.__version__) if hasattr(x, "fit") else vars(x)
    if "bin_thresholds_" in attributes and VERSION >= (0, 24):  # those of numbers are not looked at
        pairs = zip(attributes["is_categorical_"], attributes["bin_thresholds_"])
        attributes["bin_thresholds_"] = [thresholds if flag else None for flag, thresholds in pairs]
    return {"class": [type(x).__module__, type(x).__name__], "state": state(attributes)}


def state(attributes):
    return {name: value(x) for name, x in attributes.items() if name in USED}


def outputs(model, x):
    methods = "predict", "predict_proba", "decision_function"
    return {method: value(getattr(model, method)(x)) for method in methods if hasattr(model, method)}


def edge_rows(model, x):
    """Two rows with one feature set to each threshold of a tree, to its neighbours in float64 and to it in float32."""
    rows = [x[:2]]
    nodes = model._predictors[-1][0].nodes
    threshold = "threshold" if VERSION < (0, 24) else "num_threshold"
    for node in nodes[nodes["is_leaf"] == 0][:2]:
        for at in [node[threshold], np.nextafter(node[threshold], 9), np.float32(node[threshold])]:
            row = x[:1].copy()
            row[0, node["feature_idx"] % x.shape[1]] = at
            rows.append(row)
    return np.vstack(rows)


def case(name, model, x, *tests):
    made = value(model)
    tests = tests or (edge_rows(model, x), x[:3].astype(np.float32), x[1:2])
    runs = [{"x": value(test), "expected": outputs(model, test)} for test in tests]
    return {"name": name, "class": made["class"], "state": made["state"], "runs": runs}


def odd_numbers(columns):
    odd = [-0.0, 5e-324, -1e-40, 3.5e38, -1e300] + ([np.nan, np.inf, -np.inf] if VERSION >= (0, 22) else [])
    return np.repeat(np.array(odd)[:, None], columns, axis=1)


def data(rows=60):
    rng = np.random.RandomState(0)
    x = rng.randn(rows, 3).round(3)
    holes = x.copy()
    if VERSION >= (0, 22):
        holes[rng.rand(rows, 3) < 0.2] = np.nan
    return x, holes


def numbers():
    x, holes = data()
    y = x[:, 0] + x[:, 1] ** 2
    small = {"max_iter": 2, "max_leaf_nodes": 4, "min_samples_leaf": 3, "random_state": 0}
    model = Regressor(**small).fit(holes, y)
    x32 = holes[:3].astype(np.float32)
    yield case("regressor", model, holes, edge_rows(model, holes), x32, holes[1:2], odd_numbers(3))
    if VERSION >= (0, 23):
        yield case("poisson", Regressor(loss="poisson", **small).fit(holes, np.exp(y)), holes, holes[:4])
    if VERSION >= (1, 3):
        yield case("gamma", Regressor(loss="gamma", **small).fit(holes, np.exp(y)), holes, holes[:4])
        yield case("quantile", Regressor(loss="quantile", quantile=0.8, **small).fit(holes, y), holes, holes[:4])
    if (0, 22) <= VERSION < (1, 3):
        loss = "absolute_error" if VERSION >= (1, 0) else "least_absolute_deviation"
        yield case("absolute", Regressor(loss=loss, **small).fit(holes, y), holes, holes[:4])
    yield case("binary", Classifier(**small).fit(holes, np.where(y > 0.5, "yes", "no")), holes)
    yield case("classes", Classifier(**small).fit(holes, np.digitize(y, [0.2, 1.0]) * 5 - 3), holes)
    # every sum is 0 or nearly so: the first class, unless a sum is above 0
    even = Classifier(max_iter=1, min_samples_leaf=60).fit(x, np.arange(60) % 2)
    even._baseline_prediction = even._baseline_prediction * 0 + 1e-17
    yield case("tie", even, x, x[:1])


def categories():
    rng = np.random.RandomState(1)
    x = np.c_[rng.randn(300).round(2), rng.choice([0, 1, 2, 5, 40, 254], 300), rng.randint(0, 4, 300)]
    y = x[:, 1] % 3 + x[:, 2] + 0.1 * x[:, 0]
    x[rng.rand(300) < 0.1, 2] = np.nan
    settings = {"max_iter": 2, "max_leaf_nodes": 5, "categorical_features": [1, 2], "random_state": 0}
    odd = [0.0, -0.0, 3.7, 40.0, 254.0, 255.0, 300.0, 296.0, 1e9, 3e9, -0.5, -1.0, -2.0, 7.0, np.nan]
    odd += [np.inf, -np.inf] if VERSION < (1, 4) else []
    test = np.repeat(x[:1], len(odd), axis=0)
    test[:, 1] = odd
    test = np.vstack([x[:4], test])
    yield case("categories", Regressor(**settings).fit(x, y), x, test, test[:4].astype(np.float32))
    names = np.array(["a", "be", "c"], dtype=object)[np.digitize(y, [1, 3])]
    yield case("categories-classes", Classifier(**settings).fit(x, names), x, test[:6])
    if VERSION >= (1, 4):
        x[:, 1] = x[:, 1] * 0.5 - 0.25
        test[:, 1] = test[:, 1] * 0.5 - 0.25
        settings.update(max_iter=1, categorical_features=[1])
        yield case("categories-fractions", Regressor(**settings).fit(x, y), x, test)


def kept():
    """Versions between are there for what differs: names and widths of fields, shapes of sums, raw categories."""
    for one in list(numbers()) + (list(categories()) if VERSION >= (0, 24) else []):
        if VERSION < (0, 24) or VERSION >= (1, 9) or one["name"] in "regressor classes tie categories".split():
            yield one


def main():
    warnings.simplefilter("ignore")
    cases = list(kept())
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hgb-%s.json" % sklearn.__version__)
    with open(path, "w") as f:
        rows = [json.dumps(c, sort_keys=True, separators=(",", ":")) for c in cases]
        f.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
