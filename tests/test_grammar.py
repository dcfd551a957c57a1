"""Pickles that a grammar makes are read as CPython reads them, or refused; `python tests/grammar.py` runs more of them."""
import os
import warnings

import pytest

import grammar

COUNT = 20_000


@pytest.mark.skipif(not os.path.exists(grammar.READER), reason='cargo build --release -p cannery --example read_many')
def test_cannery_and_both_unpicklers_of_cpython_agree():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of escapes that Python 2 allows
        counts, reasons, differences = grammar.run_all(COUNT, seed=0)
    assert not differences, (len(differences), min(differences, key=lambda case: len(case[3])))
    assert counts['equal'] > 0.6 * COUNT, (counts, reasons)
