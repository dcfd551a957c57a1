#!/usr/bin/env python3
"""How long writing a forest of about 40 MB takes: cannery, a raw write of the same bytes, pickle.dump and joblib.dump.

    cargo build --release -p cannery --example dump_time
    python benches/compare/dump.py [ROUNDS]

Medians; each round writes all of them in turn. Needs scikit-learn and joblib.
"""

import pathlib
import pickle
import statistics
import subprocess
import sys
import tempfile
import time

import joblib
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

ROOT = pathlib.Path(__file__).parent.parent.parent
BINARY = ROOT / "target" / "release" / "examples" / "dump_time"


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(rounds):
    X, y = make_classification(20_000, 20, n_informative=12, random_state=0, flip_y=0.2)
    model = RandomForestClassifier(100, random_state=0, n_jobs=-1).fit(X, y)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        joblib.dump(model, folder / "model.joblib")
        theirs = {"pickle": [], "joblib": []}
        for _ in range(rounds):
            with open(folder / "their.pkl", "wb") as file:
                theirs["pickle"].append(timed(lambda: pickle.dump(model, file)))
            theirs["joblib"].append(timed(lambda: joblib.dump(model, folder / "their.joblib")))
        command = [str(BINARY), str(folder / "model.joblib"), str(folder), str(rounds)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        name, ours, raw, size = line.split()
        ours, raw, their = float(ours), float(raw), statistics.median(theirs[name])
        print(f"{name}: {int(size) / 1e6:.1f} MB, cannery {ours * 1e3:.1f} ms, {ours / raw:.2f} x a raw write "
              f"({raw * 1e3:.1f} ms); {name}.dump {their * 1e3:.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
