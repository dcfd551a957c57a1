"""Pickles of data: cannery refuses them or reads what CPython reads."""
import json
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

import same
import values

STREAMS, DUMPS = 1500, 500


def outcomes(cannery, folder, pickles):
    """For each pickle, whether cannery read it and how that differs from CPython."""

    def one(case):
        index, data = case
        path = folder / f'{index}.pkl'
        path.write_bytes(data)
        status, out, error = cannery('inspect', path, '--format', 'json', '--arrays')
        if status:
            assert status == 2 and error, (data, status, error)
            return 'refused', error
        return 'read', same.difference(json.loads(out), values.load_data(data))

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, enumerate(pickles)))


def test_what_picklers_write(cannery, tmp_path, monkeypatch):
    monkeypatch.setattr(values, 'load_data', pickle.loads)  # complex and sets of old protocols are calls
    seeded = random.Random(1)
    pickles = [pickle.dumps(values.value(seeded), seeded.randrange(6)) for _ in range(DUMPS)]
    results = outcomes(cannery, tmp_path, pickles)
    wrong = [(data, how) for data, (kind, how) in zip(pickles, results) if kind != 'read' or how]
    assert not wrong, (len(wrong), min(wrong, key=lambda case: len(case[0])))


def test_streams_that_no_pickler_writes(cannery, tmp_path):
    seeded = random.Random(2)
    pickles = []
    while len(pickles) < STREAMS:
        data = values.Stream(seeded).build(seeded.choice([5, 20, 60]))
        try:
            values.load_data(data)
        except Exception:  # CPython refuses it, so there is nothing to equal
            continue
        pickles.append(data)
    results = outcomes(cannery, tmp_path, pickles)
    wrong = [(data, how) for data, (kind, how) in zip(pickles, results) if kind == 'read' and how]
    assert not wrong, (len(wrong), min(wrong, key=lambda case: len(case[0])))
    read = sum(kind == 'read' for kind, _ in results)
    assert read > 0.9 * STREAMS, (read, next(how for kind, how in results if kind == 'refused'))


@pytest.mark.parametrize('data', [
    b'\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01.', b'K\x01K\x02.', b'K\x01', b'K\x01.K\x02.', b'(K\x01.', b'h\x00.', b'0.',
    b'\x80\x06N.', b'\x80\x02\x80\x02N.', b'\x80\x02\x8c\x01a.', b'N\x00.', b'', b'.', b']K\x01.', b'}(K\x01u.',
])
def test_streams_that_readers_disagree_on_are_refused(cannery, tmp_path, data):
    path = tmp_path / 'bad.pkl'
    path.write_bytes(data)
    status, out, error = cannery('inspect', path, '--format', 'json')
    assert status == 2 and not out and json.loads(error)['error']['kind'], (status, out, error)
