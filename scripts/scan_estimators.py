#!/usr/bin/env python
"""Fits every estimator of scikit-learn in many ways, writes it in many forms, and scans what was written.

    scripts/scan_estimators.py --venvs DIR [NAME...] [--seconds N] [--cannery CANNERY]     DIR as made by scripts/venvs.sh
    scripts/scan_estimators.py --write FOLDER [--seconds N] [--only REGEX]          inside one environment (Python 2.7, 3.6 or newer)

The first form runs the second in each environment NAME (all by default), scans the folder, prints how many files came to
what and each kind of finding with one file that has it, and removes what is safe. Nothing here is anyone's own code, so
every file should be safe; exit status 1 if one is not.

What is fitted: each estimator as it is made, unfitted and cloned, on data of many kinds (dense, sparse, frames, texts, other
dtypes and labels), with random states of each kind, weights, warm starts and partial fits, and with every option that
its constraints or its documentation name for each parameter, one at a time; and EXTRAS. Estimators are taken in an order
that differs between releases, so that a short run sees others in each. Every model is written as a pickle of one
protocol and by joblib with one codec, in turn; the first of each estimator in all; and by skops where it is installed.
"""
from __future__ import print_function

import argparse
import collections
import importlib
import itertools
import json
import os
import pickle
import pkgutil
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
import zlib

ROWS = 48
# Parameters by which fitting takes less time.
SMALL = {'n_estimators': 3, 'max_iter': 12, 'n_iter': 3, 'n_init': 1, 'cv': 2, 'n_components': 2, 'max_iter_predict': 3, 'n_alphas': 4}
# Parameters that change nothing in a model, or write files.
LEFT_OUT = ('n_jobs', 'verbose', 'memory', 'pre_dispatch')


class Late(BaseException):
    """An estimator took too long."""


def late(*_):
    raise Late


# ---------------------------------------------------------------- data


def tables():
    """Name, samples and targets of every kind."""
    import numpy as np
    import scipy.sparse as sp

    draw = np.random.RandomState(0)
    number = np.arange(ROWS)
    x = draw.randn(ROWS, 4)
    x[:, 0] += number % 3 * 2
    three, two, real = number % 3, number % 2, x[:, 0] * 2 + draw.randn(ROWS) / 10
    text = np.array(['no', 'yes', 'maybe'])[three]
    words = ['the cat sat', 'a dog ran far', 'cats and dogs are pets', 'nothing here to see'] * (ROWS // 4)
    holes, unlabelled = x.copy(), three.copy()
    holes[::7, 1] = np.nan
    unlabelled[::3] = -1
    objects = np.array([['a', 'x'], ['b', 'y'], ['c', 'x'], ['a', 'z']] * (ROWS // 4), dtype=object)
    several = np.column_stack([two, three > 0, 1 - two]).astype(int)
    found = [
        ('dense', x, three), ('real', x, real), ('positive', abs(x), three), ('counts', abs(x), abs(real) + .1), ('two', x, two),
        ('holes', holes, three), ('labels', x, several), ('outputs', x, np.column_stack([real, real ** 2])),
        ('unlabelled', x, unlabelled), ('float32', x.astype(np.float32), three), ('long', x.astype(np.longdouble), real),
        ('int', (abs(x) * 3).astype(int), three), ('bool', x > 0, two), ('csr', sp.csr_matrix(abs(x)), three),
        ('csc', sp.csc_matrix(abs(x)), real), ('sparse-labels', sp.csr_matrix(x), sp.csr_matrix(several)), ('text', x, text),
        ('object', x, text.astype(object)), ('list', x.tolist(), [str(label) for label in text]), ('fortran', np.asfortranarray(x), two),
        ('big-endian', x.astype('>f8'), three.astype('>i4')), ('objects', objects, three), ('texts', words, three),
        ('dicts', [{'a': 1, 'b': 'x'}, {'a': 2, 'c': True}, {'b': 'y'}] * (ROWS // 3), three), ('column', x[:, 0], real),
        ('classes', three, None), ('text-classes', text, None), ('sets', [('a', 'b'), ('c',), (), ('a',)] * (ROWS // 4), None),
        ('gram', np.dot(x, x.T), three), ('pair', x, x[:, :2] + 1), ('images', draw.rand(4, 12, 12), None),
    ]
    if hasattr(sp, 'csr_array'):
        found.append(('csr-array', sp.csr_array(abs(x)), three))
    try:
        import pandas as pd
    except ImportError:
        return found
    frame = pd.DataFrame(x, columns=['w', 'x', 'y', 'z'])
    mixed = pd.DataFrame({'num': x[:, 0], 'int': three, 'cat': pd.Categorical(text), 'obj': text.astype(object), 'b': two > 0})
    return found + [
        ('frame', frame, pd.Series(three, name='t')), ('frame-text', frame, pd.Series(text)), ('mixed', mixed, pd.Series(two)),
        ('categories', mixed[['cat']], pd.Series(pd.Categorical(text))), ('series', pd.Series(words), pd.Series(three)),
        ('dates', frame.set_index(pd.date_range('2020', periods=ROWS)), real), ('numbered', pd.DataFrame(x), three),
    ]


# ---------------------------------------------------------------- estimators and their options


def estimators():
    """Name and class of every public estimator of the installed release."""
    import sklearn
    from sklearn.base import BaseEstimator

    for name in ('enable_hist_gradient_boosting', 'enable_iterative_imputer', 'enable_halving_search_cv'):
        imported('sklearn.experimental.' + name)
    found = {}
    for _, name, _ in pkgutil.walk_packages(sklearn.__path__, 'sklearn.', onerror=lambda _: None):
        module = None if re.search(r'\.tests|externals|conftest|setup$|__check|mock', name) else imported(name)
        for key, cls in sorted(vars(module).items()) if module else ():
            is_estimator = isinstance(cls, type) and issubclass(cls, BaseEstimator) and cls.__module__ == name
            if is_estimator and not key.startswith(('_', 'Base')) and not getattr(cls, '__abstractmethods__', None):
                found[key] = cls
    order = sorted(found.items())
    random.Random(sklearn.__version__).shuffle(order)
    return order


def imported(name):
    try:
        return importlib.import_module(name)
    except Exception:
        return None


def makers(cls, base):
    """Ways to make one: as it is, or with what a meta-estimator needs."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    tree, other = lambda: DecisionTreeClassifier(max_depth=2, random_state=0), LogisticRegression
    grower, ridge = lambda: DecisionTreeRegressor(max_depth=2, random_state=0), Ridge
    needs = [lambda: {}]
    needs += [lambda key=key, make=make: {key: make()} for key in ('estimator', 'base_estimator') for make in (tree, other, grower, ridge)]
    needs += [lambda: {'estimators': [('a', tree()), ('b', other())]}, lambda: {'estimators': [('a', grower()), ('b', ridge())]},
              lambda: {'steps': [('s', StandardScaler()), ('m', tree())]}, lambda: {'dictionary': [[1., 0, 0, 0], [0, 1., 0, 0]]},
              lambda: {'transformer_list': [('s', StandardScaler()), ('m', MinMaxScaler())]},
              lambda: {'transformers': [('s', StandardScaler(), [0, 1]), ('m', MinMaxScaler(), slice(2, 3))]}]
    needs += [lambda key=key, make=make: {'estimator': make(), key: {'max_depth': [1, 2]}} for key in ('param_grid', 'param_distributions') for make in (tree, grower)]
    for need, given in itertools.product(needs, (base, {}) if base else ({},)):
        yield lambda need=need, given=given: cls(**dict(need(), **given))


def options(cls):
    """Parameter -> values that its constraints or its documentation name."""
    found = collections.defaultdict(list)
    for name, text in re.findall(r'^    (\w+) ?: (.*(?:\n(?:        .*|\s*))*)', cls.__doc__ or '', re.M):
        found[name] += re.findall(r'["\'`]([\w+-]{2,30})["\'`]', text)
        head = text[:120]
        found[name] += [True, False] if 'bool' in head else []
        found[name] += [None] if 'None' in head else []
        found[name] += [1, 2, 3] if re.search(r'\bint\b', head) else []
        found[name] += [.1, .5, 1.] if 'float' in head else []
    checks = imported('sklearn.utils._param_validation')
    constraints = getattr(cls, '_parameter_constraints', {}) if checks else {}
    for name, values in constraints.items():
        for each in map(checks.make_constraint, () if isinstance(values, str) else values):
            plain = (str, bool, int, float, type(None))
            found[name] += [value for value in getattr(each, 'options', ()) if isinstance(value, plain)]
    return {name: sorted(set(values), key=repr) for name, values in found.items() if name not in LEFT_OUT}


# ---------------------------------------------------------------- writing


class Writer(object):
    """Writes objects into a folder until the time is over."""

    def __init__(self, folder, seconds):
        self.folder, self.end, self.count = folder, time.time() + seconds, 0
        self.joblib = imported('joblib') or imported('sklearn.externals.joblib')
        self.skops = imported('skops.io')

    def over(self):
        return time.time() > self.end

    def make(self, label, make, in_all=False, seconds=3):
        """Makes an object and writes it; whether both went well."""
        if self.over():
            return False
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            self.write(label, make(), in_all)
            return True
        except (Late, Exception):
            return False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def write(self, label, value, in_all):
        turn = zlib.crc32(label.encode('utf-8')) & 0xffffffff
        codecs = [0, 3, ('gzip', 1), ('bz2', 1)] + ([('xz', 1), ('lzma', 1)] if sys.version_info[0] > 2 else [])
        protocols = self.protocols(value)
        for place, (protocol, data) in enumerate(protocols):
            if in_all or place == turn % len(protocols):
                with open(self.path(label, 'p%d.pkl' % protocol), 'wb') as file:
                    file.write(data)
        for place, codec in enumerate(codecs):
            if in_all or place == (turn >> 8) % len(codecs):
                self.joblib.dump(value, self.path(label, 'c%d.joblib' % place), compress=codec)
        if self.skops is not None:
            data = self.skops.dumps(value)  # what skops can't read itself is left out
            self.skops.loads(data, trusted=self.skops.get_untrusted_types(data=data))
            with open(self.path(label, 'skops'), 'wb') as file:
                file.write(data)

    @staticmethod
    def protocols(value):
        """The protocols that can write a value, with what they write; older ones can't write some functions."""
        found = []
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            try:
                found.append((protocol, pickle.dumps(value, protocol)))
            except Exception:
                if protocol == pickle.HIGHEST_PROTOCOL:
                    raise
        return found

    def path(self, label, ending):
        self.count += 1
        return os.path.join(self.folder, '%06d-%s.%s' % (self.count, re.sub(r'[^\w=.,+-]', '_', label)[:100], ending))


def fitted(estimator, table, **more):
    try:
        return estimator.fit(table[1], table[2], **more)
    except Exception:
        return estimator.fit(table[1], **more)


def write_estimator(writer, name, cls, data):
    """All the ways of one estimator."""
    from sklearn.base import clone
    import numpy as np

    parameters = cls._get_param_names()
    base = {key: value for key, value in SMALL.items() if key in parameters}
    if 'random_state' in parameters:
        base['random_state'] = 0
    ways = []
    for maker in makers(cls, base):
        good = [table for table in data if len(ways) < 2 and writer.make('%s-%d-%s' % (name, len(ways), table[0]), lambda: fitted(maker(), table))]
        if good:
            ways.append((maker, good))
    if not ways:
        return writer.over() or print('%s: no data fits it' % name, file=sys.stderr)
    maker, good = ways[0]
    first = good[0]
    writer.make(name + '-unfitted', maker, in_all=True)
    writer.make(name + '-fitted', lambda: fitted(maker(), first), in_all=True)
    writer.make(name + '-clone', lambda: clone(fitted(maker(), first)))
    writer.make(name + '-weights', lambda: fitted(maker(), first, sample_weight=np.linspace(.5, 1.5, ROWS)))
    writer.make(name + '-warm', lambda: fitted(fitted(maker().set_params(warm_start=True), first), first))
    writer.make(name + '-partial', lambda: maker().partial_fit(first[1], first[2], classes=np.unique(first[2])).partial_fit(first[1], first[2]))
    writer.make(name + '-partial', lambda: maker().partial_fit(first[1], first[2]))
    for random_state in (np.random.RandomState(3), None, np.int64(7)) if 'random_state' in parameters else ():
        writer.make('%s-random-%s' % (name, type(random_state).__name__), lambda: fitted(maker().set_params(random_state=random_state), first))
    for parameter, values in sorted(options(cls).items()):
        for value in values if parameter in parameters else ():
            for maker, good in ways:  # the first data on which it works
                label = '%s-%s=%s' % (name, parameter, value)
                any(writer.make(label, lambda: fitted(maker().set_params(**{parameter: value}), table)) for table in good[:4])


def extras():
    """Label and maker of what no single parameter leads to."""
    import numpy as np
    import scipy.stats
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import FunctionTransformer

    data = {name: (x, y) for name, x, y in tables()}
    for name in sorted(dir(scipy.stats)):
        made = getattr(scipy.stats, name)
        if isinstance(made, (scipy.stats.rv_continuous, scipy.stats.rv_discrete)):
            yield 'distribution-' + name, lambda: {'alpha': made(*[2] * made.numargs)}
    search = imported('sklearn.model_selection')
    for distribution in (scipy.stats.uniform(), scipy.stats.expon(), scipy.stats.randint(1, 5)):
        yield 'search', lambda: search.RandomizedSearchCV(Ridge(), {'alpha': distribution}, n_iter=2, cv=2, random_state=0).fit(*data['real'])
    for function in (np.log1p, np.exp, np.sqrt, np.clip, np.linalg.norm, abs):
        yield 'function', lambda: FunctionTransformer(function, validate=False)
    for tokenizer in (str.split, str.lower, re.compile(r'\w+').findall, list):
        yield 'tokenizer', lambda: CountVectorizer(tokenizer=tokenizer).fit(data['texts'][0])
    boosting = getattr(imported('sklearn.ensemble'), 'HistGradientBoostingClassifier', None)
    for scoring, categorical in itertools.product(('loss', 'accuracy', None), (None, [0])) if boosting else ():
        yield 'stopped', lambda: boosting(max_iter=3, min_samples_leaf=3, early_stopping=True, scoring=scoring, categorical_features=categorical).fit(*data['int'])
    kernels = imported('sklearn.gaussian_process.kernels')
    yield 'kernel', lambda: 2. * kernels.RBF(1.) + kernels.Matern(nu=1.5) * kernels.ExpSineSquared() + kernels.DotProduct() ** 2 + kernels.WhiteKernel()
    for name in ('load_iris', 'load_diabetes', 'load_linnerud', 'load_digits'):
        yield name, getattr(imported('sklearn.datasets'), name)
    for name in ('PCG64', 'MT19937', 'Philox', 'SFC64'):
        yield 'generator', lambda: np.random.Generator(getattr(np.random, name)(3))


def write(folder, seconds, only):
    import numpy as np

    warnings.simplefilter('ignore')
    warnings.showwarning = lambda *_, **__: None  # old releases set their own filters
    np.seterr(all='ignore')
    signal.signal(signal.SIGALRM, late)
    writer = Writer(folder, seconds)
    for label, make in extras():
        if re.search(only, label):
            writer.make(label, make)
    data = tables()
    for name, cls in estimators():
        if re.search(only, name) and not writer.over():
            write_estimator(writer, name, cls, data)


# ---------------------------------------------------------------- scanning


def scan(cannery, folder):
    """Verdicts and kinds of findings of a folder; safe files are removed."""
    with tempfile.NamedTemporaryFile(suffix='.json') as report:
        subprocess.call([cannery, 'scan', folder, '--format', 'json', '--output', report.name, '--quiet'])
        files = json.load(open(report.name))['files']
    verdicts, kinds = collections.Counter(), {}
    for file in files:
        verdicts[file['verdict']] += 1
        if file['verdict'] == 'safe':
            os.unlink(file['file'])
        for finding in file['findings']:
            message = re.sub(r'\d+', '#', finding['message'])[:160]
            kinds.setdefault((finding['rule'], message), []).append(os.path.basename(file['file']))
    return verdicts, kinds


def print_kinds(kinds, folder):
    """Each kind of finding, the most frequent first, with one file that has it."""
    for (rule, message), files in sorted(kinds.items(), key=lambda each: -len(each[1])):
        print('  %6d %s: %s (%s)' % (len(files), rule, message, os.path.join(folder, files[0])), flush=True)


def judged(cannery, folder, name):
    """Prints what became of the files of one environment; whether all are safe."""
    verdicts, kinds = scan(cannery, folder)
    print('%s: %s' % (name, ', '.join('%d %s' % (count, verdict) for verdict, count in sorted(verdicts.items()))), flush=True)
    print_kinds(kinds, folder)
    return set(verdicts) == {'safe'}


def arguments(doc):
    """A parser with the options of both scripts that write in environments and scan what was written."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', help='environments; default: all of the folder')
    parser.add_argument('--venvs', default='.venv/versions', help='folder of environments, one per scikit-learn release')
    parser.add_argument('--write', metavar='FOLDER', help='write the values of this environment')
    parser.add_argument('--only', default='', help='values whose label matches')
    parser.add_argument('--seconds', type=float, default=600, help='for one environment')
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--cannery', default=os.path.join(here, '..', 'target', 'release', 'cannery'))
    return parser


def in_environments(script, args, more, judged):
    """Lets each environment write to a folder of its own, judges that, and keeps it if not all is as it should be. Exit status."""
    status = 0
    for name in args.names or sorted(entry for entry in os.listdir(args.venvs) if entry[0].isdigit()):
        folder = tempfile.mkdtemp(prefix='cannery-%s-' % name)
        environ = dict(os.environ, PYTHONWARNINGS='ignore', OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
        subprocess.call([os.path.join(args.venvs, name, 'bin', 'python'), os.path.abspath(script), '--write', folder,
                         '--seconds', str(args.seconds), '--only', args.only] + more, env=environ)
        good = judged(args.cannery, folder, name)
        if good:
            shutil.rmtree(folder)
        status |= not good
    return status


def main():
    args = arguments(__doc__).parse_args()
    if args.write:
        return write(args.write, args.seconds, args.only)
    sys.exit(in_environments(__file__, args, [], judged))


if __name__ == '__main__':
    main()
