#!/usr/bin/env python3
"""cannery's predictions beside scikit-learn's: one model of each kind, for 1, 100 and 10,000 rows in a call.

    python benches/compare/predict.py [--python PYTHON] [--format json] [--models FOLDER] [NAME ...]

PYTHON has scikit-learn (default: .venv of the project). Models and rows are made in the folder on the first run, with fixed
seeds. For each model `cannery bench --threads 1` and scikit-learn with one thread run one after the other on one core, and call
`predict`, or `transform` where there is no other; numbers are medians, in microseconds a row.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', ROOT / 'target'))
ENV = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1', RAYON_NUM_THREADS='1')
ONE_CORE = ['taskset', '-c', '0'] if shutil.which('taskset') else []
NAMES = ['scaler', 'logistic', 'svc', 'tree', 'forest', 'boosting', 'neighbors-tree', 'neighbors-brute', 'one-hot',
         'columns', 'tfidf', 'neighbors-brute-5000', 'neighbors-brute-50000', 'neighbors-brute-100000']
SIZES = [1, 100, 10_000]

PYTHON = r'''
import json, os, random, statistics, sys, time
import joblib, numpy as np
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

folder, name = sys.argv[1:]
rng = np.random.RandomState(0)
X, y = make_classification(10_000, 20, n_informative=10, n_classes=3, random_state=0)
C = np.column_stack([rng.randint(0, 10 * (k + 1), 10_000) for k in range(6)]).astype(float)
words = [''.join(random.Random(k).choices('abcdefghijklmnopqrstuvwxyz', k=3 + k % 8)) for k in range(3000)]
texts = [' '.join(random.Random(k).choices(words, k=60)) for k in range(10_000)]
fit = slice(0, 2000)
kind, _, points = name.rpartition('-')
if points.isdigit():
    X, y = make_classification(int(points), 20, n_informative=10, n_classes=3, random_state=0)
    fit, name_of_kind = slice(None), kind
else:
    name_of_kind = name
model, rows = {
    'scaler': lambda: (StandardScaler(), X),
    'logistic': lambda: (LogisticRegression(max_iter=200), X),
    'svc': lambda: (SVC(), X),
    'tree': lambda: (DecisionTreeClassifier(random_state=0), X),
    'forest': lambda: (RandomForestClassifier(100, random_state=0, n_jobs=1), X),
    'boosting': lambda: (HistGradientBoostingClassifier(max_iter=100), X),
    'neighbors-tree': lambda: (KNeighborsClassifier(algorithm='kd_tree'), X),
    'neighbors-brute': lambda: (KNeighborsClassifier(algorithm='brute'), X),
    'one-hot': lambda: (make_pipeline(OneHotEncoder(handle_unknown='ignore'), LogisticRegression(max_iter=200)), C),
    'columns': lambda: (make_pipeline(make_column_transformer((OneHotEncoder(handle_unknown='ignore'), [0, 1, 2]),
                                      (StandardScaler(), [3, 4, 5])), LogisticRegression(max_iter=200)), C),
    'tfidf': lambda: (make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=50)), texts),
}[name_of_kind]()
model.fit(rows[fit], y[fit])
rows = rows[:10_000]
joblib.dump(model, os.path.join(folder, name + '.joblib'))
if isinstance(rows, list):
    path = os.path.join(folder, name + '.ndjson')
    with open(path, 'w') as file:
        file.writelines(json.dumps(text) + '\n' for text in rows)
else:
    path = os.path.join(folder, name + '.npy')
    np.save(path, rows)
method = 'predict' if hasattr(model, 'predict') else 'transform'
call, took = getattr(model, method), {}
for size in (1, 100, 10_000):
    parts = [rows[at:at + size] for at in range(0, len(rows), size)][:200]
    call(parts[0])
    times, start = [], time.perf_counter()
    while not times or (time.perf_counter() - start < 0.3 and len(times) < 1000):
        begin = time.perf_counter_ns()
        call(parts[len(times) % len(parts)])
        times.append((time.perf_counter_ns() - begin) / size)
    took[size] = statistics.median(times)
print(json.dumps({'method': method, 'input': path, 'ns_per_row': took}))
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--python', default=str(ROOT / '.venv' / 'bin' / 'python'))
    parser.add_argument('--models', type=pathlib.Path, default=TARGET / 'compare', help='where the models are kept')
    parser.add_argument('--format', choices=['text', 'json'], default='text')
    parser.add_argument('names', nargs='*')
    args = parser.parse_args()
    args.models.mkdir(parents=True, exist_ok=True)
    cannery = TARGET / 'release' / 'cannery'
    if not cannery.exists():
        sys.exit(f'{cannery} is missing: cargo build --release -p cannery-cli')
    rows = [measured(name, args, cannery) for name in args.names or NAMES]
    if args.format == 'json':
        print(json.dumps(rows, indent=1))
        return
    print('| model | method | ' + ' | '.join(f'{size:,} rows: scikit-learn, cannery, ratio' for size in SIZES) + ' |')
    print('|---|---|' + '---:|' * len(SIZES))
    for row in rows:
        cells = [f'{python / 1e3:.3g}, {ours / 1e3:.3g}, {python / ours:.1f} ×' for python, ours in row['ns_per_row']]
        print(f'| {row["model"]} | `{row["method"]}` | ' + ' | '.join(cells) + ' |')


def measured(name, args, cannery):
    """Nanoseconds a row of both, by the number of rows."""
    python = run([args.python, '-W', 'ignore', '-c', PYTHON, str(args.models), name])
    ours = run([str(cannery), 'bench', str(args.models / (name + '.joblib')), python['input'], '--method', python['method'],
                '--threads', '1', '--format', 'json'])
    took = {one['rows']: one['ns_per_row'] for one in ours['runs']}
    return {'model': name, 'method': python['method'],
            'ns_per_row': [(python['ns_per_row'][str(size)], took[size]) for size in SIZES]}


def run(command):
    return json.loads(subprocess.run([*ONE_CORE, *command], env=ENV, check=True, stdout=subprocess.PIPE).stdout)


if __name__ == '__main__':
    main()
