#!/usr/bin/env python
"""Scans what practitioners save: pipelines, searches, functions as parameters, bundles of models and of other values.

    scripts/scan_compositions.py --venvs DIR [NAME...] [--seconds N] [--only REGEX] [--cannery CANNERY] [--all]
    scripts/scan_compositions.py --write FOLDER [--seconds N] [--only REGEX] [--all]      inside one environment (Python 2.7, 3.6 or newer)

The first form runs the second in each environment NAME (all by default), scans the folder, runs `cannery inspect --format
json` on each file, prints how many files came to what, each kind of finding with one file that has it and each file that
`inspect` fails on, and removes what is safe. Nothing here is anyone's own code, so every file should be safe; those of the
lines behind UNKNOWN must not be dangerous, those of the lines behind REFUSED must not be safe. Exit status 1 if
one is not as it should be.

The values are those of scripts/compositions.txt: Python expressions, one a line, evaluated among the names that `names`
gives; what an old release does not have is left out (`--why` says so on standard error). Each value is written as
scan_estimators.py does: a pickle of one protocol and a joblib file of one codec, in turn, or with --all in all; and by skops
where it is installed.
"""
from __future__ import print_function

import os
import pickle
import re
import signal
import subprocess
import sys
import warnings

import scan_estimators as single

PARTS = ('safe', 'unknown', 'refused')
HERE = os.path.dirname(os.path.abspath(__file__))


# ---------------------------------------------------------------- values


def names():
    """Names that the expressions use: data, modules, estimators and public functions of scikit-learn."""
    import numpy as np
    import scipy.sparse as sp
    import sklearn

    given = {}
    for module in ('argparse', 'array', 'collections', 'datetime', 'dateutil.relativedelta', 'dateutil.tz', 'decimal', 'fractions', 'functools', 'html', 'http', 'itertools', 'joblib',
                   'operator', 'pathlib', 'pytz', 're', 'sys', 'time', 'types', 'unicodedata', 'uuid', 'warnings', 'zoneinfo', 'scipy.fft', 'scipy.fftpack',
                   'scipy.interpolate', 'scipy.ndimage', 'scipy.optimize', 'scipy.signal', 'scipy.spatial.distance', 'scipy.spatial.transform',
                   'scipy.special', 'scipy.stats', 'scipy.stats.qmc', 'sklearn.feature_extraction.image', 'sklearn.feature_extraction.text'):
        if single.imported(module) is not None:
            given[module.split('.')[0]] = sys.modules[module.split('.')[0]]
    given.update(single.estimators())
    for name in ('base calibration cluster compose datasets experimental feature_extraction feature_selection frozen inspection manifold metrics'
                 ' metrics.pairwise model_selection neighbors pipeline preprocessing utils').split():
        module = single.imported('sklearn.' + name)
        given.update((key, value) for key, value in vars(module).items() if not key.startswith('_')) if module else None
    given.update((name, x) for name, x, _ in single.tables() if name in ('holes', 'frame', 'mixed'))
    given.update((name, y) for name, _, y in single.tables() if name in ('real', 'two', 'unlabelled', 'text'))
    given.update((name, x) for name, x, _ in single.tables() if name == 'classes')
    x, three = next((x, y) for name, x, y in single.tables() if name == 'dense')
    words = next(x for name, x, _ in single.tables() if name == 'texts')
    given.update(x=x, three=three, words=words, np=np, sp=sp, sklearn=sklearn, kernels=single.imported('sklearn.gaussian_process.kernels'))
    given.update(knots=np.arange(6.), KDTree=sklearn.neighbors.KDTree, BallTree=sklearn.neighbors.BallTree)
    scorers = single.imported('sklearn.metrics')
    given['scorer_names'] = scorers.get_scorer_names() if hasattr(scorers, 'get_scorer_names') else sorted(getattr(scorers, 'SCORERS', ()))
    given.update(of_pandas(given))
    return given


def of_pandas(given):
    pd = single.imported('pandas')
    if pd is None:
        return {}
    frame, mixed = given['frame'], given['mixed']
    missing = mixed.copy().astype({'num': float})
    missing.loc[::5, ['num', 'obj', 'cat']] = None
    found = {'pd': pd, 'missing_frame': missing, 'dates': pd.date_range('2020', periods=len(frame))}
    found['texts_frame'] = pd.DataFrame({'num': frame['w'], 'int': mixed['int'], 'cat': mixed['cat'], 'text': given['words']})
    try:
        missing['string'] = missing['obj'].astype('string')
    except Exception:
        pass  # before pandas 1.0
    return found


def expressions():
    """Those whose files should be safe, those whose files may be unknown, and those whose files must not be safe."""
    with open(os.path.join(HERE, 'compositions.txt')) as file:
        parts = re.split('# (?:UNKNOWN|REFUSED)', file.read())
    return [[line for line in part.splitlines() if line and not line.startswith(('#', ':'))] for part in parts]


def write(folder, args):
    import numpy as np

    warnings.simplefilter('ignore')
    warnings.showwarning = lambda *_, **__: None  # old releases set their own filters
    np.seterr(all='ignore')
    np.random.seed(0)
    signal.signal(signal.SIGALRM, single.late)
    given = names()
    for part, cases in zip(PARTS, expressions()):
        os.mkdir(os.path.join(folder, part))
        writer = single.Writer(os.path.join(folder, part), args.seconds)
        for line in cases:
            if re.search(args.only, line) and not writer.make(line, lambda: value_of(line, given, args.why), in_all=args.all):
                print('left out: %s' % line, file=sys.stderr) if args.why else None


def value_of(line, given, why):
    try:
        value = eval(line, given)
        pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))  # Python 2 writes some functions that it can't read
        return value
    except Exception as error:
        print('%s: %s: %s' % (line, type(error).__name__, error), file=sys.stderr) if why else None
        raise


# ---------------------------------------------------------------- scanning


def inspected(cannery, folder):
    """Files of which `inspect` makes no JSON."""
    failed = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        process = subprocess.Popen([cannery, 'inspect', path, '--format', 'json'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, error = process.communicate()
        if process.returncode or not out.startswith(b'{'):
            failed.append((path, error.decode('utf-8', 'replace').strip()))
    return failed


def judged(cannery, folder, name):
    """Prints what became of the files of one environment; whether all is as it should be."""
    parts = [os.path.join(folder, part) for part in PARTS]
    failed = [failure for part in parts for failure in inspected(cannery, part)]
    scans = [single.scan(cannery, part) for part in parts]
    counts = [', '.join('%d %s' % (count, verdict) for verdict, count in sorted(verdicts.items())) for verdicts, _ in scans]
    print('%s: %s; not judged: %s; refused: %s; inspect failed on %d' % (name, counts[0], counts[1], counts[2], len(failed)), flush=True)
    single.print_kinds(scans[0][1], parts[0])
    for path, error in failed:
        print('  inspect: %s: %s' % (path, error), flush=True)
    safe, unknown, refused = (set(verdicts) for verdicts, _ in scans)
    return safe == {'safe'} and unknown <= {'safe', 'unknown'} and 'safe' not in refused and not failed


def main():
    parser = single.arguments(__doc__)
    parser.add_argument('--all', action='store_true', help='write each value with every protocol and codec')
    parser.add_argument('--why', action='store_true', help='say on standard error what was left out')
    args = parser.parse_args()
    if args.write:
        return write(args.write, args)
    sys.exit(single.in_environments(__file__, args, ['--all'] * args.all + ['--why'] * args.why, judged))


if __name__ == '__main__':
    main()
