"""Encoders, imputers and transformers of columns against the scikit-learn that is installed here: objects, text, numbers,
missing values, unknown categories, frames and arrays."""
import json

import joblib
import numpy as np
import pytest
import scipy.sparse
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

NAN = float('nan')
METHODS = ['predict', 'predict_proba', 'decision_function', 'transform']


def objects(rows):
    return np.array(rows, dtype=object)


TEXT = objects([['a', 'x'], ['b', 'y'], ['a', 'y'], ['été', 'z'], ['', 'x'], ['a', 'x'], ['b', 'x']])
HOLES = objects([['a', None], [NAN, 'y'], ['a', 'y'], ['b', None], [NAN, 'x'], ['c', 'x']])
NONES = objects([[None, 'p'], ['a', 'q'], ['b', 'p'], [None, 'p'], ['a', 'r']])
MIXED = objects([[1, True], [2.5, False], [1, True], [NAN, False], [3, True], [2, True]])
UNKNOWN = objects([['q', 'x'], ['a', 'w'], ['Été', ''], ['a ', 'x'], ['nan', 'None']])
INTS = np.array([[3, -1], [5, 0], [3, 7], [9, 0], [5, -1], [3, 7]])
LARGE = np.array([[2**53, 1], [2**53 + 1, 2], [-2**62, 1]])
FLOATS = np.array([[1.5, -0.0], [NAN, 2.0], [1.5, 0.0], [-3.0, 2.0], [1e300, NAN]])
BOOLS = np.array([[True], [False], [True]])
WORDS = np.array([['red', 'S'], ['green', 'M'], ['blue', 'M'], ['red', 'L']])

ignore = dict(handle_unknown='ignore')
group = dict(handle_unknown='infrequent_if_exist')
value = dict(handle_unknown='use_encoded_value')

#: Name: transformer, rows to fit on, further rows.
ENCODERS = {
    'onehot-text': (OneHotEncoder(**ignore), TEXT, UNKNOWN),
    'onehot-dense': (OneHotEncoder(sparse_output=False, **ignore), TEXT, UNKNOWN),
    'onehot-strings': (OneHotEncoder(), WORDS, WORDS[:0]),
    'onehot-holes': (OneHotEncoder(**ignore), HOLES, objects([[None, NAN], ['d', 'x']])),
    'onehot-nones': (OneHotEncoder(**ignore), NONES, objects([[NAN, 'p'], ['', None]])),
    'onehot-mixed': (OneHotEncoder(**ignore), MIXED, objects([[True, 1], [2.0, 0.0], ['1', None], [2.5, 1.5]])),
    'onehot-ints': (OneHotEncoder(**ignore), INTS, np.array([[4, -1], [9, 8]])),
    'onehot-ints-floats': (OneHotEncoder(**ignore), INTS, np.array([[3.0, -0.0], [3.5, NAN], [9.0, 7.0]])),
    'onehot-large': (OneHotEncoder(**ignore), LARGE, LARGE + 1),
    'onehot-floats': (OneHotEncoder(**ignore), FLOATS, np.array([[NAN, 0.0], [1.5000000001, 5e-324]])),
    'onehot-floats-single': (OneHotEncoder(**ignore), FLOATS[:4].astype(np.float32), FLOATS[:4].astype(np.float32) + 1),
    'onehot-bools': (OneHotEncoder(), BOOLS, BOOLS),
    'onehot-first': (OneHotEncoder(drop='first', **ignore), TEXT, UNKNOWN),
    'onehot-binary': (OneHotEncoder(drop='if_binary'), HOLES[:, 1:], HOLES[:0, 1:]),
    'onehot-drop': (OneHotEncoder(drop=['b', 'x'], **ignore), TEXT, UNKNOWN),
    'onehot-rare': (OneHotEncoder(min_frequency=2, **group), TEXT, UNKNOWN),
    'onehot-rare-ignore': (OneHotEncoder(min_frequency=2, **ignore), TEXT, UNKNOWN),
    'onehot-rare-first': (OneHotEncoder(min_frequency=2, drop='first', **group), TEXT, UNKNOWN),
    'onehot-rare-binary': (OneHotEncoder(max_categories=2, drop='if_binary', **group), TEXT, UNKNOWN),
    'onehot-all-rare': (OneHotEncoder(max_categories=1, **group), TEXT, UNKNOWN),
    'onehot-all-rare-first': (OneHotEncoder(max_categories=1, drop='first', **group), TEXT, UNKNOWN),
    'onehot-rare-holes': (OneHotEncoder(max_categories=2, **group), HOLES, objects([[None, NAN], ['d', 'x']])),
    'onehot-given': (OneHotEncoder(categories=[['b', 'a', 'c'], ['z', 'y', 'x']], **ignore), TEXT, UNKNOWN),
    'onehot-float32': (OneHotEncoder(dtype=np.float32, sparse_output=False), TEXT, TEXT[:0]),
    'onehot-int': (OneHotEncoder(dtype=int), TEXT, TEXT[:0]),
    'onehot-bool': (OneHotEncoder(dtype=bool, sparse_output=False), TEXT, TEXT[:0]),
    'ordinal-text': (OrdinalEncoder(), TEXT, TEXT[:0]),
    'ordinal-unknown': (OrdinalEncoder(unknown_value=-1, **value), TEXT, UNKNOWN),
    'ordinal-unknown-nan': (OrdinalEncoder(unknown_value=NAN, **value), TEXT, UNKNOWN),
    'ordinal-holes': (OrdinalEncoder(), HOLES, HOLES[:0]),
    'ordinal-holes-value': (OrdinalEncoder(encoded_missing_value=-2, unknown_value=-1, **value), HOLES,
                            objects([[None, NAN], ['d', 'x']])),
    'ordinal-mixed': (OrdinalEncoder(unknown_value=99, **value), MIXED, objects([[True, 1], [2.0, 0.0], ['1', None]])),
    'ordinal-ints': (OrdinalEncoder(dtype=np.int64, unknown_value=-1, **value), INTS, np.array([[4, -1], [9, 8]])),
    'ordinal-float32': (OrdinalEncoder(dtype=np.float32), FLOATS, FLOATS[:0]),
    'ordinal-rare': (OrdinalEncoder(min_frequency=2, unknown_value=-1, **value), TEXT, UNKNOWN),
    'ordinal-rare-holes': (OrdinalEncoder(max_categories=2, unknown_value=-1, encoded_missing_value=-2, **value), HOLES,
                           objects([[None, NAN], ['d', 'x']])),
    'imputer-text': (SimpleImputer(strategy='most_frequent'), HOLES[:, :1], objects([[NAN], ['new'], [5]])),
    'imputer-text-constant': (SimpleImputer(strategy='constant', fill_value='?'), HOLES[:, :1], objects([[NAN]])),
    'imputer-none': (SimpleImputer(missing_values=None, strategy='most_frequent', add_indicator=True), NONES, NONES[:0]),
    'imputer-marker': (SimpleImputer(missing_values='x', strategy='constant'), TEXT, UNKNOWN),
    'imputer-objects': (SimpleImputer(strategy='most_frequent', add_indicator=True), MIXED, objects([[NAN, NAN]])),
    'imputer-ints': (SimpleImputer(missing_values=-1, strategy='most_frequent', add_indicator=True), INTS,
                     np.array([[-1, -1]])),
    'imputer-ints-constant': (SimpleImputer(missing_values=7, strategy='constant', fill_value=2), INTS, INTS[:0]),
    'imputer-empty': (SimpleImputer(strategy='most_frequent'), objects([[NAN, 'a'], [NAN, NAN]]), objects([['b', 'b']])),
    'imputer-keep-empty': (SimpleImputer(strategy='constant', keep_empty_features=True),
                           objects([[NAN, 'a'], [NAN, NAN]]), objects([['b', 'b']])),
    'identity': (FunctionTransformer(), TEXT, UNKNOWN),
    'logarithm': (FunctionTransformer(np.log), INTS ** 2 + 1, INTS ** 4 + 1),
    **{function.__name__: (FunctionTransformer(function), FLOATS, np.array([[-1.0, -0.0], [1e-300, 0.5]]))
       for function in [np.log1p, np.expm1, np.exp, np.sqrt, np.square, np.absolute, np.negative]},
}


def dense(result):
    return result.toarray() if scipy.sparse.issparse(result) else np.asarray(result)


def stored(results, name):
    """A result in an .npz, a sparse one as a dense array."""
    if name in results:
        return results[name], False
    parts = [results[f'{name}__{part}'] for part in ('data', 'indices', 'indptr', 'shape')]
    return scipy.sparse.csr_matrix(tuple(parts[:3]), shape=tuple(parts[3])).toarray(), True


def same(got, want):
    """Equal; an .npz has objects that are all numbers as float64."""
    assert got.shape == want.shape
    if want.dtype == object and got.dtype == float:
        want = want.astype(float)
    if want.dtype.kind in 'OUS':
        return np.testing.assert_array_equal(got.astype(str), want.astype(str))
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11)


def write(path, rows):
    """Rows as .npy, those of objects and frames as NDJSON."""
    if isinstance(rows, np.ndarray) and rows.dtype != object:
        np.save(path.with_suffix('.npy'), rows)
        return path.with_suffix('.npy')
    lines = rows.tolist() if isinstance(rows, np.ndarray) else rows.to_dict('records')
    path.with_suffix('.ndjson').write_text(''.join(json.dumps(line) + '\n' for line in lines), encoding='utf-8')
    return path.with_suffix('.ndjson')


def check(cannery, folder, model, rows, table=None):
    joblib.dump(model, folder / 'model.joblib')
    table = table or write(folder / 'rows', rows)
    status, _, error = cannery('predict', folder / 'model.joblib', table, '--method', 'all', '--output', folder / 'out.npz')
    assert status == 0, error
    results = np.load(folder / 'out.npz', allow_pickle=False)
    for method in METHODS:
        if hasattr(model, method):
            want = getattr(model, method)(rows)
            got, is_sparse = stored(results, method)
            assert is_sparse == scipy.sparse.issparse(want)
            same(got, dense(want))


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('name', ENCODERS)
def test_encoders(cannery, tmp_path, name):
    model, rows, more = ENCODERS[name]
    check(cannery, tmp_path, model.fit(rows), np.vstack([rows, more]) if len(more) else rows)


@pytest.mark.parametrize('rows, category', [
    (objects([['a', 'x'], ['a', 'w']]), "'w'"), (objects([['a', None]]), 'None'), (objects([['a', NAN]]), 'nan'),
    (objects([['a', 5]]), '5')])
def test_an_unknown_category_is_named(cannery, tmp_path, rows, category):
    model = OneHotEncoder().fit(TEXT)
    with pytest.raises(ValueError, match=category):
        model.transform(rows)
    joblib.dump(model, tmp_path / 'model.joblib')
    status, _, error = cannery('predict', tmp_path / 'model.joblib', write(tmp_path / 'rows', rows), '--method', 'transform')
    assert status == 2 and f'Found unknown categories [{category}] in column 1' in error


def test_missing_values_in_sparse_rows(cannery, tmp_path):
    X = scipy.sparse.random(40, 6, 0.4, format='csr', random_state=0)
    X.data[::5] = -1
    for options in [{}, {'add_indicator': True}]:
        model = SimpleImputer(missing_values=-1, **options).fit(X)
        scipy.sparse.save_npz(tmp_path / 'rows.npz', X)
        joblib.dump(model, tmp_path / 'model.joblib')
        status, _, error = cannery('predict', tmp_path / 'model.joblib', tmp_path / 'rows.npz', '--method', 'transform',
                                   '--output', tmp_path / 'out.npz')
        assert status == 0, error
        got, is_sparse = stored(np.load(tmp_path / 'out.npz'), 'transform')
        assert is_sparse
        same(got, model.transform(X).toarray())


TABLE = objects([[1.5, 3, 'a', 'x'], [NAN, 5, 'b', 'y'], [2.5, 3, 'a', 'y'], [0.5, 9, 'c', 'x'], [1.0, 5, 'c', 'x']] * 6)
LABELS = np.array(['no', 'yes', 'no', 'no', 'yes'] * 6)
numbers = make_pipeline(SimpleImputer(), StandardScaler())
ARRAYS = {
    'positions': ColumnTransformer([('n', numbers, [0, 1]), ('c', OneHotEncoder(), [2, 3])]),
    'from-the-end': ColumnTransformer([('c', OneHotEncoder(), [-1, -2]), ('n', numbers, slice(0, 2))]),
    'mask': ColumnTransformer([('n', numbers, [True, True, False, False])], remainder=OrdinalEncoder()),
    'always-sparse': ColumnTransformer([('c', OneHotEncoder(), [2]), ('n', SimpleImputer(), [0, 1])], sparse_threshold=1),
    'never-sparse': ColumnTransformer([('c', OneHotEncoder(), [2, 3])], sparse_threshold=0),
    'weights': ColumnTransformer([('c', OneHotEncoder(), [2]), ('n', numbers, [0, 1])], transformer_weights={'c': 0.3}),
    'rest': ColumnTransformer([('c', OrdinalEncoder(), [2]), ('none', 'drop', [3])], remainder='passthrough'),
    'union': ColumnTransformer([('u', FeatureUnion([('o', OrdinalEncoder()), ('h', OneHotEncoder())]), [2, 3]),
                                ('i', FunctionTransformer(), [1])]),
    'texts': ColumnTransformer([('t', CountVectorizer(analyzer='char'), 2), ('n', numbers, [1])]),
    'empty': ColumnTransformer([('c', OneHotEncoder(), [2]), ('e', StandardScaler(), [])]),
}


@pytest.mark.parametrize('name', ARRAYS)
def test_columns_of_arrays(cannery, tmp_path, name):
    check(cannery, tmp_path, ARRAYS[name].fit(TABLE), TABLE)


def test_columns_of_numbers(cannery, tmp_path):
    X = np.hstack([INTS, INTS[:, ::-1] * 2]).astype(np.float32)
    model = ColumnTransformer([('c', OneHotEncoder(dtype=np.float32), [0]), ('n', StandardScaler(), [1, 2])],
                              remainder='passthrough')
    check(cannery, tmp_path, model.fit(X), X)
    check(cannery, tmp_path, ColumnTransformer([('p', 'passthrough', [3, 0])]).fit(INTS.repeat(2, 1)), INTS.repeat(2, 1))


def frame():
    pd = pytest.importorskip('pandas')
    return pd.DataFrame({'size': [1.5, NAN, 2.5, 0.5, 1.0] * 6, 'count': [3, 5, 3, 9, 5] * 6,
                         'kind': ['a', 'b', 'a', 'c', 'c'] * 6, 'code': ['007', '1', '007', '2', '1'] * 6,
                         'flag': [True, False, True, True, False] * 6})


FRAMES = {
    'names': ColumnTransformer([('n', numbers, ['size', 'count']), ('c', OneHotEncoder(), ['kind', 'code'])]),
    'rest': ColumnTransformer([('c', OrdinalEncoder(), ['kind', 'code'])], remainder='passthrough'),
    'rest-objects': ColumnTransformer([('n', SimpleImputer(), ['size'])], remainder='passthrough'),
    'one': ColumnTransformer([('t', CountVectorizer(analyzer='char'), 'kind'), ('f', 'passthrough', ['flag'])]),
    'slice': ColumnTransformer([('n', numbers, slice('size', 'count')), ('c', OneHotEncoder(), slice('kind', None))]),
    'selected': ColumnTransformer([('n', 'passthrough', lambda X: X.columns[X.dtypes == float])], remainder='drop'),
    'encoder': OneHotEncoder(**ignore),
    'imputer': SimpleImputer(strategy='most_frequent'),
    'pandas': ColumnTransformer([('c', OneHotEncoder(sparse_output=False), ['kind'])],
                                remainder='passthrough').set_output(transform='pandas'),
}


def fitted_frames():
    for name, model in FRAMES.items():
        table = frame()
        if name == 'selected':
            model = ColumnTransformer([('n', 'passthrough', ['size'])])
        if name == 'rest-objects':
            table = table.drop(columns='code')
        if name == 'imputer':
            table = table[['kind', 'code']].astype(object)
        yield name, model.fit(table), table


@pytest.mark.parametrize('form', ['ndjson', 'csv', 'parquet'])
@pytest.mark.parametrize('name', FRAMES)
def test_columns_of_frames(cannery, tmp_path, name, form):
    model, rows = next((model, rows) for known, model, rows in fitted_frames() if known == name)
    shuffled = rows[list(rows.columns[::-1])].assign(other='not at fit')
    table = tmp_path / f'rows.{form}'
    if form == 'parquet':
        pytest.importorskip('pyarrow')
        shuffled.to_parquet(table)
    elif form == 'csv':
        shuffled.to_csv(table, index=False)
    else:
        table = write(table, shuffled)
    check(cannery, tmp_path, model, rows, table)


def test_columns_that_no_transformer_takes_may_be_missing(cannery, tmp_path):
    rows = frame()
    model = make_pipeline(ColumnTransformer([('c', OneHotEncoder(), ['kind'])]), LogisticRegression()).fit(rows, LABELS)
    check(cannery, tmp_path, model, rows[['kind']])
    joblib.dump(model, tmp_path / 'model.joblib')
    status, _, error = cannery('predict', tmp_path / 'model.joblib', write(tmp_path / 'less', rows[['size']]))
    assert status == 2 and 'kind' in error


def test_boosting_of_categories(cannery, tmp_path):
    rows = frame().astype({'kind': 'category', 'code': 'category'})
    model = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=2, categorical_features='from_dtype')
    model.fit(rows, LABELS)
    check(cannery, tmp_path, model, rows)
