#!/usr/bin/env python3
"""Writes VERSION.pkl beside this file: small fitted models of one scikit-learn, in a dict by name.

    VENV/bin/python crates/cannery/tests/moves/make.py

Run it with each of scikit-learn 0.20.4, 1.0.2, 1.3.2 and 1.9.1. `cargo test -p cannery --test moves` moves them to other
releases; `BLESS=1` writes expected.txt.
"""
import pathlib
import pickle
import warnings

import numpy as np
import sklearn
from sklearn import datasets, ensemble, linear_model, naive_bayes, neighbors, preprocessing, svm, tree
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline

warnings.simplefilter('ignore')


def main():
    X, y = datasets.load_iris(return_X_y=True)
    X, y = X[::5], y[::5]
    models = {
        'tree': tree.DecisionTreeClassifier(max_depth=2, random_state=0),
        'tree_regressor': tree.DecisionTreeRegressor(max_depth=2, random_state=0),
        'forest': ensemble.RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0),
        'isolation': ensemble.IsolationForest(n_estimators=2, max_samples=8, random_state=0),
        'boosting': ensemble.GradientBoostingClassifier(n_estimators=2, max_depth=1, random_state=0),
        'ada': ada(),
        'logistic': linear_model.LogisticRegression(multi_class='ovr', solver='liblinear') if version() < (1, 8) else linear_model.LogisticRegression(),
        'linear': linear_model.LinearRegression(),
        'ridge': linear_model.RidgeClassifier(),
        'svc': svm.SVC(gamma='scale', random_state=0),
        'bayes': naive_bayes.GaussianNB(),
        'neighbors': neighbors.KNeighborsClassifier(n_neighbors=3, algorithm='kd_tree'),
        'scaled': make_pipeline(preprocessing.MinMaxScaler(), tree.DecisionTreeClassifier(max_depth=1, random_state=0)),
        'columns': ColumnTransformer([('scaled', preprocessing.StandardScaler(), [0, 1])], remainder='passthrough'),
        'one_hot': preprocessing.OneHotEncoder(categories='auto', handle_unknown='ignore'),
        'polynomial': preprocessing.PolynomialFeatures(2),
    }
    if version() >= (1, 0):
        models['hist'] = ensemble.HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3, random_state=0)
        models['poisson'] = linear_model.PoissonRegressor()
    for model in models.values():
        model.fit(np.round(X), y)
    path = pathlib.Path(__file__).parent / (sklearn.__version__.split('.post')[0] + '.pkl')
    path.write_bytes(pickle.dumps(models, protocol=4))
    print(path.name, path.stat().st_size)


def version():
    return tuple(map(int, sklearn.__version__.split('.')[:2]))


def ada():
    stump = tree.DecisionTreeClassifier(max_depth=1, random_state=0)
    if version() < (1, 2):
        return ensemble.AdaBoostClassifier(stump, algorithm='SAMME', n_estimators=2, random_state=0)
    algorithm = {} if version() >= (1, 6) else {'algorithm': 'SAMME'}
    return ensemble.AdaBoostClassifier(stump, n_estimators=2, random_state=0, **algorithm)


if __name__ == '__main__':
    main()
