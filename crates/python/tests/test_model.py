"""A `Model` looks as the estimator does: methods, attributes, parameters, labels, notebooks, copies."""
import copy
import inspect
import pickle

import numpy as np
import pytest

import cannery
from conftest import EXAMPLE, opened, same

METHODS = ['predict', 'predict_proba', 'predict_log_proba', 'decision_function', 'transform', 'score_samples']


def estimators(X, y):
    """Fitted estimators of every shape of result, by name."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.svm import SVC
    names = np.array(['a', 'longer', 'été'])[y]
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {'logisticregression__C': [1, 2]}, cv=3)
    return {
        'svc': SVC().fit(X, y), 'int32': SVC().fit(X, y.astype('i4')), 'uint8': SVC().fit(X, y.astype('u1')),
        'bool': LogisticRegression().fit(X, y == 1), 'float': LogisticRegression(max_iter=1000).fit(X, y * 2.0),
        'text': RandomForestClassifier(5, random_state=0).fit(X, names),
        'object': KNeighborsClassifier().fit(X, names.astype(object)),
        'targets': ExtraTreesClassifier(5, random_state=0).fit(X, np.c_[y, y == 1]),
        'text targets': ExtraTreesClassifier(5, random_state=0).fit(X, np.c_[names, names[::-1]]),
        'values': RandomForestRegressor(5, random_state=0).fit(X, np.c_[X[:, 0], X[:, 1]]),
        'pipeline': make_pipeline(StandardScaler(), SVC()).fit(X, names),
        'search': search.fit(X, names),
        'union': make_union(StandardScaler(), StandardScaler(with_mean=False)).fit(X),
        'sparse': OneHotEncoder(handle_unknown='ignore').fit(X),
        'columns': make_column_transformer((StandardScaler(), [0, 1]), ('passthrough', [3])).fit(X),
    }


NAMES = ['svc', 'int32', 'uint8', 'bool', 'float', 'text', 'object', 'targets', 'text targets', 'values', 'pipeline',
         'search', 'union', 'sparse', 'columns']


@pytest.fixture(scope='module')
def fitted(iris):
    return estimators(*iris)


@pytest.mark.parametrize('name', NAMES)
def test_methods_are_those_of_the_estimator(fitted, iris, name):
    estimator, model = fitted[name], opened(fitted[name])
    for method in METHODS:
        assert hasattr(model, method) == hasattr(estimator, method), method
        if hasattr(estimator, method):
            same(getattr(model, method)(iris[0]), getattr(estimator, method)(iris[0]))
            assert method in dir(model)
    with pytest.raises(AttributeError, match='fit'):
        model.fit


@pytest.mark.parametrize('name', NAMES)
def test_attributes_are_those_of_the_estimator(fitted, name):
    estimator, model = fitted[name], opened(fitted[name])
    for attribute in ('classes_', 'n_features_in_', 'feature_names_in_'):
        assert hasattr(model, attribute) == hasattr(estimator, attribute), attribute
        if hasattr(estimator, attribute):
            ours, theirs = getattr(model, attribute), getattr(estimator, attribute)
            same(ours, theirs) if isinstance(theirs, (list, np.ndarray)) else np.testing.assert_equal(ours, theirs)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('deep', [False, True])
def test_parameters_are_those_of_the_estimator(fitted, name, deep):
    ours, theirs = opened(fitted[name]).get_params(deep), fitted[name].get_params(deep)
    assert sorted(ours) == sorted(theirs)
    for param, value in theirs.items():
        if value is None or isinstance(value, (bool, int, float, str)):
            assert ours[param] == value or value != value, param


def test_names_of_columns(named):
    pipeline, frame = named
    model = opened(pipeline)
    np.testing.assert_array_equal(model.feature_names_in_, pipeline.feature_names_in_)
    assert list(dict(model.steps)) == list(dict(pipeline.steps))
    scaler = model.steps[0][1]
    np.testing.assert_array_equal(scaler.mean_, pipeline.steps[0][1].mean_)
    same(scaler.transform(frame.to_numpy()), pipeline.steps[0][1].transform(frame))


def test_fitted_attributes_are_arrays(svc):
    model = opened(svc)
    for name in ('support_', 'support_vectors_', 'dual_coef_', 'intercept_', 'shape_fit_'):
        np.testing.assert_array_equal(getattr(model, name), getattr(svc, name))
    with pytest.raises(AttributeError):
        cannery.load(EXAMPLE).steps
    with pytest.raises(AttributeError):
        model.support_ = 1


def test_a_model_can_be_pickled_and_copied(svc, iris):
    whole, part = opened(svc), cannery.loads(pickle.dumps([svc]), part='0')
    for model in (whole, part, cannery.load(EXAMPLE)):
        for protocol in range(2, 6):
            again = pickle.loads(pickle.dumps(model, protocol=protocol))
            same(again.predict(iris[0]), model.predict(iris[0]))
        same(copy.deepcopy(model).predict(iris[0]), copy.copy(model).predict(iris[0]))


def test_an_estimator_inside_can_be_pickled_by_itself(fitted, iris):
    scaler = opened(fitted['pipeline']).steps[0][1]
    same(pickle.loads(pickle.dumps(scaler)).transform(iris[0]), scaler.transform(iris[0]))


def test_notebooks_and_prompts(fitted):
    model = opened(fitted['pipeline'])
    html = model._repr_html_()
    assert html.count('<details') == html.count('</details>') > 1 and '<b>SVC</b>' in html
    assert repr(model).startswith('Pipeline') and '\n' not in repr(model)
    assert repr(model.predict) == f'<method predict of {model!r}>'
    assert model.predict.__name__ == 'predict' and model.predict.__doc__
    assert inspect.getdoc(cannery.load).startswith('Open a model file')
