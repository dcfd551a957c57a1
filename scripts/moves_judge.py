#!/usr/bin/env python3
"""Loads models in the scikit-learn that runs this, and compares what they predict with what was recorded.

    VENV/bin/python scripts/moves_judge.py RECORDED MODELS RESULTS.json

RECORDED holds NAME.json and NAME.expected.npz as scripts/model_parity.py describes; MODELS holds NAME.pkl. Each model gets one of
`ok`, `warned` (loads with a warning about its version), `load` (does not load), `call` (loads, and a method fails), `close`
(differs by at most 1e-6, relatively), `wrong`, `lacks` (the class has none of the methods here). Needs Python 3.6 or newer.
`moves.py` runs it.
"""
import json
import os
import signal
import sys
import warnings

import numpy as np
import scipy.sparse

from recorded import METHODS, undo

SECONDS = 60


def main():
    recorded, models, results = sys.argv[1:4]
    names = sorted(name[:-5] for name in os.listdir(recorded) if name.endswith('.json') and not name.startswith('_'))
    known = {}
    while names:
        names = run(names, known, recorded, models)
    with open(results, 'w') as out:
        json.dump(known, out, indent=0, sort_keys=True)


def run(names, known, recorded, models):
    """Judges models in another process, which one of them may end; gives those that are left."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, 'w') as out:
            for name in names:
                out.write(json.dumps([name, None]) + '\n')
                out.flush()
                signal.alarm(SECONDS)
                try:
                    outcome = judge(recorded, models, name)
                except BaseException as error:
                    outcome = ['load', '%s: %s' % (type(error).__name__, str(error)[:200])]
                signal.alarm(0)
                out.write(json.dumps([name, outcome]) + '\n')
                out.flush()
        os._exit(0)
    os.close(writer)
    last, done = None, set()
    with os.fdopen(reader) as lines:
        for line in lines:
            last, outcome = json.loads(line)
            if outcome:
                done.add(last)
                known[last] = outcome
    os.waitpid(child, 0)
    if last is not None and last not in done:
        known[last] = ['load', 'the process ended']
        done.add(last)
    return [name for name in names if name not in done]


def judge(recorded, models, name):
    with open(os.path.join(recorded, name + '.json'), encoding='utf-8') as file:
        meta = json.load(file)
    methods = [method for method in METHODS if method in meta.get('outputs', {}) and method not in meta.get('nondeterministic', [])]
    path = os.path.join(models, name + '.pkl')
    attributes = [key for key in meta.get('outputs', {}) if key.startswith('attr.') and not methods]
    if meta.get('negative') or not methods + attributes or not os.path.exists(path):
        return ['none', '']
    expected = np.load(os.path.join(recorded, name + '.expected.npz'), allow_pickle=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        model = load(path, recorded)
    for step in meta.get('path', []):
        model = model[step]
    told = [str(warning.message)[:150] for warning in caught if 'Inconsistent' in warning.category.__name__ or 'to unpickle' in str(warning.message)]
    warnings.simplefilter('ignore')
    X = rows(meta['input'], expected)
    float32 = meta['input'].get('dtype') == 'float32'
    outcomes = []
    for method in methods:
        if method not in dir(type(model)) and not hasattr(model, method):
            continue
        wanted = outputs(expected, method)
        try:
            got = getattr(model, method)(X)
        except Exception as error:
            return ['call', '%s: %s: %s' % (method, type(error).__name__, str(error)[:150])]
        outcomes.append((difference(got, wanted, float32), method))
    for key in attributes:
        wanted = outputs(expected, key)
        outcomes.append((difference(getattr(model, key[5:]), wanted, float32), key))
    if not outcomes:
        return ['lacks', '']
    largest, method = max(outcomes)
    if largest > 1e-6:
        return ['wrong', '%s differs by %.2g' % (method, largest)]
    if largest > 0:
        return ['close', '%s differs by %.2g' % (method, largest)]
    return ['warned', told[0]] if told else ['ok', '']


def load(path, recorded):
    import pickle
    with open(path, 'rb') as file:
        if 'py27' in recorded and os.environ.get('MOVES_PLAIN'):
            return pickle.load(file, encoding='latin1')
        return pickle.load(file)


def rows(described, expected):
    """The input as the model was called with it."""
    kind = described['kind']
    if kind == 'array':
        X = np.array(expected['X'], dtype=np.dtype(str(described.get('dtype', 'float64'))), order=str(described.get('order', 'C')))
        return scipy.sparse.csr_matrix(X) if described.get('format') == 'csr' else X
    if kind == 'labels':
        return np.array(undo(described['values']))
    if kind == 'frame':
        return frame(described)
    if kind == 'object_array':
        plain = undo(described['rows'])
        X = np.empty((len(plain), len(plain[0])), dtype=object)
        X[:] = plain
        return X
    return undo(next(described[key] for key in ('texts', 'rows', 'values') if key in described))


def frame(described):
    import pandas
    plain = undo(described['rows'])
    columns = {}
    for at, (name, dtype) in enumerate(zip(described['columns'], described['dtypes'])):
        values = [row[at] for row in plain]
        if dtype == 'category':
            columns[name] = pandas.Series(values, dtype=object).astype('category')
        elif dtype == 'str' and int(pandas.__version__.split('.')[0]) >= 3:
            columns[name] = pandas.Series(values, dtype='str')
        elif dtype in ('object', 'str', 'string'):
            columns[name] = pandas.Series(values, dtype=object)
        elif dtype.startswith('datetime'):
            columns[name] = pandas.to_datetime(pandas.Series(values))
        else:
            columns[name] = pandas.Series(values, dtype=dtype)
    return pandas.DataFrame(columns, columns=described['columns'])


def outputs(expected, method):
    """The recorded output, or outputs."""
    if method in expected.files:
        return [expected[method]]
    if method + '__data' in expected.files:
        parts = tuple(expected[method + '__' + part] for part in ('data', 'indices', 'indptr'))
        return [scipy.sparse.csr_matrix(parts, shape=tuple(expected[method + '__shape'])).toarray()]
    several = []
    while '%s.%d' % (method, len(several)) in expected.files:
        several.append(expected['%s.%d' % (method, len(several))])
    return several


def difference(got, wanted, float32):
    """The largest relative difference; 0 within the rounding of the last digits, infinity for another shape or other labels."""
    got = got if isinstance(got, (list, tuple)) and len(wanted) > 1 else [got]
    if not wanted:
        return 0.0
    if len(got) != len(wanted):
        return float('inf')
    largest = 0.0
    for ours, theirs in zip(got, wanted):
        ours = ours.toarray() if hasattr(ours, 'toarray') else np.asarray(ours)
        if ours.shape != theirs.shape:
            return float('inf')
        if theirs.dtype.kind in 'fc' or ours.dtype.kind in 'fc':
            low = float32 or ours.dtype == np.float32 or theirs.dtype == np.float32
            try:
                ours, theirs = ours.astype(float), theirs.astype(float)
            except ValueError:
                return float('inf')
            relative, absolute = (1e-5, 1e-6) if low else (1e-9, 1e-11)
            if not np.allclose(ours, theirs, rtol=relative, atol=absolute, equal_nan=True):
                with np.errstate(all='ignore'):
                    ratio = np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))
                    ratio[(ours == theirs) | (np.isnan(ours) & np.isnan(theirs))] = 0
                largest = max(largest, float(np.max(ratio))) if not np.isnan(ratio).any() else float('inf')
        elif not np.array_equal(ours.astype(str) if ours.dtype.kind == 'O' else ours, theirs.astype(str) if theirs.dtype.kind == 'O' or ours.dtype.kind == 'O' else theirs):
            return float('inf')
    return largest


if __name__ == '__main__':
    main()
