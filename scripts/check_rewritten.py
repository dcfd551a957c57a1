#!/usr/bin/env python3
"""Whether pickles that cannery wrote again are the same objects to Python.

    cargo build -p cannery --example rewrite
    target/debug/examples/rewrite --protocols OUT FOLDER
    python scripts/check_rewritten.py FOLDER OUT

FOLDER holds pickles (`*.pkl`): those of crates/cannery/tests/by_value, which need cloudpickle, or recorded from CPython's
own tests, which need its module `test`. Each is loaded, and so is what OUT holds of it in every protocol; the two graphs of
objects must be the same in types, values, order and identity. Pickles run code when they are loaded: trust FOLDER.

What this Python can't load is counted apart. The exit status is 1 if an object differs.
"""
import collections
import json
import os
import pickle
import sys
import types

sys.setrecursionlimit(100_000)
PLAIN = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented), range)
CODE = ('co_name', 'co_code', 'co_names', 'co_varnames', 'co_freevars', 'co_cellvars', 'co_argcount', 'co_flags')
# set when a class is made, not by its pickle
MADE = ('__dict__', '__weakref__', '__doc__', '__static_attributes__', '__firstlineno__', '_abc_impl')


class Differs(Exception):
    """Where two graphs differ."""


class Comparison:
    """Compares two graphs; `pairs` has what was met, so that cycles end and sharing counts."""

    def __init__(self):
        self.pairs, self.kept = {}, []

    def compare(self, a, b, path='root'):
        self.types(type(a), type(b), path)
        if id(a) in self.pairs:
            self.expect(self.pairs[id(a)] == id(b) or isinstance(a, PLAIN), path, 'another object')
            return
        self.pairs[id(a)] = id(b)
        self.kept.append((a, b))
        if isinstance(a, PLAIN) and type(a) in PLAIN:
            self.expect(repr(a) == repr(b), path, f'{a!r} for {b!r}')
        elif isinstance(a, types.FunctionType):
            self.functions(a, b, path)
        elif isinstance(a, types.CodeType):
            for name in CODE:
                self.expect(getattr(a, name) == getattr(b, name), path, name)
            self.compare(a.co_consts, b.co_consts, path + '.co_consts')
        elif isinstance(a, type):
            self.classes(a, b, path)
        elif isinstance(a, (types.MethodType, types.BuiltinMethodType)):
            self.expect(a.__name__ == b.__name__, path, 'another method')
            self.compare(a.__self__, b.__self__, path + '.__self__')
        elif isinstance(a, types.ModuleType):
            self.expect(a is b, path, 'another module')
        else:
            self.contents(a, b, path)

    def contents(self, a, b, path):
        if isinstance(a, (list, tuple, collections.deque)):
            self.expect(len(a) == len(b), path, 'another length')
            for place, (x, y) in enumerate(zip(list(a), list(b))):
                self.compare(x, y, f'{path}[{place}]')
        elif isinstance(a, dict):
            self.compare(list(dict.keys(a)), list(dict.keys(b)), path + '.keys()')
            self.compare(list(dict.values(a)), list(dict.values(b)), path + '.values()')
        elif isinstance(a, (set, frozenset)):
            self.expect(len(a) == len(b), path, 'another length')
            key = lambda item: (type(item).__name__, repr(item) if isinstance(item, PLAIN) else '')  # noqa: E731
            for x, y in zip(sorted(a, key=key), sorted(b, key=key)):
                self.compare(x, y, path + '{}')
        elif isinstance(a, bytearray):
            self.expect(a == b, path, 'other bytes')
        elif isinstance(a, (int, float, complex, str, bytes)):
            base = next(kind for kind in (int, float, complex, str, bytes) if isinstance(a, kind))
            self.expect(base.__repr__(a) == base.__repr__(b), path, 'another value')
        elif isinstance(a, (staticmethod, classmethod)):
            self.compare(a.__func__, b.__func__, path)
        elif isinstance(a, property):
            self.compare((a.fget, a.fset, a.fdel), (b.fget, b.fset, b.fdel), path)
        elif isinstance(a, types.CellType):
            self.compare(a.cell_contents, b.cell_contents, path + '.cell')
        elif isinstance(a, BaseException):
            self.compare(a.args, b.args, path + '.args')
        self.attributes(a, b, path)

    def attributes(self, a, b, path):
        self.expect(hasattr(a, '__dict__') == hasattr(b, '__dict__'), path, '__dict__')
        if isinstance(getattr(a, '__dict__', None), dict):
            self.compare(a.__dict__, b.__dict__, path + '.__dict__')
        for kind in type(a).__mro__:
            slots = kind.__dict__.get('__slots__', ())
            for name in (slots,) if isinstance(slots, str) else slots:
                if name in ('__dict__', '__weakref__'):
                    continue
                name = f'_{kind.__name__.lstrip("_")}{name}' if name.startswith('__') and not name.endswith('__') else name
                self.expect(hasattr(a, name) == hasattr(b, name), path, name)
                if hasattr(a, name):
                    self.compare(getattr(a, name), getattr(b, name), f'{path}.{name}')

    def functions(self, a, b, path):
        if a is b:
            return
        for name in ('__name__', '__qualname__', '__module__', '__doc__'):
            self.expect(getattr(a, name) == getattr(b, name), path, name)
        for name in ('__code__', '__defaults__', '__kwdefaults__', '__annotations__', '__closure__', '__dict__'):
            self.compare(getattr(a, name), getattr(b, name), f'{path}.{name}')
        for name in a.__code__.co_names:
            self.expect((name in a.__globals__) == (name in b.__globals__), path, name)
            if name in a.__globals__:
                self.compare(a.__globals__[name], b.__globals__[name], f'{path}.{name}')

    def classes(self, a, b, path):
        if a is b:
            return
        self.expect(a.__name__ == b.__name__ and a.__doc__ == b.__doc__, path, f'{a} for {b}')
        self.compare(a.__bases__, b.__bases__, path + '.__bases__')
        names = [name for name in vars(a) if name not in MADE]
        self.expect(names == [name for name in vars(b) if name not in MADE], path, 'other attributes')
        for name in names:
            x, y = vars(a)[name], vars(b)[name]
            if not isinstance(x, (types.MemberDescriptorType, types.GetSetDescriptorType)):
                self.compare(x, y, f'{path}.{name}')

    def types(self, a, b, path):
        """A class that a pickle makes is another one each time: it must be the same inside."""
        if a is not b:
            self.expect(a is not type and b is not type, path, f'{a} for {b}')
            self.compare(a, b, path + '.__class__')

    @staticmethod
    def expect(condition, path, message):
        if not condition:
            raise Differs(f'{path}: {message}')


def loaded(path, options):
    try:
        import cloudpickle.cloudpickle as by_value  # a class is made once for an id
        by_value._DYNAMIC_CLASS_TRACKER_BY_ID.clear()
    except ImportError:
        pass
    with open(path, 'rb') as file:
        return pickle.load(file, **options)


def options_of(folder):
    """The options that recorded cases are loaded with, by file name, and those that Python loads."""
    path = os.path.join(os.path.dirname(folder.rstrip('/')), 'cases.jsonl')
    if not os.path.exists(path):
        return None
    with open(path, encoding='utf-8') as lines:
        cases = [json.loads(line) for line in lines]
    return {os.path.basename(case['file']): case['kwargs'] for case in cases if case['category'] == 'accept'}


def main(folder, out):
    options, counts, wrong = options_of(folder), collections.Counter(), []
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.pkl') or options is not None and name not in options:
            continue
        given = (options or {}).get(name, {})
        try:
            original = loaded(os.path.join(folder, name), given)
        except Exception as error:
            counts[f'this Python can not load the original: {type(error).__name__}'] += 1
            continue
        for ending in ('same', *'012345'):
            path = os.path.join(out, f'{name}.{ending}')
            if not os.path.exists(path):
                counts['not written'] += 1
                continue
            try:
                Comparison().compare(original, loaded(path, given))
                counts['the same'] += 1
            except Exception as error:
                counts['different'] += 1
                wrong.append(f'{name}.{ending}: {type(error).__name__}: {error}')
    for what, count in sorted(counts.items()):
        print(f'{count:6} {what}')
    print('\n'.join(wrong))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
