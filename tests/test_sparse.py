"""Estimators that were fitted on CSR matrices and are called with them, against the scikit-learn that is installed here."""
import joblib
import numpy as np
import pytest
import scipy.sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

MODELS = {
    'scaler': StandardScaler(with_mean=False),
    'scaler-nothing': StandardScaler(with_mean=False, with_std=False),
    'logistic': LogisticRegression(),
    'svc-rbf': SVC(probability=True, random_state=0),
    'svc-poly': SVC(kernel='poly', coef0=1),
    'svc-linear': SVC(kernel='linear'),
    'tree': DecisionTreeClassifier(random_state=0),
    'forest': RandomForestClassifier(5, random_state=0),
    'neighbors': KNeighborsClassifier(),
    'neighbors-manhattan': KNeighborsClassifier(3, metric='manhattan'),
    'neighbors-cosine': KNeighborsRegressor(3, metric='cosine'),
    'pipeline': make_pipeline(StandardScaler(with_mean=False), LogisticRegression()),
}


def data(rows=120, columns=40):
    random = np.random.RandomState(1)
    X = scipy.sparse.random(rows, columns, density=0.1, format='csr', random_state=random)
    return X, np.asarray(X @ random.normal(size=columns) > 0.1).astype(int) + (X.sum(axis=1).A1 > 2.5)


# brute force over float32 data is computed for the Euclidean distance
SINGLE = [name for name in MODELS if name not in ('neighbors-manhattan', 'neighbors-cosine')]


@pytest.mark.parametrize('name, dtype', [(name, np.float64) for name in MODELS] + [(name, np.float32) for name in SINGLE])
def test_sparse_rows(cannery, tmp_path, name, dtype):
    X, y = data()
    X = X.astype(dtype)
    model = MODELS[name].fit(X, y)
    joblib.dump(model, tmp_path / 'model.joblib')
    # without rows of zeros, whose neighbours are a choice among equals
    rows = X[np.flatnonzero(np.diff(X.indptr))]
    scipy.sparse.save_npz(tmp_path / 'rows.npz', rows)
    status, _, error = cannery('predict', tmp_path / 'model.joblib', tmp_path / 'rows.npz', '--method', 'all',
                               '--output', tmp_path / 'out.npz')
    assert status == 0, error
    got = np.load(tmp_path / 'out.npz')
    for method in ('predict', 'predict_proba', 'decision_function', 'transform'):
        if not hasattr(model, method):
            continue
        want = getattr(model, method)(rows)
        if scipy.sparse.issparse(want):
            parts = [got[f'{method}__{part}'] for part in ('data', 'indices', 'indptr')]
            result = scipy.sparse.csr_matrix(tuple(parts), shape=tuple(got[f'{method}__shape']))
            assert result.dtype == want.dtype
            np.testing.assert_array_equal(result.toarray(), want.toarray())
        else:
            assert got[method].dtype == want.dtype
            np.testing.assert_allclose(got[method], want, rtol=1e-9 if dtype == np.float64 else 1e-5, atol=1e-12)
