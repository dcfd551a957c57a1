#!/usr/bin/env python3
"""Compares exported models in ONNX Runtime with what scikit-learn gave, over folders made by zoo.py.

    export_onnx.py [--cannery PATH] DIR [DIR ...] [--only REGEX] [--list] [--json OUT] [--float32] [--skl2onnx]

DIR is a folder of recorded models (NAME.json, NAME.pkl, NAME.expected.npz). Each model is exported with all its methods:
cannery convert MODEL OUT.onnx --method all, with --float32 where it was called with that. It is
  equal      if onnx.checker accepts it and every recorded method is the same in ONNX Runtime: labels exactly, floats
             to the bit (counted by itself) or within 1e-9 (relative above 1, and 1e-11 absolute);
  refused    if cannery says which operator ONNX can't hold, and in which step;
  unread     if predict does not support the estimator either;
  skipped    if its rows lack a text, which a tensor of texts can't say;
  different  otherwise. There must be none; the exit status is 1 if there is one.

--float32 exports every model of numbers for float32 input instead, and shows how far results are from those that
scikit-learn gave for float64.
--skl2onnx converts the same models with skl2onnx too (twice, for float64 and for float32, and the better one counts), and
counts them in the same way. That unpickles the models: only do it with folders that you made yourself.
Needs numpy, onnx and onnxruntime; for --skl2onnx the scikit-learn that the models are of, and skl2onnx.
"""
import argparse, collections, json, os, re, subprocess, sys, tempfile

import numpy as np
import onnx
import onnxruntime

from recorded import METHODS, MISRECORDED, NARROW_INSIDE, entries, listed_rows

# rows whose k-th neighbour is as far as the next: NaN from every point
TIED = {"knn-metric-correlation": [2]}
# how far results may be, for the distribution; a model is near if all results are within NEAR
BOUNDS = [0, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e300]
NEAR = 1e-4
DTYPES = {
    "tensor(double)": np.float64,
    "tensor(float)": np.float32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.str_,
}


class Missing(Exception):
    """A text is missing, which a tensor of texts can't say."""


def column(values, kind):
    dtype = DTYPES[kind]
    if dtype is np.str_:
        if not all(isinstance(value, str) for value in values):
            raise Missing
        return np.array(values, dtype=object).reshape(-1, 1)
    values = [np.nan if value is None else value for value in values]
    return np.array(values).astype(dtype).reshape(-1, 1)


def feeds(session, meta, expected):
    """What each input is given."""
    about, inputs = meta["input"], session.get_inputs()
    if about["kind"] == "array":
        x = np.asarray(expected["X"])
        if len(inputs) > 1:
            return {i.name: column(list(x[:, k]), i.type) for k, i in enumerate(inputs)}
        x = x.reshape(-1, 1) if x.ndim == 1 else x
        return {inputs[0].name: x.astype(DTYPES[inputs[0].type])}
    rows = listed_rows(about)
    if about["kind"] == "frame":
        rows = [row if isinstance(row, dict) else dict(zip(about["columns"], row)) for row in rows]
        if len(inputs) == 1 and inputs[0].name == "X":
            columns = [column([row[name] for row in rows], inputs[0].type) for name in about["columns"]]
            return {"X": np.hstack(columns)}
        return {i.name: column([row[i.name] for row in rows], i.type) for i in inputs}
    if rows and isinstance(rows[0], list) and len(inputs) > 1:
        return {i.name: column([row[k] for row in rows], i.type) for k, i in enumerate(inputs)}
    if rows and isinstance(rows[0], list):
        columns = [column([row[k] for row in rows], inputs[0].type) for k in range(len(rows[0]))]
        return {inputs[0].name: np.hstack(columns)}
    return {inputs[0].name: column(rows, inputs[0].type)}


def compare(got, want, rtol):
    """(why not equal, whether to the bit)"""
    if got.shape != want.shape:
        if got.size != want.size or 1 not in got.shape + want.shape:
            return f"shape {got.shape}, expected {want.shape}", False
        got = got.reshape(want.shape)
    if want.dtype.kind != "f":
        a, b = (got.astype(str), want.astype(str)) if want.dtype.kind in "USO" else (got, want)
        if want.dtype.kind == "b" and got.dtype.kind != "b":
            return f"dtype {got.dtype}, expected bool", False
        return ("" if np.array_equal(a, b) else f"{(a != b).sum()} of {b.size} labels differ"), True
    if got.dtype.kind != "f":
        return f"dtype {got.dtype}, expected {want.dtype}", False
    same = np.isclose(got.astype(want.dtype), want, rtol=rtol, atol=1e-11 if rtol < 1e-6 else 1e-6, equal_nan=True)
    bit = np.array_equal(got.astype(want.dtype), want, equal_nan=True)
    if same.all():
        return "", bit
    with np.errstate(all="ignore"):
        return f"{(~same).sum()} of {same.size} differ, by up to {np.nanmax(np.abs(got - want)):.3g}", False


def recorded(folder, name):
    """(meta, expected, methods to compare) of one model; None if there is nothing to compare."""
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        meta = json.load(file)
    if meta.get("negative") or meta.get("path") or meta["input"]["kind"] == "none":
        return None
    expected_file = os.path.join(folder, name + ".expected.npz")
    if not model_file(folder, name) or not os.path.exists(expected_file):
        return None
    with np.load(expected_file, allow_pickle=False) as stored:
        expected = dict(stored)
    wanted = [m for m in METHODS if m in meta.get("outputs", {}) and "json" not in meta["outputs"][m]]
    wanted = [m for m in wanted if m not in meta.get("nondeterministic", [])]
    return (meta, expected, wanted) if wanted and name not in MISRECORDED else None


def model_file(folder, name):
    files = [os.path.join(folder, name + extension) for extension in (".joblib", ".pkl")]
    return next((file for file in files if os.path.exists(file)), None)


def run(args, folder, name, meta, expected, wanted):
    """(class, verdict, why, errors) of one model."""
    narrow = meta["input"].get("dtype") == "float32" or name in NARROW_INSIDE
    with tempfile.TemporaryDirectory() as folder_of_out:
        out = os.path.join(folder_of_out, "model.onnx")
        command = [args.cannery, "convert", "--quiet", model_file(folder, name), out, "--method", "all"]
        command += ["--float32"] * (args.float32 or meta["input"].get("dtype") == "float32")
        done = subprocess.run(command, capture_output=True, timeout=300)
        if done.returncode:
            message = done.stderr.decode("utf-8", "replace").strip()
            refused = "ONNX can't hold" in message
            unread = not refused and "unsupported" in message
            return meta["class"], "refused" if refused else "unread" if unread else "different", message[-400:], []
        with open(out, "rb") as file:
            exported = file.read()
    names = {entry.key: entry.value for entry in onnx.load_from_string(exported).metadata_props}["outputs"]
    methods = dict(pair.split("=")[::-1] for pair in names.split(","))
    skip = TIED.get(name, [])
    return (meta["class"], *judge(exported, methods, meta, expected, wanted, 1e-5 if narrow else 1e-9, skip))


def judge(exported, methods, meta, expected, wanted, rtol, skip=()):
    """(verdict, why, errors); methods are outputs by method."""
    try:
        model = onnx.load_from_string(exported)
        onnx.checker.check_model(model)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(exported, options, providers=["CPUExecutionProvider"])
        got = session.run(list(methods.values()), feeds(session, meta, expected))
    except Missing:
        return "skipped", "a text is missing", []
    except Exception as error:
        return "different", f"{type(error).__name__}: {str(error)[:300]}", []
    got, why, to_the_bit, errors = dict(zip(methods, got)), [], True, 0
    for method in wanted:
        for key, want in entries(expected, method).items():
            if key not in got:
                why.append(f"{key}: missing")
                continue
            has, want = (np.delete(np.asarray(rows), skip, axis=0) for rows in (got[key], want))
            reason, bit = compare(has, want, rtol)
            to_the_bit &= bit
            why += [f"{key}: {reason}"] if reason else []
            errors = errors + distances(has, want)
    if why:
        return "different", "; ".join(why), errors.tolist()
    return "equal", "bit" if to_the_bit else "close", errors.tolist()


def distances(got, want):
    """How many elements there are, and how many of them are within each bound: relative above 1. A label or a NaN that
    differs is infinitely far."""
    if got.size != want.size:
        return np.array([want.size] + [0] * len(BOUNDS))
    got = got.reshape(want.shape)
    if want.dtype.kind != "f" or got.dtype.kind != "f":
        far = np.where(got.astype(str) == want.astype(str), 0.0, np.inf)
    else:
        with np.errstate(all="ignore"):
            got, want = got.astype(float), want.astype(float)
            far = np.abs(got - want) / np.maximum(1, np.abs(want))
            same = (got == want) | (np.isnan(got) & np.isnan(want))
        far = np.where(same, 0.0, np.where(np.isnan(far), np.inf, far))
    return np.array([far.size] + [int((far <= bound).sum()) for bound in BOUNDS])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dirs", nargs="+", metavar="DIR")
    parser.add_argument("--cannery", default="cannery", metavar="PATH")
    parser.add_argument("--only", default="", metavar="REGEX")
    parser.add_argument("--list", action="store_true", help="name every model that is not equal")
    parser.add_argument("--json", metavar="OUT")
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--skl2onnx", action="store_true")
    args = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    results, peers = {}, {}
    for folder in args.dirs:
        for file in sorted(os.listdir(folder)):
            if file.startswith("_") or not file.endswith(".json") or not re.search(args.only, file):
                continue
            model = recorded(folder, file[:-5])
            if model is None or args.float32 and not is_of_float64(model[0]):
                continue
            key = f"{os.path.basename(os.path.normpath(folder))}/{file[:-5]}"
            results[key] = run(args, folder, file[:-5], *model)
            if args.skl2onnx and results[key][1] != "unread":
                import export_skl2onnx

                peers[key] = export_skl2onnx.run(model_file(folder, file[:-5]), *model)
    report(args, "cannery", results)
    if peers:
        report(args, "skl2onnx", peers)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"cannery": results, "skl2onnx": peers}, file, indent=1)
    is_wrong = any(verdict == "different" for _, verdict, *_ in results.values())
    return 1 if is_wrong and not args.float32 else 0


def is_of_float64(meta):
    return meta["input"]["kind"] == "array" and meta["input"].get("dtype") == "float64"


def report(args, who, results):
    print(f"{who}, ONNX Runtime {onnxruntime.__version__}")
    far = args.float32 and who == "cannery"
    for name, (kind, verdict, why, _) in results.items():
        if verdict == "different" and who == "cannery" and not far or args.list and verdict != "equal":
            print(f"{verdict:9} {name} {kind}: {why}")
    counts = collections.Counter(verdict for _, verdict, *_ in results.values())
    classes = collections.defaultdict(set)
    for kind, verdict, *_ in results.values():
        classes[verdict].add(kind)
    bit = sum(why == "bit" for _, verdict, why, _ in results.values() if verdict == "equal")
    wrong = classes["different"] | classes["failed"] | classes["refused"]
    for verdict in ("equal", "refused", "unread", "skipped", "failed", "different"):
        if counts[verdict]:
            only = classes["equal"] - wrong if verdict == "equal" else classes[verdict] - classes["equal"]
            print(f"{verdict:9} {counts[verdict]:4} models, {len(classes[verdict]):3} classes ({len(only)} of them only so)")
    print(f"{bit} of {counts['equal']} equal models are so to the bit")
    if far or who == "skl2onnx":
        distribution(results)
    if TIED and any(name.split("/")[1] in TIED for name in results):
        print(f"rows left out, whose k-th neighbour is as far as the next: {TIED}")


def distribution(results):
    """How far results are from scikit-learn's."""
    counts = np.array([of_model for *_, of_model in results.values() if of_model])
    if not len(counts):
        return
    total, *within = counts.sum(axis=0).tolist()
    shares = [f"{'= 0' if not bound else f'<= {bound:g}'} {part / total:.3%}" for bound, part in zip(BOUNDS, within)]
    print(f"how far {total} results are from scikit-learn's: " + ", ".join(shares[:-1]))
    print(f"{total - within[-1]} of them are another label or NaN")
    near = counts[:, 1 + BOUNDS.index(NEAR)] == counts[:, 0]
    print(f"{near.sum()} of {len(counts)} models have all results within {NEAR:g}")


if __name__ == "__main__":
    sys.exit(main())
