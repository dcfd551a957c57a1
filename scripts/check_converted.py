#!/usr/bin/env python3
"""Loads converted model files with the real scikit-learn and compares what they give with what the originals give.

    cargo run --release -p cannery --example rewrite -- --convert OUT ZOO
    VENV/bin/python scripts/check_converted.py ZOO OUT

ZOO is a folder of models with NAME.json and NAME.expected.npz beside them, which say what a model is called with; OUT is
what the example wrote. Both files are loaded in this process, and every output must be equal to the last bit. Prints one
line for each model that differs, then the counts; unsteady are those that differ from themselves, loaded twice. Run by the Python of the environment that wrote the models.
"""

import json
import os
import pickle
import re
import sys
import warnings

import numpy as np

try:
    import joblib
except ImportError:
    from sklearn.externals import joblib

from recorded import undo

warnings.simplefilter("ignore")
METHODS = ["predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples", "apply"]


def rows(folder, name):
    """What the model was called with; None where the zoo does not say."""
    with open(os.path.join(folder, name + ".json")) as file:
        told = json.load(file).get("input") or {}
    kind = told.get("kind")
    if kind == "array":
        with np.load(os.path.join(folder, name + ".expected.npz"), allow_pickle=True) as expected:
            X = np.asarray(expected["X"], dtype=np.dtype(told.get("dtype", "float64")))
        if told.get("format") == "csr":
            import scipy.sparse

            X = scipy.sparse.csr_matrix(X)
        return X
    for key in ["rows", "texts", "labels", "dicts", "lists", "values"]:
        if key in told:
            values = undo(told[key])
            if kind == "frame":
                import pandas

                return pandas.DataFrame(values, columns=told["columns"])
            return values
    return None


def load(path):
    if not path.endswith(".pkl"):
        return joblib.load(path)
    with open(path, "rb") as file:
        return pickle.load(file)


def outputs(model, X):
    """By method: its result, or the class of its error."""
    found = {}
    for method in METHODS:
        try:
            call = getattr(model, method)
        except Exception:
            continue
        try:
            np.random.seed(0)
            found[method] = call(X)
        except Exception as error:
            found[method] = type(error).__name__
    return found


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        if a.dtype.hasobject:
            return all(map(same, a.ravel().tolist(), b.ravel().tolist()))
        return a.tobytes() == b.tobytes()
    if hasattr(a, "toarray"):
        return same(a.toarray(), b.toarray())
    if hasattr(a, "to_numpy"):
        return same(a.to_numpy(), b.to_numpy())
    return a == b or (a != a and b != b)


def original_of(folder, converted):
    """The file that was converted, by what its name begins with."""
    while converted and not os.path.exists(os.path.join(folder, converted)):
        converted = converted.rpartition(".")[0]
    return converted


def main(folder, out):
    counts = {"equal": 0, "no input": 0, "unsteady": 0, "original fails": 0, "differ": 0}
    for converted in sorted(os.listdir(out)):
        file = original_of(folder, converted)
        name = re.sub(r"(\.p\d)?\.(pkl|joblib).*", "", file)
        try:
            first = load(os.path.join(folder, file))
            X = rows(folder, name)
        except Exception:
            counts["original fails"] += 1
            continue
        try:
            second = load(os.path.join(out, converted))
        except Exception as error:
            counts["differ"] += 1
            print(f"{converted}: {type(error).__name__}: {str(error)[:200]}")
            continue
        if X is None:
            counts["no input"] += 1
            continue
        a, b = outputs(first, X), outputs(second, X)
        wrong = [method for method in a if method not in b or not same(a[method], b[method])]
        wrong += [method for method in b if method not in a]
        if wrong and not same(list(a.values()), list(outputs(load(os.path.join(folder, file)), X).values())):
            counts["unsteady"] += 1
            continue
        counts["differ" if wrong else "equal"] += 1
        if wrong:
            print(f"{converted}: {', '.join(wrong)}")
    print(f"{folder}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    return counts["differ"] > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
