"""`cannery predict` on texts against the scikit-learn that is installed here: vectorizers, and pipelines that begin with one."""
import json
import pickle
import random

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

SCRIPTS = ['abcdefgh', 'ABCDEFGH', 'éèÉÈßẞŉǰ', 'αβγσςΑΒΓΣ', 'ийёИЙЁ', 'İIıi', '東京タワー', '한국각', 'नमस्ते', 'مرحبًا', 'ﬁﬀǅǆ½²㎏Ⅷ', '0123٤٥',
           '\u0301\u0323\u0345\u200b\u00ad', '😀𝒜𐐀𐐨', '_-\'.,!()']
SPACES = ' \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2003\u2028\u3000'


def texts(count, seed):
    """Words of one script or of all, between white space of every kind."""
    chosen = random.Random(seed)

    def word():
        letters = chosen.choice(SCRIPTS + [''.join(SCRIPTS)])
        return ''.join(chosen.choices(letters, k=chosen.randint(1, 6)))

    def space():
        return ''.join(chosen.choices(SPACES, k=chosen.choice([0, 1, 1, 1, 2, 3])))

    return ['', ' ', 'a', *(''.join(space() + word() for _ in range(chosen.randint(1, 20))) for _ in range(count))]


TEXTS, OTHERS = texts(150, 0), texts(150, 1)
VECTORIZERS = {
    'count': CountVectorizer(),
    'count-plain': CountVectorizer(lowercase=False, token_pattern=r'\w+'),
    'count-ascii': CountVectorizer(strip_accents='ascii', token_pattern=r'\b\w+\b'),
    'count-unicode': CountVectorizer(strip_accents='unicode', token_pattern=r'\S+'),
    'count-grams': CountVectorizer(ngram_range=(1, 3), stop_words=['a', 'ab', 'é'], token_pattern=r'(?u)\w+'),
    'count-chars': CountVectorizer(analyzer='char', ngram_range=(1, 4)),
    'count-in-words': CountVectorizer(analyzer='char_wb', ngram_range=(2, 5), strip_accents='unicode'),
    'count-binary': CountVectorizer(binary=True, dtype=np.float32, max_features=30),
    'count-letters': CountVectorizer(token_pattern=r'[^\W\d_]+', lowercase=False),
    'count-group': CountVectorizer(token_pattern=r'(\w)\w*?(?:\d|\b)'),
    'count-choice': CountVectorizer(token_pattern=r'''\w+(?:[-']\w+)*|[^\w\s]+'''),
    'count-edges': CountVectorizer(token_pattern=r'\B\w|\w\b.|^\W'),
    'count-ranges': CountVectorizer(token_pattern='[\\u0370-\\u03ff\\u0430-\\u044f]{2,3}?'),
    'tfidf': TfidfVectorizer(),
    'tfidf-sublinear': TfidfVectorizer(sublinear_tf=True, norm='l1', analyzer='char', ngram_range=(1, 2)),
    'tfidf-float32': TfidfVectorizer(dtype=np.float32, ngram_range=(1, 2), smooth_idf=False),
    'hash': HashingVectorizer(n_features=512),
    'hash-binary': HashingVectorizer(n_features=7, binary=True, norm='l1', analyzer='char_wb', ngram_range=(1, 3)),
    'hash-counts': HashingVectorizer(n_features=97, norm=None, alternate_sign=False, dtype=np.int64),
}
PIPELINES = {
    'tfidf': make_pipeline(TfidfVectorizer(token_pattern=r'\w+'), LogisticRegression()),
    'two-steps': make_pipeline(CountVectorizer(analyzer='char'), TfidfTransformer(), LogisticRegression()),
    'hash': make_pipeline(HashingVectorizer(n_features=64), LogisticRegression()),
    'search': GridSearchCV(make_pipeline(CountVectorizer(token_pattern=r'\w'), LogisticRegression(max_iter=500)),
                           {'countvectorizer__binary': [False, True]}, cv=2),
}


def predict(cannery, folder, model, rows, *options):
    (folder / 'model.pkl').write_bytes(pickle.dumps(model))
    (folder / 'rows.ndjson').write_text(''.join(json.dumps(row) + '\n' for row in rows), encoding='utf-8')
    status, _, error = cannery('predict', folder / 'model.pkl', folder / 'rows.ndjson', '--output', folder / 'out.npz', *options)
    assert status == 0, error
    return np.load(folder / 'out.npz', allow_pickle=False)


def matrix(loaded):
    parts = [loaded[f'transform__{part}'] for part in ('data', 'indices', 'indptr')]
    return sp.csr_matrix(tuple(parts), shape=tuple(loaded['transform__shape']))


@pytest.mark.parametrize('name', VECTORIZERS)
def test_vectorizers(cannery, tmp_path, name):
    model = VECTORIZERS[name].fit(TEXTS)
    rows = TEXTS + OTHERS
    got, want = matrix(predict(cannery, tmp_path, model, rows, '--method', 'transform')), model.transform(rows)
    assert got.dtype == want.dtype and got.shape == want.shape
    if want.dtype.kind == 'f':
        np.testing.assert_allclose(got.toarray(), want.toarray(), rtol=1e-12 if want.dtype == np.float64 else 1e-6)
    else:
        np.testing.assert_array_equal(got.toarray(), want.toarray())


@pytest.mark.parametrize('name', PIPELINES)
def test_pipelines(cannery, tmp_path, name):
    model = PIPELINES[name].fit(TEXTS, [len(text) % 3 for text in TEXTS])
    got = predict(cannery, tmp_path, model, OTHERS, '--method', 'all')
    np.testing.assert_array_equal(got['predict'], model.predict(OTHERS))
    np.testing.assert_allclose(got['predict_proba'], model.predict_proba(OTHERS), rtol=1e-9)


def test_a_function_of_python_is_refused(cannery, tmp_path):
    model = CountVectorizer(tokenizer=str.split).fit(TEXTS)
    (tmp_path / 'model.pkl').write_bytes(pickle.dumps(model))
    (tmp_path / 'rows.ndjson').write_text('"a"\n')
    status, _, error = cannery('predict', tmp_path / 'model.pkl', tmp_path / 'rows.ndjson')
    assert status == 2 and 'tokenizer' in error and 'unsupported' in error
