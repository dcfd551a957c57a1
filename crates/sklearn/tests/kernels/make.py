"""Writes kernels-VERSION.json next to itself, see ../record.py: KernelRidge and GaussianProcessRegressor. Committed are the
results of 0.20.4 and 1.9.1."""

import os
import sys
import warnings

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process import kernels as k
from sklearn.kernel_ridge import KernelRidge
from sklearn.utils import check_random_state

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

warnings.simplefilter("ignore")
random = check_random_state(0)
X = random.uniform(size=(7, 2)).round(2)
y = X.dot([1.0, -2.0]) + 0.3
rows = np.vstack([X[:3] * 1.5, np.zeros((1, 2))])
UNUSED = ["L_", "_K_inv", "log_marginal_likelihood_value_", "_rng", "y_train_"]
KERNELS = [
    k.ConstantKernel(2.0) * k.RBF([0.5, 2.0]) + k.WhiteKernel(0.1),
    k.Matern(0.7, nu=0.5),
    k.Matern(0.7, nu=1.5) * k.Matern([0.5, 1.0], nu=2.5),
    k.RationalQuadratic(0.5, 0.8),
    k.ExpSineSquared(0.9, 1.1),
    k.DotProduct(0.5) ** 2 + k.WhiteKernel(0.1),
    k.PairwiseKernel(gamma=0.4, metric="laplacian"),
]
if record.VERSION >= (0, 24):
    KERNELS.append(k.Matern(0.7, nu=np.inf))


def regressor(kernel, y, **params):
    return GaussianProcessRegressor(kernel, optimizer=None, alpha=0.01, **params).fit(X, y)


cases = [
    record.case("KernelRidge-" + kernel, KernelRidge(kernel=kernel, alpha=0.1, gamma=0.7 if kernel == "chi2" else None).fit(X, y), [rows])
    for kernel in ("linear", "poly", "rbf", "laplacian", "sigmoid", "cosine", "chi2")
]
cases.append(record.case("KernelRidge-two", KernelRidge(kernel="rbf").fit(X, np.column_stack([y, -y])), [rows]))
cases.append(record.case("KernelRidge-precomputed", KernelRidge(kernel="precomputed").fit(X.dot(X.T), y), [rows.dot(X.T)]))
for number, kernel in enumerate(KERNELS):
    cases.append(record.case("regressor-%d" % number, regressor(kernel, y), [rows], (), UNUSED))
scaled = regressor(None, np.column_stack([y, 3 - y]), normalize_y=True)
cases.append(record.case("regressor-normalized", scaled, [rows, rows.astype(np.float32)], (), UNUSED))
record.write(__file__, "kernels", cases)
