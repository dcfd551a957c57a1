"""`cannery inspect --format json` of plain data, and of files that real Python wrote long ago."""
import json
import pickle

import pytest

import same
import values


@pytest.mark.parametrize('protocol', range(6))
def test_scalars(cannery, tmp_path, protocol):
    check(cannery, tmp_path / 'scalars.pkl', values.SCALARS, protocol)


@pytest.mark.parametrize('protocol', range(6))
def test_containers(cannery, tmp_path, protocol):
    shared, loop = ['shared'], {}
    loop['self'] = loop
    recursive = ([],)
    recursive[0].append(recursive)
    value = {
        'list': [[], [1], list(range(3000))], 'tuples': [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ())],
        'dict': [{}, {1: 2}, dict.fromkeys(range(3000)), {('a', (1,)): 'tuple key', None: 0, 1.5: 1, b'b': 2}],
        'sets': [set(), {1, 'a', None}, frozenset(), frozenset({(1, 2), 2.5}), set(range(3000))],
        'shared': [shared, shared, (shared, shared)], 'loop': loop, 'recursive': recursive,
    }
    check(cannery, tmp_path / 'containers.pkl', value, protocol)


def test_deep_nesting(cannery, tmp_path):
    value = []
    for _ in range(5000):
        value = [value]
    data = b'\x80\x04' + b']' * 5001 + b'a' * 5000 + b'.'
    path = tmp_path / 'deep.pkl'
    path.write_bytes(data)
    status, out, error = cannery('inspect', path, '--format', 'json', '--arrays')
    assert status == 0, error
    assert same.difference(json.loads(out), value) is None
    assert deepest(out) <= 512


def deepest(text):
    depth = most = 0
    for byte in text:
        depth += (byte in b'{[') - (byte in b'}]')
        most = max(most, depth)
    return most


def check(cannery, path, value, protocol):
    path.write_bytes(pickle.dumps(value, protocol))
    status, out, error = cannery('inspect', path, '--format', 'json', '--arrays')
    assert status == 0, error
    difference = same.difference(json.loads(out), pickle.loads(path.read_bytes()))
    assert difference is None, difference
