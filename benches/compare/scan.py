#!/usr/bin/env python3
"""cannery scan beside picklescan on a folder of models, and how fast it is on arrays.

    python benches/compare/scan.py FOLDER --picklescan PICKLESCAN [--python PYTHON] [--format json]

FOLDER holds .pkl files, at any depth; PICKLESCAN is the program of picklescan 1.0.5 (`pip install picklescan==1.0.5`).
Both judge the same files in one process each. PYTHON has scikit-learn and joblib and makes the large models (default:
.venv of the project). Times are processor time and wall time of the whole process, the median of several runs, files in
the page cache; cannery runs with one thread but for the last figure of the first row. Beside them `cat` of the same files:
what it takes to open and read them.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', ROOT / 'target'))
CANNERY = str(TARGET / 'release' / 'cannery')

MAKE = r'''
import sys
import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

kind, path = sys.argv[1:]
rng = np.random.default_rng(0)
if kind == 'points':
    model = KNeighborsClassifier(algorithm='brute').fit(rng.normal(size=(400_000, 64)), rng.integers(0, 5, 400_000))
elif kind == 'coefficients':
    model = LinearRegression().fit(rng.normal(size=(50, 200)), rng.normal(size=(50, 3)))
    model.coef_ = rng.normal(size=(128_000, 200))
else:
    X, y = rng.normal(size=(8000, 20)).astype('float32'), rng.integers(0, 2, 8000)
    model = RandomForestClassifier(300, random_state=0).fit(X, y)
joblib.dump(model, path)
'''


def main():
    args = arguments()
    subprocess.run(['cargo', 'build', '--release', '--quiet', '--locked', '-p', 'cannery-cli'], cwd=ROOT, check=True)
    rows = [beside_picklescan(args)] + [on_arrays(kind, args) for kind in ('coefficients', 'points', 'forest')]
    if args.format == 'json':
        print(json.dumps(rows, indent=1))
    else:
        for row in rows:
            print('  '.join(f'{key} {value}' for key, value in row.items()))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('--picklescan', required=True)
    parser.add_argument('--python', default=str(ROOT / '.venv' / 'bin' / 'python'))
    parser.add_argument('--models', type=pathlib.Path, default=TARGET / 'compare', help='where large models are kept')
    parser.add_argument('--format', choices=['text', 'json'], default='text')
    args = parser.parse_args()
    for program in (args.picklescan, args.python):
        if not shutil.which(program):
            sys.exit(f'{program} is missing')
    return args


def beside_picklescan(args):
    models = sorted(args.folder.resolve().rglob('*.pkl'))
    with tempfile.TemporaryDirectory() as folder:
        for place, model in enumerate(models):
            os.symlink(model, os.path.join(folder, f'{place}.pkl'))
        theirs = measured([args.picklescan, '-l', 'ERROR', '-p', folder], 3)
        ours = measured([CANNERY, 'scan', '--threads', '1', '--quiet', folder], 9)
        threads = measured([CANNERY, 'scan', '--quiet', folder], 9)
        read = measured(['cat', *map(str, models)], 9)
    per_file = [times['cpu'] / len(models) * 1e6 for times in (theirs, ours, read)]
    return {
        'what': f'{len(models)} .pkl files',
        'picklescan us a file': round(per_file[0], 1),
        'cannery us a file': round(per_file[1], 1),
        'cat us a file': round(per_file[2], 1),
        'times (processor)': round(theirs['cpu'] / ours['cpu'], 1),
        'times (wall)': round(theirs['wall'] / ours['wall'], 1),
        'times (wall, a thread for each processor)': round(theirs['wall'] / threads['wall'], 1),
    }


def on_arrays(kind, args):
    path = args.models / f'scan_{kind}.joblib'
    if not path.exists():
        args.models.mkdir(parents=True, exist_ok=True)
        subprocess.run([args.python, '-c', MAKE, kind, str(path)], check=True)
    times = measured([CANNERY, 'scan', '--quiet', str(path)], 9)
    size = path.stat().st_size
    return {
        'what': f'{kind}, {size / 1e6:.0f} MB',
        'GB/s (processor)': round(size / times['cpu'] / 1e9, 2),
        'GB/s (wall)': round(size / times['wall'] / 1e9, 2),
    }


def measured(command, times):
    """Processor and wall seconds of a process, medians."""
    runs = []
    for _ in range(times + 1):
        before, start = used(), time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        runs.append((used() - before, time.perf_counter() - start))
    return dict(zip(('cpu', 'wall'), map(statistics.median, zip(*runs[1:]))))


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == '__main__':
    main()
