"""Writes columns-VERSION.json next to itself: states of encoders, imputers and transformers of columns, and what
scikit-learn computes from them.

Run with the Python of an environment that has the wanted scikit-learn and pandas; committed are the results of 0.18.2,
0.20.4, 0.22.2, 0.24.2, 1.1.3, 1.2.2 and 1.9.1. Floats are written as hexadecimal bytes, little-endian.
"""

import json
import os
import struct
import warnings

import numpy as np
import pandas as pd
import scipy.sparse
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
NAN = float("nan")
# parameters and attributes that prediction does not look at
UNUSED = """categories cols copy feature_name_combiner fill_value keep_empty_features_ memory min_frequency max_categories
n_jobs n_samples_seen_ output_indices_ remainder transformers verbose verbose_feature_names_out var_ _categories _columns
_has_str_cols _remainder _transformer_to_input_indices _n_features_outs force_int_remainder_cols inv_kw_args
inverse_func check_inverse _name_to_fitted_passthrough _sklearn_output_config transform_input""".split()


def value(x):
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
    if isinstance(x, slice):
        return {"call": ["builtins", "slice"], "args": [value(e) for e in (x.start, x.stop, x.step)]}
    if isinstance(x, type):
        return {"global": [x.__module__, x.__name__]}
    if isinstance(x, np.dtype):
        return {"call": ["numpy", "dtype"], "args": [x.str.lstrip("<|"), False, True]}
    if isinstance(x, pd.Index):
        index = {"global": ["pandas.core.indexes.base", "Index"]}
        data = {"pairs": ["data", value(np.array(x, dtype=object)), "name", {"none": True}]}
        return {"call": ["pandas.core.indexes.base", "_new_Index"], "args": [index, data]}
    attributes = dict(vars(x), _sklearn_version=sklearn.__version__)
    state = {name: value(e) for name, e in attributes.items() if name not in UNUSED}
    return {"class": [type(x).__module__, type(x).__name__], "state": state}


def table(x):
    """Rows as they are given to the model."""
    if isinstance(x, pd.DataFrame):
        return {"frame": [{"name": name, "cells": value(x[name].tolist())} for name in x.columns]}
    if x.dtype == object:
        return {"cells": value(x.ravel().tolist()), "columns": x.shape[1]}
    return value(x)


def case(name, model, x, *tests):
    model.fit(x)
    made = value(model)
    runs = []
    for test in (x,) + tests:
        y = model.transform(test)
        is_sparse = scipy.sparse.issparse(y)
        y = y.toarray() if is_sparse else np.asarray(y)
        expected = {"dtype": y.dtype.name, "sparse": is_sparse, "columns": y.shape[1], "cells": value(y.ravel().tolist())}
        runs.append({"x": table(test), "expected": expected})
    return {"name": name, "class": made["class"], "state": made["state"], "runs": runs}


def objects(rows):
    return np.array(rows, dtype=object)


TEXT = objects([["a", "x"], ["b", "y"], ["a", "y"], ["\u00e9", "z"], ["", "x"], ["a", "x"]])
UNKNOWN = objects([["q", "x"], ["a", "w"], ["a ", "x"]])
HOLES = objects([["a", "x"], [NAN, "y"], ["b", NAN], ["a", "x"]])
MIXED = objects([[1, True], [2.5, False], [3, True], [2, True]])
OTHERS = objects([[True, 1], [2.0, 0.0], ["1", False]])
INTS = np.array([[3, 1], [5, 0], [3, 7], [9, 0]])
FLOATS = np.array([[1.5, -0.0], [2.0, 1e300], [1.5, 0.0]])


def legacy():
    yield case("integers", OneHotEncoder(handle_unknown="ignore", n_values="auto"), INTS, np.array([[4, 1], [10, 7]]))
    yield case("integers-error", OneHotEncoder(sparse=False, n_values="auto"), INTS, INTS.astype(float) + 0.75)
    yield case("integers-counted", OneHotEncoder(n_values=[10, 8], handle_unknown="ignore"), INTS, INTS + 1)


def encoders():
    from sklearn.preprocessing import OrdinalEncoder

    sparse = "sparse_output" if VERSION >= (1, 2) else "sparse"
    auto = {"categories": "auto"}
    ignore = dict(auto, handle_unknown="ignore")
    yield case("text", OneHotEncoder(**ignore), TEXT, UNKNOWN)
    yield case("text-dense", OneHotEncoder(dtype=np.float32, **dict(ignore, **{sparse: False})), TEXT, UNKNOWN)
    yield case("mixed", OneHotEncoder(**ignore), MIXED, OTHERS)
    yield case("ints", OneHotEncoder(**ignore), INTS, np.array([[4, 1], [9, 8]]))
    yield case("floats", OneHotEncoder(**ignore), FLOATS, FLOATS + 0.5)
    yield case("strings", OneHotEncoder(**auto), np.array([["red", "S"], ["blue", "M"]]))
    yield case("ordinal", OrdinalEncoder(), TEXT)
    if VERSION >= (0, 22):
        yield case("first", OneHotEncoder(drop="first"), TEXT)
        yield case("chosen", OneHotEncoder(drop=["b", "x"]), TEXT)
    if VERSION >= (0, 23):
        yield case("binary", OneHotEncoder(drop="if_binary"), MIXED)
    if VERSION >= (0, 24):
        yield case("holes", OneHotEncoder(**ignore), HOLES, objects([[NAN, NAN], [None, "x"]]))
        coded = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
        yield case("ordinal-unknown", OrdinalEncoder(**coded), TEXT, UNKNOWN)
        if VERSION >= (1, 0):
            missing = {"encoded_missing_value": -2} if VERSION >= (1, 1) else {}
            yield case("ordinal-holes", OrdinalEncoder(**dict(coded, **missing)), HOLES, objects([["c", NAN]]))
    if VERSION >= (1, 1):
        rare = {"min_frequency": 2, "handle_unknown": "infrequent_if_exist"}
        yield case("rare", OneHotEncoder(**rare), TEXT, UNKNOWN)
        yield case("rare-first", OneHotEncoder(drop="first", **rare), TEXT, UNKNOWN)
        yield case("rare-ignore", OneHotEncoder(max_categories=2, handle_unknown="ignore"), TEXT, UNKNOWN)
    if VERSION >= (1, 3):
        yield case("ordinal-rare", OrdinalEncoder(max_categories=2, **coded), HOLES, UNKNOWN)


def imputers():
    from sklearn.impute import SimpleImputer

    holes = HOLES[:, :1]
    yield case("imputer", SimpleImputer(strategy="most_frequent"), holes, objects([[NAN], ["new"]]))
    yield case("imputer-none", SimpleImputer(missing_values=None, strategy="constant", fill_value="?"),
               objects([["a", None], [None, "b"]]))
    yield case("imputer-ints", SimpleImputer(missing_values=0, strategy="most_frequent"), INTS)
    if VERSION >= (0, 21):
        yield case("imputer-mask", SimpleImputer(strategy="most_frequent", add_indicator=True), HOLES)


def frame():
    return pd.DataFrame({"size": [1.5, NAN, 2.5, 0.5], "count": [3, 5, 3, 9], "kind": ["a", "b", "a", "c"],
                         "flag": [True, False, True, True]}, columns=["size", "count", "kind", "flag"])


def transformers():
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import FeatureUnion

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    kinds = OneHotEncoder(handle_unknown="ignore")
    names = ColumnTransformer([("n", numbers, ["size", "count"]), ("k", kinds, ["kind"])])
    yield case("names", names, frame())
    yield case("rest", ColumnTransformer([("k", kinds, ["kind"]), ("d", "drop", ["flag"])], remainder="passthrough"), frame())
    yield case("objects", ColumnTransformer([("n", SimpleImputer(), [0])], remainder="passthrough"), frame())
    table = objects([[1.5, 3, "a"], [NAN, 5, "b"], [2.5, 3, "a"]])
    yield case("slice", ColumnTransformer([("k", kinds, [-1]), ("n", numbers, slice(0, 2))], sparse_threshold=1.0), table)
    mask = np.array([True, True, False])
    yield case("mask", ColumnTransformer([("n", numbers, mask)], transformer_weights={"n": 0.3}), table)
    union = FeatureUnion([("a", StandardScaler()), ("b", kinds)], transformer_weights={"a": 2})
    yield case("union", make_pipeline(union), INTS.astype(float))


def main():
    warnings.simplefilter("ignore")
    cases = list(legacy()) if VERSION < (0, 21) else []
    if VERSION >= (0, 20):
        cases += list(encoders()) + list(imputers()) + list(transformers())
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "columns-%s.json" % sklearn.__version__)
    with open(path, "w") as f:
        rows = [json.dumps(c, sort_keys=True, separators=(",", ":")) for c in cases]
        f.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
