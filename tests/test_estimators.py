"""`cannery predict --method all` against the scikit-learn that is installed here, estimator by estimator, on dense numbers."""
import joblib
import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.ensemble import (ExtraTreesClassifier, HistGradientBoostingClassifier, HistGradientBoostingRegressor,
                              RandomForestClassifier, RandomForestRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

METHODS = ['predict', 'predict_proba', 'predict_log_proba', 'decision_function', 'transform']
IRIS = load_iris(return_X_y=True)
NAMES = (IRIS[0], np.array(['setosa', 'versicolor', 'été'])[IRIS[1]])
BINARY = make_classification(300, 8, random_state=1)
TARGETS = (load_diabetes().data, load_diabetes().target)
SEVERAL = (IRIS[0], np.column_stack([IRIS[1], IRIS[1] > 0]).astype(int))


def holes(data, share=0.1):
    X, y = data
    return np.where(np.random.RandomState(0).random_sample(X.shape) < share, np.nan, X), y


MODELS = {
    'scaler': (StandardScaler(), IRIS),
    'scaler-mean': (StandardScaler(with_std=False), holes(IRIS)),
    'scaler-std': (StandardScaler(with_mean=False), IRIS),
    'imputer-mean': (SimpleImputer(), holes(IRIS)),
    'imputer-median-indicator': (SimpleImputer(strategy='median', add_indicator=True), holes(IRIS)),
    'imputer-constant': (SimpleImputer(strategy='constant', fill_value=-1.5), holes(IRIS)),
    'imputer-frequent-zero': (SimpleImputer(strategy='most_frequent', missing_values=0), BINARY),
    'logistic': (LogisticRegression(max_iter=1000), IRIS),
    'logistic-binary': (LogisticRegression(), BINARY),
    'logistic-liblinear': (LogisticRegression(solver='liblinear', penalty='l1'), BINARY),
    'logistic-names': (LogisticRegression(max_iter=1000), NAMES),
    'svc-probability': (SVC(probability=True, random_state=0), NAMES),
    'svc-probability-binary': (SVC(probability=True, random_state=0), BINARY),
    'tree': (DecisionTreeClassifier(random_state=0), NAMES),
    'tree-missing': (DecisionTreeClassifier(random_state=0), holes(IRIS)),
    'tree-regressor': (DecisionTreeRegressor(max_depth=6, random_state=0), TARGETS),
    'forest': (RandomForestClassifier(20, random_state=0), IRIS),
    'forest-missing': (RandomForestClassifier(10, random_state=0), holes(BINARY)),
    'forest-regressor': (RandomForestRegressor(10, random_state=0), TARGETS),
    'extra-trees': (ExtraTreesClassifier(10, random_state=0), NAMES),
    'boosting': (HistGradientBoostingClassifier(max_iter=20), NAMES),
    'boosting-missing': (HistGradientBoostingClassifier(max_iter=20), holes(BINARY)),
    'boosting-poisson': (HistGradientBoostingRegressor(loss='poisson', max_iter=20), TARGETS),
    'boosting-quantile': (HistGradientBoostingRegressor(loss='quantile', quantile=0.3, max_iter=20), TARGETS),
    'neighbors': (KNeighborsClassifier(), NAMES),
    'neighbors-brute': (KNeighborsClassifier(3, algorithm='brute'), BINARY),
    'neighbors-ball': (KNeighborsClassifier(4, algorithm='ball_tree', weights='distance', metric='manhattan'), BINARY),
    'neighbors-regressor': (KNeighborsRegressor(weights='distance'), TARGETS),
    'pipeline': (make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()), holes(IRIS)),
    'pipeline-transform': (make_pipeline(SimpleImputer(), 'passthrough', StandardScaler()), holes(IRIS)),
    'search': (GridSearchCV(make_pipeline(StandardScaler(), SVC()), {'svc__C': [0.5, 5]}, cv=3), NAMES),
}


def rows(X, seed=0):
    """The rows that it was fitted on, and others near and far."""
    random = np.random.RandomState(seed)
    near = X[random.randint(len(X), size=100)] + random.normal(scale=0.3, size=(100, X.shape[1]))
    return np.vstack([X, near, 10 * near[:10]])


def results(model, X):
    for method in METHODS:
        if hasattr(model, method):
            yield method, getattr(model, method)(X)


def check(cannery, folder, model, X):
    joblib.dump(model, folder / 'model.joblib')
    np.save(folder / 'rows.npy', X)
    status, _, error = cannery('predict', folder / 'model.joblib', folder / 'rows.npy', '--method', 'all',
                               '--output', folder / 'out.npz')
    assert status == 0, error
    got = np.load(folder / 'out.npz', allow_pickle=False)
    for method, want in results(model, X):
        names = [f'{method}.{k}' for k in range(len(want))] if isinstance(want, list) else [method]
        for name, expected in zip(names, want if isinstance(want, list) else [want]):
            same(got[name], expected, 1e-9 if X.dtype == np.float64 else 1e-5)


def same(got, want, tolerance):
    assert got.shape == want.shape and got.dtype.kind == want.dtype.kind
    if want.dtype.kind != 'f':
        return np.testing.assert_array_equal(got, want)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance / 100)


@pytest.mark.parametrize('name', MODELS)
def test_float64(cannery, tmp_path, name):
    model, (X, y) = MODELS[name]
    check(cannery, tmp_path, model.fit(X, y), rows(X))


@pytest.mark.parametrize('name', ['scaler', 'imputer-mean', 'logistic', 'tree', 'forest', 'boosting'])
def test_float32(cannery, tmp_path, name):
    model, (X, y) = MODELS[name]
    X = X.astype(np.float32)
    check(cannery, tmp_path, model.fit(X, y), rows(X).astype(np.float32))


@pytest.mark.parametrize('model', [DecisionTreeClassifier(random_state=0), RandomForestClassifier(8, random_state=0),
                                   KNeighborsClassifier(3)], ids=lambda model: type(model).__name__)
def test_several_outputs(cannery, tmp_path, model):
    X, y = SEVERAL
    check(cannery, tmp_path, model.fit(X, y), X)


def test_what_a_model_contains_is_found_or_asked_for(cannery, tmp_path):
    X, y = IRIS
    models = {'first': StandardScaler().fit(X), 'second': [LogisticRegression(max_iter=500).fit(X, y)]}
    joblib.dump(models, tmp_path / 'models.joblib')
    np.save(tmp_path / 'rows.npy', X)
    status, _, error = cannery('predict', tmp_path / 'models.joblib', tmp_path / 'rows.npy')
    assert status == 2 and 'first' in error and 'second[0]' in error
    status, out, error = cannery('predict', tmp_path / 'models.joblib', tmp_path / 'rows.npy', '--part', 'second[0]')
    assert status == 0, error
    assert [int(line) for line in out.split()] == models['second'][0].predict(X).tolist()


def test_pipelines_in_pipelines_in_ever_more_places_end(cannery, tmp_path):
    """One object in both steps of each of 30 levels: 2^30 places in a file of 2 kB."""
    model = StandardScaler().fit(IRIS[0])
    for _ in range(30):
        model = Pipeline([('a', model), ('b', model)])
    joblib.dump(model, tmp_path / 'model.joblib')
    np.save(tmp_path / 'rows.npy', IRIS[0])
    status, _, error = cannery('predict', tmp_path / 'model.joblib', tmp_path / 'rows.npy')
    assert status == 2 and 'more than 16 places' in error
    assert cannery('inspect', tmp_path / 'model.joblib')[0] == 0


@pytest.mark.parametrize('name', MODELS)
def test_edited_bytes_give_an_error_or_an_answer(cannery, tmp_path, name):
    """Numbers, indices and lengths of the state changed at random: never a crash, a panic or a run without end."""
    model, (X, y) = MODELS[name]
    joblib.dump(model.fit(X, y), tmp_path / 'model.joblib')
    np.save(tmp_path / 'rows.npy', rows(X)[:50])
    whole = (tmp_path / 'model.joblib').read_bytes()
    random = np.random.RandomState(0)
    for _ in range(25):
        edited = bytearray(whole)
        for place in random.randint(len(whole), size=random.choice([1, 1, 2, 4])):
            edited[place] = random.choice([0, 1, 0x7F, 0x80, 0xFF, random.randint(256)])
        (tmp_path / 'edited.joblib').write_bytes(edited)
        status, _, _ = cannery('predict', tmp_path / 'edited.joblib', tmp_path / 'rows.npy', '--method', 'all',
                               '--output', tmp_path / 'out.npz')
        assert status in (0, 2)
