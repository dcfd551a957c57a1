"""Makes the files of this folder, which crates/cannery/tests/written.rs reads.

    python make.py OUT            with scikit-learn 1.9, pandas 3, pyarrow 26, dill 0.4

dill-0.3.4.pkl is the same pipeline by dill 0.3.4 (python -c "..." with that release installed: `python make.py OUT old`).
"""
import datetime
import functools
import os
import pickle
import sys

import dill
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

OUT = sys.argv[1]
X = np.array([[0., 1.], [1., 3.], [2., 2.], [3., 5.], [4., 4.], [5., 6.]])
y = np.array([0, 0, 1, 0, 1, 1])


def write(name, data):
    with open(os.path.join(OUT, name), 'wb') as file:
        file.write(data)


def pipeline():
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)


if sys.argv[2:] == ['old']:
    write('dill-0.3.4.pkl', dill.dumps(pipeline(), protocol=4))
    write('dill-0.3.4-p2.pkl', dill.dumps(pipeline(), protocol=2))
    write('dill-0.3.4-matrix.pkl', dill.dumps(np.matrix(X), protocol=4))
    write('dill-0.3.4-partial.pkl', dill.dumps(functools.partial(np.mean, axis=1), protocol=4))
    write('dill-0.3.4-partial-p2.pkl', dill.dumps({'f': functools.partial(np.clip, a_min=0, a_max=1)}, protocol=2))
    sys.exit()

import pandas as pd  # noqa: E402

write('plain.pkl', pickle.dumps(pipeline(), protocol=4))
write('dill-0.4.pkl', dill.dumps(pipeline(), protocol=4))
write('dill-0.4-matrix.pkl', dill.dumps(np.matrix(X), protocol=4))
write('dill-lambda.pkl', dill.dumps({'clean': lambda row: row}, protocol=4))

points = np.memmap('points.tmp', dtype='f8', mode='w+', shape=X.shape)
points[:] = X
neighbors = KNeighborsClassifier(2, algorithm='brute').fit(X, y)
write('neighbors.pkl', pickle.dumps(neighbors, protocol=4))
neighbors._fit_X = points
write('memmap.pkl', pickle.dumps(neighbors, protocol=4))
os.remove('points.tmp')

frame = pd.DataFrame({'city': ['Oslo', None, 'Lima'], 'grade': pd.Categorical(['a', 'b', 'a']),
                      'when': pd.to_datetime(['2024-01-01', '2024-02-29', '2024-03-01'])})
write('pandas3.pkl', pickle.dumps({
    'frame': frame, 'stamp': pd.Timestamp('2024-05-01 12:30', tz='UTC'), 'day': datetime.date(2024, 2, 29),
    'time': datetime.datetime(2024, 2, 29, 12, 30, 1), 'numpy': np.datetime64('2024-05-01')}, protocol=4))
write('ragged.pkl', pickle.dumps(OrdinalEncoder().fit([['a', 1], ['b', 2], ['a', 3]]), protocol=4))
write('class.pkl', pickle.dumps(LogisticRegression))
write('function.pkl', b'\x80\x04c__main__\ntrain\n.')
write('method.pkl', pickle.dumps(pipeline().predict))
write('columns.pkl', pickle.dumps(['age', 'bmi']))
write('unfitted.pkl', pickle.dumps(LogisticRegression()))
