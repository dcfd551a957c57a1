"""Small fitted models, and rows at the edges of what they take.

    python tests/edge_models.py FOLDER [PREFIX]

writes the models as PREFIXNAME.pkl, and rows that they take as PREFIXNAME.rows.ndjson: those of crates/cannery/tests/state_edits/models were written so by scikit-learn 1.9.1
and, with the prefix `old-`, by 0.22.2. tests/edge_rows.py compares predictions for the rows.

A model is a line in MODELS: what to fit, on which data, and which methods must be equal to the bit. Python 3.6 and
scikit-learn 0.18 or newer run this; a line that needs what a version does not have is left out there.
"""
import json
import os
import pickle
import sys

import numpy as np
import sklearn

try:
    import pandas as pd
except ImportError:
    pd = None

ALL = ('predict', 'predict_proba', 'predict_log_proba', 'decision_function', 'transform', 'score_samples')
#: Methods whose results are equal to the bit where a model's line says so; the others are within a bound.
BITS = ('predict', 'transform')
PROBA = BITS + ('predict_proba',)

try:  # 0.21 to 0.24
    from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401
except ImportError:
    pass

random = np.random.RandomState(7)
X = np.round(random.normal(size=(48, 4)) * 8) / 7
SMALL = X[:, :2]
CLASSES = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)
TWO = (X[:, 0] + X[:, 2] > 0).astype(int)
TARGET = X[:, 0] * 2 - X[:, 1] + random.normal(size=48) / 5
HOLES = np.where(random.random_sample(X.shape) < 0.15, np.nan, X)
NAMES = np.array(['Ελλάδα', 'été', '東京'])
TEXTS = ['the cat sat on the mat', 'The DOG barks', '', 'naïve café, ﬁne', 'straße İstanbul Ἀθῆναι', '東京 都 2024',
         'a_b c-d e.f', 'cat cat cat dog', '\t tabs\nand lines ', 'e\u0301 combining', '😀 smile 😀', 'x']
OBJECTS = np.array([['a', 1], ['b', 2], ['é', 1], ['a', 3], ['b', 1], ['東', 2]] * 4, dtype=object)
LETTERS = np.array([['a', 'x'], ['b', 'y'], ['é', 'x'], ['a', 'z'], ['b', 'x'], ['東', 'y']] * 4)
WHOLE = np.array([[1, 5], [2, 5], [3, 6], [1, 7], [2, 6], [3, 5]] * 4).astype(float)

EDGES = [0.0, -0.0, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, 1e-45, 1.1754944e-38, 1e300, -1e300, 1e39, -1e39,
         3.4028234663852886e38, 1.7976931348623157e308, np.inf, -np.inf, np.nan, 16777217.0, 0.1, 1 / 3.0]


def new(path, **options):
    """An estimator by its public path; `LookupError` where this version lacks it or an option."""
    module, name = path.rsplit('.', 1)
    try:
        cls = getattr(__import__('sklearn.' + module, fromlist=[name]), name)
        return cls(**options)
    except (ImportError, AttributeError, TypeError) as error:
        raise LookupError(str(error))


def pipeline(*steps):
    from sklearn.pipeline import make_pipeline
    return make_pipeline(*steps)


def columns(*parts):
    """A ColumnTransformer, whose first versions have the transformers in another place."""
    return new('compose.ColumnTransformer', transformers=list(parts))


def grid(model, parameters, **options):
    return new('model_selection.GridSearchCV', estimator=model, param_grid=parameters, cv=3, **options)


def frame():
    if pd is None:
        raise LookupError('pandas')
    return pd.DataFrame({'city': OBJECTS[:, 0], 'size': X[:24, 0], 'grade': LETTERS[:, 1]})


def models():
    """name -> (estimator, X, y, methods that are equal to the bit)"""
    tree, forest = 'tree.DecisionTree', 'ensemble.RandomForest'
    hgb, logistic = 'ensemble.HistGradientBoosting', 'linear_model.LogisticRegression'
    few = dict(n_estimators=4, random_state=0)
    lines = {
        'scaler': lambda: (new('preprocessing.StandardScaler'), X, None, BITS),
        'scaler-nan': lambda: (new('preprocessing.StandardScaler', with_mean=False), HOLES, None, BITS),
        'imputer': lambda: (new('impute.SimpleImputer', strategy='median'), HOLES, None, BITS),
        'imputer-zero': lambda: (new('impute.SimpleImputer', missing_values=0, strategy='most_frequent'), np.round(X), None, BITS),
        'imputer-old': lambda: (new('preprocessing.Imputer'), HOLES, None, BITS),
        'logistic-two': lambda: (new(logistic), X, TWO, ()),
        'logistic-names': lambda: (new(logistic, max_iter=500), X, NAMES[CLASSES], ()),
        'logistic-bool': lambda: (new(logistic, solver='liblinear'), X, TWO.astype(bool), ()),
        'logistic-float-labels': lambda: (new(logistic), X, TWO + 1.0, ()),
        'svc': lambda: (new('svm.SVC', gamma=0.3), X, CLASSES, ()),
        'svc-object': lambda: (new('svm.SVC', kernel='poly', gamma=0.3), X, NAMES[CLASSES].astype(object), ()),
        'svc-two': lambda: (new('svm.SVC', gamma=0.3, probability=True, random_state=0), SMALL, TWO, ()),
        'nu-svc': lambda: (new('svm.NuSVC', nu=0.1, gamma=0.3, kernel='sigmoid'), X, NAMES[CLASSES], ()),
        'tree': lambda: (new(tree + 'Classifier', random_state=0), X, NAMES[CLASSES], PROBA),
        'tree-bool': lambda: (new(tree + 'Classifier', random_state=0, max_depth=3), X, TWO.astype(bool), PROBA),
        'tree-object': lambda: (new(tree + 'Classifier', random_state=0), X, NAMES[CLASSES].astype(object), PROBA),
        'tree-several': lambda: (new(tree + 'Classifier', random_state=0), X, np.column_stack([CLASSES, TWO]), PROBA),
        'tree-missing': lambda: (new(tree + 'Classifier', random_state=0), HOLES, CLASSES, PROBA),
        'tree-regressor': lambda: (new(tree + 'Regressor', random_state=0, max_depth=5), X, TARGET, PROBA),
        'extra-tree': lambda: (new('tree.ExtraTreeRegressor', random_state=0, max_depth=5), X, TARGET, PROBA),
        'forest': lambda: (new(forest + 'Classifier', **few), X, NAMES[CLASSES], PROBA),
        'forest-regressor': lambda: (new(forest + 'Regressor', max_depth=4, **few), X, np.column_stack([TARGET, X[:, 1]]), PROBA),
        'extra-trees': lambda: (new('ensemble.ExtraTreesClassifier', **few), X, TWO, PROBA),
        'boosting': lambda: (new(hgb + 'Classifier', max_iter=4, min_samples_leaf=3), HOLES, NAMES[CLASSES], BITS + ('decision_function',)),
        'boosting-two': lambda: (new(hgb + 'Classifier', max_iter=4, min_samples_leaf=3), X, TWO, BITS + ('decision_function',)),
        'boosting-regressor': lambda: (new(hgb + 'Regressor', max_iter=4, min_samples_leaf=3), HOLES, TARGET, BITS),
        'boosting-categories': lambda: (new(hgb + 'Regressor', max_iter=4, min_samples_leaf=2, categorical_features=[0]), WHOLE, WHOLE[:, 0] % 2 + WHOLE[:, 1], BITS),
        'neighbors': lambda: (new('neighbors.KNeighborsClassifier', n_neighbors=3, algorithm='kd_tree'), X, NAMES[CLASSES], BITS),
        'neighbors-ball': lambda: (new('neighbors.KNeighborsClassifier', n_neighbors=3, algorithm='ball_tree', p=1, weights='distance'), X, TWO, BITS),
        'neighbors-brute': lambda: (new('neighbors.KNeighborsRegressor', n_neighbors=1, algorithm='brute', metric='manhattan'), random_rows(), TARGET, ()),
        'pipeline': lambda: (pipeline(new('impute.SimpleImputer'), new('preprocessing.StandardScaler'), new(logistic)), HOLES, TWO, ()),
        'pipeline-tree': lambda: (pipeline(new('preprocessing.StandardScaler'), new(tree + 'Classifier', random_state=0)), X, NAMES[CLASSES], PROBA),
        'search': lambda: (grid(new(tree + 'Classifier', random_state=0), {'max_depth': [2, 3]}), X, CLASSES, PROBA),
        'one-hot': lambda: (new('preprocessing.OneHotEncoder', handle_unknown='ignore'), LETTERS, None, BITS),
        'one-hot-error': lambda: (new('preprocessing.OneHotEncoder'), OBJECTS[:, :1], None, BITS),
        'one-hot-numbers': lambda: (new('preprocessing.OneHotEncoder', handle_unknown='ignore'), WHOLE, None, BITS),
        'one-hot-infrequent': lambda: (new('preprocessing.OneHotEncoder', min_frequency=5, handle_unknown='infrequent_if_exist'), LETTERS, None, BITS),
        'one-hot-drop': lambda: (new('preprocessing.OneHotEncoder', drop='first'), WHOLE, None, BITS),
        'ordinal': lambda: (new('preprocessing.OrdinalEncoder'), LETTERS, None, BITS),
        'ordinal-unknown': lambda: (new('preprocessing.OrdinalEncoder', handle_unknown='use_encoded_value', unknown_value=-1), OBJECTS, None, BITS),
        'counts': lambda: (new('feature_extraction.text.CountVectorizer', ngram_range=(1, 2)), TEXTS, None, BITS),
        'counts-char': lambda: (new('feature_extraction.text.CountVectorizer', analyzer='char_wb', ngram_range=(2, 3), strip_accents='unicode'), TEXTS, None, BITS),
        'tfidf': lambda: (new('feature_extraction.text.TfidfVectorizer', sublinear_tf=True), TEXTS, None, ()),
        'hashing': lambda: (new('feature_extraction.text.HashingVectorizer', n_features=64), TEXTS, None, ()),
        'tfidf-logistic': lambda: (pipeline(new('feature_extraction.text.TfidfVectorizer'), new(logistic)), TEXTS, NAMES[np.arange(12) % 3], ()),
        'columns-frame': lambda: (columns(('city', new('preprocessing.OneHotEncoder', handle_unknown='ignore'), ['city', 'grade']), ('size', new('preprocessing.StandardScaler'), ['size'])), frame(), None, BITS),
        'columns-array': lambda: (columns(('a', new('preprocessing.StandardScaler'), [0, 2]), ('b', 'passthrough', [1])), X, None, BITS),
        'columns-pipeline': lambda: (pipeline(columns(('city', new('preprocessing.OneHotEncoder', handle_unknown='ignore'), ['city']), ('rest', 'passthrough', ['size'])), new(tree + 'Classifier', random_state=0)), frame(), CLASSES[:24], PROBA),
    }
    return lines


def random_rows():
    """Points of which no two are equally far from a row."""
    return np.random.RandomState(3).normal(size=(48, 4))


def fitted(name):
    """(model, X, methods equal to the bit); `LookupError` where this version can't fit it."""
    model, data, target, bits = models()[name]()
    try:
        model = model.fit(data) if target is None else model.fit(data, target)
    except (ValueError, TypeError) as error:  # an older version that takes no NaN, no text
        raise LookupError(str(error))
    return model, data, bits


def thresholds(model):
    """The numbers that the model's trees compare with."""
    found = []
    for _, part in getattr(model, 'steps', []):
        found.extend(thresholds(part))
    best = getattr(model, 'best_estimator_', None)
    if best is not None:
        found.extend(thresholds(best))
    for tree in [model] + list(np.ravel(getattr(model, 'estimators_', []))):
        if hasattr(tree, 'tree_'):
            found.extend(tree.tree_.threshold[tree.tree_.children_left >= 0])
    for predictors in getattr(model, '_predictors', []):
        for predictor in predictors:
            nodes = predictor.nodes
            name = 'num_threshold' if 'num_threshold' in nodes.dtype.names else 'threshold'
            found.extend(nodes[name][nodes['is_leaf'] == 0])
    return sorted(set(float(x) for x in found if np.isfinite(x)))[:24]


def near(number):
    """The numbers about one, in float64 and in float32."""
    single = np.float32(number)
    up, down = np.nextafter(single, np.float32(np.inf)), np.nextafter(single, np.float32(-np.inf))
    middle = (np.float64(single) + np.float64(up)) / 2
    return [number, np.nextafter(number, np.inf), np.nextafter(number, -np.inf), np.float64(single), np.float64(up),
            np.float64(down), middle, np.nextafter(middle, -np.inf)]


def rows(model, data):
    """Rows like the data, in the form of the data: first some of it, then the edges."""
    if isinstance(data, list):
        return data + ['CAT dog', 'unseen words only', ' ', '\x00nul', 'ﬃ ǅ ß ẞ', 'cat\u200bcat', 'a' * 500, 'I\u0307ı']
    if pd is not None and isinstance(data, pd.DataFrame):
        edges = pd.DataFrame({'city': ['unseen', '', 'É', 'a'], 'size': [np.nan, 1e300, -0.0, 5e-324], 'grade': ['x', 'q', 'y', 'x ']})
        return pd.concat([data[:6], edges], ignore_index=True)
    if data.dtype.kind in 'OU':
        edges = [['unseen', data[0, -1]], ['', data[0, -1]], ['e\u0301', data[0, -1]], ['A', data[0, -1]], ['a ', data[0, -1]]]
        edges = np.array([row[:data.shape[1]] for row in edges], dtype=data.dtype if data.dtype.kind == 'O' else None)
        return np.concatenate([data[:6], edges])
    edges = [np.where(np.arange(data.shape[1]) == column, edge, data[0]) for edge in EDGES for column in (0, data.shape[1] - 1)]
    at = [np.where(np.arange(data.shape[1]) == column, value, data[1]) for threshold in thresholds(model)
          for value in near(threshold) for column in range(data.shape[1])]
    return np.vstack([data[:8]] + [np.array(edges)] + ([np.array(at)] if at else []))


def main():
    folder, prefix = sys.argv[1], (sys.argv[2:] or [''])[0]
    for name in sorted(models()):
        try:
            model, data, _ = fitted(name)
        except LookupError as error:
            print('%s is not for scikit-learn %s: %s' % (name, sklearn.__version__, error))
            continue
        with open(os.path.join(folder, prefix + name + '.pkl'), 'wb') as file:
            pickle.dump(model, file, protocol=4)
        if not isinstance(data, list):
            lines = data[:6].to_dict('records') if hasattr(data, 'to_dict') else data[:6].tolist()
            with open(os.path.join(folder, prefix + name + '.rows.ndjson'), 'wb') as file:
                file.write(b''.join(json.dumps(line, sort_keys=True).encode() + b'\n' for line in lines))


if __name__ == '__main__':
    main()
