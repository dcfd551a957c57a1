#!/usr/bin/env python3
"""Compares exported PMML in JPMML-Evaluator with what scikit-learn gave, over folders made by zoo.py.

    export_pmml.py [--cannery PATH] DIR [DIR ...] [--only REGEX] [--list] [--json OUT]

DIR is a folder of recorded models (NAME.json, NAME.pkl, NAME.expected.npz). Each model is exported with all its methods:
cannery convert MODEL OUT.pmml --method all, with --float32 where it was called with that. It is
  equal      if it is valid against the schema of PMML 4.4.1 and every recorded method is the same in JPMML-Evaluator:
             labels exactly, floats to the bit (counted by itself) or within 1e-9 (relative above 1, and 1e-11 absolute);
  partly     so of those methods that PMML can hold, where it can't hold all;
  refused    if cannery says which operator PMML can't hold, and in which step;
  unread     if predict does not support the estimator either;
  different  otherwise. There must be none; the exit status is 1 if there is one.
pmml-4.4.1.xsd beside this script is the Data Mining Group's schema as https://github.com/jpmml/jpmml-model keeps it
(BSD-3-Clause).

Needs numpy, pandas, lxml, jpmml_evaluator, jpype1 and a Java runtime; without them the exit status is 77.
"""
import argparse, collections, json, os, re, subprocess, sys, tempfile, warnings

try:
    import jpmml_evaluator
    import jpype
    import numpy as np
    import pandas as pd
    from lxml import etree
except ImportError as error:
    print(f"{error.name} is missing: pip install numpy pandas lxml jpmml_evaluator jpype1")
    sys.exit(77)

from recorded import METHODS, MISRECORDED, NARROW_INSIDE, dense, entries, listed_rows

HERE = os.path.dirname(os.path.abspath(__file__))
NAMESPACE = "{http://www.dmg.org/PMML-4_4}"
# a row equals a point: its distance is 0 here, and what BLAS leaves of a difference, some 1e-8, in scikit-learn
NEAR_POINTS = {"knnr-brute-distance"}


def backend():
    """A Java virtual machine with JPMML-Evaluator; the process ends with 77 if there is no Java."""
    try:
        jpype.startJVM("-Xmx1500m", "-Xss64m", "-XX:+UseSerialGC", classpath=jpmml_evaluator._classpath([]))
    except (jpype.JVMNotFoundException, OSError) as error:
        print(f"a Java runtime is missing: apt-get install openjdk-17-jre-headless ({error})")
        sys.exit(77)
    return jpmml_evaluator.make_backend("jpype")


def rows_of(meta, expected):
    """The rows by column: by name for a frame, else in order."""
    about = meta["input"]
    if about["kind"] == "array" and "X" in expected:
        x = np.asarray(expected["X"])
        x = x.reshape(len(x), -1)
        return None, [list(x[:, column]) for column in range(x.shape[1])]
    if about["kind"] == "csr" or "X__data" in expected:
        x = dense(expected, "X")
        return None, [list(x[:, column]) for column in range(x.shape[1])]
    rows = listed_rows(about)
    if about["kind"] == "frame":
        rows = [row if isinstance(row, dict) else dict(zip(about["columns"], row)) for row in rows]
        return about["columns"], [[row[name] for row in rows] for name in about["columns"]]
    if rows and isinstance(rows[0], list):
        return None, [[row[column] for row in rows] for column in range(len(rows[0]))]
    return None, [rows]


def fields(root):
    """The inputs with their types, and each result: (method, column) -> name of the field."""
    inputs, results = [], {}
    for field in root.iter(NAMESPACE + "DataField"):
        if field.get("displayName"):
            results[field.get("displayName"), 0] = field.get("name")
        else:
            inputs.append((field.get("name"), field.get("dataType")))
    targets = {field.get("name") for field in root.iter(NAMESPACE + "MiningField") if field.get("usageType") == "target"}
    inputs = [(name, kind) for name, kind in inputs if name not in targets]
    for field in root.iter(NAMESPACE + "OutputField"):
        found = re.fullmatch(r"(.+)\[(\d+)\]", field.get("displayName") or "")
        if found:
            results[found[1], int(found[2])] = field.get("name")
    return inputs, results


def frame(inputs, names, columns):
    """What the evaluator is given."""
    by_name = dict(zip(names, columns)) if names else {}
    made = {}
    for place, (name, kind) in enumerate(inputs):
        values = by_name[name] if names and name in by_name else columns[place]
        if kind == "string":
            made[name] = pd.Series([None if value is None or value != value else str(value) for value in values], dtype=object)
        else:
            made[name] = [np.nan if value is None else float(value) for value in values]
    return pd.DataFrame(made)


def compare(got, want, rtol):
    """(why not equal, whether to the bit)"""
    want = want.reshape(len(want), -1)
    if got.shape != want.shape:
        return f"shape {got.shape}, expected {want.shape}", False
    if want.dtype.kind == "O" and all(isinstance(value, (int, float)) for value in want.ravel()):
        want = want.astype(float)
    if want.dtype.kind in "USO":
        plain = lambda value: "nan" if value is None or value != value else str(value)
        wrong = sum(plain(a) != plain(b) for a, b in zip(got.ravel(), want.ravel()))
        return (f"{wrong} of {want.size} labels differ" if wrong else ""), True
    numbers = np.array([np.nan if value is None else float(value) for value in got.ravel()]).reshape(want.shape)
    if want.dtype.kind != "f":
        wrong = (numbers != want.astype(float)).sum()
        return (f"{wrong} of {want.size} labels differ" if wrong else ""), True
    same = np.isclose(numbers, want, rtol=rtol, atol=1e-11 if rtol < 1e-6 else 1e-6, equal_nan=True)
    if same.all():
        return "", np.array_equal(numbers.astype(want.dtype), want, equal_nan=True)
    with np.errstate(all="ignore"):
        return f"{(~same).sum()} of {same.size} differ, by up to {np.nanmax(np.abs(numbers - want)):.3g}", False


def evaluate(engine, schema, path):
    """The document's fields, and a function from rows to results; the reason if it is not valid."""
    with open(path, "rb") as file:
        document = file.read()
    root = etree.fromstring(document, etree.XMLParser(huge_tree=True))
    if not schema.validate(root):
        raise ValueError(f"not valid: {schema.error_log[0]}")
    evaluator = jpmml_evaluator.make_evaluator(document, backend=engine)
    return fields(root), lambda rows: evaluator.evaluateAll(rows, nan_as_missing=True, parallelism=1)


def judge(engine, schema, path, meta, expected, wanted):
    (inputs, results), run = evaluate(engine, schema, path)
    got = run(frame(inputs, *rows_of(meta, expected)))
    if "errors" in got:
        return "different", f"{got['errors'].notna().sum()} rows fail: {got['errors'].dropna().iloc[0]}"[:400]
    is_narrow = meta["input"].get("dtype") == "float32"
    rtol = 1e-3 if meta["name"] in NARROW_INSIDE else 1e-5 if is_narrow or meta["name"] in NEAR_POINTS else 1e-9
    why, to_the_bit = [], True
    for method in wanted:
        for key, want in entries(expected, method).items():
            names = [name for (of, _), name in sorted(results.items()) if of == key]
            if not names:
                why.append(f"{key}: missing")
                continue
            columns = [got[name].to_numpy(dtype=object) for name in names]
            reason, bit = compare(np.column_stack(columns), np.asarray(want), rtol)
            to_the_bit &= bit
            why += [f"{key}: {reason}"] if reason else []
    return ("different", "; ".join(why)) if why else ("equal", "bit" if to_the_bit else "close")


def convert(args, model, out, method, narrow):
    command = [args.cannery, "convert", "--quiet", model, out, "--method", method] + ["--float32"] * narrow
    done = subprocess.run(command, capture_output=True, timeout=300)
    return done.returncode == 0, done.stderr.decode("utf-8", "replace").strip()


def run(args, engine, schema, folder, name):
    """(class, verdict, why) of one model; None if there is nothing to compare."""
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        meta = json.load(file)
    if meta.get("negative") or meta.get("path") or meta["input"]["kind"] == "none":
        return None
    files = sorted(file for file in meta["files"] if not file.endswith((".json", ".npz")))
    expected_file = os.path.join(folder, name + ".expected.npz")
    if not files or not os.path.exists(expected_file):
        return None
    with np.load(expected_file, allow_pickle=False) as stored:
        expected = dict(stored)
    wanted = [m for m in METHODS if m in meta.get("outputs", {}) and "json" not in meta["outputs"][m]]
    wanted = [m for m in wanted if m not in meta.get("nondeterministic", [])]
    if not wanted or name in MISRECORDED:
        return None
    narrow = meta["input"].get("dtype") == "float32"
    model = os.path.join(folder, files[0])
    with tempfile.TemporaryDirectory() as folder_of_out:
        out = os.path.join(folder_of_out, "model.pmml")
        try:
            done, message = convert(args, model, out, "all", narrow)
            if done:
                return (meta["class"], *judge(engine, schema, out, meta, expected, wanted))
            if "PMML can't hold" not in message:
                return meta["class"], "unread" if "unsupported" in message else "different", message[-400:]
            held = [method for method in wanted if convert(args, model, out, method, narrow)[0]]
            if not held:
                return meta["class"], "refused", message[-400:]
            convert(args, model, out, ",".join(held), narrow)
            verdict, why = judge(engine, schema, out, meta, expected, held)
            return meta["class"], "partly" if verdict == "equal" else verdict, why if why != "close" else message
        except Exception as error:
            return meta["class"], "different", f"{type(error).__name__}: {str(error)[:300]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dirs", nargs="+", metavar="DIR")
    parser.add_argument("--cannery", default="cannery", metavar="PATH")
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true", help="name every model that is not equal")
    parser.add_argument("--json", metavar="OUT")
    args = parser.parse_args()
    warnings.filterwarnings("ignore", message="DataFrame is highly fragmented")
    engine = backend()
    schema = etree.XMLSchema(etree.parse(os.path.join(HERE, "pmml-4.4.1.xsd")))
    results = {}
    for folder in args.dirs:
        for file in sorted(os.listdir(folder)):
            if file.startswith("_") or not file.endswith(".json") or not re.search(args.only, file):
                continue
            result = run(args, engine, schema, folder, file[:-5])
            if result:
                results[f"{os.path.basename(folder)}/{file[:-5]}"] = result
    report(args, results)
    return 1 if any(verdict == "different" for _, verdict, _ in results.values()) else 0


def report(args, results):
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    for name, (kind, verdict, why) in results.items():
        if verdict == "different" or args.list and verdict != "equal":
            print(f"{verdict:9} {name} {kind}: {why}")
    counts = collections.Counter(verdict for _, verdict, _ in results.values())
    classes = collections.defaultdict(set)
    for kind, verdict, _ in results.values():
        classes[verdict].add(kind)
    bit = sum(why == "bit" for _, verdict, why in results.values() if verdict == "equal")
    for verdict in ("equal", "partly", "refused", "unread", "different"):
        only = classes[verdict] - classes["different"] - (classes["equal"] if verdict != "equal" else set())
        print(f"{verdict:9} {counts[verdict]:4} models, {len(classes[verdict]):3} classes ({len(only)} of them only so)")
    print(f"{bit} of {counts['equal']} equal models are so to the bit; JPMML-Evaluator of jpmml_evaluator {jpmml_evaluator.__version__}")


if __name__ == "__main__":
    sys.exit(main())
