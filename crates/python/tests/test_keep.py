"""Bundles from Python."""

import json

import cannery
import pytest
from conftest import EXAMPLE


def test_a_bundle_is_sealed_signed_and_verified(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.csv").write_text("1,2\n")
    with cannery.record("run.json") as r:
        r.data("train.csv")
        r.cross_validation([0.5, 1.0], cv=2, scoring="accuracy", rows=150)
    # whatever scikit-learn is here, the example was trained by 1.9.1
    record = json.loads((tmp_path / "run.json").read_text())
    record["environment"]["packages"] = [{"name": "scikit-learn", "version": "1.9.1"}]
    (tmp_path / "run.json").write_text(json.dumps(record))
    (tmp_path / "rows.csv").write_text("5.1,3.5,1.4,0.2\n")
    public = cannery.keygen("key.pem")
    sealed = cannery.seal(EXAMPLE, "iris", record="run.json", golden="rows.csv")
    assert sealed["missing"] == [] and not sealed["signed"]
    cannery.sign("iris", "key.pem")
    done = cannery.verify("iris", key=public, data_root=".")
    assert done["verified"] and done["signed"] and done["failed"] == 0
    assert done["manifest"]["scores"]["value"][0]["folds"] == [0.5, 1]
    (tmp_path / "train.csv").write_text("1,3\n")
    done = cannery.verify("iris", key=public, data_root=".")
    assert not done["verified"]
    assert [c["subject"] for c in done["checks"] if c["outcome"] == "failed"] == ["data train.csv"]


def test_errors_are_those_of_the_package(tmp_path):
    with pytest.raises(cannery.UsageError, match="may change"):
        cannery.seal(EXAMPLE, tmp_path / "x", data=["https://example.org/train.csv"])
    with pytest.raises(OSError):
        cannery.verify(tmp_path / "absent")
    with pytest.raises(ValueError, match="curve"):
        cannery.keygen(tmp_path / "key.pem", curve="ed25519")
