# -*- coding: utf-8 -*-
"""Writes text-VERSION.json next to itself: states of text vectorizers and what scikit-learn computes.

Run with the Python of an environment that has the wanted scikit-learn; committed are the results of 0.20.4 on Python 2.7,
of 0.21.3 and 1.9.1. A vectorizer is fitted on the texts that it transforms, so that its vocabulary is every token that Python
makes of them. Bits are kept: arrays are written as hexadecimal bytes, little-endian. No character in the texts was assigned or
changed after Unicode 5.2.
"""
from __future__ import unicode_literals

import io
import json
import os
import struct
import sys

import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS, CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer)

PYTHON2 = sys.version_info[0] == 2
OLD = sklearn.__version__.startswith('0.')  # a part of the cases, to keep files small
TEXTS = [
    'The quick brown fox -- a fox, the_fox! x1 _ 42 don\'t well-known a.b',
    'ÉCOLE école e\u0301cole E\u0301COLE ﬁn ﬁNAL Straße STRASSE ½ x² ㎏ Ⅷ',
    'ΟΔΥΣΣΕΥΣ Σ ΑΣ. ΑΣ\'Α ΣΑΣ σας ΑΣ\u0301 \u0301Σ',
    'İSTANBUL ISTANBUL ısı İ I',
    'Привет, МИР! Ёлка йод Й и\u0306',
    '東京タワー 東京 ﾀﾜｰ ハ\u309a 한국어 각 안녕',
    'नमस्ते दुनिया ไทย ภาษา עברית שָׁלוֹם العربية مَرْحَبًا ١٢٣',
    'a\tb\x1cc\x85d\xa0e\u2028f\u3000g   h \n\n i\r\nj\x0b\x0ck',
    'naïve_café-2 co\u00adop zero\u200bwidth a\u200db \ufeffbom',
    'Ǆ ǅ ǆ ǈ Ω K Å ẞ ŉ ǰ 𐐀𐐁 𝒜𝓑 😀 😀x x😀',
    'a e\u0301\u0323 e\u0323\u0301 ḕ \u0344 ộ plain ascii',
    '', '   ', '\n', 'a', 'ab', ' ab', 'aaa aaa aaaa b-b',
]
COUNTS = [
    ('default', {}),
    ('case', {'lowercase': False}),
    ('ascii', {'strip_accents': 'ascii'}),
    ('unicode', {'strip_accents': 'unicode'}),
    ('unicode-case', {'strip_accents': 'unicode', 'lowercase': False, 'token_pattern': r'(?u)\S+'}),
    ('bigrams', {'ngram_range': (1, 2)}),
    ('two-to-three', {'ngram_range': (2, 3), 'stop_words': ['the', 'fox', 'école']}),
    ('english', {'stop_words': 'english'}),
    ('binary-f32', {'binary': True, 'dtype': np.float32}),
    ('f64', {'dtype': np.float64}),
    ('char', {'analyzer': 'char', 'ngram_range': (1, 3)}),
    ('char-two', {'analyzer': 'char', 'ngram_range': (2, 2), 'strip_accents': 'unicode'}),
    ('char-wb', {'analyzer': 'char_wb', 'ngram_range': (1, 2)}),
    ('char-wb-long', {'analyzer': 'char_wb', 'ngram_range': (3, 6), 'lowercase': False}),
    ('given-dict', {'vocabulary': {'fox': 1, 'école': 0, 'quick brown': 2}, 'ngram_range': (1, 2)}),
    ('given-list', {'vocabulary': ['мир', 'fox', 'b', 'ab']}),
    ('limited', {'max_features': 5}),
]
PATTERNS = [
    r'\w+', r'(?u)\w+', r'(?u)\b\w+\b', r'(?u)\b\w{3,}\b', r'(?u)\b(\w)\w*\b', r'(?u)(\w)\w*?(?:\b|_)', r'[a-z]{2,}',
    r'\b[a-zA-Z]{2,}\b', r'(?u)\b[^\W\d_]+\b', r'(?u)[^\s]+', r'(?u)\b\w[\w-]*\w\b|\w', r"(?u)\w+(?:['-]\w+)*",
    r'(?u)\d+|[^\W\d]+', r'(?u)\B\w\B', r'(?u)\w\b', r'(?u)\b\w\w', r'.', r'(?s).{3}', r'(?u)\w+?x',
    r'^\w+', r'(?u)\w+\Z', r'(?x) \w {2} # two', r'[\]\-a-c\x64\t]+', r'(?u)(?P<word>\w+)\s', r'(a|ab)(?:c|x)?', r'a{,2}b', r'\{|f',
    r'(?u)[\w\d]{2}', r'\.', r'(?u)\s+', r'[^a]b', r'x(?:1|y)+',
]
PATTERNS_3 = [r'(?a)\w+', r'(?a)\b\w\w\b', '[\\u0400-\\u04ff]+', r'(?a)\s']


def value(x):
    if x is None:
        return {'none': True}
    if isinstance(x, (bool, int, str, type(''))):
        return x
    if isinstance(x, float):
        return {'float': hexadecimal(struct.pack(str('<d'), x))}
    if isinstance(x, np.ndarray):
        return {'dtype': x.dtype.str, 'shape': x.shape, 'hex': hexadecimal(x.tobytes())}
    if isinstance(x, np.integer):
        return int(x)  # as terms have them where features were sorted: of no meaning, and long
    if isinstance(x, np.generic):
        return {'scalar': x.dtype.str, 'hex': hexadecimal(x.tobytes())}
    if isinstance(x, type):
        return {'global': [x.__module__, x.__name__]}
    if isinstance(x, tuple):
        return {'tuple': [value(e) for e in x]}
    if isinstance(x, list):
        return [value(e) for e in x]
    if isinstance(x, dict):
        return {'pairs': [value(e) for pair in sorted(x.items()) for e in pair]}
    state = x.__dict__ if sp.issparse(x) else x.__getstate__()
    return {'class': [type(x).__module__, type(x).__name__], 'state': states(state)}


def scalars(pairs):
    """The columns of one vocabulary as numpy scalars, which they are in files of many versions."""
    return {'pairs': [{'scalar': '<i8', 'hex': hexadecimal(struct.pack(str('<q'), x))} if isinstance(x, int) else x
                      for x in pairs['pairs']]}


def states(attributes):
    # a set of terms, in no order, that has no part in transform
    return {name: value(x) for name, x in attributes.items() if name != 'stop_words_'}


def hexadecimal(data):
    return ''.join('%02x' % byte for byte in bytearray(data))


def csr(matrix):
    matrix = sp.csr_matrix(matrix)
    matrix.sort_indices()
    values = value(np.ascontiguousarray(matrix.data))
    return {'shape': matrix.shape, 'indptr': matrix.indptr.tolist(), 'indices': matrix.indices.tolist(), 'values': values}


def case(name, model, rows):
    expected = csr(model.transform(rows))
    described = value(model)
    x = csr(rows) if sp.issparse(rows) else None if rows is TEXTS else value(rows)
    return {'name': name, 'class': described['class'], 'state': described['state'], 'x': x, 'expected': expected}


def cases():
    for name, options in COUNTS:
        if OLD and name in ('two-to-three', 'char-wb-long', 'bigrams', 'f64', 'case'):
            continue
        yield case('count-' + name, CountVectorizer(**options).fit(TEXTS), TEXTS)
    for pattern in PATTERNS[:8] if OLD else PATTERNS + PATTERNS_3:
        yield case('pattern ' + pattern, CountVectorizer(token_pattern=pattern).fit(TEXTS), TEXTS)
    for name, options in [
        ('default', {}), ('l1-sublinear', {'norm': 'l1', 'sublinear_tf': True}), ('plain', {'norm': None, 'use_idf': False}),
        ('f32', {'dtype': np.float32}), ('f32-sublinear', {'dtype': np.float32, 'sublinear_tf': True, 'smooth_idf': False}),
        ('int', {'dtype': np.int64}), ('bigrams', {'ngram_range': (1, 2), 'strip_accents': 'ascii'}),
    ]:
        yield case('tfidf-' + name, TfidfVectorizer(**options).fit(TEXTS), TEXTS)
    for name, options in [
        ('default', {}), ('small', {'n_features': 7}), ('unsigned', {'n_features': 16, 'alternate_sign': False, 'norm': None}),
        ('binary', {'n_features': 5, 'binary': True, 'norm': 'l1'}), ('plain', {'n_features': 3, 'norm': None}),
        ('char', {'analyzer': 'char_wb', 'ngram_range': (2, 3), 'n_features': 1000}), ('f32', {'dtype': np.float32}),
        ('int', {'dtype': np.int64, 'norm': None, 'n_features': 64}),
    ] + ([('absolute', {'non_negative': True, 'n_features': 9})] if PYTHON2 else []):
        yield case('hash-' + name, HashingVectorizer(**options), TEXTS)
    counts = np.random.RandomState(0).poisson(0.7, (9, 6))
    for name, rows in [
        ('ints', counts), ('f64', counts.astype('f8')), ('f32', counts.astype('f4')), ('csr', sp.csr_matrix(counts.astype('f8'))),
        ('csr-f32', sp.csr_matrix(counts.astype('f4'))), ('csr-ints', sp.csr_matrix(counts)),
    ]:
        for options in [{}, {'norm': 'l1', 'sublinear_tf': True, 'smooth_idf': False}]:
            model = TfidfTransformer(**options).fit(counts)
            yield case('transformer-%s-%d' % (name, len(options)), model, rows)
    model = TfidfTransformer().fit(sp.csr_matrix(counts.astype('f4')))
    yield case('transformer-f32-fitted', model, sp.csr_matrix(counts.astype('f4')))


def main():
    kept = list(cases())
    limited = next(case for case in kept if case['name'] == 'count-limited')
    limited['state']['vocabulary_'] = scalars(limited['state']['vocabulary_'])
    name = 'text-%s%s.json' % (sklearn.__version__, '-py27' if PYTHON2 else '')
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    data = {'python2': PYTHON2, 'english': sorted(ENGLISH_STOP_WORDS), 'texts': TEXTS, 'cases': kept}
    with io.open(path, 'w', encoding='ascii') as file:
        file.write(type('')(json.dumps(data, sort_keys=True, separators=(str(','), str(':')))) + '\n')


if __name__ == '__main__':
    main()
