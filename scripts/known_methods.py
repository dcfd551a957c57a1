#!/usr/bin/env python
"""Writes crates/scan/src/methods.txt: the names of the methods that classes of scikit-learn have, in every release looked at.

    scripts/known_methods.py --venvs FOLDER     all environments that scripts/venvs.sh made
    scripts/known_methods.py --one              prints those of this environment

An attribute of an instance hides the method of its class, so that a file which sets one decides what is called.
"""
from __future__ import print_function

import argparse
import importlib
import inspect
import os
import subprocess
import sys
import types
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMES = os.path.join(ROOT, 'crates', 'object', 'src', 'known', 'names.tsv')
METHODS = os.path.join(ROOT, 'crates', 'scan', 'src', 'methods.txt')
# Methods of one class that are parameters or attributes of others.
ATTRIBUTES = 'get gradient init left link loss path perplexity pooling_func right unit_variance'.split()


def classes():
    """Classes of scikit-learn in the table of names that this release has."""
    for line in open(NAMES):
        columns = line.rstrip('\n').split('\t')
        if line.startswith('#') or columns[2] not in ('class', 'estimator') or columns[3] != 'sklearn':
            continue
        try:
            found = getattr(importlib.import_module(columns[0]), columns[1])
        except Exception:
            continue
        if inspect.isclass(found) and hasattr(found, '__mro__'):
            yield found


def is_method(value):
    """Functions, and what makes them when they are asked for."""
    conditional = type(value).__name__ in ('_AvailableIfDescriptor', '_IffHasAttrDescriptor')
    return conditional or isinstance(value, (types.FunctionType, classmethod, staticmethod))


def methods():
    warnings.simplefilter('ignore')
    bases = set(base for cls in classes() for base in cls.__mro__ if base.__module__.startswith('sklearn'))
    names = set(name for base in bases for name, value in vars(base).items() if is_method(value))
    return sorted(name for name in names if not name.startswith('__') and name not in ATTRIBUTES)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--venvs', help='folder of the environments')
    parser.add_argument('--one', action='store_true', help='print those of this environment')
    options = parser.parse_args()
    if options.one:
        print('\n'.join(methods()))
        return
    if not options.venvs:
        parser.error('--venvs or --one')
    found = set()
    for name in sorted(os.listdir(options.venvs)):
        python = os.path.join(options.venvs, name, 'bin', 'python')
        if os.path.exists(python):
            found.update(subprocess.check_output([python, os.path.abspath(__file__), '--one']).decode().split())
    with open(METHODS, 'w') as out:
        out.write('# made by scripts/known_methods.py; do not edit\n' + ''.join(name + '\n' for name in sorted(found)))


if __name__ == '__main__':
    main()
