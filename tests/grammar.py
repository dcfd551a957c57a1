"""Pickles of data that a grammar makes: cannery refuses them, or reads what CPython's C unpickler, its Python unpickler
and pickletools read.

    cargo build --release -p cannery --example read_many
    python tests/grammar.py --count 1000000 --seed 1 --jobs 2

Prints how many were read, refused and refused by whom; exit status 1 if anything differs. A case is repeated by its seed
and number: `--seed S --only N`. Streams are valid, or one step away from valid (`--damaged`, a share).
"""
import argparse
import collections
import io
import json
import multiprocessing
import os
import pathlib
import pickle
import pickletools
import random
import re
import resource
import struct
import subprocess
import sys
import warnings

import same

ROOT = pathlib.Path(__file__).parent.parent
READER = os.environ.get('CANNERY_READ_MANY', str(ROOT / 'target' / 'release' / 'examples' / 'read_many'))
BATCH = 1000
PROTOCOLS = {opcode.code.encode('latin1'): opcode.proto for opcode in pickletools.opcodes}
TEXTS = ['', 'a', 'word', 'é', '€', '\U0001f600', '\ud800', 'line\nbreak', 'back\\slash', '\\u0041', 'nul\x00', '\x1a', '\r', "'", '"',
         'x' * 255, 'x' * 256, 'é' * 128]
BYTES = [b'', b'a', b'\x00\xff', b'q' * 255, b'q' * 256, b'.', b'\x80\x04N.']
FLOATS = [0.0, -0.0, 1.5, -1e308, 5e-324, 1e22, 0.1, float('inf'), float('-inf'), 123456789.125]
INTS = [0, 1, -1, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**53, 2**63 - 1, 2**63, -2**63,
        -2**63 - 1, 2**64, 10**30, -10**30, 2**2039, -2**2040]


class Grammar:
    """One stream: values top-down, each in any of the spellings that its protocol has."""

    def __init__(self, seeded):
        self.random = seeded
        self.chunks = []  # one for each opcode
        self.memo = {}  # key: whether what is there can be a key of a dict
        self.open = set()  # keys of containers that are not complete
        self.taken = []  # keys of lists that a call took
        self.protocol = None
        self.left = 0

    def pickle(self):
        choice = self.random.choice
        self.protocol = choice([0, 1, 1, 2, 2, 3, 4, 4, 5])
        self.left = choice([1, 3, 10, 10, 30, 100])
        declared = self.protocol > 1 or self.random.random() < 0.2
        if self.random.random() < 0.05:
            self.deep(choice([20, 100, 300, 600]))
        else:
            self.value(choice([1, 2, 3, 5, 8]))
        self.op(b'.')
        return self.framed((b'\x80%c' % self.protocol,) if declared else ())

    def op(self, *parts):
        self.chunks.append(b''.join(parts))

    def pick(self, *ways):
        """One of the ways that the protocol has; each begins with its opcode."""
        known = [way for way in ways if way is not None and PROTOCOLS[way[:1]] <= self.protocol]
        self.op(self.random.choice(known))

    # values

    def value(self, depth, hashable=False):
        self.noise()
        self.left -= 1
        chance = self.random.random()
        keys = [key for key, is_key in self.memo.items() if is_key or not hashable and key not in self.open or chance < 0.05 and not hashable]
        if keys and chance < 0.2:
            self.get(self.random.choice(keys))
        elif depth == 0 or self.left < 0 or chance < 0.5:
            self.maybe_put(self.scalar(hashable))
        elif hashable:
            self.random.choice([self.tuple, self.frozenset])(depth - 1, True)
        else:
            self.random.choice([self.list, self.list, self.tuple, self.dict, self.dict, self.set, self.frozenset, self.call])(depth - 1)

    def noise(self):
        """Opcodes that leave the stack as it was."""
        if self.random.random() > 0.06:
            return
        kind = self.random.randrange(7)
        if kind == 6 and self.taken:
            self.get(self.random.choice(self.taken))
            self.scalar(True)
            self.op(b'a')
            self.op(b'0')
        elif kind == 0:
            self.scalar()
            self.op(b'0')
        elif kind == 1:
            self.op(b'(')
            self.op(b'0')
        elif kind == 2 and self.protocol:
            self.op(b'(')
            for _ in range(self.random.randrange(3)):
                self.maybe_put(self.scalar())
            self.op(b'1')
        elif kind == 3:
            self.scalar()
            self.op(b'2')
            self.op(b'0')
            self.op(b'0')
        elif kind == 4:
            self.put(self.scalar())
            self.op(b'0')
        elif kind == 5 and self.left > 0:
            self.left -= 1
            self.value(1)
            self.op(b'0')

    def scalar(self, is_key=False):
        """Says whether it can be a key; NaN can't, because what it is equal to depends on identity."""
        kinds = [self.none, self.bool, self.int, self.int, self.float, self.text, self.text, self.text, self.bytes, self.old_text]
        kind = self.random.choice(kinds)
        if kind == self.float:
            return self.float(FLOATS if is_key else FLOATS + [float('nan')])
        kind()
        return True

    def none(self):
        self.op(b'N')

    def bool(self):
        self.pick(b'I01\n', b'I00\n', b'\x88', b'\x89')

    def int(self):
        number = self.random.choice([self.random.choice(INTS), self.random.randrange(-300, 70000), self.random.getrandbits(70)])
        length = (number.bit_length() >> 3) + 1
        long = number.to_bytes(length + self.random.choice([0, 0, 0, 1, 9]), 'little', signed=True)
        decimal = b'%d' % number
        odd = self.random.choice([b'%d'] * 8 + [b'+%d', b' %d', b'%d ', b'0%d', b'0x%x', b'%d\r', b'0_%d']) % number
        self.pick(
            b'I' + odd + b'\n', b'L' + decimal + b'L\n', b'L' + odd + self.random.choice([b'L\n', b'\n']),
            b'K%c' % number if 0 <= number < 256 else None, b'M' + struct.pack('<H', number) if 0 <= number < 65536 else None,
            b'J' + struct.pack('<i', number) if -2**31 <= number < 2**31 else None,
            b'\x8a%c' % len(long) + long if len(long) < 256 else None, b'\x8b' + struct.pack('<i', len(long)) + long,
            b'\x8a\x00' if not number else None,
        )

    def float(self, numbers=FLOATS):
        number = self.random.choice(numbers)
        text = self.random.choice(['%r', '%r', '%r', '%.3e', ' %r', '%r ', '+%r']) % number
        self.pick(b'F' + text.encode() + b'\n', b'G' + struct.pack('>d', number))
        return number == number

    def text(self):
        text = self.random.choice(TEXTS)
        data = text.encode('utf-8', 'surrogatepass')
        line = text.replace('\\', '\\u005c').replace('\0', '\\u0000').replace('\n', '\\u000a').replace('\r', '\\u000d').replace('\x1a', '\\u001a')
        if self.random.random() < 0.1:
            line = ''.join(f'\\u{ord(c):04x}' if ord(c) < 65536 else f'\\U{ord(c):08x}' for c in text)
        if self.random.random() < 0.05:
            line = self.random.choice(['a\\', '\\n', '\\u12', '\\\\u0041', '\\x41', 'a\rb', '\\U00110000', '\\ud83d\\ude00'])
        self.pick(
            b'V' + line.encode('raw-unicode-escape') + b'\n', b'X' + struct.pack('<I', len(data)) + data,
            b'\x8c%c' % len(data) + data if len(data) < 256 else None, b'\x8d' + struct.pack('<Q', len(data)) + data,
        )

    def bytes(self):
        data = self.random.choice(BYTES)
        if self.protocol < 3:
            self.call_of('_codecs', 'encode', lambda: (self.exact_text(data.decode('latin1')), self.exact_text('latin1')))
            return
        self.pick(b'B' + struct.pack('<I', len(data)) + data, b'C%c' % len(data) + data if len(data) < 256 else None,
                  b'\x8e' + struct.pack('<Q', len(data)) + data)

    def exact_text(self, text):
        data = text.encode('utf-8', 'surrogatepass')
        line = text.replace('\\', '\\u005c').replace('\0', '\\u0000').replace('\n', '\\u000a').replace('\r', '\\u000d').replace('\x1a', '\\u001a')
        self.pick(b'V' + line.encode('raw-unicode-escape') + b'\n', b'X' + struct.pack('<I', len(data)) + data)

    def old_text(self):
        """A str of Python 2."""
        data = self.random.choice([b'', b'a', b'two\nlines', b"quote's", b'back\\slash', b'\xe9', b'w' * 255, b'\x00'])
        quoted = self.random.choice([repr(data)[1:], '"%s"' % repr(data + b'"')[2:-2], "'\\x41\\101\\7\\q\\''", "'a'b'", '"', "'\\400'", " 'a' "])
        self.pick(b'S' + quoted.encode() + b'\n', b'T' + struct.pack('<i', len(data)) + data,
                  b'U%c' % len(data) + data if len(data) < 256 else None)

    # containers

    def items(self, depth, hashable=False):
        for _ in range(self.random.choice([0, 1, 1, 2, 3, 5])):
            if self.left < 0:
                break
            self.value(depth, hashable)
            yield

    def batch(self, close, depth, hashable=False, pairs=False):
        self.op(b'(')
        for _ in self.items(depth, hashable or pairs):
            if pairs:
                self.value(depth)
        self.op(close)

    def grown(self, key, one, many, depth, hashable=False, pairs=False):
        """Items for the container on the stack, one by one or in batches."""
        for _ in range(self.random.choice([0, 1, 1, 2])):
            if one and (not self.protocol or self.random.random() < 0.4):
                for _ in self.items(depth, hashable or pairs):
                    if pairs:
                        self.value(depth)
                    self.op(one)
            elif self.protocol:
                self.batch(many, depth, hashable, pairs)
        self.open.discard(key)

    def list(self, depth):
        if not self.protocol or self.random.random() < 0.3:
            self.batch(b'l', depth)
        else:
            self.op(b']')
        self.grown(self.maybe_put(False, True), b'a', b'e', depth)

    def dict(self, depth):
        if not self.protocol or self.random.random() < 0.3:
            self.batch(b'd', depth, pairs=True)
        else:
            self.op(b'}')
        self.grown(self.maybe_put(False, True), b's', b'u', depth, pairs=True)

    def set(self, depth):
        if self.protocol < 4:
            self.call_of(*self.builtin('set'), lambda: self.hashable_list())
            return
        self.op(b'\x8f')
        self.grown(self.maybe_put(False, True), None, b'\x90', depth, hashable=True)

    def frozenset(self, depth, _=True):
        if self.protocol < 4:
            self.call_of(*self.builtin('frozenset'), lambda: self.hashable_list())
            return
        self.batch(b'\x91', depth, hashable=True)
        self.maybe_put(True)

    def hashable_list(self):
        self.op(b'(')
        for _ in self.items(0, True):
            pass
        self.op(b'l')
        if self.random.random() < 0.3:
            self.taken.append(self.put(False))

    def tuple(self, depth, hashable=False):
        count = self.random.choice([0, 1, 2, 3, 4])
        is_short = count in (1, 2, 3) and self.protocol >= 2 and self.random.random() < 0.7
        if not count and self.protocol and self.random.random() < 0.7:
            self.op(b')')
        else:
            if not is_short:
                self.op(b'(')
            for _ in range(count):
                self.value(depth, hashable)
            self.op(bytes([0x84 + count]) if is_short else b't')
        self.maybe_put(hashable)

    def call(self, depth):
        """A call that stands for data."""
        kind = self.random.randrange(5)
        if kind == 0:
            self.call_of(*self.builtin('complex'), lambda: (self.float(), self.float()))
        elif kind == 1:
            name = self.random.choice(['slice', 'range'] if self.protocol > 2 else ['slice'])
            self.call_of(*self.builtin(name), lambda: [self.op(b'I%d\n' % self.random.randrange(1, 9)) for _ in range(3)])
        elif kind == 2 and self.protocol > 2:
            self.call_of('builtins', 'bytearray', lambda: self.op(b'C\x02ab'))
        elif kind == 3 and self.protocol == 5:
            data = self.random.choice(BYTES)
            self.op(b'\x96', struct.pack('<Q', len(data)), data)
        else:
            self.bytes()
        self.maybe_put(False)

    def builtin(self, name):
        return ('builtins' if self.protocol > 2 else '__builtin__'), name

    def call_of(self, module, name, arguments):
        if self.protocol >= 4 and self.random.random() < 0.7:
            self.exact_text(module)
            self.exact_text(name)
            self.op(b'\x93')
        else:
            self.op(f'c{module}\n{name}\n'.encode())
        self.op(b'(')
        arguments()
        self.op(b't')
        self.op(b'R')

    def deep(self, levels):
        """Containers in containers."""
        kinds = [self.random.choice('ltd') for _ in range(levels)]
        for kind in kinds:
            if kind == 'd':
                self.op(b'(')
                self.scalar(True)
            else:
                self.op(b'(')
        self.scalar()
        for kind in reversed(kinds):
            self.op(kind.encode())
            self.maybe_put(False)

    # memo

    def maybe_put(self, is_key, is_open=False):
        if self.random.random() < 0.35:
            key = self.put(is_key)
            if is_open and key is not None:
                self.open.add(key)
            return key

    def put(self, is_key):
        chance = self.random.random()
        key = len(self.memo)
        if chance < 0.1:
            key = self.random.choice([255, 256, 300, 65535, 65536])
        elif chance < 0.13 and self.memo:
            key = self.random.choice(list(self.memo))
        elif chance < 0.4 and self.protocol >= 4:
            key = None
        if key is None:
            self.op(b'\x94')
            key = len(self.memo)
        else:
            spelt = self.random.choice([b'%d'] * 20 + [b'0%d', b'+%d', b' %d', b'-%d']) % key
            self.pick(b'p' + spelt + b'\n', b'q%c' % key if key < 256 else None, b'r' + struct.pack('<I', key))
        self.memo[key] = is_key
        return key

    def get(self, key):
        spelt = self.random.choice([b'%d'] * 20 + [b'0%d', b'+%d', b' %d']) % key
        self.pick(b'g' + spelt + b'\n', b'h%c' % key if key < 256 else None, b'j' + struct.pack('<I', key))

    # frames

    def framed(self, head):
        """The chunks as one stream, in frames of protocol 4."""
        if self.protocol < 4 or self.random.random() < 0.3:
            return b''.join((*head, *self.chunks))
        out = list(head)
        start = 0
        while start < len(self.chunks):
            end = min(len(self.chunks), start + self.random.choice([0, 1, 2, 5, 20, 10**6]))
            content = b''.join(self.chunks[start:end])
            if self.random.random() < 0.9:
                out.append(b'\x95' + struct.pack('<Q', len(content)))
            out.append(content)
            start = end
        return b''.join(out)


def damaged(seeded, data):
    """The stream with one thing changed."""
    at = seeded.randrange(len(data))
    kind = seeded.randrange(7)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << seeded.randrange(8)]) + data[at + 1:]
    if kind == 1:
        return data[:at]
    if kind == 2:
        return data + seeded.choice([b'\n', b'N', b'.', data])
    ops = listed(data)
    ops = [0, len(data)] if isinstance(ops, Exception) else [position for _, _, position in ops] + [len(data)]
    op = seeded.randrange(len(ops) - 1)
    start, end = ops[op], ops[op + 1]
    if kind == 3:
        return data[:start] + data[end:]
    if kind == 4:
        return data[:end] + data[start:end] + data[end:]
    if kind == 5:
        return data[:start] + seeded.choice(list(PROTOCOLS)) + data[start:]
    frame = b'\x95' + struct.pack('<Q', seeded.choice([0, 1, 3, max(len(data) - start, 0), 2**63]))
    return data[:start] + seeded.choice([b'\x80\x04', frame, b'(', b'0', b'.', b'K\x01']) + data[start:]


class NotData(Exception):
    """The stream asks for something that is no data."""


def bytearray_of(data):
    return bytearray(memoryview(data))


def encode(text, encoding):
    if encoding != 'latin1':
        raise NotData('encode')
    return text.encode('latin1')


def guarded(function):
    """A call that fails is no data, wherever its result goes."""
    def call(*args):
        try:
            return function(*args)
        except Exception as error:
            raise NotData(str(error)) from error
    return call


CALLS = {(module, kind.__name__): guarded(kind) for module in ('builtins', '__builtin__') for kind in (set, frozenset, complex, slice, range)}
CALLS['builtins', 'bytearray'] = CALLS['__builtin__', 'bytearray'] = guarded(bytearray_of)
CALLS['_codecs', 'encode'] = guarded(encode)


def find_class(self, module, name):
    if (module, name) not in CALLS:
        raise NotData(f'{module}.{name}')
    return CALLS[module, name]


def persistent_load(self, pid):
    raise NotData('persistent')


def get_extension(self, code):
    raise NotData('extension')


IN_C = type('InC', (pickle.Unpickler,), {'find_class': find_class, 'persistent_load': persistent_load})
IN_PYTHON = type('InPython', (pickle._Unpickler,), {'find_class': find_class, 'persistent_load': persistent_load, 'get_extension': get_extension})


def load(unpickler, data):
    """Value and error. Of several pickles, of which all but the first have a header, the list of their values."""
    stream = io.BytesIO(data)
    try:
        values = [unpickler(stream, encoding='latin1').load()]
    except Exception as error:
        return None, error
    try:
        while re.match(rb'\x80[\x02-\x05]', data[stream.tell():]):
            values.append(unpickler(stream, encoding='latin1').load())
    except Exception:
        pass  # what follows is no pickle, and is refused here
    return values if len(values) > 1 else values[0], None


def listed(data):
    """Opcodes as pickletools lists them; the error where it can't."""
    try:
        return list(pickletools.genops(data))
    except Exception as error:
        return error


def is_listed(data):
    """pickletools stops at text of Python 2 that is not ASCII, which `encoding='latin1'` reads."""
    ops = listed(data)
    return isinstance(ops, (list, UnicodeDecodeError))


INERT = ('"type":"object"', '"type":"call"', '"type":"global"', '"type":"persistent"', '"type":"extension"')


def judge(data, answer):
    """A word for what happened, and details; words in capitals are differences."""
    (c, c_error), (py, py_error) = load(IN_C, data), load(IN_PYTHON, data)
    if answer.startswith('!'):
        if c_error is None and py_error is None:
            return 'refused here', re.sub(r', at byte \d+| (\d+)(?= (bytes|values))', '', answer)
        return ('refused by all', '') if c_error and py_error else ('refused here and by one of CPython', '')
    inert = any(word in answer for word in INERT)
    for name, error in (('C', c_error), ('PYTHON', py_error)):
        if error is None or inert or isinstance(error, NotData) or 'extension code' in str(error):
            continue
        if isinstance(error, MemoryError):
            return 'read here, too large a memo key for C', ''
        if isinstance(error, (TypeError, AttributeError, pickle.UnpicklingError)) and b'R' in data:
            return 'read here as a name or a call', ''
        if isinstance(error, TypeError) and 'unhashable' in str(error):
            return 'read here, unhashable', ''
        return f'NOT READ BY {name}', f'{type(error).__name__}: {error}'
    if c_error or py_error:
        return 'read here as a name or a call', ''
    if not is_listed(data):
        return 'NOT LISTED', ''
    document = json.loads(answer)
    for name, value in (('C', c), ('PYTHON', py)):
        how = same.difference(document, value)
        if how and 'nan' in how:
            return 'NaN as a key, equal to itself by identity', ''
        if how and inert:
            return 'read here as a name or a call', ''
        if how:
            return f'NOT EQUAL TO {name}', how
    return 'equal', ''


def read_many(pickles):
    packed = b''.join(struct.pack('<I', len(data)) + data for data in pickles)
    done = subprocess.run([READER], input=packed, capture_output=True, check=True)
    answers = done.stdout.decode().split('\n')
    assert len(answers) == len(pickles) + 1, done.stderr
    return answers[:-1]


def make(seed, number, share):
    seeded = random.Random(seed * 1_000_003 + number)
    data = Grammar(seeded).pickle()
    return damaged(seeded, data) if seeded.random() < share else data


def run(job):
    """Counts of one batch, and its differences."""
    seed, numbers, share = job
    pickles = [make(seed, number, share) for number in numbers]
    counts, reasons, differences = collections.Counter(), collections.Counter(), []
    for number, data, answer in zip(numbers, pickles, read_many(pickles)):
        word, details = judge(data, answer)
        counts[word] += 1
        if word == 'refused here':
            reasons[details] += 1
        elif word[:2].isupper():
            differences.append((word, details, number, data, answer))
    return counts, reasons, differences


def run_all(count, seed, jobs=1, share=0.2):
    batches = [(seed, range(start, min(start + BATCH, count)), share) for start in range(0, count, BATCH)]
    counts, reasons, differences = collections.Counter(), collections.Counter(), []
    with multiprocessing.Pool(jobs, limit_memory) as pool:
        for more, why, different in pool.imap_unordered(run, batches):
            counts += more
            reasons += why
            differences += different
    return counts, reasons, differences


def limit_memory():
    """CPython makes its memo as large as a memo key says."""
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--count', type=int, default=20_000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--damaged', type=float, default=0.2)
    parser.add_argument('--only', type=int, help='print the case of this number')
    args = parser.parse_args()
    warnings.simplefilter('ignore')  # of escapes that Python 2 allows
    if args.only is not None:
        data = make(args.seed, args.only, args.damaged)
        [answer] = read_many([data])
        print(data, answer, *load(IN_C, data), *load(IN_PYTHON, data), *judge(data, answer), sep='\n')
        return 0
    counts, reasons, differences = run_all(args.count, args.seed, args.jobs, args.damaged)
    for word, number in counts.most_common():
        print(f'{number:9} {word}')
    for why, number in reasons.most_common(30):
        print(f'{number:9}   {why}')
    kinds = collections.Counter(word for word, *_ in differences)
    for word, details, number, data, answer in sorted(differences, key=lambda case: len(case[3]))[:40]:
        print(f'{word} (case {number}): {details}\n    {data[:200]!r}\n    {answer[:200]}')
    print('python', sys.version.split()[0], 'seed', args.seed, 'differences', dict(kinds))
    return 1 if differences else 0


if __name__ == '__main__':
    sys.exit(main())
