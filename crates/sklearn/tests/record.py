"""Records what fitted scikit-learn models compute, for tests/recorded.rs: a `make.py` beside the cases imports it.

    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    import record
    record.write(__file__, "scalers", [record.case("min-max", MinMaxScaler().fit(X), [X])])

Run it with the Python of an environment that has the wanted scikit-learn; `scripts/venvs.sh` makes such. Arrays are
hexadecimal bytes, little-endian.
"""

import json
import os
import struct

import numpy as np
import sklearn

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
METHODS = "predict predict_proba predict_log_proba decision_function score_samples transform mahalanobis".split()


def value(x):
    """A value of Python as the reader of tests/json_heap/mod.rs takes it."""
    if x is None:
        return {"none": True}
    if isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, np.ndarray) and x.dtype == object:
        return {"objects": [value(e) for e in x.ravel().tolist()], "shape": x.shape}
    if isinstance(x, np.ndarray):
        return {"dtype": x.dtype.str, "shape": x.shape, "hex": np.ascontiguousarray(x).tobytes().hex()}
    if isinstance(x, (float, np.float64)):
        return {"float": struct.pack("<d", x).hex()}
    if isinstance(x, np.generic):
        return {"scalar": x.dtype.str, "hex": x.tobytes().hex()}
    if isinstance(x, tuple):
        return {"tuple": [value(e) for e in x]}
    if isinstance(x, list):
        return [value(e) for e in x]
    if isinstance(x, dict):
        return {"pairs": [value(e) for pair in x.items() for e in pair]}
    if isinstance(x, type) or hasattr(x, "__name__"):
        return {"global": [x.__module__, x.__name__]}
    if type(x).__name__ == "BSpline":  # its attributes are those of another object since scipy 1.17
        return {"class": ["scipy.interpolate._bsplines", "BSpline"], "state": {k: value(getattr(x, k)) for k in "tck"}}
    if not hasattr(x, "__dict__"):
        return {"none": True}
    return {"class": [type(x).__module__, type(x).__name__], "state": state(x)}


# what fit needs and nothing else: some of it contains itself
SKIPPED = {"root_", "dummy_leaf_", "_optimizer", "_random_state", "random_state_", "_encoder", "X_", "children_", "distances_"}


def state(model, without=()):
    attributes = dict(vars(model), _sklearn_version=sklearn.__version__)
    left_out = SKIPPED.union(without)
    return {name: value(attribute) for name, attribute in attributes.items() if name not in left_out}


def result_value(x):
    """A result of a method. How wide its integers are does not matter."""
    return value(x.astype(np.int64) if x.dtype.kind in "iu" else x)


def results(model, X):
    """What each method that the model has computes; a list as `predict_proba.0`, `predict_proba.1`, ..."""
    found = {}
    for name in METHODS:
        if not hasattr(model, name):
            continue
        result = getattr(model, name)(X.copy())
        if isinstance(result, list):
            found.update(("%s.%d" % (name, index), result_value(part)) for index, part in enumerate(result))
        else:
            found[name] = result_value(result)
    if hasattr(model, "transform") and hasattr(model, "inverse_transform"):
        try:
            found["inverse_transform"] = value(model.inverse_transform(model.transform(X.copy())))
        except Exception:  # it was not asked for at fit
            pass
    return found


def case(name, model, batches, refused=(), without=()):
    """A fitted model, the rows that it is called with, and rows that it refuses; without attributes that do not matter."""
    runs = [{"x": value(X), "expected": results(model, X)} for X in batches]
    made = {"name": name, "class": [type(model).__module__, type(model).__name__], "state": state(model, without), "runs": runs}
    if refused:
        made["refused"] = [value(X) for X in refused]
    return made


def write(script, name, cases):
    """Writes NAME-VERSION.json beside the script."""
    path = os.path.join(os.path.dirname(os.path.abspath(script)), "%s-%s.json" % (name, sklearn.__version__))
    lines = [json.dumps(case, sort_keys=True, separators=(",", ":")) for case in cases]
    with open(path, "w") as f:
        f.write("[\n" + ",\n".join(lines) + "\n]\n")
