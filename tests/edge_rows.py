"""Predictions for rows at the edges, by cannery and by the scikit-learn that is installed here.

    python tests/edge_rows.py --cannery PATH [NAME ...]
    python tests/edge_rows.py --cannery PATH --venvs FOLDER [--only 0.20.4,1.9.1] [NAME ...]

The second form runs the first in each environment that scripts/venvs.sh made. For each model of tests/edge_models.py: rows
that scikit-learn takes go to both in one batch, each other row alone, and so do one row and none. A method gives the same
type, the same labels and the same floats (to the bit where the model's line says so, else within 1e-9), or is refused
by both: exit status 2. Exit status 1 when something differs.
"""
from __future__ import print_function

import argparse
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import sklearn
from scipy import sparse

import edge_models

UNSUPPORTED = 'unsupported'


class Comparison(object):
    """One model in a folder of its own."""

    def __init__(self, name, cannery, folder):
        self.name, self.cannery, self.folder = name, cannery, folder
        self.model, self.data, self.bits = edge_models.fitted(name)
        self.path = os.path.join(folder, name + '.pkl')
        with open(self.path, 'wb') as file:
            pickle.dump(self.model, file, protocol=4)
        self.faults, self.compared, self.refused, self.values, self.same_bits, self.skipped = [], 0, 0, 0, 0, []

    def run(self):
        rows = edge_models.rows(self.model, self.data)
        for method in edge_models.ALL:
            if hasattr(self.model, method):
                self.method(method, rows)
        return self

    def method(self, method, rows):
        taken = [self.expected(method, part(rows, [at])) for at in range(length(rows))]
        fine = [at for at, want in enumerate(taken) if not isinstance(want, Exception)]
        self.compare(method, part(rows, fine), 'rows that are taken')
        for at in sorted(set(range(len(taken))) - set(fine)):
            self.compare(method, part(rows, [at]), 'row %d' % at)
        self.compare(method, part(rows, [0]), 'one row')
        self.compare(method, part(rows, []), 'no row')

    def expected(self, method, rows):
        """What scikit-learn gives, or the exception that it raises."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                return getattr(self.model, method)(rows)
        except Exception as error:  # whatever it is, it is no answer
            return error

    def compare(self, method, rows, what):
        place = '%s.%s of %s' % (self.name, method, what)
        want = self.expected(method, rows)
        status, error, got = self.predict(method, rows)
        if status not in (0, 2) or 'panicked' in error:
            self.faults.append('%s: exit status %s: %s' % (place, status, error))
        elif isinstance(want, Exception):
            self.refused += 1
            if status == 0:
                self.faults.append('%s: computed, where scikit-learn says %s' % (place, first_line(want)))
        elif status == 2 and UNSUPPORTED in error and 'not supported by predict yet' in error:
            self.skipped.append(first_line(error))
        elif status == 2:
            self.faults.append('%s: refused: %s' % (place, error))
        else:
            for key, value in outputs(method, want):
                fault = self.difference(value, got.get(key), method in self.bits)
                if fault:
                    self.faults.append('%s: %s: %s' % (place, key, fault))

    def predict(self, method, rows):
        """Exit status, standard error and results by name."""
        source = write(rows, self.folder)
        result = os.path.join(self.folder, 'out.npz')
        process = subprocess.Popen([self.cannery, 'predict', self.path, source, '--method', method, '--output', result],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        error = process.communicate()[1].decode('utf-8', 'replace').strip()
        if process.returncode:
            return process.returncode, error, {}
        with np.load(result, allow_pickle=False) as archive:
            return 0, error, dense({key: archive[key] for key in archive.files})

    def difference(self, want, got, exact):
        """Why two results differ; None when they do not."""
        if got is None:
            return 'missing'
        want = want.toarray() if sparse.issparse(want) else np.asarray(want)
        if want.dtype.kind == 'O':
            want = np.array([str(x) for x in want.ravel()]).reshape(want.shape) if all(
                isinstance(x, str) for x in want.ravel()) else want.astype(float)
        kinds = {want.dtype.kind, got.dtype.kind}
        if got.shape != want.shape or (kinds not in ({'i'}, {'u'}, {'i', 'u'}) and got.dtype.kind != want.dtype.kind):
            return '%s of %s instead of %s of %s' % (got.dtype, got.shape, want.dtype, want.shape)
        self.compared += 1
        if want.dtype.kind != 'f':
            return None if np.array_equal(got, want) else 'labels %s instead of %s' % (got.tolist()[:9], want.tolist()[:9])
        if got.dtype != want.dtype:
            return '%s instead of %s' % (got.dtype, want.dtype)
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        same &= (np.signbit(got) == np.signbit(want)) | np.isnan(want)
        self.values, self.same_bits = self.values + same.size, self.same_bits + int(same.sum())
        near = same if exact else np.isclose(got, want, rtol=1e-9, atol=1e-12, equal_nan=True)
        if near.all():
            return None
        at = tuple(int(index[0]) for index in np.nonzero(~near))
        return '%d of %d values differ, at %s %r instead of %r' % ((~near).sum(), near.size, at, got[at], want[at])


def length(rows):
    return rows.shape[0] if hasattr(rows, 'shape') else len(rows)


def part(rows, places):
    if isinstance(rows, list):
        return [rows[at] for at in places]
    return rows.iloc[places] if hasattr(rows, 'iloc') else rows[places]


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def outputs(method, want):
    """Results by the names that cannery gives them."""
    return [('%s.%d' % (method, k), one) for k, one in enumerate(want)] if isinstance(want, list) else [(method, want)]


def dense(archive):
    """Sparse results as arrays."""
    for key in [key[:-6] for key in archive if key.endswith('__data')]:
        data, indices, indptr = (archive.pop(key + '__' + name) for name in ('data', 'indices', 'indptr'))
        archive[key] = sparse.csr_matrix((data, indices, indptr), tuple(archive.pop(key + '__shape'))).toarray()
    return archive


def write(rows, folder):
    """The rows as a file that cannery reads."""
    if hasattr(rows, 'dtype') and rows.dtype.kind == 'f':
        path = os.path.join(folder, 'rows.npy')
        np.save(path, rows)
        return path
    path = os.path.join(folder, 'rows.ndjson')
    lines = rows.to_dict('records') if hasattr(rows, 'to_dict') else rows.tolist() if hasattr(rows, 'tolist') else rows
    with open(path, 'wb') as file:
        for line in lines:
            file.write(json.dumps(line).encode('utf-8') + b'\n')
    return path


def compare(name, cannery, folder=None):
    """The comparison of one model; `LookupError` where the installed scikit-learn can't fit it."""
    own = folder or tempfile.mkdtemp()
    try:
        return Comparison(name, cannery, own).run()
    finally:
        if folder is None:
            shutil.rmtree(own)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cannery', required=True)
    parser.add_argument('--venvs', help='a folder of environments, as scripts/venvs.sh makes them')
    parser.add_argument('--only', help='names of environments, with commas between them')
    parser.add_argument('names', nargs='*')
    args = parser.parse_args()
    if args.venvs:
        versions = args.only.split(',') if args.only else sorted(os.listdir(args.venvs))
        command = [os.path.abspath(__file__), '--cannery', os.path.abspath(args.cannery)] + args.names
        statuses = [subprocess.call([os.path.join(args.venvs, version, 'bin', 'python'), '-W', 'ignore'] + command)
                    for version in versions]
        return max(statuses)
    return report(args.names or sorted(edge_models.models()), os.path.abspath(args.cannery))


def report(names, cannery):
    done, faults, absent, skipped = [], [], [], {}
    for name in names:
        try:
            comparison = compare(name, cannery)
        except LookupError:
            absent.append(name)
            continue
        done.append(comparison)
        faults += comparison.faults
        for reason in comparison.skipped:
            skipped[name] = reason
    total = [sum(getattr(one, what) for one in done) for what in ('compared', 'refused', 'values', 'same_bits')]
    print('scikit-learn %s, numpy %s: %d models, %d results compared, %d refused by both, %d of %d floats equal to the bit; '
          '%d faults; not in this version: %s' % (sklearn.__version__, np.__version__, len(done), total[0], total[1], total[3],
                                                  total[2], len(faults), ' '.join(absent) or 'none'))
    for name in sorted(skipped):
        print('  skipped %s: %s' % (name, skipped[name]))
    for fault in faults:
        print('  ' + fault[:400])
    sys.stdout.flush()
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
