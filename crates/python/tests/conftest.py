"""What the tests of the installed package share. scikit-learn trains; cannery opens what it saved."""
import pathlib
import pickle

import numpy as np
import pytest

import cannery

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / 'examples' / 'iris_svc.joblib'


def table(name):
    """A table of numbers of the examples."""
    return np.loadtxt(ROOT / 'examples' / name, delimiter=',', skiprows=1)


@pytest.fixture(scope='session')
def iris():
    """Features and classes."""
    datasets = pytest.importorskip('sklearn.datasets')
    return datasets.load_iris(return_X_y=True)


@pytest.fixture(scope='session')
def svc(iris):
    """The guide's SVC."""
    return pytest.importorskip('sklearn.svm').SVC().fit(*iris)


@pytest.fixture(scope='session')
def named(iris):
    """A pipeline that was fitted on a frame with names, and whose classes are texts."""
    pandas = pytest.importorskip('pandas')
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    frame = pandas.DataFrame(iris[0], columns=['sl', 'sw', 'pl', 'pw'])
    labels = np.array(['setosa', 'versicolor', 'virginica'])[iris[1]]
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, labels), frame


def opened(estimator):
    """A fitted estimator, through pickle and cannery."""
    return cannery.loads(pickle.dumps(estimator))


def same(ours, theirs):
    """Equal in dtype, shape and values; floats to 1e-9."""
    if isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs)
        for one, other in zip(ours, theirs):
            same(one, other)
        return
    assert type(ours) is type(theirs)
    if hasattr(theirs, 'tocsr'):
        assert ours.shape == theirs.shape
        ours, theirs = ours.toarray(), theirs.toarray()
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    if theirs.dtype.kind == 'f':
        np.testing.assert_allclose(ours, theirs, rtol=1e-9 if theirs.itemsize == 8 else 1e-5, atol=1e-11)
    else:
        np.testing.assert_array_equal(ours, theirs)
