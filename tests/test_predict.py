"""`cannery predict` against the scikit-learn that is installed here."""
import pickle

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris, make_classification
from sklearn.svm import SVC

from conftest import ROOT

IRIS = load_iris(return_X_y=True)
BINARY = (IRIS[0][:100], IRIS[1][:100])
NAMES = (IRIS[0], np.array(['setosa', 'versicolor', 'été'])[IRIS[1]])
MANY = make_classification(400, 12, n_informative=8, n_classes=5, random_state=0)
DATA = {'binary': BINARY, 'three': IRIS, 'names': NAMES, 'five': MANY, 'booleans': (BINARY[0], BINARY[1] == 1),
        'floats': (IRIS[0], IRIS[1].astype(float)), 'negative': (IRIS[0], IRIS[1] - 1)}
KERNELS = ['linear', 'poly', 'rbf', 'sigmoid']


def rows(X, seed=0):
    """The rows that it was fitted on, and others near and far."""
    random = np.random.RandomState(seed)
    near = X[random.randint(len(X), size=200)] + random.normal(scale=0.3, size=(200, X.shape[1]))
    return np.vstack([X, near, 100 * near[:20], np.zeros((1, X.shape[1]))])


def predict(cannery, model, table, out, *args):
    status, _, error = cannery('predict', model, table, '--output', out, *args)
    assert status == 0, error
    return np.load(out, allow_pickle=False)


def check(cannery, folder, model, path, X):
    """Both methods, from .npy."""
    np.save(folder / 'rows.npy', X)
    got = predict(cannery, path, folder / 'rows.npy', folder / 'out.npz', '--method', 'all')
    want, scores = model.predict(X), model.decision_function(X)
    assert got['predict'].shape == want.shape and got['decision_function'].shape == scores.shape
    np.testing.assert_allclose(got['decision_function'], scores, rtol=1e-9, atol=1e-11)
    assert got['decision_function'].dtype == scores.dtype
    assert got['predict'].dtype.kind == want.dtype.kind
    np.testing.assert_array_equal(got['predict'], want)


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('data', DATA)
def test_kernels(cannery, tmp_path, data, kernel):
    X, y = DATA[data]
    model = SVC(kernel=kernel).fit(X, y)
    joblib.dump(model, tmp_path / 'model.joblib')
    check(cannery, tmp_path, model, tmp_path / 'model.joblib', rows(X))


VOTES = [('ovo', False), ('ovr', False), ('ovr', True)]  # scikit-learn refuses break_ties with ovo


@pytest.mark.parametrize('weight', [None, 'balanced'])
@pytest.mark.parametrize('shape, ties', VOTES)
def test_votes(cannery, tmp_path, shape, ties, weight):
    X, y = MANY
    model = SVC(decision_function_shape=shape, break_ties=ties, class_weight=weight, gamma=0.05, C=3).fit(X, y)
    joblib.dump(model, tmp_path / 'model.joblib')
    check(cannery, tmp_path, model, tmp_path / 'model.joblib', rows(X))


@pytest.mark.parametrize('params', [
    {'gamma': 'auto'}, {'gamma': 0.7}, {'kernel': 'poly', 'degree': 2, 'coef0': 1.5}, {'kernel': 'poly', 'degree': 5, 'C': 0.1},
    {'kernel': 'sigmoid', 'coef0': -0.5, 'gamma': 0.01}, {'C': 1000}, {'shrinking': False}, {'tol': 1e-6},
], ids=str)
def test_parameters(cannery, tmp_path, params):
    X, y = IRIS
    model = SVC(**params).fit(X, y)
    joblib.dump(model, tmp_path / 'model.joblib')
    check(cannery, tmp_path, model, tmp_path / 'model.joblib', rows(X))


@pytest.mark.parametrize('compress', [0, 3, ('zlib', 3), ('gzip', 3), ('bz2', 3), ('lzma', 3), ('xz', 3), ('lz4', 3)], ids=str)
def test_joblib_compressors(cannery, tmp_path, compress):
    model = SVC().fit(*NAMES)
    joblib.dump(model, tmp_path / 'model', compress=compress)
    check(cannery, tmp_path, model, tmp_path / 'model', rows(NAMES[0]))


@pytest.mark.parametrize('protocol', range(6))
def test_pickle_protocols(cannery, tmp_path, protocol):
    for data in ('three', 'names'):
        model = SVC(kernel='poly').fit(*DATA[data])
        (tmp_path / 'model.pkl').write_bytes(pickle.dumps(model, protocol))
        check(cannery, tmp_path, model, tmp_path / 'model.pkl', rows(DATA[data][0]))


@pytest.mark.parametrize('dtype', ['<f4', '>f8', '<i8', '|u1', 'F'], ids=str)
def test_dtypes_of_rows(cannery, tmp_path, dtype):
    X, y = IRIS
    model = SVC().fit(X, y)
    joblib.dump(model, tmp_path / 'model.joblib')
    table = np.asfortranarray(X) if dtype == 'F' else np.clip(X * 3, 0, 200).astype(dtype)
    check(cannery, tmp_path, model, tmp_path / 'model.joblib', table)


def test_csv_in_and_out(cannery, tmp_path):
    X, y = NAMES
    model = SVC().fit(X, y)
    joblib.dump(model, tmp_path / 'model.joblib')
    table, out = tmp_path / 'rows.csv', tmp_path / 'out.csv'
    table.write_text('\n'.join(','.join(map(repr, row)) for row in rows(X).tolist()) + '\n')
    status, printed, error = cannery('predict', tmp_path / 'model.joblib', table)
    assert status == 0, error
    assert printed.decode().splitlines() == model.predict(rows(X)).tolist()
    status, printed, error = cannery('predict', tmp_path / 'model.joblib', table, '--method', 'decision_function', '-o', out)
    assert status == 0 and not printed, error
    scores = np.genfromtxt(out, delimiter=',', skip_header=1)
    np.testing.assert_allclose(scores, model.decision_function(rows(X)), rtol=1e-9, atol=1e-11)


def test_the_example_of_the_readme(cannery, tmp_path):
    model, table, expected = (ROOT / 'examples' / name for name in ('iris_svc.joblib', 'iris.csv', 'iris_expected.csv'))
    status, _, error = cannery('predict', model, table, '--output', tmp_path / 'out.csv')
    assert status == 0, error
    assert (tmp_path / 'out.csv').read_text() == expected.read_text()
    _, printed, _ = cannery('predict', model, '-', input=table.read_bytes())
    assert printed.decode().split() == expected.read_text().split()[1:]
