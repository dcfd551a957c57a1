#!/usr/bin/env python3
"""Makes people.pkl, people_columns.pkl and people.*: `python make_people.py` with scikit-learn and pandas.

people.pkl is a pipeline of two numbers and a text with classes that are texts; people_columns.pkl is its first step alone;
unnamed.pkl is the same pipeline, fitted on an array of objects. The tables hold the same six rows.
"""
import gzip
import pickle

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

frame = pd.DataFrame({'age': [22, 35, 58, 41, 29, 63], 'income': [30000.5, 41000, 52500.25, 48000, 33000.75, 61000],
                      'city': ['Oslo', 'Rome', 'Bonn', 'Rome', 'Oslo', 'Bonn']})
classes = np.array(['low', 'high', 'middle', 'high', 'low', 'middle'])


def columns(numbers, texts):
    return ColumnTransformer([('num', StandardScaler(), numbers), ('cat', OneHotEncoder(), texts)], sparse_threshold=1.0)


def write(name, model):
    with open(name, 'wb') as file:
        pickle.dump(model, file, protocol=4)


named = columns(['age', 'income'], ['city'])
write('people.pkl', make_pipeline(named, LogisticRegression()).fit(frame, classes))
write('people_columns.pkl', named)
write('unnamed.pkl', make_pipeline(columns([0, 1], [2]), LogisticRegression()).fit(frame.to_numpy(dtype=object), classes))
frame.to_csv('people.csv', index=False)
frame.to_csv('people.tsv', index=False, sep='\t')
frame.to_csv('people_comma.csv', index=False, sep=';', decimal=',')
with gzip.GzipFile('people.csv.gz', 'wb', mtime=0) as file:
    file.write(frame.to_csv(index=False).encode())
frame.to_json('people_columns.json')
frame.to_json('people_records.json', orient='records')
frame.to_json('people_split.json', orient='split')
frame.to_csv('people_headless.csv', index=False, header=False)
