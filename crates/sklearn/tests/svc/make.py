"""Writes svc-VERSION.json next to itself: SVC states and what scikit-learn computes from them.

Run with the Python of an environment that has the wanted scikit-learn; committed are the results of
0.20.4 and 1.9.1. Bits are kept: floats and arrays are written as hexadecimal bytes, little-endian.
"""

import json
import os
import struct

import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.svm import SVC

# Left out to save space: nothing that predicts depends on them.
UNUSED = """support_ dual_coef_ intercept_ class_weight_ _num_iter n_iter_ fit_status_ C nu epsilon tol shrinking
cache_size verbose max_iter random_state class_weight""".split()
NEW = not sklearn.__version__.startswith("0.")


def value(x):
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, np.ndarray) and x.dtype == object:
        return {"objects": [value(e) for e in x.ravel().tolist()], "shape": x.shape}
    if isinstance(x, np.ndarray):
        return {"dtype": x.dtype.str, "shape": x.shape, "hex": np.ascontiguousarray(x).tobytes().hex()}
    if isinstance(x, np.generic):
        return {"scalar": x.dtype.str, "hex": x.tobytes().hex()}
    if isinstance(x, float):
        return {"float": struct.pack("<d", x).hex()}
    if isinstance(x, tuple):
        return {"tuple": [value(e) for e in x]}
    if sp.issparse(x):
        cls = type(x)
        return {"class": [cls.__module__, cls.__name__], "state": state(x.__dict__)}
    raise TypeError(type(x))


def state(attributes):
    return {name: value(x) for name, x in attributes.items()}


def case(name, model, x, shapes=("ovr", "ovo")):
    runs = []
    for shape in shapes:
        for break_ties in (False, True) if NEW and shape == "ovr" else (False,):
            params = {"decision_function_shape": shape}
            if NEW:
                params["break_ties"] = break_ties
            model.set_params(**params)
            expected = {"predict": model.predict(x)}
            if not break_ties:
                expected["decision_function"] = model.decision_function(x)
            runs.append({"params": params, "expected": state(expected)})
    kept = {k: v for k, v in model.__getstate__().items() if k not in UNUSED}
    cls = type(model)
    return {"name": name, "class": [cls.__module__, cls.__name__], "state": state(kept), "x": value(x), "runs": runs}


def data(classes, rows=6):
    rng = np.random.RandomState(classes)
    centres = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, 0]])[:classes]
    x = rng.randn(rows * classes, 3).round(2) + np.repeat(centres, rows, axis=0)
    return x, np.repeat(np.arange(classes), rows), np.vstack([x[::rows], rng.randn(3, 3), np.zeros((1, 3)), 9 * x[:1]])


def cases():
    for classes in (2, 3) if NEW else (3,):
        x, y, test = data(classes)
        for kernel in ("linear", "poly", "rbf", "sigmoid") if NEW else ("rbf",):
            model = SVC(kernel=kernel, gamma=0.3, coef0=0.25, degree=3, C=2.0).fit(x, y)
            yield case("%s-%d" % (kernel, classes), model, test, ["ovr", "ovo"][: classes - 1])
    x, y, test = data(4, rows=4)
    labels = np.array(["a", "bé", "c", "dd"])[y]
    yield case("str", SVC(gamma="scale").fit(x, labels), test)
    yield case("sparse", SVC(kernel="poly", gamma=0.3).fit(sp.csr_matrix(x * (x > 0.3)), y), test, ["ovr"])
    if NEW:
        yield case("probability", SVC(gamma="scale", probability=True, random_state=0).fit(x, y), test, ["ovo"])
        yield case("object", SVC(gamma="auto").fit(x, labels.astype(object)), test, ["ovr"])
        yield case("float", SVC(gamma="auto").fit(x, y * 2.0), test, ["ovr"])
        yield case("bool", SVC(gamma="auto").fit(x, y > 1), test, ["ovo"])
        yield case("float32", SVC(gamma="scale").fit(x.astype("f4"), y), test.astype("f4"), ["ovr"])


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "svc-%s.json" % sklearn.__version__)
    with open(path, "w") as f:
        rows = [json.dumps(c, sort_keys=True, separators=(",", ":")) for c in cases()]
        f.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
