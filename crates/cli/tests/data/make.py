#!/usr/bin/env python3
"""Makes the models and tables of the cases: `python make.py` with scikit-learn, pandas, pyarrow and scipy.

parts.joblib holds one SVC inside containers, fitted on a frame; several.pkl holds two, foreign.pkl an object of a class that nobody
knows. The tables have the first rows of iris in
every form of input.
"""
import json
import pickle

import joblib
import numpy as np
import pandas as pd
import scipy.sparse
from sklearn.datasets import load_iris
from sklearn.svm import SVC

X, y = load_iris(return_X_y=True)
names = ['sepal length', 'sepal width', 'petal length', 'petal width']
named = SVC().fit(pd.DataFrame(X, columns=names), y)
joblib.dump({'about': {'rows': 150}, 'models': {'clf': (1, named)}}, 'parts.joblib')
with open('several.pkl', 'wb') as file:
    pickle.dump([SVC(C=10).fit(X, y), {'linear': SVC(kernel='linear').fit(X, y)}], file, protocol=4)

with open('foreign.pkl', 'wb') as file:
    file.write(b'\x80\x04cnowhere.models\nForecast\n)\x81.')

rows = X[::30]
np.save('rows_f32.npy', rows.astype(np.float32))
np.savez('rows.npz', y=y[::30], X=np.asfortranarray(rows))
pd.DataFrame(rows, columns=names).to_parquet('rows.parquet', compression='zstd')
scipy.sparse.save_npz('rows_csr.npz', scipy.sparse.csr_matrix(rows))
scipy.sparse.save_npz('rows_csc.npz', scipy.sparse.csc_matrix(rows), compressed=False)
with open('rows.ndjson', 'w') as file:
    file.writelines(json.dumps(list(row)) + '\n' for row in rows)
order = [3, 0, 2, 1]
with open('named.ndjson', 'w') as file:
    for index, row in enumerate(rows):
        pairs = {names[column]: row[column] for column in order}
        file.write(json.dumps({'id': f'plant {index}', **pairs}) + '\n')
frame = pd.DataFrame(rows, columns=names)[[names[column] for column in order]]
frame.insert(0, 'id', [f'plant {index}' for index in range(len(rows))])
frame.to_csv('named.csv', index=False)
with open('names_missing.csv', 'w') as file:
    file.write('sepal length,sepal width,petal length\n1,2,3\n')
with open('texts.ndjson', 'w') as file:
    file.write('"a text"\n"another one"\n')
with open('text_column.ndjson', 'w') as file:
    file.write('{"a": 1, "b": 2, "c": 3, "d": 4}\n{"a": 1, "b": "two", "c": 3, "d": 4}\n')
