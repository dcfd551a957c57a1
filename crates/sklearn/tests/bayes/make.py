"""Writes bayes-VERSION.json next to itself, see ../record.py: classifiers of naive_bayes and discriminant_analysis. Committed
are the results of 0.20.4, 1.3.2 and 1.9.1."""

import os
import sys
import warnings

import numpy as np
from sklearn import naive_bayes
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.utils import check_random_state

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

warnings.simplefilter("ignore")
random = check_random_state(0)
X = random.normal(size=(24, 3)).round(2)
X[:, 1] += X[:, 0]
two = (X[:, 2] > 0).astype(np.int64)
three = np.array(["low", "middle", "high"])[np.digitize(X[:, 0] + random.normal(size=24) / 2, [-0.5, 0.5])]
rows = np.vstack([X[:4] * 1.5, np.zeros((1, 3))])
single = rows.astype(np.float32)
nan = rows[:1].copy()
nan[0, 1] = np.nan
counts = random.poisson(2, size=(24, 3)).astype(np.float64)
UNUSED = ["covariance_", "explained_variance_ratio_", "class_count_", "feature_count_", "category_count_", "feature_all_"]


def case(name, model, batches, refused=()):
    return record.case(name, model, batches, refused, UNUSED)


cases = [
    case("GaussianNB", naive_bayes.GaussianNB().fit(X, three), [rows, single], [nan]),
    case("MultinomialNB", naive_bayes.MultinomialNB().fit(counts, three), [counts[:5]]),
    case("ComplementNB", naive_bayes.ComplementNB(norm=True).fit(counts, two), [counts[:5]]),
    case("BernoulliNB", naive_bayes.BernoulliNB(binarize=0.1).fit(X, three), [rows, single]),
    case("BernoulliNB-binary", naive_bayes.BernoulliNB(binarize=None).fit(counts > 1, two == 1), [1.0 * (counts[:5] > 1)]),
    case("LDA-2", LinearDiscriminantAnalysis().fit(X, two), [rows, single, 1e4 * rows], [nan]),
    case("LDA-3", LinearDiscriminantAnalysis().fit(X, three), [rows, 1e4 * rows]),
    case("LDA-eigen", LinearDiscriminantAnalysis(solver="eigen", n_components=1).fit(X, three), [rows]),
    case("LDA-lsqr", LinearDiscriminantAnalysis(solver="lsqr").fit(X, three), []),
    case("QDA-2", QuadraticDiscriminantAnalysis().fit(X, two), [rows, single]),
    case("QDA-3", QuadraticDiscriminantAnalysis(reg_param=0.1).fit(X, three), [rows, 1e3 * rows], [nan]),
]
if record.VERSION >= (0, 22):
    model = naive_bayes.CategoricalNB().fit(counts, three)
    cases.append(case("CategoricalNB", model, [counts[:5], counts[:5].astype(np.int64)], [counts[:2] + 1000]))
record.write(__file__, "bayes", cases)
