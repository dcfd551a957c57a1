"""skl2onnx for export_onnx.py: a recorded model converted as its users would, judged by the same rules."""
import pickle
import warnings

import numpy as np

import export_onnx
from recorded import listed_rows


def run(path, meta, expected, wanted):
    """(class, verdict, why, errors): of the conversions for float64 and for float32 the better one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tries = [judge(path, meta, expected, wanted, narrow) for narrow in (False, True)]
    order = ["equal", "skipped", "different", "failed"]
    best = min(tries, key=lambda tried: (order.index(tried[0]), -near(tried[2])))
    return (meta["class"], *best)


def near(counts):
    """The share of results within 1e-4."""
    return counts[1 + export_onnx.BOUNDS.index(export_onnx.NEAR)] / counts[0] if counts and counts[0] else 0


def judge(path, meta, expected, wanted, narrow):
    try:
        model = load(path)
        exported, methods = convert(model, meta, expected, wanted, narrow)
    except export_onnx.Missing:
        return "skipped", "a text is missing", []
    except BaseException as error:  # a converter of Rust panics
        return "failed", f"{type(error).__name__}: {str(error)[:200]}", []
    asked = [method for method in wanted if method in methods]
    if not asked:
        return "failed", f"none of {wanted} among the outputs", []
    rtol = 1e-5 if meta["input"].get("dtype") == "float32" else 1e-9
    verdict, why, errors = export_onnx.judge(exported, methods, meta, expected, asked, rtol)
    return ("failed", why, errors) if verdict == "different" and not errors else (verdict, why, errors)


def load(path):
    if path.endswith(".joblib"):
        import joblib

        return joblib.load(path)
    with open(path, "rb") as file:
        return pickle.load(file)


def convert(model, meta, expected, wanted, narrow):
    """(bytes, outputs by method)"""
    import skl2onnx
    from sklearn.base import is_classifier
    from sklearn.pipeline import Pipeline

    types = input_types(meta, expected, narrow)
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    options = None
    scores = "predict_proba" if "predict_proba" in wanted else "decision_function"
    if is_classifier(model):
        options = {"zipmap": False}
        if scores == "decision_function":
            options["raw_scores"] = True
        options = {id(last): options}
    exported = skl2onnx.convert_sklearn(model, initial_types=types, options=options)
    names = [output.name for output in exported.graph.output]
    if "predict" in wanted:
        methods = dict(zip(["predict", scores], names))
    else:
        methods = {"transform": names[0]}
    return exported.SerializeToString(), {key: name for key, name in methods.items() if key in wanted}


def input_types(meta, expected, narrow):
    from skl2onnx.common.data_types import BooleanTensorType, DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType

    number = FloatTensorType if narrow else DoubleTensorType

    def of(values):
        values = [value for value in values if value is not None]
        if all(isinstance(value, str) for value in values):
            return StringTensorType
        if all(isinstance(value, (bool, np.bool_)) for value in values):
            return BooleanTensorType
        if all(isinstance(value, (int, np.integer)) for value in values):
            return Int64TensorType
        return number

    about = meta["input"]
    if about["kind"] == "array":
        x = np.asarray(expected["X"])
        kind = StringTensorType if x.dtype.kind in "USO" else number
        return [("X", kind([None, x.shape[1]]))]
    rows = listed_rows(about)
    if about["kind"] == "frame":
        rows = [row if isinstance(row, dict) else dict(zip(about["columns"], row)) for row in rows]
        return [(name, of([row[name] for row in rows])([None, 1])) for name in about["columns"]]
    if rows and isinstance(rows[0], list):
        kinds = [of([row[k] for row in rows]) for k in range(len(rows[0]))]
        if len(set(kinds)) == 1:
            return [("X", kinds[0]([None, len(kinds)]))]
        return [(f"x{k}", kind([None, 1])) for k, kind in enumerate(kinds)]
    return [("X", of(rows)([None, 1]))]
