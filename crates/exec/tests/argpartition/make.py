"""Writes cases.txt: which positions numpy.argpartition takes. Run by two releases of numpy, each of which writes its part:

    python crates/exec/tests/argpartition/make.py introselect      # numpy 1.x
    python crates/exec/tests/argpartition/make.py simd             # numpy 2.x on x86-64 with AVX2

A line is: algorithm, k, values, positions; the latter as a sorted list. Values repeat, so that the choice shows.
"""
import pathlib
import sys

import numpy as np


def killer(n):
    """A sequence that the median of three of the first, middle and last element splits badly (Musser, 1997)."""
    half = n // 2
    values = np.zeros(n)
    for i in range(half):
        values[i] = i + 1 if i % 2 == 0 else half + i + i % 2
        values[half + i] = 2 * (i + 1)
    return values


def cases(algorithm):
    random = np.random.RandomState(0)
    for n in list(range(1, 24)) + [40, 60, 97]:
        for kinds in (1, 2, 3, 8):
            values = random.randint(0, kinds, n).astype(float)
            if algorithm == 'simd':
                values[random.rand(n) < 0.4] = np.nan
                values[0] = np.nan
            elif kinds == 8:
                values[random.rand(n) < 0.2] = np.nan
            for k in sorted({1, 2, 3, 4, 5, n // 2, n - 1, n}):
                if 1 <= k <= n:
                    yield values, k
    if algorithm == 'introselect':
        for n in (200, 400):
            for k in (n // 2, n // 3, 7):
                yield killer(n), k
                yield np.floor(killer(n) / 4), k
    else:
        for n in (1, 2, 5, 64, 256):
            for k in (1, 3, n):
                if k <= n:
                    yield np.ones(n), k


def main():
    algorithm = sys.argv[1]
    assert (np.__version__ < '2') == (algorithm == 'introselect'), np.__version__
    path = pathlib.Path(__file__).with_name('cases.txt')
    others = [line for line in path.read_text().splitlines() if not line.startswith(algorithm)] if path.exists() else []
    lines = []
    for values, k in cases(algorithm):
        positions = sorted(np.argpartition(values, k - 1)[:k].tolist())
        text = ' '.join('nan' if v != v else '%g' % v for v in values)
        lines.append('%s;%d;%s;%s' % (algorithm, k, text, ' '.join(map(str, positions))))
    path.write_text('\n'.join(sorted(others + lines)) + '\n')


main()
