"""Writes scalers-VERSION.json next to itself, see ../record.py; committed are the results of 0.20.4, 1.0.2 and 1.9.1."""

import os
import sys

import numpy as np
from sklearn.preprocessing import MinMaxScaler

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import record

random = np.random.RandomState(0)
X = random.normal(size=(12, 3)) * [1, 100, 1e-3] + [0, 7, 1]
X[:, 2] = np.where(X[:, 2] > 2, 2, X[:, 2])
CONSTANT = np.array([[1.0, 2.0], [1.0, 5.0], [1.0, -3.0]])
rows = np.vstack([X * 1.5 - 0.25, np.zeros((1, 3)), -X[:2]])
nan = rows[:2].copy()
nan[0, 1] = np.nan
infinite = rows[:1].copy()
infinite[0, 2] = -np.inf

cases = [
    record.case("min-max", MinMaxScaler().fit(X), [rows, rows.astype(np.float32), nan], [infinite]),
    record.case("min-max-range", MinMaxScaler(feature_range=(-2, 0.1)).fit(X), [rows, rows.astype(np.float32)]),
    record.case("min-max-single", MinMaxScaler(copy=False).fit(X.astype(np.float32)), [rows.astype(np.float32), rows]),
    record.case("min-max-constant", MinMaxScaler().fit(CONSTANT), [CONSTANT, CONSTANT * 3]),
    record.case("min-max-integers", MinMaxScaler().fit(CONSTANT.astype(int)), [(CONSTANT * 2).astype(np.int64)]),
]
if record.VERSION >= (0, 24):
    clipped = MinMaxScaler(feature_range=(-0.3, 0.7), clip=True).fit(X)
    cases.append(record.case("min-max-clip", clipped, [rows, rows.astype(np.float32), nan]))
record.write(__file__, "scalers", cases)
