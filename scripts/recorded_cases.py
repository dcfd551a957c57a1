#!/usr/bin/env python3
"""Compares `cannery predict` with outputs that other projects' tests recorded, over folders of models.

    python scripts/recorded_cases.py --cannery PATH FOLDER ... [--only REGEX] [--list]

A folder holds NAME.case.json (`X`, `outputs` by method, `files` by format, `class`) and the files that it names. Arrays are
written as {"ndarray": dtype, "shape": [...], "data": [...]}, sparse ones as {"sparse": ..., "dense": array}, frames as
{"dataframe": [{"name": ..., "values": array}]}; floats are texts. A file is right when every recorded method that cannery has
is equal: labels exactly, floats to 1e-7, or 1e-5 where the output is float32. It is unsupported when cannery says so, or when
it gives none of the methods. The exit status is 1 if a file is wrong or fails in another way. Only numpy is needed.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

from recorded import METHODS, dense


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folders', nargs='+', type=pathlib.Path)
    parser.add_argument('--cannery', required=True, type=pathlib.Path)
    parser.add_argument('--only', default='', help='models whose names match')
    parser.add_argument('--list', action='store_true', help='print each file that is not right')
    args = parser.parse_args()
    total = collections.Counter()
    for folder in args.folders:
        counts = collections.Counter()
        for path in sorted(folder.glob('*.case.json')):
            name = path.name.removesuffix('.case.json')
            if not re.search(args.only, name):
                continue
            case = json.loads(path.read_text(encoding='utf-8'))
            for file in case['files'].values():
                outcome, why = judge(args.cannery.resolve(), folder / file, case)
                counts[outcome] += 1
                if args.list and outcome not in ('right', 'skipped'):
                    print(f'   {outcome:12} {file:52} {why}')
        print(f'{folder.name}: ' + ', '.join(f'{count} {outcome}' for outcome, count in sorted(counts.items())))
        total += counts
    return 1 if total['wrong'] or total['error'] else 0


def judge(cannery, model, case):
    """Outcome and reason for one file."""
    wanted = {method: value for method, value in case['outputs'].items() if method in METHODS and is_array(value)}
    if not wanted:
        return 'skipped', 'no output was recorded'
    with tempfile.TemporaryDirectory() as folder:
        rows = write_rows(pathlib.Path(folder), case['X'])
        output = pathlib.Path(folder) / 'out.npz'
        command = [cannery, 'predict', model, rows, '--method', 'all', '--output', output]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            message = done.stderr.strip()
            return ('unsupported' if done.returncode == 2 and 'unsupported' in message else 'error'), message[-200:]
        with np.load(output, allow_pickle=False) as arrays:
            results = dict(arrays)
    reasons = [reason for method, value in wanted.items() for reason in compare(method, decode(value), results)]
    return ('wrong' if reasons else 'right'), '; '.join(reasons)


def is_array(value):
    return isinstance(value, dict) and ('ndarray' in value or 'sparse' in value or 'list' in value)


def decode(value):
    """What the recorder encoded; sparse matrices become dense, tuples and sets lists."""
    if not isinstance(value, dict):
        return value
    for kind in ('list', 'tuple', 'set'):
        if kind in value:
            return [decode(item) for item in value[kind]]
    if 'dict' in value:
        return {decode(key): decode(item) for key, item in value['dict']}
    if 'f' in value:
        return float(value['f'])
    if 'sparse' in value:
        return decode(value['dense'])
    dtype = np.dtype(value['ndarray'])
    data = value['data']
    if dtype.kind == 'f':
        data = [float(number) for number in data]
    elif dtype.kind == 'O':
        data = [decode(item) for item in data]
    return np.array(data, dtype=dtype).reshape(value['shape'])


def write_rows(folder, value):
    """The input as a file that `cannery predict` reads."""
    if isinstance(value, dict) and ('ndarray' in value or 'sparse' in value):
        array = decode(value)
        if array.dtype.kind in 'fiub':
            np.save(folder / 'rows.npy', array)
            return folder / 'rows.npy'
        rows = array.tolist()
    elif 'dataframe' in value:
        columns = {column['name']: decode(column['values']).tolist() for column in value['dataframe']}
        rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    else:
        rows = decode(value)
    rows = [row.tolist() if isinstance(row, np.ndarray) else row for row in rows]
    path = folder / 'rows.ndjson'
    path.write_text(''.join(json.dumps(row, ensure_ascii=False) + '\n' for row in rows), encoding='utf-8')
    return path


def compare(method, wanted, results):
    """What differs between the recorded output of a method and cannery's."""
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], np.ndarray):
        return [reason for at, part in enumerate(wanted) for reason in compare(f'{method}.{at}', part, results)]
    if f'{method}__data' in results:
        got = dense(results, method)
    elif method in results:
        got = results[method]
    else:
        return [f'{method}: missing']
    wanted = np.asarray(wanted)
    if got.shape != wanted.shape:
        return [f'{method}: shape {got.shape}, not {wanted.shape}']
    if wanted.dtype.kind != 'f':
        return [] if np.array_equal(got.astype(str), wanted.astype(str)) or same_numbers(got, wanted) else [f'{method}: differs']
    relative = 1e-5 if wanted.dtype.itemsize <= 4 else 1e-7
    same = np.isclose(got.astype(float), wanted.astype(float), rtol=relative, atol=1e-9, equal_nan=True)
    return [] if same.all() else [f'{method}: {np.count_nonzero(~same)} of {same.size} differ']


def same_numbers(got, wanted):
    try:
        return np.array_equal(got.astype(float), wanted.astype(float))
    except (TypeError, ValueError):
        return False


if __name__ == '__main__':
    sys.exit(main())
