"""Writes svr-VERSION.json next to itself, see ../record.py; committed are the results of 0.20.4 and 1.9.1."""

import os
import sys

import numpy as np
import scipy.sparse as sp
from sklearn.svm import SVR, NuSVR, OneClassSVM
from sklearn.utils import check_random_state

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

random = check_random_state(0)
X = random.normal(size=(14, 3)).round(2)
y = X.dot([1.0, -2.0, 0.5]) + random.normal(size=14).round(2) / 8
rows = np.vstack([X[:4] * 1.5, np.zeros((1, 3))])
nan = rows[:1].copy()
nan[0, 1] = np.nan
sparse = sp.csr_matrix(X * (X > 0.3))

cases = [
    record.case("SVR-rbf", SVR(gamma=0.3).fit(X, y), [rows, rows.astype(np.float32)], [nan]),
    record.case("SVR-poly", SVR(kernel="poly", gamma=0.3, coef0=1.0).fit(X, y), [rows]),
    record.case("SVR-sparse", SVR(kernel="linear").fit(sparse, y), [rows]),
    record.case("NuSVR-sigmoid", NuSVR(kernel="sigmoid", gamma=0.2).fit(X, y), [rows]),
    record.case("SVR-precomputed", SVR(kernel="precomputed").fit(X.dot(X.T), y), [rows.dot(X.T)]),
    record.case("OneClassSVM", OneClassSVM(gamma=0.3, nu=0.4).fit(X), [rows]),
]
record.write(__file__, "svr", cases)
