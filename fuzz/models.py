# -*- coding: utf-8 -*-
"""Small fitted models of every kind that cannery predicts with or will, as pickles: python models.py FOLDER

Runs in an environment of any scikit-learn from 0.18 on, Python 2.7 too. What a release does not have is left out.
"""
from __future__ import print_function

import io
import os
import pickle
import sys
import warnings

import numpy as np
import sklearn

warnings.simplefilter('ignore')
random = np.random.RandomState(0)
X = random.normal(size=(16, 3)).round(2)
Y = np.arange(16) % 3
BINARY = np.arange(16) % 2
NAMES = np.array([u'a', u'b', u'été'])[Y]
TARGET = X[:, 0] * 2 + 1
HOLES = np.where(random.random_sample(X.shape) < 0.2, np.nan, X)
WORDS = [u'the cat sat', u'a dog, and a CAT', u'été à 3 h', u'dogs and hats'] * 4
MIXED = np.array([[u'x', 1], [u'y', 2], [u'x', 3], [u'z', 1]] * 4, dtype=object)

# expression, what it is fitted on
MODELS = [
    ('preprocessing.StandardScaler()', 'X'), ('preprocessing.MinMaxScaler()', 'X'), ('preprocessing.MaxAbsScaler()', 'X'),
    ('preprocessing.RobustScaler()', 'X'), ('preprocessing.Normalizer()', 'X'), ('preprocessing.Binarizer()', 'X'),
    ('preprocessing.PolynomialFeatures(2)', 'X'), ('preprocessing.QuantileTransformer(n_quantiles=4)', 'X'),
    ('preprocessing.PowerTransformer()', 'X'), ('preprocessing.KBinsDiscretizer(3)', 'X'),
    ('preprocessing.LabelEncoder()', 'NAMES'), ('preprocessing.LabelBinarizer()', 'NAMES'),
    ('preprocessing.OneHotEncoder(handle_unknown="ignore")', 'MIXED'), ('preprocessing.OneHotEncoder()', 'abs(X).astype(int)'),
    ('preprocessing.OneHotEncoder(drop="first", sparse=False)', 'MIXED'), ('preprocessing.OneHotEncoder(min_frequency=5)', 'MIXED'),
    ('preprocessing.OrdinalEncoder()', 'MIXED'),
    ('preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)', 'MIXED'),
    ('impute.SimpleImputer()', 'HOLES'), ('impute.SimpleImputer(strategy="most_frequent", add_indicator=True)', 'HOLES'),
    ('impute.SimpleImputer(strategy="constant", fill_value="q", missing_values="x")', 'MIXED'),
    ('preprocessing.Imputer(strategy="median")', 'HOLES'), ('impute.KNNImputer(n_neighbors=2)', 'HOLES'),
    ('feature_extraction.text.CountVectorizer(ngram_range=(1, 2))', 'WORDS'),
    ('feature_extraction.text.CountVectorizer(analyzer="char_wb", ngram_range=(2, 3), max_features=20, binary=True)', 'WORDS'),
    ('feature_extraction.text.TfidfVectorizer(stop_words="english", strip_accents="unicode")', 'WORDS'),
    ('feature_extraction.text.HashingVectorizer(n_features=8)', 'WORDS'),
    ('feature_extraction.text.TfidfTransformer()', 'abs(X)'), ('feature_extraction.DictVectorizer()', '[{"a": 1, "b": "c"}] * 3'),
    ('linear_model.LogisticRegression(solver="lbfgs")', 'X, NAMES'), ('linear_model.LogisticRegression(solver="liblinear")', 'X, BINARY'),
    ('linear_model.LinearRegression()', 'X, TARGET'), ('linear_model.Ridge()', 'X, TARGET'), ('linear_model.Lasso()', 'X, TARGET'),
    ('linear_model.SGDClassifier(random_state=0)', 'X, Y'), ('linear_model.Perceptron(random_state=0)', 'X, Y'),
    ('linear_model.RidgeClassifier()', 'X, Y'), ('linear_model.PoissonRegressor()', 'X, abs(TARGET)'),
    ('svm.SVC(gamma=0.5)', 'X, NAMES'), ('svm.SVC(kernel="poly", degree=2, gamma=0.3, probability=True, random_state=0)', 'X, BINARY'),
    ('svm.SVC(kernel="linear", decision_function_shape="ovo")', 'X, Y'), ('svm.NuSVC(gamma=0.5, nu=0.2)', 'X, BINARY'),
    ('svm.SVC(kernel="sigmoid", gamma=0.1)', 'sparse.csr_matrix(X), Y'), ('svm.LinearSVC()', 'X, Y'), ('svm.SVR(gamma=0.5)', 'X, TARGET'),
    ('svm.OneClassSVM(gamma=0.5)', 'X'),
    ('tree.DecisionTreeClassifier(max_depth=2, random_state=0)', 'X, NAMES'), ('tree.DecisionTreeRegressor(max_depth=3, random_state=0)', 'X, TARGET'),
    ('tree.DecisionTreeClassifier(max_depth=2, random_state=0)', 'X, np.column_stack([Y, BINARY])'),
    ('tree.DecisionTreeClassifier(max_depth=2, random_state=0)', 'HOLES, Y'), ('tree.ExtraTreeRegressor(max_depth=2, random_state=0)', 'X, TARGET'),
    ('ensemble.RandomForestClassifier(2, max_depth=2, random_state=0)', 'X, NAMES'),
    ('ensemble.RandomForestRegressor(2, max_depth=1, random_state=0)', 'X, np.column_stack([TARGET, TARGET])'),
    ('ensemble.ExtraTreesClassifier(2, max_depth=1, random_state=0)', 'X, BINARY'),
    ('ensemble.GradientBoostingClassifier(n_estimators=1, max_depth=1, random_state=0)', 'X, BINARY'),
    ('ensemble.AdaBoostClassifier(n_estimators=1, random_state=0)', 'X, BINARY'), ('ensemble.IsolationForest(n_estimators=1, max_samples=4)', 'X'),
    ('ensemble.HistGradientBoostingClassifier(max_iter=1, max_depth=2, min_samples_leaf=2)', 'X, BINARY'),
    ('ensemble.HistGradientBoostingRegressor(max_iter=1, max_leaf_nodes=3, min_samples_leaf=2)', 'HOLES, TARGET'),
    ('ensemble.HistGradientBoostingRegressor(max_iter=1, max_leaf_nodes=3, min_samples_leaf=2, categorical_features=[2])',
     'np.column_stack([X[:, :2], Y]), TARGET'),
    ('ensemble.VotingClassifier([("a", tree.DecisionTreeClassifier(max_depth=1)), ("b", linear_model.LogisticRegression())])', 'X, BINARY'),
    ('neighbors.KNeighborsClassifier(2, algorithm="kd_tree", leaf_size=4)', 'X, NAMES'),
    ('neighbors.KNeighborsClassifier(2, algorithm="brute", metric="manhattan", weights="distance")', 'X, np.column_stack([Y, BINARY])'),
    ('neighbors.KNeighborsRegressor(2, algorithm="ball_tree", leaf_size=4)', 'X, TARGET'), ('neighbors.NearestCentroid()', 'X, Y'),
    ('naive_bayes.GaussianNB()', 'X, Y'), ('naive_bayes.MultinomialNB()', 'abs(X), Y'), ('naive_bayes.BernoulliNB()', 'X, Y'),
    ('decomposition.PCA(2)', 'X'), ('decomposition.TruncatedSVD(2, random_state=0)', 'X'), ('decomposition.NMF(2, init="random", random_state=0)', 'abs(X)'),
    ('cluster.KMeans(2, n_init=1, random_state=0)', 'X'), ('discriminant_analysis.LinearDiscriminantAnalysis()', 'X, Y'),
    ('neural_network.MLPClassifier((2,), max_iter=2, random_state=0)', 'X, Y'), ('gaussian_process.GaussianProcessRegressor()', 'X[:4], TARGET[:4]'),
    ('feature_selection.SelectKBest(k=2)', 'X, Y'), ('feature_selection.VarianceThreshold()', 'X'), ('dummy.DummyClassifier(strategy="prior")', 'X, Y'),
    ('multiclass.OneVsRestClassifier(linear_model.LogisticRegression(solver="lbfgs"))', 'X, Y'),
    ('pipeline.Pipeline([("i", preprocessing.Imputer()), ("s", preprocessing.StandardScaler())])', 'HOLES'),
    ('pipeline.Pipeline([("i", impute.SimpleImputer()), ("s", preprocessing.StandardScaler()), ("c", linear_model.LogisticRegression(solver="lbfgs"))])',
     'HOLES, Y'),
    ('pipeline.Pipeline([("t", feature_extraction.text.TfidfVectorizer()), ("c", linear_model.LogisticRegression(solver="lbfgs"))])', 'WORDS, Y'),
    ('pipeline.FeatureUnion([("a", preprocessing.StandardScaler()), ("b", decomposition.PCA(1))])', 'X'),
    ('compose.ColumnTransformer([("a", preprocessing.OneHotEncoder(), [0]), ("b", "passthrough", [1])])', 'MIXED'),
    ('compose.ColumnTransformer([("a", preprocessing.OrdinalEncoder(), ["k"]), ("b", preprocessing.StandardScaler(), ["n"])], remainder="drop")',
     'pandas.DataFrame({"k": MIXED[:, 0], "n": MIXED[:, 1].astype(float)})'),
    ('model_selection.GridSearchCV(tree.DecisionTreeClassifier(max_depth=1), {"max_depth": [1]}, cv=2)', 'X, BINARY'),
]


def fitted(made, data):
    """The model of an expression; None where this release can't make it."""
    names = dict(globals())
    for module in ('preprocessing impute feature_extraction.text linear_model svm tree ensemble neighbors naive_bayes decomposition cluster '
                   'discriminant_analysis neural_network gaussian_process feature_selection dummy multiclass pipeline compose '
                   'model_selection experimental.enable_hist_gradient_boosting').split():
        try:
            exec('import sklearn.%s\nfrom sklearn import %s' % (module, module.split('.')[0]), names)
        except ImportError:
            pass
    try:
        exec('from scipy import sparse\nimport pandas', names)
    except ImportError:
        pass
    try:
        args = eval('(%s,)' % data, names)
        return eval(made, names).fit(*args)
    except Exception as error:  # an option or class of another release
        print(sklearn.__version__, made, type(error).__name__, file=sys.stderr)
        return None


def main():
    folder = sys.argv[1]
    if not os.path.isdir(folder):
        os.makedirs(folder)
    for index, (made, data) in enumerate(MODELS):
        model = fitted(made, data)
        if model is None:
            continue
        # protocol 2 has no frames, so that inserted bytes leave a readable stream
        for protocol in (2, 0) if index % 8 == 0 else (2,):
            try:
                pickled = pickle.dumps(model, protocol)
            except Exception as error:  # a closure or the like
                print(made, error, file=sys.stderr)
                continue
            with io.open(os.path.join(folder, '%03d-p%d.pkl' % (index, protocol)), 'wb') as f:
                f.write(pickled)


if __name__ == '__main__':
    main()
