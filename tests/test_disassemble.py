"""`cannery disassemble` against pickletools.genops: the same offsets and names, and failure where that fails."""
import copyreg
import io
import json
import pickle
import pickletools
import random
import struct

import pytest

import values
from conftest import ROOT

FIXTURES = sorted(path for path in (ROOT / 'fixtures').glob('*/*.pkl') if path.parent.name != 'joblib')


def genops(data):
    """Offsets and names up to STOP, or None where pickletools fails."""
    try:
        return [[position, opcode.name] for opcode, _, position in pickletools.genops(data)]
    except Exception:
        return None


def listed(out):
    return [row[:2] for row in json.loads(out)]


def check(cannery, path):
    want = genops(path.read_bytes())
    status, out, error = cannery('disassemble', path, '--format', 'json')
    if want is None:
        assert status == 2 and json.loads(error)['error']['kind'], (path, status, error)
    else:
        assert status == 0, (path, error)
        assert listed(out) == want, path
    return want


@pytest.mark.parametrize('folder', sorted({path.parent.name for path in FIXTURES}))
def test_fixtures(cannery, folder):
    results = [check(cannery, path) for path in FIXTURES if path.parent.name == folder]
    assert any(results)


class Plain:
    def __init__(self):
        self.attribute = 1


class Slots:
    __slots__ = ['a']


class KeywordArguments:
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (1,), {'key': 2}


class Persistent:
    pass


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return 'an id' if isinstance(value, Persistent) else None


EXTENSIONS = {1: Plain, 300: Slots, 70000: KeywordArguments}


def objects():
    slots = Slots()
    slots.a = [1]
    recursive = ([], 1, 2, 3, 4)
    recursive[0].append(recursive)
    return [values.SCALARS, [[[]] for _ in range(300)] * 2, Plain(), slots, KeywordArguments(), Persistent(), recursive,
            {1, 2}, frozenset({3}), {'a': {}, 'b': {1: 2, 3: 4}}, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), list(range(2500)),
            len, Plain, 1 + 2j]


def dumps(value, protocol):
    out = io.BytesIO()
    Pickler(out, protocol).dump(value)
    return out.getvalue()


@pytest.mark.parametrize('protocol', range(6))
def test_what_picklers_write(cannery, tmp_path, protocol):
    for index, value in enumerate([objects(), *objects()]):
        if protocol < 2 and isinstance(value, (Slots, KeywordArguments)) or protocol < 2 and index == 0:
            continue
        path = tmp_path / f'{index}.pkl'
        path.write_bytes(dumps(value, protocol))
        assert check(cannery, path), index


def test_every_opcode_is_among_these(tmp_path):
    written = [dumps(value, protocol) for protocol in range(2, 6) for value in [objects(), *objects()]]
    written += BY_HAND.values()
    names = {name for data in written for _, name in genops(data)}
    missing = {opcode.name for opcode in pickletools.opcodes} - names
    assert missing == {'EXT1', 'EXT2', 'EXT4', 'NEXT_BUFFER', 'READONLY_BUFFER'}  # tested on their own


def test_buffers_outside_the_file(cannery, tmp_path):
    data = pickle.dumps([pickle.PickleBuffer(b'a'), pickle.PickleBuffer(bytearray(b'b'))], 5, buffer_callback=lambda _: None)
    path = tmp_path / 'buffers.pkl'
    path.write_bytes(data)
    assert {'NEXT_BUFFER', 'READONLY_BUFFER'} < {name for _, name in check(cannery, path)}


@pytest.mark.parametrize('code', EXTENSIONS)
def test_extension_codes(cannery, tmp_path, code):
    cls = EXTENSIONS[code]
    copyreg.add_extension(cls.__module__, cls.__name__, code)
    try:
        path = tmp_path / 'extension.pkl'
        path.write_bytes(pickle.dumps(cls, 2))
        names = [name for _, name in check(cannery, path)]
        assert any(name.startswith('EXT') for name in names)
    finally:
        copyreg.remove_extension(cls.__module__, cls.__name__, code)


BY_HAND = {
    'python 2 strings': b"(S'a\\n'\nU\x01bT\x01\x00\x00\x00ct.",
    'booleans and numbers in text': b'(I01\nI00\nI12\nL12L\nL-3\nF1.5\nt.',
    'old classes': b'((imodule\nName\n(cmodule\nName\nK\x01ot.',
    'long lengths': b'\x80\x05(\x8d' + struct.pack('<Q', 1) + b'a\x8e' + struct.pack('<Q', 1) + b'b\x96' + struct.pack('<Q', 1) + b'ct.',
    'dict of protocol 0': b'(K\x01NK\x02Nd.',
    'text memo': b'(Vtext\\u20ac\np0\ng0\nlp1\n.',
    'persistent id in text': b'Pan id\n.',
    'stack games': b'(K\x01K\x022(K\x0310t.',
    'empty line as unicode': b'V\n.',
}


@pytest.mark.parametrize('name', BY_HAND)
def test_opcodes_by_hand(cannery, tmp_path, name):
    path = tmp_path / 'by_hand.pkl'
    path.write_bytes(BY_HAND[name])
    assert check(cannery, path)


@pytest.mark.parametrize('data', [
    b'', b'N', b'\xff.', b'I', b'Ix\n.', b"S'a\n.", b'X\x05\x00\x00\x00abc.', b'\x8b\xff\xff\xff\xff.', b'cmodule\n', b'\x80',
    b'X\x01\x00\x00\x00\xff.', b"S'\xff'\n.", b'c\xff\nname\n.', b'G\x00.', b'Lx\n.', b'\x8a\x05a.', b'\x8eaaaaaaaaa.',
])
def test_failure_where_pickletools_fails(cannery, tmp_path, data):
    assert genops(data) is None
    path = tmp_path / 'bad.pkl'
    path.write_bytes(data)
    assert check(cannery, path) is None


def test_python_2_text_is_accepted_when_asked_for(cannery, tmp_path):
    path = tmp_path / 'latin1.pkl'
    path.write_bytes(b"S'\xe9'\n.")
    status, out, _ = cannery('disassemble', path, '--format', 'json', '--encoding', 'latin1')
    assert status == 0 and json.loads(out) == [[0, 'STRING', 'é'], [5, 'STOP', None]]


def test_streams_that_no_pickler_writes(cannery, tmp_path):
    seeded = random.Random(3)
    for index in range(150):
        path = tmp_path / f'{index}.pkl'
        path.write_bytes(values.Stream(seeded).build(40))
        assert check(cannery, path)
