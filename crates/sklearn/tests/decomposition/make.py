"""Writes decomposition-VERSION.json next to itself, see ../record.py; committed are the results of 0.20.4, 1.3.2 and 1.9.1.

Besides decompositions these are clusterings, kernel approximations, networks and covariances: numbers to numbers.
"""

import os
import sys
import warnings

import numpy as np
import sklearn.cluster as cluster
import sklearn.covariance as covariance
import sklearn.cross_decomposition as cross
import sklearn.decomposition as decomposition
import sklearn.kernel_approximation as kernel
import sklearn.neural_network as network
import sklearn.random_projection as projection

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

warnings.simplefilter("ignore")
random = np.random.RandomState(0)
X = random.normal(size=(30, 4)).dot(random.normal(size=(4, 4))) + [0, 1, -2, 0]
labels = (X[:, 0] > 0).astype(int) + (X[:, 1] > 1)
rows = np.vstack([X[:3] * 1.5 - 0.25, np.zeros((1, 4)), -3 * X[:1]])
single = rows.astype(np.float32)
nan = rows[:1] * np.nan
positive = np.abs(rows)


def case(name, model, *arguments, **more):
    made = record.case(name, model.fit(*(arguments or (X,))), more.get("batches", [rows]), more.get("refused", [nan]))
    if name == "rbm":  # it draws random numbers
        made["runs"][0]["expected"].pop("score_samples")
    return made


cases = [
    case("pca", decomposition.PCA(2, random_state=0), batches=[rows]),
    case("pca-whiten", decomposition.PCA(3, whiten=True, random_state=0)),
    case("incremental-pca", decomposition.IncrementalPCA(2)),
    case("truncated-svd", decomposition.TruncatedSVD(2, random_state=0)),
    case("factor-analysis", decomposition.FactorAnalysis(2, random_state=0)),
    case("fast-ica", decomposition.FastICA(2, random_state=0)),
    case("kernel-pca", decomposition.KernelPCA(2, kernel="rbf", fit_inverse_transform=True)),
    case("kernel-pca-poly", decomposition.KernelPCA(2, kernel="poly", degree=2)),
    case("sparse-pca", decomposition.SparsePCA(2, random_state=0, max_iter=20)),
    case("mlp", network.MLPClassifier(hidden_layer_sizes=4, max_iter=20, random_state=0), X, labels),
    case("mlp-binary", network.MLPClassifier(hidden_layer_sizes=3, activation="tanh", max_iter=20, random_state=0), X, labels > 0),
    case("mlp-multilabel", network.MLPClassifier(hidden_layer_sizes=3, max_iter=20, random_state=0), X, np.stack([labels > 0, labels > 1], 1).astype(int)),
    case("mlp-regressor", network.MLPRegressor(hidden_layer_sizes=(3, 2), activation="logistic", max_iter=20, random_state=0), X, X[:, :2]),
    case("rbm", network.BernoulliRBM(2, n_iter=2, random_state=0), (X > 0).astype(float)),
    case("k-means", cluster.KMeans(3, n_init=1, random_state=0)),
    case("mini-batch-k-means", cluster.MiniBatchKMeans(3, n_init=1, random_state=0)),
    case("birch", cluster.Birch(n_clusters=2)),
    case("mean-shift", cluster.MeanShift()),
    case("feature-agglomeration", cluster.FeatureAgglomeration(2)),
    case("feature-agglomeration-max", cluster.FeatureAgglomeration(2, pooling_func=np.max)),
    case("elliptic-envelope", covariance.EllipticEnvelope(random_state=0)),
    case("empirical-covariance", covariance.EmpiricalCovariance()),
    case("pls", cross.PLSRegression(2), X, X[:, :2] + 1),
    case("cca", cross.CCA(1), X, X[:, :2] + 1),
    case("pls-svd", cross.PLSSVD(2), X, X[:, :2] + 1),
    case("rbf-sampler", kernel.RBFSampler(n_components=3, random_state=0)),
    case("skewed-chi2", kernel.SkewedChi2Sampler(n_components=3, random_state=0), np.abs(X), batches=[positive]),
    case("additive-chi2", kernel.AdditiveChi2Sampler(), np.abs(X), batches=[positive], refused=[-positive])
    if record.VERSION >= (0, 24)
    else case("rbf-sampler-2", kernel.RBFSampler(n_components=2, random_state=1)),
    case("nystroem", kernel.Nystroem(n_components=3, random_state=0)),
    case("gaussian-projection", projection.GaussianRandomProjection(2, random_state=0)),
]
if record.VERSION >= (1, 1):
    cases.append(case("bisecting-k-means", cluster.BisectingKMeans(3, random_state=0)))
    cases.append(case("count-sketch", kernel.PolynomialCountSketch(n_components=8, coef0=1, random_state=0)))
    cases.append(case("pca-single", decomposition.IncrementalPCA(2), X.astype(np.float32), batches=[single, rows]))
record.write(__file__, "decomposition", cases)
