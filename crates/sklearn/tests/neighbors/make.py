"""Writes neighbors-VERSION.json next to itself: states of neighbour estimators and what scikit-learn computes.

Run with the Python of an environment that has the wanted scikit-learn; committed are the results of
0.18.2 and 1.9.1. Bits are kept: floats and arrays are written as hexadecimal bytes, little-endian. Points lie on
a grid, so that many distances are equal and every sum is exact.
"""

import json
import os
import struct

import numpy as np
import sklearn
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

OLD = tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 1)


def value(x):
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, float):
        return {"float": struct.pack("<d", x).hex()}
    if isinstance(x, np.ndarray) and x.dtype.names:
        fields = [[n, x.dtype[n].str, x.dtype.fields[n][1]] for n in x.dtype.names]
        return {"fields": fields, "itemsize": x.dtype.itemsize, "shape": x.shape, "hex": x.tobytes().hex()}
    if isinstance(x, np.ndarray):
        return {"dtype": x.dtype.str, "shape": x.shape, "hex": np.ascontiguousarray(x).tobytes().hex()}
    if isinstance(x, np.generic):
        return {"scalar": x.dtype.str, "hex": x.tobytes().hex()}
    if isinstance(x, tuple):
        return {"tuple": [value(e) for e in x]}
    if isinstance(x, list):
        return [value(e) for e in x]
    if isinstance(x, dict):
        return {"pairs": [value(e) for pair in sorted(x.items()) for e in pair]}
    args = x.__reduce__()
    return {"built": [args[0].__module__, args[1][0].__name__], "with": value(args[2])}


def state(attributes):
    return {name: value(x) for name, x in attributes.items()}


def case(name, model, x):
    expected = {"predict": model.predict(x)}
    if hasattr(model, "predict_proba"):
        proba = model.predict_proba(x)
        several = {"predict_proba.%d" % i: p for i, p in enumerate(proba)} if isinstance(proba, list) else {}
        expected.update(several or {"predict_proba": proba})
    cls = type(model)
    return {
        "name": name,
        "class": [cls.__module__, cls.__name__],
        "state": state(model.__getstate__()),
        "x": value(x),
        "expected": state(expected),
    }


def cases():
    rng = np.random.RandomState(0)
    x = rng.randint(0, 4, (15, 2)).astype(float)
    y = rng.randint(0, 3, 15)
    test = np.vstack([rng.randint(0, 8, (7, 2)) / 2.0, [[-0.0, 5e-324], [90.0, -90.0]]])
    labels = np.array(["a", "bé", "c"])[y]
    # numpy chooses among equal distances in ways of its own
    far = rng.randn(15, 2)
    for algorithm in ("kd_tree", "ball_tree", "brute"):
        data = far if OLD and algorithm == "brute" else x
        for weights in ("uniform", "distance"):
            model = KNeighborsClassifier(4, weights=weights, algorithm=algorithm, leaf_size=3)
            yield case("%s-%s" % (algorithm, weights), model.fit(data, labels), test)
    for metric in ("manhattan", "chebyshev", "canberra", "braycurtis", "hamming"):
        tree = "kd_tree" if metric in ("manhattan", "chebyshev") else "ball_tree"
        yield case(metric, KNeighborsClassifier(3, algorithm=tree, metric=metric, leaf_size=4).fit(x, y), test)
    both = np.stack([labels, labels[::-1]], axis=1)
    yield case("multi", KNeighborsClassifier(3, leaf_size=4).fit(x, both), test)
    yield case("f32", KNeighborsClassifier(3, leaf_size=4).fit(x.astype("f4"), y > 1), test.astype("f4"))
    yield case("mean", KNeighborsRegressor(3, leaf_size=4).fit(x, y * 1.5), test)
    yield case("means", KNeighborsRegressor(3, weights="distance", leaf_size=4).fit(x, np.stack([y, -y], 1)), test)
    yield case("mean-f32", KNeighborsRegressor(4, leaf_size=4).fit(x.astype("f4"), y.astype("f4")), test.astype("f4"))


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "neighbors-%s.json" % sklearn.__version__)
    with open(path, "w") as f:
        rows = [json.dumps(c, sort_keys=True, separators=(",", ":")) for c in cases()]
        f.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
