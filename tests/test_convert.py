"""What cannery writes, read by Python: the SVC on iris of scikit-learn's guide; and writes that are killed."""
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from conftest import BINARY, ROOT
from sklearn import datasets

IRIS = ROOT / 'examples' / 'iris_svc.joblib'
FORMS = [('m.pkl', []), ('m0.pkl', ['--protocol', '0']), ('m2.pkl', ['--protocol', '2']), ('m5.pkl', ['--protocol', '5']),
         ('m.joblib', []), ('m.joblib.gz', []), ('m.joblib.xz', []), ('m.joblib.bz2', []), ('m.joblib.lzma', []),
         ('m.joblib.z', []), ('u.joblib', ['--target', 'python=3.8'])]


@pytest.mark.parametrize('name, args', FORMS)
def test_scikit_learn_predicts_the_same_from_what_is_written(cannery, tmp_path, name, args):
    X, _ = datasets.load_iris(return_X_y=True)
    want = joblib.load(IRIS).decision_function(X)
    out = tmp_path / name
    status, _, said = cannery('convert', IRIS, out, *args)
    assert (status, said) == (0, '')
    if name.endswith('.pkl'):
        with open(out, 'rb') as file:
            model = pickle.load(file)
    else:
        model = joblib.load(out)
    assert np.array_equal(model.decision_function(X), want)


def test_padded_arrays_can_be_mapped(cannery, tmp_path):
    out = tmp_path / 'm.joblib'
    assert cannery('convert', IRIS, out)[0] == 0
    assert isinstance(joblib.load(out, mmap_mode='r').support_vectors_, np.memmap)


def test_a_killed_write_leaves_the_old_file_or_the_new_one():
    script = ROOT / 'tests' / 'kill_writes.py'
    done = subprocess.run([sys.executable, script, '50', BINARY], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
