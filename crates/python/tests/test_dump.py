"""`dump` and `dumps`: what they write is loaded by scikit-learn and by cannery."""
import io
import pickle

import numpy as np
import pytest

import cannery
from conftest import EXAMPLE, opened, same


@pytest.mark.parametrize('protocol', range(6))
@pytest.mark.parametrize('what', ['estimator', 'model'])
def test_the_guide_with_pickle(iris, svc, protocol, what):
    s = cannery.dumps(svc if what == 'estimator' else opened(svc), protocol=protocol)
    for clf2 in (pickle.loads(s), cannery.loads(s), cannery.load(io.BytesIO(s))):
        same(clf2.predict(iris[0]), svc.predict(iris[0]))
        same(clf2.decision_function(iris[0]), svc.decision_function(iris[0]))


@pytest.mark.parametrize('name', ['model.joblib', 'model.pkl'])
@pytest.mark.parametrize('how', ['path', 'text', 'file', 'bytesio'])
def test_the_guide_with_files(iris, svc, tmp_path, name, how):
    joblib = pytest.importorskip('joblib')
    path = tmp_path / name
    form = 'joblib' if name.endswith('.joblib') else 'pickle'
    if how == 'path':
        cannery.dump(svc, path)
    elif how == 'text':
        cannery.dump(opened(svc), str(path))
    elif how == 'file':
        with open(path, 'wb') as file:
            cannery.dump(svc, file, format=form)
    else:
        file = io.BytesIO()
        cannery.dump(svc, file, format=form)
        path.write_bytes(file.getvalue())
    for again in (joblib.load(path), cannery.load(path)):
        same(again.predict(iris[0]), svc.predict(iris[0]))
    if form == 'joblib':
        mapped = joblib.load(path, mmap_mode='r')
        assert isinstance(mapped.support_vectors_, np.memmap)
        same(np.asarray(mapped.predict(iris[0])), svc.predict(iris[0]))
    else:
        with open(path, 'rb') as file:
            same(pickle.load(file).predict(iris[0]), svc.predict(iris[0]))
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize('compress', [True, 3, 'gzip', ('bz2', 9), ('xz', 1), ('lzma', 1)])
@pytest.mark.parametrize('form', ['pickle', 'joblib'])
def test_compression(iris, svc, tmp_path, compress, form):
    joblib = pytest.importorskip('joblib')
    path = tmp_path / 'model'
    cannery.dump(svc, path, format=form, compress=compress)
    assert path.stat().st_size < len(pickle.dumps(svc))
    for again in (joblib.load(path), cannery.load(path), cannery.loads(cannery.dumps(svc, compress=compress))):
        same(again.predict(iris[0]), svc.predict(iris[0]))
    with pytest.raises(cannery.UsageError, match='snappy'):
        cannery.dumps(svc, compress='snappy')


def test_the_name_decides(svc, tmp_path):
    cannery.dump(svc, tmp_path / 'model.joblib.gz')
    assert (tmp_path / 'model.joblib.gz').read_bytes().startswith(b'\x1f\x8b')
    assert cannery.load(tmp_path / 'model.joblib.gz').n_features_in_ == 4


def test_any_object_that_pickle_takes():
    for value in (None, 5, 'été', [1, (2, {3})], {'a': b'bytes', 'b': 2 ** 100}, float('inf')):
        assert pickle.loads(cannery.dumps(value)) == value
    array = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(pickle.loads(cannery.dumps({'x': array}))['x'], array)
    shared = [[]]
    again = pickle.loads(cannery.dumps([shared, shared]))
    assert again[0] is again[1]


def test_rewriting_gives_the_same_bytes(svc):
    for data in (pickle.dumps(svc, protocol=4), pickle.dumps({'a': np.arange(3), 'b': [1.5, None]}, protocol=4)):
        assert cannery.dumps(cannery.loads(data)) == data


def test_what_is_refused(tmp_path):
    class Attack:
        def __reduce__(self):
            import os
            return os.system, ('true',)

    with pytest.raises(cannery.UnsafeError):
        cannery.dump(Attack(), tmp_path / 'attack.pkl')
    with pytest.raises(cannery.UsageError, match='protocol 6'):
        cannery.dumps(1, protocol=6)
    with pytest.raises(cannery.UsageError, match='onnx'):
        cannery.dumps(1, format='onnx')
    with pytest.raises(FileNotFoundError):
        cannery.dump(1, tmp_path / 'absent' / 'model.pkl')
    assert not list(tmp_path.iterdir())


def test_from_joblib_to_pickle(tmp_path):
    model = cannery.load(EXAMPLE)
    cannery.dump(model, tmp_path / 'iris.pkl')
    again = cannery.load(tmp_path / 'iris.pkl')
    rows = [[5.1, 3.5, 1.4, 0.2], [6.0, 3.0, 5.0, 2.0]]
    same(again.decision_function(rows), model.decision_function(rows))
