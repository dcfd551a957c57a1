"""Makes the files of this folder: functions and classes as cloudpickle writes them, by value.

    python crates/cannery/tests/by_value/make.py        with Python 3.11 or later and cloudpickle 3

crates/cannery/tests/dump.rs writes them again; `scripts/check_rewritten.py` loads what was written in Python.
"""
import enum
import itertools
import os
import sys
import types
import uuid

import cloudpickle

SCALE = 3


def factor(x, by=2, *, offset=0.5):
    """Multiplies."""
    return x * by * SCALE + offset


def factorial(n):
    return n * factorial(n - 1) if n > 1 else 1


def counter():
    count = [0]

    def step(more: int = 1) -> int:
        count[0] += more
        return count[0]

    return step


factor.marks = {'kind': 'test', 'of': factor}


class Point:
    """A class with a slot, a property and a method that calls super."""
    __slots__ = ('x',)
    origin = (0, 0)

    def __init__(self, x):
        self.x = x

    @property
    def twice(self):
        return 2 * self.x

    @staticmethod
    def unit():
        return Point(1)


class Point3(Point):
    def __init__(self, x, z):
        super().__init__(x)
        self.z = z

    @classmethod
    def make(cls):
        return cls(1, 2)


class Color(enum.Enum):
    RED = 1
    BLUE = 'b'


OBJECTS = {
    'function': factor,
    'recursive': factorial,
    'closure': counter(),
    'lambda': {'clean': lambda row: row + SCALE, 'other': sorted},
    'class': Point,
    'instance': [Point3(1, 2), Point3.make, Point.unit],
    'enum': {'class': Color, 'member': Color.BLUE},
}

if __name__ == '__main__':
    # a module without a path, so that no path of this machine is in the files
    made = types.ModuleType('made')
    sys.modules['made'] = made
    with open(__file__, encoding='utf-8') as source:
        exec(compile(source.read(), 'make.py', 'exec'), made.__dict__)
    cloudpickle.register_pickle_by_value(made)
    numbers = itertools.count(1)
    uuid.uuid4 = lambda: uuid.UUID(int=next(numbers))  # it is the id of a class, and random
    here = os.path.dirname(os.path.abspath(__file__))
    for name, value in made.OBJECTS.items():
        for protocol in (2, 4, 5):
            with open(os.path.join(here, f'{name}-p{protocol}.pkl'), 'wb') as file:
                file.write(cloudpickle.dumps(value, protocol))
