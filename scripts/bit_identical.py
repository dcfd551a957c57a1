#!/usr/bin/env python3
"""Counts the outputs of `cannery predict` that are bit-identical to what scikit-learn recorded.

    python scripts/bit_identical.py --cannery PATH [--out docs/support.tsv] FOLDER ...

A folder is named after a scikit-learn version and holds for each model NAME: NAME.pkl or NAME.joblib*, NAME.json (`class`, `module`,
`input`, `outputs` by method) and NAME.expected.npz (`X` where the input is numeric, and the outputs). Written is a row for
each class and method: family, versions, models, values, and how many of them are identical (floats to the bit, labels equal;
zeros of sparse results are not counted).
crates/sklearn/tests/support.rs makes the tables of docs/support.md of it. Models that are refused are not counted.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import tempfile

import numpy as np

METHODS = ['predict', 'predict_proba', 'predict_log_proba', 'decision_function', 'transform', 'score_samples']


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folders', nargs='+')
    parser.add_argument('--cannery', required=True)
    parser.add_argument('--out', default='docs/support.tsv')
    args = parser.parse_args()
    cannery = os.path.abspath(args.cannery)
    models = [(folder, name[:-5]) for folder in args.folders for name in sorted(os.listdir(folder))
              if name.endswith('.json') and not name.startswith('_')]
    counts = collections.defaultdict(lambda: [set(), 0, 0, 0])
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for found in pool.map(lambda model: counted(cannery, *model), models):
            for (key, version, values, identical) in found:
                row = counts[key]
                row[0].add(version)
                row[1:] = [row[1] + 1, row[2] + values, row[3] + identical]
    with open(args.out, 'w') as file:
        file.write('# class\tmethod\tfamily\tversions\tmodels\tvalues\tidentical; made by scripts/bit_identical.py\n')
        for (name, method, family), (versions, count, values, identical) in sorted(counts.items()):
            versions = ' '.join(sorted(versions, key=lambda text: [int(part) for part in text.split('-')[0].split('.')]))
            file.write('\t'.join([name, method, family, versions, str(count), str(values), str(identical)]) + '\n')


def counted(cannery, folder, name):
    """((class, method, family), version, values, identical ones) for each method of a model."""
    with open(os.path.join(folder, name + '.json'), encoding='utf-8') as file:
        meta = json.load(file)
    files = sorted(f for f in os.listdir(folder) if f.startswith(name + '.') and not f.endswith(('.json', '.npz')))
    wanted = [m for m in METHODS if m in meta.get('outputs', {}) and 'json' not in meta['outputs'][m]
              and m not in meta.get('nondeterministic', [])]
    if meta.get('negative') or meta.get('path') or not files or not wanted or meta['input']['kind'] == 'none':
        return []
    expected = np.load(os.path.join(folder, name + '.expected.npz'), allow_pickle=False)
    with tempfile.TemporaryDirectory() as scratch:
        source, result = rows(meta['input'], expected, scratch), os.path.join(scratch, 'out.npz')
        command = [cannery, 'predict', os.path.join(folder, files[0]), source, '--method', 'all', '--output', result]
        if subprocess.run(command, capture_output=True, timeout=120).returncode:
            return []
        with np.load(result, allow_pickle=False) as archive:
            got = dict(archive)
    family = meta['module'].split('.')[1].lstrip('_')
    version = os.path.basename(os.path.normpath(folder))
    found = []
    for method in wanted:
        values = identical = 0
        for key, want in outputs(expected, method).items():
            have = outputs(got, method).get(key)
            if meta['outputs'][method].get('sparse') and have is not None and have.shape == want.shape:
                stored = (want != 0) | (have != 0)
                have, want = have[stored], want[stored]
            values += want.size
            identical += same(have, want)
        found.append(((meta['class'], method, family), version, values, identical))
    return found


def rows(form, expected, folder):
    """The input as a file."""
    if form['kind'] == 'array':
        x = np.asarray(expected['X'], dtype=form.get('dtype', 'float64'))
        if form.get('format') != 'csr':
            np.save(os.path.join(folder, 'in.npy'), x)
            return os.path.join(folder, 'in.npy')
        at = np.nonzero(x)
        np.savez(os.path.join(folder, 'in.npz'), data=x[at], indices=at[1].astype(np.int32), shape=np.array(x.shape),
                 format=np.array(b'csr'), indptr=np.append(0, np.cumsum((x != 0).sum(axis=1))).astype(np.int32))
        return os.path.join(folder, 'in.npz')
    lines = next((form[key] for key in ('rows', 'texts', 'labels', 'dicts', 'lists', 'values') if form.get(key)), [])
    with open(os.path.join(folder, 'in.ndjson'), 'w', encoding='utf-8') as file:
        for line in plain(lines):
            if form['kind'] == 'frame' and isinstance(line, list):
                line = dict(zip(form['columns'], line))
            file.write(json.dumps(line, ensure_ascii=False) + '\n')
    return os.path.join(folder, 'in.ndjson')


def plain(value):
    """Floats that JSON does not have are written as {"$float": "nan"}."""
    if isinstance(value, dict):
        return float(value['$float']) if '$float' in value else {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value


def outputs(archive, method):
    """A method's arrays by name, a list as METHOD.0 and on, a sparse matrix made dense."""
    if method + '__data' in archive:
        data, indices, indptr, shape = (archive[method + '__' + part] for part in ('data', 'indices', 'indptr', 'shape'))
        dense = np.zeros(tuple(int(n) for n in shape), dtype=data.dtype)
        np.add.at(dense, (np.repeat(np.arange(dense.shape[0]), np.diff(indptr)), indices), data)
        return {method: dense}
    return {key: archive[key] for key in archive if key == method or key.startswith(method + '.')}


def same(got, want):
    """How many values are identical."""
    if got is None or got.size != want.size:
        return 0
    got = got.reshape(want.shape)
    if want.dtype.kind == 'f' and got.dtype == want.dtype:
        bits = 'u%d' % want.dtype.itemsize
        equal = got.astype(want.dtype).view(bits) == want.view(bits) if want.flags.c_contiguous else got == want
        return int((equal | (np.isnan(got) & np.isnan(want))).sum())
    if want.dtype.kind in 'USO':
        return int((got.astype(str) == want.astype(str)).sum())
    return int((got == want).sum())


if __name__ == '__main__':
    main()
