#!/usr/bin/env python3
"""`cannery convert MODEL OUT.onnx` beside skl2onnx: time of the whole process, size of the file, and the exported model in ONNX
Runtime.

    python benches/compare/export.py [--python PYTHON] [--cannery PATH] [--models FOLDER] [--repeat N]

PYTHON has scikit-learn, skl2onnx and onnxruntime. Models are made in the folder on the first run, with fixed seeds: a forest of
100 trees of full depth, and TfidfVectorizer with LogisticRegression. Both programs read the same .joblib and write a file;
times are the least of N runs. cannery's model is of float64 and gives scikit-learn's results; skl2onnx's is of float32, its
only one of a forest that ONNX Runtime loads.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENV = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1', RAYON_NUM_THREADS='1')
NAMES = ['forest', 'text']

MAKE = r'''
import random, sys
import joblib, numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

folder, name = sys.argv[1:]
if name == 'forest':
    x, y = make_classification(20_000, 20, n_informative=10, n_classes=3, flip_y=0.3, random_state=0)
    model = RandomForestClassifier(100, random_state=0).fit(x, y)
    print(sum(tree.tree_.node_count for tree in model.estimators_), 'nodes')
    np.save(f'{folder}/{name}.npy', x[:10_000])
else:
    words = [''.join(random.Random(k).choices('abcdefghijklmnopqrstuvwxyz', k=3 + k % 8)) for k in range(20_000)]
    texts = [' '.join(random.Random(k).choices(words, k=60)) for k in range(10_000)]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [k % 4 for k in range(10_000)])
    np.save(f'{folder}/{name}.npy', np.array(texts[:1000]).reshape(-1, 1))
joblib.dump(model, f'{folder}/{name}.joblib')
'''

CONVERT = r'''
import sys
import joblib, skl2onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

source, out, name = sys.argv[1:]
model = joblib.load(source)
kind = FloatTensorType([None, model.n_features_in_]) if name == 'forest' else StringTensorType([None, 1])
last = model if name == 'forest' else model.steps[-1][1]
exported = skl2onnx.convert_sklearn(model, initial_types=[('X', kind)], options={id(last): {'zipmap': False}})
open(out, 'wb').write(exported.SerializeToString())
'''

RUN = r'''
import sys, time
import joblib, numpy as np, onnxruntime

source, path, rows = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads, options.log_severity_level = 1, 4
start = time.perf_counter()
session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
print(f'loads in {time.perf_counter() - start:.2f} s')
x = np.load(rows)
dtype = {'tensor(double)': np.float64, 'tensor(float)': np.float32, 'tensor(string)': object}[session.get_inputs()[0].type]
probabilities = session.get_outputs()[1].name
for count in (1, 1000):
    part, times = x[:count].astype(dtype), []
    for _ in range(20 if count == 1 else 5):
        start = time.perf_counter()
        session.run([probabilities], {'X': part})
        times.append(time.perf_counter() - start)
    print(f'{count} rows in {min(times) * 1e3:.2f} ms')
part = x[:1000]
want = joblib.load(source).predict_proba(part if part.dtype.kind == 'f' else part.ravel())
got = session.run([probabilities], {'X': part.astype(dtype)})[0]
print(f'at most {np.abs(got - want).max():.2g} from scikit-learn')
'''


def timed(command, repeat):
    """The least time of a process, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run(command, check=True, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--python', default=sys.executable)
    parser.add_argument('--cannery', default=str(ROOT / 'target' / 'release' / 'cannery'))
    parser.add_argument('--models', default=str(ROOT / 'target' / 'compare-export'))
    parser.add_argument('--repeat', type=int, default=3)
    parser.add_argument('names', nargs='*', default=NAMES)
    args = parser.parse_args()
    os.makedirs(args.models, exist_ok=True)
    for name in args.names:
        source = f'{args.models}/{name}.joblib'
        if not os.path.exists(source):
            subprocess.run([args.python, '-c', MAKE, args.models, name], check=True, env=ENV)
        ours, theirs = f'{args.models}/{name}.cannery.onnx', f'{args.models}/{name}.skl2onnx.onnx'
        seconds = timed([args.cannery, 'convert', '--quiet', source, ours], args.repeat)
        of_skl2onnx = timed([args.python, '-c', CONVERT, source, theirs, name], args.repeat)
        print(f'{name}: cannery {seconds:.3f} s, skl2onnx {of_skl2onnx:.2f} s, {seconds / of_skl2onnx:.2%} of it')
        for who, path in (('cannery', ours), ('skl2onnx', theirs)):
            run = subprocess.run([args.python, '-W', 'ignore', '-c', RUN, source, path, f'{args.models}/{name}.npy'],
                                 env=ENV, capture_output=True, text=True)
            told = ', '.join(run.stdout.splitlines()) if run.returncode == 0 else 'fails: ' + run.stderr.splitlines()[-1][:200]
            print(f'  {who}: {os.path.getsize(path) / 1e6:.2f} MB of {os.path.getsize(source) / 1e6:.2f} MB, {told}')


if __name__ == '__main__':
    main()
