"""Writes tree-VERSION.json and forest-VERSION.json next to itself: states and what scikit-learn computes from them.

Run with the Python of an environment that has the wanted scikit-learn; committed are the results of
0.18.2, 1.3.2 and 1.9.1. Bits are kept: floats and arrays are written as hexadecimal bytes, little-endian.
"""

import binascii
import json
import os
import struct
import warnings

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

# What prediction depends on; the rest is left out to save space.
USED = """_sklearn_version classes_ criterion estimators_ max_depth monotonic_cst n_classes_ n_estimators n_features_
n_features_in_ n_outputs_ node_count nodes splitter tree_ values""".split()
USED_IN_FOREST = "_sklearn_version criterion monotonic_cst splitter tree_".split()
VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


def hexed(data):
    return binascii.hexlify(data).decode()


def value(x):
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, np.ndarray) and x.dtype == object:
        return {"objects": [value(e) for e in x.ravel().tolist()], "shape": x.shape}
    if isinstance(x, np.ndarray) and x.dtype.names:
        fields = [(name, x.dtype[name].str, x.dtype.fields[name][1]) for name in x.dtype.names]
        return {"fields": fields, "itemsize": x.itemsize, "shape": x.shape, "hex": hexed(x.tobytes())}
    if isinstance(x, np.ndarray):
        return {"dtype": x.dtype.str, "shape": x.shape, "hex": hexed(np.ascontiguousarray(x).tobytes())}
    if isinstance(x, np.generic):
        return {"scalar": x.dtype.str, "hex": hexed(x.tobytes())}
    if isinstance(x, float):
        return {"float": hexed(struct.pack("<d", x))}
    if isinstance(x, list) and x and hasattr(x[0], "tree_"):
        return [{"class": value(e)["class"], "state": state(e.__getstate__(), USED_IN_FOREST)} for e in x]
    if isinstance(x, list):
        return [value(e) for e in x]
    return {"class": [type(x).__module__, type(x).__name__], "state": state(x.__getstate__())}


def state(attributes, used=USED):
    return {name: value(x) for name, x in attributes.items() if name in used}


def outputs(model, x):
    for method in "predict", "predict_proba", "predict_log_proba":
        if not hasattr(model, method) or method == "predict_log_proba" and len(x) > 3:
            continue
        result = getattr(model, method)(x)
        if isinstance(result, list):
            for index, one in enumerate(result):
                yield "%s.%d" % (method, index), one
        else:
            yield method, result


def refuses(model, x):
    try:
        model.predict(x)
    except ValueError:
        return True
    return False


def trees(model):
    return [tree.tree_ for tree in getattr(model, "estimators_", [model])]


def edge_rows(model, x):
    """The first two rows with one feature set to each threshold, to its neighbours in float32 and float64, and to
    numbers that are easily got wrong."""
    rows = [x[:2]]
    tree = trees(model)[-1]
    for feature, threshold in list(zip(tree.feature, tree.threshold))[:3]:
        if feature < 0 or np.isinf(threshold):
            continue
        single = np.float32(threshold)
        for number in [threshold, np.nextafter(threshold, 9), single, np.nextafter(single, np.float32(-9))]:
            row = x[:1].copy()
            row[0, feature] = number
            rows.append(row)
    for number in [-0.0, 5e-324, -1e-40, 3.4028234e38, -3.4028235e38]:
        row = x[:1].copy()
        row[0, :2] = number
        rows.append(row)
    return np.vstack(rows)


def case(name, model, x):
    x = np.asarray(x, dtype=np.float64)
    tests = [edge_rows(model, x), x[:3].astype(np.float32), x[1:2]]
    wrong = []
    for number in [np.nan, np.inf, -np.inf, 3.5e38]:
        row = x[:2].copy()
        row[1, 0] = number
        (wrong if refuses(model, row) else tests).append(row)
    runs = [{"x": value(test), "expected": {k: value(v) for k, v in outputs(model, test)}} for test in tests]
    made = value(model)
    return {"name": name, "class": made["class"], "state": made["state"], "runs": runs, "refused": value(wrong)}


def data(classes, rows=40):
    rng = np.random.RandomState(classes)
    y = np.arange(rows) % classes
    x = rng.randn(rows, 4)
    x[:, 0] += y % 3
    x[:, 1] -= y // 3
    return x, y, rng.rand(rows) + 0.1


def cases():
    x, y, weight = data(3)
    yield case("classifier", DecisionTreeClassifier(max_depth=3, random_state=0).fit(x, y, weight), x)
    names = np.array(["a", "be", "c"])[y]
    yield case("best-first", DecisionTreeClassifier(max_leaf_nodes=5, random_state=0).fit(x, names), x)
    yield case("extra", ExtraTreeClassifier(max_depth=3, random_state=0).fit(x, y > 1), x)
    yield case("one-class", DecisionTreeClassifier().fit(x, y * 0 + 7), x)
    yield case("regressor", DecisionTreeRegressor(max_depth=3, random_state=0).fit(x, x[:, 0] * x[:, 1]), x)
    two = np.c_[x[:, 0] + x[:, 1], -x[:, 2]]
    yield case("regressor-2", DecisionTreeRegressor(max_depth=2, random_state=0).fit(x, two), x)
    both = np.c_[y, 5 - 2 * (y > 0)]
    yield case("classifier-2", DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, both, weight), x)
    settings = {"n_estimators": 2, "max_depth": 2, "random_state": 0}
    yield case("forest-2", RandomForestClassifier(**settings).fit(x, both), x)
    yield case("forest-regressor", RandomForestRegressor(**settings).fit(x, x[:, 0] * x[:, 1]), x)
    yield case("extra-trees-regressor-2", ExtraTreesRegressor(**settings).fit(x, two), x)
    many, y, weight = data(11, rows=66)
    settings.update(n_estimators=9, max_depth=None, max_leaf_nodes=3)
    yield case("forest-11", RandomForestClassifier(**settings).fit(many, y * 2.0, weight), many)
    if VERSION >= (1, 3):
        holes = x.copy()
        holes[::3, 0] = np.nan
        holes[1::4, 1] = np.nan
        y = np.arange(len(x)) % 3
        yield case("missing", DecisionTreeClassifier(max_depth=4, random_state=0).fit(holes, y), holes)
    if VERSION >= (1, 4):
        settings.update(n_estimators=2, max_leaf_nodes=5)
        yield case("forest-missing", RandomForestRegressor(**settings).fit(holes, x[:, 1]), holes)


def kept():
    """Older versions are there for what differs: counts in the leaves, float labels, narrower nodes."""
    for one in cases():
        if VERSION >= (1, 9) or one["name"] in "classifier classifier-2 regressor forest-2 forest-11 missing".split():
            yield one


def main():
    warnings.simplefilter("ignore")
    made = list(kept())
    for kind in "tree", "forest":
        cases_of = [c for c in made if ("estimators_" in c["state"]) == (kind == "forest")]
        rows = [json.dumps(c, sort_keys=True, separators=(",", ":")) for c in cases_of]
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "%s-%s.json" % (kind, sklearn.__version__))
        with open(path, "w") as f:
            f.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
