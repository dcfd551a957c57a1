#!/usr/bin/env python3
"""The Python package beside scikit-learn: one row in a call, import, size of the wheel.

    target/wheel/python-3.13/bin/python benches/compare/python.py [--format json]

`scripts/check.sh wheel` makes that environment. Models are fitted with fixed seeds. A row is predicted by cannery and by
scikit-learn in turns, in one process with one thread; the medians are in microseconds. The import is that of cannery in a new
process that has imported numpy, the median of 11, in milliseconds.
"""
import argparse
import json
import os
import pathlib
import pickle
import statistics
import subprocess
import sys
import time

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'RAYON_NUM_THREADS'):
    os.environ.setdefault(name, '1')

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', ROOT / 'target'))
IMPORT = 'import time, numpy; begin = time.perf_counter(); import cannery; print(time.perf_counter() - begin)'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--format', choices=['text', 'json'], default='text')
    args = parser.parse_args()
    result = {'rows': [one_row(name, model, X) for name, model, X in models()], 'import ms': import_time(),
              'wheel MB': wheel_size()}
    if args.format == 'json':
        print(json.dumps(result))
        return
    print(f'{"model":18} {"cannery":>9} {"scikit-learn":>13} {"times as fast":>14}')
    for row in result['rows']:
        print(f'{row["model"]:18} {row["cannery us"]:9.1f} {row["scikit-learn us"]:13.1f} {row["times as fast"]:14.0f}')
    print(f'import beyond numpy: {result["import ms"]:.1f} ms; wheel: {result["wheel MB"] or float("nan"):.1f} MB')


def models():
    from sklearn.datasets import load_iris, make_classification
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    X, y = make_classification(2000, 20, n_informative=10, n_classes=3, random_state=0)
    iris = load_iris(return_X_y=True)
    yield 'scaler + logistic', make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)).fit(X, y), X
    yield 'SVC iris', SVC().fit(*iris), iris[0]
    yield 'forest of 100', RandomForestClassifier(100, random_state=0, n_jobs=1).fit(X, y), X


def one_row(name, estimator, X):
    """Medians of predict for a row, called in turns."""
    import cannery
    model = cannery.loads(pickle.dumps(estimator))
    assert (model.predict(X) == estimator.predict(X)).all()
    ours, theirs, end = [], [], time.perf_counter() + 3
    while time.perf_counter() < end or len(theirs) < 50:
        row = X[len(theirs) % len(X)][None]
        theirs.append(timed(estimator.predict, row))
        ours += [timed(model.predict, row) for _ in range(10)]
    ours, theirs = statistics.median(ours) * 1e6, statistics.median(theirs) * 1e6
    return {'model': name, 'cannery us': ours, 'scikit-learn us': theirs, 'times as fast': theirs / ours}


def timed(function, argument):
    begin = time.perf_counter()
    function(argument)
    return time.perf_counter() - begin


def import_time():
    runs = [subprocess.run([sys.executable, '-c', IMPORT], check=True, capture_output=True, text=True) for _ in range(11)]
    return statistics.median(float(run.stdout) for run in runs) * 1e3


def wheel_size():
    sizes = [wheel.stat().st_size for wheel in (TARGET / 'wheel' / 'dist').glob('*.whl')]
    return max(sizes) / 1e6 if sizes else None


if __name__ == '__main__':
    main()
