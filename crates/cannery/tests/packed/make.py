"""Makes the files of this folder: one model, packed in the ways in which people keep models.

    python crates/cannery/tests/packed/make.py        (with scikit-learn 1.9.1)
"""

import base64
import io
import json
import pathlib
import pickle
import tarfile
import zipfile

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).parent


class Wrapper:
    """A class of one's own that holds a model."""

    def __init__(self, model):
        self.columns = ["a", "b"]
        self.model = model


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def main():
    rng = np.random.default_rng(0)
    X = rng.normal(2, 3, (40, 2))
    y = np.where(X @ [1, -1] + rng.normal(size=40) > 0, "yes", "no")
    scaler = StandardScaler().fit(X)
    model = LogisticRegression().fit(scaler.transform(X), y)
    dumped, scaled = pickle.dumps(model, 4), pickle.dumps(scaler, 4)
    npy = io.BytesIO()
    np.save(npy, np.array([model], dtype=object), allow_pickle=True)
    mlmodel = "flavors:\n  python_function:\n    model_path: model.pkl\n  sklearn:\n    pickled_model: model.pkl\n"
    for name, content in {
        "scaler.pkl": scaled,
        "model.pkl": dumped,
        "two.pkl": scaled + dumped,
        "wrapper.pkl": pickle.dumps(Wrapper(model), 4),
        "method.pkl": pickle.dumps(model.predict, 4),
        "array.npy": npy.getvalue(),
        "bytes.pkl": pickle.dumps({"blob": dumped, "note": "b"}, 4),
        "base64.txt": base64.encodebytes(dumped),
        "one.tar.gz": tar({"README.md": b"a model", "model.pkl": dumped}),
        "several.zip": archive({"scaler.pkl": scaled, "sub/model.pkl": dumped}),
        "mlflow/MLmodel": mlmodel.encode(),
        "mlflow/model.pkl": dumped,
        "rows.csv": "".join(f"{a!r},{b!r}\n" for a, b in X[:10].tolist()).encode(),
    }.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(content)
    expected = {
        "alone": model.predict(X[:10]).tolist(),
        "chained": model.predict(scaler.transform(X[:10])).tolist(),
        "probabilities": model.predict_proba(scaler.transform(X[:10])).tolist(),
    }
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
