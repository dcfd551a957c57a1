"""Makes run.json, scores.json, requirements.txt and rows.csv with scikit-learn 1.9.1:

    python crates/cannery/tests/keep/make.py

Times, folder and platform of the record are replaced, and packages that scikit-learn does not need left out, so that a second
run gives the same bytes.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[3]
PACKAGES = ["joblib", "numpy", "scikit-learn", "scipy", "threadpoolctl"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copy(HERE / "train.py", folder)
        shutil.copy(ROOT / "crates/python/python/cannery/record.py", folder)
        shutil.copy(ROOT / "examples/iris.csv", folder / "train.csv")
        subprocess.run([sys.executable, "train.py"], cwd=folder, check=True)
        record = json.loads((folder / "run.json").read_text())
    record.update(started="2026-12-01T05:00:00Z", finished="2026-12-01T05:00:01Z", folder="training")
    environment = record["environment"]
    environment["platform"] = {"system": "Linux", "machine": "x86_64", "description": "Linux-6.18-x86_64"}
    environment["packages"] = [package for package in environment["packages"] if package["name"] in PACKAGES]
    (HERE / "run.json").write_text(json.dumps(record) + "\n")
    scores = [{key: score[key] for key in ("metric", "folds", "rows")} for score in record["scores"]]
    (HERE / "scores.json").write_text(json.dumps(scores) + "\n")
    pins = [f"{package['name']}=={package['version']}\n" for package in environment["packages"]]
    (HERE / "requirements.txt").write_text("".join(pins))
    rows = (ROOT / "examples/iris.csv").read_text().splitlines()
    (HERE / "rows.csv").write_text("\n".join([rows[0], *rows[1::50]]) + "\n")


if __name__ == "__main__":
    main()
