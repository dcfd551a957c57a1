#!/usr/bin/env python3
"""Compares what `cannery.Model` computes with what scikit-learn recorded, over folders of models.

    python scripts/model_parity.py FOLDER ... [--only REGEX] [--list]

A folder holds NAME.json (class, input and outputs), NAME.pkl or NAME.joblib, and NAME.expected.npz with the input `X` and the
outputs by method; several targets are METHOD.0, METHOD.1, …, a sparse output METHOD__data, METHOD__indices, METHOD__indptr and
METHOD__shape. A model is right when every recorded method is there and equal: shape, kind of dtype and labels exactly; floats
to 1e-9, or 1e-5 where the input was float32. The exit status is 1 if one is wrong. The package must be installed; numpy
and scipy are needed.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import sys

import numpy as np

import cannery
from recorded import METHODS, MISRECORDED, listed_rows



def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folders', nargs='+', type=pathlib.Path)
    parser.add_argument('--only', default='', help='models whose names match')
    parser.add_argument('--list', action='store_true', help='print each model that is not right')
    args = parser.parse_args()
    all_counts = collections.Counter()
    for folder in args.folders:
        counts = collections.Counter()
        for path in sorted(folder.glob('*.json')):
            name = path.stem
            if name.startswith('_') or name in MISRECORDED or not re.search(args.only, name):
                continue
            outcome, why = judge(folder, name)
            counts[outcome] += 1
            if args.list and outcome not in ('right', 'skipped'):
                print(f'   {outcome:12} {name:34} {why}')
        print(f'{folder.name}: ' + ', '.join(f'{counts[key]} {key}' for key in ('right', 'wrong', 'unsupported', 'skipped')))
        all_counts += counts
    return 1 if all_counts['wrong'] else 0


def judge(folder, name):
    """Outcome and reason for one model."""
    meta = json.loads((folder / f'{name}.json').read_text(encoding='utf-8'))
    files = sorted(path for path in folder.glob(f'{name}.*') if path.suffix == '.pkl' or '.joblib' in path.name)
    outputs = meta.get('outputs', {})
    wanted = [method for method in METHODS if 'json' not in outputs.get(method, {'json': 0})
              and method not in meta.get('nondeterministic', [])]
    if not files or not wanted or meta.get('negative') or meta.get('path') or meta['input']['kind'] == 'none':
        return 'skipped', ''
    expected = np.load(folder / f'{name}.expected.npz', allow_pickle=False)
    tolerance = 1e-5 if meta['input'].get('dtype') == 'float32' else 1e-9
    file = files[sum(map(ord, name)) % len(files)]
    try:
        model = cannery.load(file)
        X = rows(meta['input'], expected)
        reasons = [reason for method in wanted for reason in compared(model, method, X, expected, tolerance, outputs[method].get('dtype') == 'object')]
    except cannery.UnsupportedError as error:
        return 'unsupported', str(error)
    except Exception as error:  # whatever it is, it is a fault of one model
        return 'wrong', f'{type(error).__name__}: {error}'
    return ('wrong', '; '.join(reasons)) if reasons else ('right', '')


def rows(described, expected):
    """The input as the model was called with it."""
    if described['kind'] == 'array':
        X = np.asarray(expected['X'], dtype=described.get('dtype', 'float64'))
        if described.get('format') == 'csr':
            import scipy.sparse
            return scipy.sparse.csr_matrix(X)
        return X
    plain = listed_rows(described)
    if described['kind'] == 'frame':
        import pandas
        lists = [[row[name] for name in described['columns']] if isinstance(row, dict) else row for row in plain]
        return pandas.DataFrame(lists, columns=described['columns'])
    return plain


def compared(model, method, X, expected, tolerance, is_object):
    """What differs, in words."""
    try:
        call = getattr(model, method)
    except cannery.UnsupportedError:
        raise
    except AttributeError:
        yield f'{method}: absent'
        return
    got = call(X)
    wanted = recorded(expected, method)
    got = got if isinstance(wanted, list) and isinstance(got, list) else [got]
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if len(got) != len(wanted):
        yield f'{method}: {len(got)} results, not {len(wanted)}'
        return
    for ours, theirs in zip(got, wanted):
        ours = ours.toarray() if hasattr(ours, 'toarray') else np.asarray(ours)
        if ours.dtype == object and is_object:
            ours = ours.astype(theirs.dtype)  # numbers in an array of objects were recorded as numbers
        reason = difference(ours, theirs, tolerance)
        if reason:
            yield f'{method}: {reason}'


def recorded(expected, method):
    if method in expected:
        return expected[method]
    if f'{method}__data' in expected:
        import scipy.sparse
        parts = (expected[f'{method}__data'], expected[f'{method}__indices'], expected[f'{method}__indptr'])
        return scipy.sparse.csr_matrix(parts, shape=tuple(expected[f'{method}__shape'])).toarray()
    names = [name for name in expected.files if re.fullmatch(rf'{method}\.\d+', name)]
    return [expected[name] for name in sorted(names, key=lambda name: int(name.rsplit('.')[-1]))]


def difference(got, want, tolerance):
    if got.shape != want.shape:
        return f'shape {got.shape}, not {want.shape}'
    kinds = {'i': 'i', 'u': 'i', 'U': 'S', 'S': 'S', 'O': 'S'}
    if kinds.get(got.dtype.kind, got.dtype) != kinds.get(want.dtype.kind, want.dtype):
        return f'dtype {got.dtype}, not {want.dtype}'
    if want.dtype.kind in 'fc':
        close = np.isclose(got, want, rtol=tolerance, atol=1e-11 if tolerance < 1e-6 else 1e-6, equal_nan=True)
        return '' if close.all() else f'{(~close).sum()} of {close.size} values differ'
    if want.dtype.kind in 'USO':
        got, want = got.astype(str), want.astype(str)
    return '' if np.array_equal(got, want) else f'{(got != want).sum()} of {want.size} labels differ'


if __name__ == '__main__':
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    sys.exit(main())
