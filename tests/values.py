"""Seeded generators: plain Python values, and pickles of data that no pickler writes."""
import io
import pickle
import struct

SCALARS = [
    None, True, False, 0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**53, 2**63, -2**63, 2**64,
    2**1000, -2**2039, 2**2040, 0.0, -0.0, 1.5, -1e308, 5e-324, float('inf'), float('-inf'), float('nan'), '', 'a', 'é', '€',
    '\U0001f600', '\ud800', 'line\nbreak', 'back\\slash', '\x00', '\x1a', '\r', 'x' * 255, 'x' * 256, 'y' * 70000, b'', b'a',
    b'\x00\xff', b'z' * 255, b'z' * 256, b'z' * 70000, 1 + 2j, complex('nan'), bytearray(b'abc'), bytearray(), slice(1, None, 2),
    range(3, 10, 2),
]
KEYS = [value for value in SCALARS if not isinstance(value, (bytearray, slice, range)) and value == value]


def value(random, depth=4):
    """A nested value; parts of it may be shared."""
    pool = []
    return nested(random, depth, pool)


def nested(random, depth, pool):
    if pool and random.random() < 0.15:
        return random.choice(pool)
    if depth == 0 or random.random() < 0.3:
        return random.choice(SCALARS)
    made = container(random, depth, pool)
    pool.append(made)
    return made


def container(random, depth, pool):
    kind = random.choice(['list', 'tuple', 'dict', 'set', 'frozenset', 'cycle'])
    count = random.choice([0, 1, 2, 3, 4, 7])
    if kind in ('set', 'frozenset'):
        return {'set': set, 'frozenset': frozenset}[kind](key(random) for _ in range(count))
    if kind == 'dict':
        return {key(random): nested(random, depth - 1, pool) for _ in range(count)}
    if kind == 'cycle':
        made = []
        pool.append(made)
        made.extend(nested(random, depth - 1, pool) for _ in range(count))
        return made
    items = [nested(random, depth - 1, pool) for _ in range(count)]
    return tuple(items) if kind == 'tuple' else items


def key(random):
    if random.random() < 0.2:
        return tuple(random.choice(KEYS) for _ in range(random.randrange(4)))
    return random.choice(KEYS)


class DataOnly(pickle.Unpickler):
    """CPython's unpickler without a way to anything but data."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f'{module}.{name}')


def load_data(data):
    return DataOnly(io.BytesIO(data)).load()


class Stream:
    """A random walk over the opcodes for data: memo games, marks, POP, DUP. Most of the streams are valid."""

    def __init__(self, random):
        self.random = random
        self.out = bytearray()
        self.stack = []  # 'x' for scalars, 'l', 'd', 's' for what can grow, 't' for other containers, '(' for marks
        self.memo = {}

    def build(self, steps):
        protocol = self.random.choice([None, 4, 5])
        if protocol:
            self.out += bytes([0x80, protocol])
        for _ in range(steps):
            self.random.choice(self.STEPS)(self)
        while '(' in self.stack:
            self.close()
        while len(self.stack) > 1:
            self.random.choice([Stream.pop, Stream.pair])(self)
        if not self.stack:
            self.scalar()
        self.out += b'.'
        return bytes(self.out)

    def above_mark(self):
        """Kinds of the values above the last mark."""
        mark = max((i for i, kind in enumerate(self.stack) if kind == '('), default=-1)
        return self.stack[mark + 1:]

    def push(self, code, kind):
        self.out += code
        self.stack.append(kind)

    def scalar(self):
        number = self.random.randrange(-2**31, 2**31)
        text = self.random.choice([b'', b'a', b'word', 'é'.encode()])
        self.push(self.random.choice([
            b'N', b'I01\n', b'I00\n', b'I7\n', b'I-7\n', b'L12345678901234567890L\n', b'L5\n', b'F1.5\n', b'F-0.0\n', b'F1e400\n',
            b'K' + bytes([number % 256]), b'M' + struct.pack('<H', number % 65536), b'J' + struct.pack('<i', number),
            b'G' + struct.pack('>d', number / 7), b'\x8a\x00', b'\x8a\x02\xff\x00', b'\x8b\x01\x00\x00\x00\x80',
            b'\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00', b'S"a\\x41\\n"\n', b"S'b'\n", b'U\x03abc', b'T\x01\x00\x00\x00q',
            b'Vtext\\u20ac\n', b'X' + struct.pack('<I', len(text)) + text, b'\x8c' + bytes([len(text)]) + text,
            b'\x8d' + struct.pack('<Q', len(text)) + text, b'C' + bytes([len(text)]) + text,
            b'B' + struct.pack('<I', len(text)) + text, b'\x8e' + struct.pack('<Q', len(text)) + text, b'\x88', b'\x89', b')',
        ]), 'x')

    def empty(self):
        code, kind = self.random.choice([(b']', 'l'), (b'}', 'd'), (b'\x8f', 's')])
        self.push(code, kind)

    def mark(self):
        self.push(b'(', '(')

    def pop(self):
        if self.above_mark():
            self.out += b'0'
            self.stack.pop()

    def dup(self):
        if self.above_mark():
            self.push(b'2', self.stack[-1])

    def pair(self):
        count = self.random.choice([1, 2, 3])
        if len(self.above_mark()) >= count:
            self.out += bytes([0x84 + count])
            del self.stack[-count:]
            self.stack.append('t')

    def put(self):
        if not self.above_mark():
            return
        key = len(self.memo)
        codes = [b'\x94', b'p%d\n' % key, b'r' + struct.pack('<I', key)] + ([b'q' + bytes([key])] if key < 256 else [])
        self.out += self.random.choice(codes)
        self.memo[key] = self.stack[-1]

    def get(self):
        if not self.memo:
            return
        key = self.random.choice(list(self.memo))
        codes = [b'g%d\n' % key, b'j' + struct.pack('<I', key)] + ([b'h' + bytes([key])] if key < 256 else [])
        self.push(self.random.choice(codes), self.memo[key])

    def grow_one(self):
        above = self.above_mark()
        if above[-2:-1] == ['l']:
            self.out += b'a'
            self.stack.pop()
        elif above[-3:-2] == ['d'] and above[-2] == 'x':
            self.out += b's'
            del self.stack[-2:]

    def close(self):
        """Takes what lies above the last mark, somehow."""
        if '(' not in self.stack:
            return
        above = self.above_mark()
        below = self.stack[:len(self.stack) - len(above) - 1]
        keys_are_plain = all(kind == 'x' for kind in above[::2])
        ways = [(b't', 't', 0), (b'l', 'l', 0), (b'1', None, 0)]
        if all(kind == 'x' for kind in above):
            ways.append((b'\x91', 't', 0))
        if len(above) % 2 == 0 and keys_are_plain:
            ways.append((b'd', 'd', 0))
        target = below[-1] if below else None
        if target == 'l':
            ways.append((b'e', 'l', 1))
        if target == 'd' and len(above) % 2 == 0 and keys_are_plain:
            ways.append((b'u', 'd', 1))
        if target == 's' and all(kind == 'x' for kind in above):
            ways.append((b'\x90', 's', 1))
        code, kind, taken = self.random.choice(ways)
        self.out += code
        self.stack = below[:len(below) - taken] + ([kind] if kind else [])

    STEPS = [scalar] * 6 + [empty] * 3 + [mark] * 2 + [close] * 3 + [pop, dup, pair, put, put, get, get, grow_one, grow_one]
