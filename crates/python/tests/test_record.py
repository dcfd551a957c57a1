"""What a training records of itself."""

import hashlib
import json
import subprocess
import sys

import pytest
from cannery.record import Record, record

SHA_OF_ABC = hashlib.sha256(b"abc").hexdigest()


class KFold:
    """As scikit-learn's: parameters are attributes, and there is `split`."""

    def __init__(self, n_splits=5, shuffle=False, random_state=None):
        self.n_splits, self.shuffle, self.random_state = n_splits, shuffle, random_state

    def split(self, X):
        raise NotImplementedError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.csv").write_bytes(b"abc")
    return tmp_path


def written(path="run.json"):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def test_a_record_has_every_item(folder):
    (folder / "images/deep").mkdir(parents=True)
    (folder / "images/deep/1").write_bytes(b"abc")
    with record("run.json") as r:
        assert r.data("train.csv") == "train.csv"
        r.data(folder / "images")
        r.data("s3://bucket/train.csv?versionId=7")
        scores = r.cross_validation([0.5, 1], cv=KFold(2, True, 7), scoring="accuracy", X=[[1], [2]])
        assert scores == [0.5, 1]
        r.model("train.csv")
    content = written()
    file = {"path": "train.csv", "sha256": SHA_OF_ABC, "bytes": 3}
    assert content["schema"] == "cannery.record/1"
    assert content["data"] == [
        file,
        {"path": "images", "files": [{"path": "deep/1", "sha256": SHA_OF_ABC, "bytes": 3}]},
        {"reference": "s3://bucket/train.csv?versionId=7"},
    ]
    parameters = {"n_splits": 2, "random_state": 7, "shuffle": True}
    splitter = {"class": "KFold", "parameters": parameters}
    assert content["scores"] == [
        {"metric": "accuracy", "folds": [0.5, 1.0], "splitter": splitter, "seed": 7, "rows": 2}
    ]
    assert content["models"] == [file]
    assert content["started"] <= content["finished"] and content["started"].endswith("Z")
    assert "numpy" in {package["name"] for package in content["environment"]["packages"]}
    assert content["environment"]["python"]["version"] == sys.version.split()[0]


@pytest.mark.parametrize(
    "scores, scoring, metrics",
    [
        ([1.0], None, ["score"]),
        ([1.0], "r2", ["r2"]),
        ({"fit_time": [1], "test_score": [1.0]}, "r2", ["r2"]),
        ({"fit_time": [1], "test_f1": [1.0], "test_r2": [0.5]}, ["f1", "r2"], ["f1", "r2"]),
        ([1.0], KFold.split, ["split"]),
    ],
)
def test_what_cross_validate_gives_is_taken(scores, scoring, metrics):
    r = Record()
    r.cross_validation(scores, cv=3, scoring=scoring)
    r.write()
    assert [score["metric"] for score in written()["scores"]] == metrics
    assert written()["scores"][0]["splitter"] == {"class": "default", "parameters": {"n_splits": 3}}


@pytest.mark.parametrize("scores", [[], [float("nan")], {"fit_time": [1.0]}])
def test_scores_that_are_none_are_refused(scores):
    with pytest.raises(ValueError):
        Record().cross_validation(scores)


def test_nothing_is_written_when_the_training_fails():
    with pytest.raises(ZeroDivisionError), record("run.json") as r:
        r.data("train.csv")
        raise ZeroDivisionError
    with pytest.raises(FileNotFoundError):
        Record().data("absent.csv")
    with pytest.raises(FileNotFoundError):
        written()


def test_the_script_and_its_commit_are_recorded(folder):
    script = "import sys\nfrom cannery.record import record\nwith record('run.json'):\n    pass\n"
    (folder / "train.py").write_text(script)
    subprocess.run([sys.executable, "train.py", "--fast"], check=True)
    source = written()["source"]
    assert source["path"] == "train.py" and source["arguments"] == ["--fast"] and source["git"] is None
    assert source["sha256"] == hashlib.sha256(script.encode()).hexdigest()


def test_a_repository_is_clean_or_dirty(folder):
    if subprocess.run(["git", "--version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("git is missing")
    (folder / "train.py").write_text("from cannery.record import record\nwith record('run.json'):\n    pass\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "train.py"], ["commit", "-q", "-m", "train"]):
        subprocess.run([*git, *arguments], check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://me:secret@example.org/a.git"], check=True)
    for dirty in (False, True):
        subprocess.run([sys.executable, "train.py"], check=True)
        found = written()["source"]["git"]
        assert (found["path"], found["dirty"], len(found["commit"])) == ("train.py", dirty, 40)
        assert found["repository"] == "https://example.org/a.git"
        with open("train.py", "a") as file:
            file.write("# changed\n")
