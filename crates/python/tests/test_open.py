"""`load` and `loads`: the guide's lines, from paths, file objects and bytes."""
import io
import pathlib
import pickle

import numpy as np
import pytest

import cannery
from conftest import EXAMPLE, same, table

ATTACK = b"cos\nsystem\n(S'id'\ntR."


def test_the_example_gives_what_scikit_learn_gave():
    model = cannery.load(EXAMPLE)
    np.testing.assert_array_equal(model.predict(table('iris.csv')), table('iris_expected.csv'))


@pytest.mark.parametrize('protocol', range(6))
def test_the_guide_with_pickle(iris, svc, protocol):
    X, y = iris
    s = pickle.dumps(svc, protocol=protocol)
    clf2 = cannery.loads(s)
    assert clf2.predict(X[0:1])[0] == y[0] == 0
    same(clf2.predict(X), svc.predict(X))
    same(clf2.decision_function(X), svc.decision_function(X))


@pytest.mark.parametrize('compress', [0, 3, ('gzip', 3), ('bz2', 3), ('xz', 3), ('lzma', 3)])
@pytest.mark.parametrize('how', ['path', 'text', 'file', 'bytesio', 'bytes', 'bytearray'])
def test_the_guide_with_joblib(iris, svc, tmp_path, compress, how):
    joblib = pytest.importorskip('joblib')
    path = tmp_path / 'filename.joblib'
    joblib.dump(svc, path, compress=compress)
    opened = {
        'path': lambda: cannery.load(pathlib.Path(path)),
        'text': lambda: cannery.load(str(path)),
        'file': lambda: cannery.load(open(path, 'rb')),
        'bytesio': lambda: cannery.load(io.BytesIO(path.read_bytes())),
        'bytes': lambda: cannery.loads(path.read_bytes()),
        'bytearray': lambda: cannery.loads(bytearray(path.read_bytes())),
    }[how]()
    same(opened.predict(iris[0]), svc.predict(iris[0]))


def test_a_part_of_a_file(svc, iris):
    data = pickle.dumps({'models': [None, svc], 'about': 'iris'})
    same(cannery.loads(data, part='models[1]').predict(iris[0]), svc.predict(iris[0]))
    # the only estimator in a container needs no name
    same(cannery.loads(data).predict(iris[0]), svc.predict(iris[0]))
    with pytest.raises(cannery.UsageError, match='there is no part'):
        cannery.loads(data, part='models[7]')


def test_dangerous_files_are_not_opened(tmp_path):
    path = tmp_path / 'attack.pkl'
    path.write_bytes(ATTACK)
    for attempt in (lambda: cannery.load(path), lambda: cannery.loads(ATTACK), lambda: cannery.load(io.BytesIO(ATTACK))):
        with pytest.raises(cannery.UnsafeError, match='os.system'):
            attempt()
    assert cannery.scan(path)['verdict'] == 'dangerous'
    assert 'system' in str(cannery.inspect(path))


class Own:
    """A class that cannery does not know."""


def test_own_names_are_allowed_by_scan(tmp_path):
    path = tmp_path / 'own.pkl'
    path.write_bytes(b'\x80\x04\x8c\x03own\x8c\x05Thing\x93)\x81.')
    assert cannery.scan(path)['verdict'] == 'unknown'
    assert cannery.scan(path, allow=['own.Thing'])['verdict'] == 'safe'
    cannery.load(path, allow=['own.Thing'])
    with pytest.raises(cannery.UsageError):
        cannery.load(path, allow=['own.*'])


def test_scan_and_inspect_give_dicts():
    scanned = cannery.scan(EXAMPLE)
    assert scanned['verdict'] == 'safe' and scanned['findings'] == []
    inspected = cannery.inspect(EXAMPLE)
    assert inspected == cannery.inspect(open(EXAMPLE, 'rb'))
    assert inspected['summary']
    folder = cannery.scan(EXAMPLE.parent)
    assert any(file['file'].endswith('iris_svc.joblib') for file in folder['files'])
