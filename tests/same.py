"""Whether the JSON that `cannery inspect --format json --arrays` writes says the same as a Python value.

docs/inspect-json.md is the format. Identity counts: a list, dict, set or bytearray that Python has twice is written
once, with an `id`, and is `{"type": "ref"}` elsewhere.
"""
import math
import reprlib

MUTABLE = (list, dict, set, bytearray)


def difference(document, value):
    """Where and how they differ; None if they don't."""
    try:
        Comparison(document).compare(document['root'], value, 'root')
    except Different as found:
        return str(found)


class Different(Exception):
    pass


class Comparison:
    def __init__(self, document):
        self.by_id = {}  # id in the document: node
        self.bound = {}  # id in the document: the Python object that it is
        self.met = {}  # id() of a mutable Python object: its JSON node
        self.collect(document)

    def collect(self, document):
        todo = [document]
        while todo:
            node = todo.pop()
            if isinstance(node, dict):
                if 'id' in node and node.get('type') != 'ref':
                    self.by_id[node['id']] = node
                todo.extend(node.values())
            elif isinstance(node, list):
                todo.extend(node)

    def compare(self, node, value, path):
        todo = [(node, value, path)]
        while todo:
            node, value, path = todo.pop()
            todo.extend(self.one(node, value, path))

    def one(self, node, value, path):
        """Compares one level; gives what is left to compare."""
        node, seen = self.resolve(node, value, path)
        if seen:
            return []
        if isinstance(value, MUTABLE):
            expect(id(value) not in self.met, path, 'two values instead of one')
            self.met[id(value)] = node
        if isinstance(node, dict):
            return getattr(self, node['type'], self.unknown)(node, value, path)
        if isinstance(node, float) or isinstance(value, float):
            expect(type(node) is type(value) and same_float(node, value), path, f'{node!r} for {value!r}')
        else:
            expect(type(node) is type(value) and node == value, path, f'{short(node)} for {short(value)}')
        return []

    def resolve(self, node, value, path):
        """The node behind a reference, and whether it was compared with the value before."""
        key = node.get('id') if isinstance(node, dict) else None
        if key is None:
            return node, False
        expect(key in self.by_id, path, f'nothing has the id {key}')
        if key in self.bound:
            bound = self.bound[key]
            expect(bound is value or not isinstance(value, MUTABLE) and type(bound) is type(value), path, 'another object')
            if bound is value:
                return node, True
        self.bound[key] = value
        return self.by_id[key], False

    def unknown(self, node, value, path):
        raise Different(f'{path}: {short(node)} for {short(value)}')

    def sequence(self, node, value, path):
        expect(len(node['items']) == len(value), path, f'{len(node["items"])} items for {len(value)}')
        return [(item, part, f'{path}[{i}]') for i, (item, part) in enumerate(zip(node['items'], value))]

    def list(self, node, value, path):
        expect(type(value) is list, path, f'a list for {short(value)}')
        return self.sequence(node, value, path)

    def tuple(self, node, value, path):
        expect(type(value) is tuple, path, f'a tuple for {short(value)}')
        return self.sequence(node, value, path)

    def elements(self, node, value, path, kind):
        expect(type(value) is kind, path, f'a {kind.__name__} for {short(value)}')
        items = {}
        for item in node['items']:
            items.setdefault(self.hashable(item), None)
        expect(marked(items) == marked(value), path, f'{short(list(items))} for {short(value)}')
        return []

    def set(self, node, value, path):
        return self.elements(node, value, path, set)

    def frozenset(self, node, value, path):
        return self.elements(node, value, path, frozenset)

    def dict(self, node, value, path):
        expect(type(value) is dict, path, f'a dict for {short(value)}')
        last = {}
        for key, item in node['items']:
            last[self.hashable(key)] = item
        expect([mark(k) for k in last] == [mark(k) for k in value], path, f'keys {short(list(last))} for {short(list(value))}')
        return [(item, part, f'{path}[{short(key)}]') for item, (key, part) in zip(last.values(), value.items())]

    def int(self, node, value, path):
        expect(type(value) is int and int(node['value']) == value, path, f'{short(node)} for {short(value)}')
        return []

    def float(self, node, value, path):
        expect(type(value) is float and same_float(float(node['value']), value), path, f'{node} for {value!r}')
        return []

    def str(self, node, value, path):
        text = bytes.fromhex(node['hex']).decode('utf-8', 'surrogatepass') if 'hex' in node else node['value']
        expect(type(value) is str and text == value, path, f'{short(node)} for {short(value)}')
        return []

    def str8(self, node, value, path):
        expect(type(value) is str and node['text'] == value, path, f'{short(node)} for {short(value)}')
        return []

    def bytes(self, node, value, path):
        expect(type(value) is bytes and bytes.fromhex(node['hex']) == value, path, f'{short(node)} for {short(value)}')
        return []

    def bytearray(self, node, value, path):
        expect(type(value) is bytearray and bytes.fromhex(node['hex']) == value, path, f'{short(node)} for {short(value)}')
        return []

    def complex(self, node, value, path):
        expect(type(value) is complex, path, f'a complex for {short(value)}')
        return [(node['real'], value.real, path + '.real'), (node['imag'], value.imag, path + '.imag')]

    def slice(self, node, value, path):
        expect(type(value) is slice, path, f'a slice for {short(value)}')
        return list(zip(node['args'], (value.start, value.stop, value.step), [path] * 3))

    def range(self, node, value, path):
        expect(type(value) is range, path, f'a range for {short(value)}')
        return list(zip(node['args'], (value.start, value.stop, value.step), [path] * 3))

    def hashable(self, node):
        """The Python value of JSON that stands for an element of a set or a key."""
        if not isinstance(node, dict):
            return node
        kind = node['type']
        if kind == 'ref':
            expect(node['id'] in self.by_id, 'a key', f'nothing has the id {node["id"]}')
            return self.hashable(self.by_id[node['id']])
        if kind in ('tuple', 'frozenset'):
            return {'tuple': tuple, 'frozenset': frozenset}[kind](self.hashable(item) for item in node['items'])
        if kind == 'slice':
            return slice(*(self.hashable(part) for part in node['args']))
        if kind == 'complex':
            return complex(self.hashable(node['real']), self.hashable(node['imag']))
        if kind in ('int', 'float'):
            return {'int': int, 'float': float}[kind](node['value'])
        if kind == 'bytes':
            return bytes.fromhex(node['hex'])
        if kind == 'str8':
            return node['text']
        if kind == 'str':
            return bytes.fromhex(node['hex']).decode('utf-8', 'surrogatepass') if 'hex' in node else node['value']
        raise Different(f'{short(node)} is no key')


def expect(condition, path, message):
    if not condition:
        raise Different(f'{path}: {message}')


def mark(value):
    """A value with its type, so that 1, 1.0 and True differ."""
    if isinstance(value, (tuple, frozenset)):
        parts = [mark(part) for part in value]
        return (type(value).__name__, *(parts if isinstance(value, tuple) else sorted(parts)))
    return (type(value).__name__, repr(value))


def marked(values):
    return sorted(mark(value) for value in values)


def same_float(a, b):
    return a == b and math.copysign(1, a) == math.copysign(1, b) or a != a and b != b


def short(value):
    text = reprlib.repr(value)
    return text if len(text) < 80 else text[:77] + '...'
