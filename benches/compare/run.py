#!/usr/bin/env python3
"""cannery beside Python: opening large models, one whole prediction, and predictions for texts.

    python benches/compare/run.py [--python PYTHON] [--format json] [--models FOLDER]

PYTHON has scikit-learn (default: .venv of the project, see scripts/check.sh). Models are made in the folder on the first
run, with fixed seeds. Everything runs on one core with one thread; numbers are medians, files are in the page cache.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', ROOT / 'target'))
ENV = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1', RAYON_NUM_THREADS='1')
ONE_CORE = ['taskset', '-c', '0'] if shutil.which('taskset') else []
IRIS = [str(ROOT / 'examples' / name) for name in ('iris_svc.joblib', 'iris.csv')]

MAKE = r'''
import json, pickle, random, sys
import joblib, numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

def forest(path, size):
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(8000, 20)).astype('float32'), rng.randint(0, 2, 8000)
    one = RandomForestClassifier(1, random_state=0).fit(X, y).estimators_[0].tree_
    per_tree = sum(part.nbytes for part in one.__getstate__().values() if hasattr(part, 'nbytes'))
    joblib.dump(RandomForestClassifier(round(size / per_tree), random_state=0).fit(X, y), path)

def vocabulary(rng):
    return [''.join(rng.choices('abcdefghijklmnopqrstuvwxyz', k=rng.randint(3, 10))) for _ in range(5000)]

def documents(path):
    words, rng = vocabulary(random.Random(0)), random.Random(1)
    with open(path, 'w') as file:
        for _ in range(1000):
            file.write(json.dumps(' '.join(rng.choices(words, k=100)).capitalize() + '.') + '\n')

def text(path, terms, **options):
    rng = random.Random(0)
    words = vocabulary(rng)
    documents, seen = [], set()
    while len(seen) < terms:
        document = rng.choices(words, k=100)
        seen.update(document)
        seen.update(zip(document, document[1:]))
        documents.append(' '.join(document))
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), **options), LogisticRegression(max_iter=20))
    model.fit(documents, [rng.randrange(2) for _ in documents])
    with open(path, 'wb') as file:
        pickle.dump(model, file)

kind, path = sys.argv[1:]
if kind == 'forest':
    forest(path, 40e6)
elif kind == 'text':
    text(path, 150_000)
elif kind == 'documents':
    documents(path)
else:
    text(path, 155_000, max_features=150_000)
'''

LOAD = r'''
import json, pickle, statistics, sys, time
import joblib, sklearn.ensemble, sklearn.pipeline, sklearn.feature_extraction.text, sklearn.linear_model, sklearn.tree

def load():
    if path.endswith('.joblib'):
        model = joblib.load(path)
        assert all(tree.tree_.node_count == len(tree.tree_.threshold) for tree in model.estimators_)
    else:
        with open(path, 'rb') as file:
            model = pickle.load(file)
        assert model[-1].coef_.shape[1] == len(model[0].vocabulary_)
    return model

path, times = sys.argv[1], int(sys.argv[2])
load()
took = []
for _ in range(times):
    start = time.perf_counter_ns()
    model = load()
    del model
    took.append(time.perf_counter_ns() - start)
print(json.dumps({'total_ns': statistics.median(took)}))
'''

PREDICT_TEXTS = r'''
import json, pickle, statistics, sys, time
with open(sys.argv[1], 'rb') as file:
    model = pickle.load(file)
with open(sys.argv[2]) as file:
    documents = [json.loads(line) for line in file]
model.predict(documents[:100])
took = []
for _ in range(3):
    for first in range(0, len(documents), 100):
        start = time.perf_counter_ns()
        model.predict(documents[first:first + 100])
        took.append(time.perf_counter_ns() - start)
print(json.dumps({'ns_per_row': statistics.median(took) / 100}))
'''

PREDICT = r'''
import sys
import joblib
import numpy as np
model = joblib.load(sys.argv[1])
for label in model.predict(np.loadtxt(sys.argv[2], delimiter=',', skiprows=1)):
    print(label)
'''


def main():
    args = arguments()
    build()
    rows = [
        opening('forest of 40 MB, joblib', 'forest', 'forest.joblib', args),
        opening('150,000 n-grams, pickle', 'text', 'text.pkl', args),
        opening('the same with max_features', 'limited', 'limited.pkl', args),
        *whole_process(args),
        texts(args),
    ]
    if args.format == 'json':
        print(json.dumps(rows, indent=1))
    else:
        table(rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--python', default=str(ROOT / '.venv' / 'bin' / 'python'))
    parser.add_argument('--models', type=pathlib.Path, default=TARGET / 'compare', help='where the models are kept')
    parser.add_argument('--format', choices=['text', 'json'], default='text')
    args = parser.parse_args()
    if not shutil.which(args.python):
        sys.exit(f'{args.python} is missing: scripts/check.sh python makes it, or say --python PYTHON')
    return args


def build():
    cargo = ['cargo', 'build', '--release', '--quiet', '--locked']
    subprocess.run([*cargo, '-p', 'cannery-cli'], cwd=ROOT, check=True)
    subprocess.run([*cargo, '-p', 'cannery', '--example', 'open_time'], cwd=ROOT, check=True)


def opening(title, kind, name, args):
    path = args.models / name
    if not path.exists():
        args.models.mkdir(parents=True, exist_ok=True)
        subprocess.run([args.python, '-c', MAKE, kind, str(path)], check=True)
    python = measured([args.python, '-c', LOAD, str(path), '7'])
    ours = measured([str(TARGET / 'release' / 'examples' / 'open_time'), str(path), '21'])
    parts = {part: ours[f'{part}_ns'] / 1e6 for part in ('open', 'look', 'drop')}
    return row(f'open {title} ({path.stat().st_size / 1e6:.1f} MB)', 'ms', python['total_ns'] / 1e6, ours['total_ns'] / 1e6, parts)


def measured(command):
    return json.loads(subprocess.run([*ONE_CORE, *command], env=ENV, check=True, capture_output=True).stdout)


def whole_process(args):
    ours = [process([str(TARGET / 'release' / 'cannery'), 'predict', *IRIS]) for _ in range(51)]
    python = [process([args.python, '-W', 'ignore', '-c', PREDICT, *IRIS]) for _ in range(7)]
    middle = [[statistics.median(run[i] for run in runs) for i in range(2)] for runs in (python, ours)]
    return [row('predict iris, whole process', 'ms', middle[0][0], middle[1][0]),
            row('predict iris, peak memory', 'MB', middle[0][1], middle[1][1])]


def texts(args):
    """100 documents of 100 words in one call of the pipeline of 150,000 n-grams."""
    model, documents = args.models / 'text.pkl', args.models / 'documents.ndjson'
    if not documents.exists():
        subprocess.run([args.python, '-c', MAKE, 'documents', str(documents)], check=True)
    python = measured([args.python, '-W', 'ignore', '-c', PREDICT_TEXTS, str(model), str(documents)])
    cannery = [str(TARGET / 'release' / 'cannery'), 'bench', str(model), str(documents), '--threads', '1', '--format', 'json']
    ours = next(run for run in measured(cannery)['runs'] if run['rows'] == 100)
    return row('predict a text of 100 words, 100 a call', 'us', python['ns_per_row'] / 1e3, ours['ns_per_row'] / 1e3)


def process(command):
    """Milliseconds and peak resident memory in MB of a process."""
    start = time.perf_counter()
    child = subprocess.Popen([*ONE_CORE, *command], env=ENV, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f'{command} ended with status {child.returncode}')
    unit = 1 if sys.platform == 'darwin' else 1024
    return took * 1e3, usage.ru_maxrss * unit / 1e6


def row(what, unit, python, cannery, parts=None):
    return {'what': what, 'unit': unit, 'python': python, 'cannery': cannery, 'ratio': python / cannery, 'parts': parts}


def table(rows):
    print(f'{"":48} {"Python":>10} {"cannery":>10} {"ratio":>8}')
    for row in rows:
        numbers = f'{row["python"]:10.2f} {row["cannery"]:10.3f} {row["ratio"]:7.1f}x'
        parts = ', '.join(f'{name} {took:.2f}' for name, took in (row['parts'] or {}).items())
        print(f'{row["what"]:48} {numbers} {row["unit"]}  {parts}')


if __name__ == '__main__':
    main()
