"""Folders of models that scikit-learn's outputs were recorded for, as the scripts here read them.

NAME.json says what the model was called with, NAME.expected.npz holds its outputs by method: several targets are METHOD.0,
METHOD.1, ..., a sparse output METHOD__data, METHOD__indices, METHOD__indptr and METHOD__shape. Runs in old Pythons too.
"""
import re

import numpy as np

METHODS = ["predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples"]
# its transform was recorded after inverse_transform had written into it
MISRECORDED = {"ord-nan"}
# gradient boosting that begins with a linear model: scikit-learn gives that one float32, and its sums are of float32
NARROW_INSIDE = {"gb-init-est", "gb-init-est-bin", "gbr-init-est"}


def undo(value):
    """Plain values of JSON that has NaN and infinities as {"$float": "nan"}."""
    if isinstance(value, dict):
        return float(value["$float"]) if "$float" in value else {key: undo(item) for key, item in value.items()}
    return [undo(item) for item in value] if isinstance(value, list) else value


def listed_rows(about):
    """The rows that stand in the JSON, by whatever name."""
    names = ("rows", "texts", "labels", "dicts", "lists", "values")
    return undo(next((about[name] for name in names if about.get(name)), []))


def dense(expected, key):
    """A sparse output as a dense array."""
    shape = tuple(int(side) for side in expected[key + "__shape"])
    starts, places, data = (expected[key + part] for part in ("__indptr", "__indices", "__data"))
    out = np.zeros(shape, dtype=data.dtype)
    for row in range(shape[0]):
        np.add.at(out[row], places[starts[row] : starts[row + 1]], data[starts[row] : starts[row + 1]])
    return out


def entries(expected, key):
    """The arrays of one method by name: a list is KEY.0, KEY.1, ..."""
    if key in expected:
        return {key: expected[key]}
    if key + "__data" in expected:
        return {key: dense(expected, key)}
    return {name: expected[name] for name in expected if re.match(re.escape(key) + r"\.\d+$", name)}
