"""Record what a model was trained from, for ``cannery seal --record``.

    from cannery.record import record

    with record("run.json") as r:
        r.data("train.csv")
        ...
        r.cross_validation(scores, cv=cv, scoring="accuracy")
        r.model("model.joblib")

Standard library only, Python 3.6 and later. This file can be copied beside a training script as it is
(``from record import record``). The record is written when the block ends without an exception, in one step.

It holds digests of the data, the script with its arguments and its commit, interpreter, platform, every installed
distribution, and the score of each fold. It holds no data, no host name and no environment variables.
"""

import hashlib
import json
import math
import os
import platform
import subprocess
import sys
import time

__all__ = ["Record", "record"]

SCHEMA = "cannery.record/1"


def record(path="run.json"):
    """A context manager that writes a record to ``path`` when its block ends without an exception."""
    return Record(path)


class Record:
    """What a training says of itself. Every method gives its argument back, so that calls can be put around values."""

    def __init__(self, path="run.json"):
        self.path = os.fspath(path)
        self._data = []
        self._scores = []
        self._models = []
        self._started = _now()
        self._source = _source()
        self._folder = os.getcwd()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is None:
            self.write()
        return False

    def data(self, path):
        """Training data: the path of a file or a folder, or a reference such as ``s3://bucket/key?versionId=ID``.

        Call it before the data is used. Files are hashed now.
        """
        text = os.fspath(path)
        if os.path.isdir(text):
            self._data.append({"path": _shown(text), "files": _files_of(text)})
        elif os.path.exists(text):
            self._data.append(_file(text, _shown(text)))
        elif ":" in text:
            self._data.append({"reference": text})
        else:
            raise FileNotFoundError(f"{text}: no such file, and no reference to data")
        return path

    def cross_validation(self, scores, cv=None, scoring=None, X=None, rows=None):
        """The score of each fold.

        ``scores`` is what ``cross_val_score`` gives, or the dict of ``cross_validate``, of which each ``test_*`` is a
        metric. ``cv`` is what was given as ``cv``: a splitter, a number of folds, or None. ``scoring`` names the
        metric. ``X`` or ``rows`` says how many rows were split.
        """
        rows = _rows(X) if rows is None else int(rows)
        splitter, seed = _splitter(cv)
        for metric, folds in _metrics(scores, scoring):
            self._scores.append(
                {"metric": metric, "folds": folds, "splitter": splitter, "seed": seed, "rows": rows}
            )
        return scores

    def model(self, path):
        """The model file that was written. ``seal`` then takes the record for this file only."""
        self._models.append(_file(os.fspath(path), _shown(os.fspath(path))))
        return path

    def source(self, path, arguments=None):
        """The script, where it is not the one that was started, as in a notebook."""
        self._source = _script(os.fspath(path), [] if arguments is None else [str(a) for a in arguments])
        return path

    def write(self):
        """Writes the record, in one step."""
        content = {
            "schema": SCHEMA,
            "started": self._started,
            "finished": _now(),
            "folder": self._folder,
            "data": self._data,
            "source": self._source,
            "environment": environment(),
            "scores": self._scores,
            "models": self._models,
        }
        text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
        partial = f"{self.path}.partial"
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self.path)


def environment():
    """Interpreter, platform, and every installed distribution with its version."""
    return {
        "python": {"implementation": platform.python_implementation(), "version": platform.python_version()},
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "description": platform.platform(),
        },
        "packages": [{"name": name, "version": version} for name, version in _packages()],
    }


def _packages():
    try:
        from importlib.metadata import distributions

        found = [(d.metadata["Name"], d.version) for d in distributions()]
    except ImportError:  # before Python 3.8
        import pkg_resources

        found = [(d.project_name, d.version) for d in pkg_resources.working_set]
    return sorted({(name, version) for name, version in found if name and version})


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _shown(path):
    """Relative to the working folder where it is below it; with slashes."""
    whole, here = os.path.abspath(path), os.getcwd()
    shown = os.path.relpath(whole, here) if whole.startswith(os.path.join(here, "")) else whole
    return shown.replace(os.sep, "/")


def _file(path, shown):
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
            size += len(chunk)
    return {"path": shown, "sha256": digest.hexdigest(), "bytes": size}


def _files_of(folder):
    files = []
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            path = os.path.join(root, name)
            files.append(_file(path, os.path.relpath(path, folder).replace(os.sep, "/")))
    return sorted(files, key=lambda file: file["path"])


def _source():
    """The script that Python was started with; nothing in a notebook or a prompt."""
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    if path is None or not os.path.isfile(path) or "ipykernel" in sys.modules:
        return None
    return _script(path, [str(argument) for argument in sys.argv[1:]])


def _script(path, arguments):
    file = _file(path, _shown(path))
    return {"path": file["path"], "sha256": file["sha256"], "arguments": arguments, "git": _git(path)}


def _git(path):
    folder, name = os.path.split(os.path.abspath(path))
    commit = _run_git(folder, "rev-parse", "HEAD")
    inside = _run_git(folder, "ls-files", "--full-name", "--", name)
    if not commit or not inside:
        return None
    changes = _run_git(folder, "status", "--porcelain", "--untracked-files=no")
    remote = _run_git(folder, "config", "--get", "remote.origin.url") or _run_git(
        folder, "rev-parse", "--show-toplevel"
    )
    return {
        "repository": _without_password(remote),
        "commit": commit,
        "path": inside,
        "dirty": changes is None or changes != "",
    }


def _run_git(folder, *arguments):
    """What git says, or None where there is no git, no repository or no answer."""
    try:
        done = subprocess.run(
            ["git", "-C", folder, "--no-optional-locks", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip()


def _without_password(url):
    scheme, sign, rest = url.partition("://")
    if sign and scheme in ("http", "https"):
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    return url


def _metrics(scores, scoring):
    if isinstance(scores, dict):
        found = [(name[len("test_") :], folds) for name, folds in scores.items() if name.startswith("test_")]
        if not found:
            raise ValueError("no test_* in these scores")
        # cross_validate calls a single metric "score"
        named = [(_metric(scoring) if name == "score" else name, folds) for name, folds in found]
    else:
        named = [(_metric(scoring), scores)]
    return [(name, _folds(folds)) for name, folds in named]


def _metric(scoring):
    if scoring is None:
        return "score"
    if isinstance(scoring, str):
        return scoring
    function = getattr(scoring, "_score_func", scoring)
    return getattr(function, "__name__", None) or type(scoring).__name__


def _folds(scores):
    folds = [float(score) for score in scores]
    if not folds or not all(math.isfinite(score) for score in folds):
        raise ValueError(f"scores must be finite numbers, one for each fold: {folds}")
    return folds


def _splitter(cv):
    """Class and parameters of a splitter, and its seed where that is a number."""
    if cv is None:
        return None, None
    if isinstance(cv, int) or hasattr(cv, "__index__"):
        return {"class": "default", "parameters": {"n_splits": int(cv)}}, None
    if not hasattr(cv, "split"):
        return {"class": type(cv).__name__, "parameters": {}}, None
    parameters = {
        name: _parameter(value)
        for name, value in sorted(vars(cv).items())
        if not name.startswith("_") and not name.endswith("_")
    }
    seed = parameters.get("random_state")
    is_seed = isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= 1 << 53
    return {"class": type(cv).__name__, "parameters": parameters}, seed if is_seed else None


def _parameter(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if hasattr(value, "__index__") and abs(int(value)) <= 1 << 53:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return repr(value)[:200]


def _rows(X):
    if X is None:
        return None
    shape = getattr(X, "shape", None)
    return int(shape[0]) if shape else len(X)
