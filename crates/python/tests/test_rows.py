"""Every form in which rows may be brought gives what scikit-learn gives for it."""
import numpy as np
import pytest

import cannery
from conftest import opened, same


def strided(X):
    """Every second column of twice as many."""
    wide = np.zeros((len(X), 2 * X.shape[1]))
    wide[:, ::2] = X
    return wide[:, ::2]


def unaligned(X):
    """The elements begin at an odd address."""
    memory = np.zeros(X.nbytes + 1, dtype='u1')
    view = memory[1:].view('f8').reshape(X.shape)
    view[...] = X
    return view


def packed(X):
    """Elements 9 bytes apart."""
    record = np.zeros(X.shape, dtype=[('tag', 'u1'), ('x', 'f8')])
    record['x'] = X
    return record['x']


def read_only(X):
    X = X.copy()
    X.setflags(write=False)
    return X


LAYOUTS = {
    'c': np.ascontiguousarray, 'fortran': np.asfortranarray, 'strided': strided, 'backwards': lambda X: X[::-1, ::-1],
    'broadcast': lambda X: np.broadcast_to(X[:1], X.shape), 'unaligned': unaligned, 'packed': packed,
    'read only': read_only, 'float32': lambda X: X.astype('f4'), 'float32 fortran': lambda X: np.asfortranarray(X, 'f4'),
    'float16': lambda X: X.astype('f2'), 'big-endian': lambda X: X.astype('>f8'),
    'big-endian float32': lambda X: X.astype('>f4'), 'int64': lambda X: X.astype('i8'),
    'int8': lambda X: X.astype('i1'), 'uint64': lambda X: X.astype('u8'), 'bool': lambda X: X > 3,
    'objects': lambda X: X.astype(object), 'list': lambda X: X.tolist(), 'tuples': lambda X: tuple(map(tuple, X)),
    'list of arrays': list, 'one row': lambda X: X[:1],
}


@pytest.mark.parametrize('layout', LAYOUTS)
def test_layouts(iris, svc, layout):
    X = LAYOUTS[layout](iris[0])
    model = opened(svc)
    same(model.predict(X), svc.predict(X))
    np.testing.assert_allclose(model.decision_function(X), svc.decision_function(X), rtol=1e-6)


def test_the_array_is_not_changed(iris, svc):
    X = np.asfortranarray(iris[0])
    before = X.copy()
    opened(svc).predict(X)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize('X, message', [
    (np.zeros(4), 'reshape'), (np.zeros((2, 2, 2)), 'dimensions'), ([1.0, 2.0], 'reshape'), ('text', 'one text'),
    (np.zeros((1, 4), dtype='M8[s]'), 'datetime64'), (np.zeros((1, 4), dtype=complex), 'complex'),
    (np.array([[object()] * 4]), 'object'), (np.zeros((1, 3)), '3'), (np.zeros((0, 4)), 'no row'),
])
def test_rows_that_no_model_takes(svc, X, message):
    with pytest.raises(cannery.UsageError, match=message):
        opened(svc).predict(X)


def test_frames_of_pandas(named):
    pipeline, frame = named
    model = opened(pipeline)
    mixed = frame.astype({'sw': 'float32', 'pl': 'int64', 'pw': 'Float64'})
    for rows in (frame, frame[::-1], mixed, frame.iloc[:1]):
        same(model.predict(rows), pipeline.predict(rows))
    shuffled = frame[['pw', 'sl', 'pl', 'sw']].assign(other='x')
    same(model.predict(shuffled), pipeline.predict(frame))
    with pytest.raises(cannery.UsageError, match='pw'):
        model.predict(frame.drop(columns='pw'))


def test_frames_for_models_without_names(iris, svc):
    pandas = pytest.importorskip('pandas')
    frame = pandas.DataFrame(iris[0])
    same(opened(svc).predict(frame), svc.predict(iris[0]))
    same(opened(svc).predict(frame.rename(columns='c{}'.format)), svc.predict(iris[0]))


def test_missing_values_and_categories(iris):
    pandas = pytest.importorskip('pandas')
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder
    frame = pandas.DataFrame({'size': [1.0, np.nan, 3.0, 4.0], 'colour': ['red', None, 'blue', 'red']})
    frame['kind'] = pandas.Categorical(['a', 'b', 'a', 'a'])
    transformer = make_column_transformer(
        (SimpleImputer(), ['size']), (OneHotEncoder(handle_unknown='ignore'), ['colour', 'kind']))
    transformer.fit(frame)
    want = np.asarray(transformer.transform(frame))
    np.testing.assert_allclose(np.asarray(opened(transformer).transform(frame)), want)
    # pandas' nullable dtypes hold the same values
    np.testing.assert_allclose(np.asarray(opened(transformer).transform(frame.convert_dtypes()))[:, 0], want[:, 0])


@pytest.mark.parametrize('library', ['polars', 'pyarrow'])
def test_frames_by_the_arrow_interface(named, library):
    pytest.importorskip(library)
    pipeline, frame = named
    columns = {name: frame[name].to_numpy() for name in frame}
    if library == 'polars':
        import polars
        rows = polars.DataFrame(columns)
        many = polars.concat([rows, rows], rechunk=False)
    else:
        import pyarrow
        rows = pyarrow.table(columns)
        many = pyarrow.concat_tables([rows, rows])
    model = opened(pipeline)
    same(model.predict(rows), pipeline.predict(frame))
    same(model.predict(many), np.tile(pipeline.predict(frame), 2))


def test_sparse_rows(iris):
    sparse = pytest.importorskip('scipy.sparse')
    from sklearn.linear_model import LogisticRegression
    X, y = np.where(iris[0] > 2, iris[0], 0), iris[1]
    classifier = LogisticRegression(max_iter=1000).fit(X, y)
    model = opened(classifier)
    for make in (sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix, sparse.csr_array, sparse.lil_matrix):
        same(model.predict(make(X)), classifier.predict(make(X)))
    twice = sparse.coo_matrix((np.r_[X.ravel(), X.ravel()], np.tile(np.indices(X.shape).reshape(2, -1), 2)))
    same(model.predict_proba(twice), classifier.predict_proba(twice))


def test_texts():
    text = pytest.importorskip('sklearn.feature_extraction.text')
    texts = ['one fish two fish', 'red fish', 'blue', 'été blue']
    vectorizer = text.TfidfVectorizer().fit(texts)
    model = opened(vectorizer)
    for rows in (texts, tuple(texts), np.array(texts), np.array(texts, dtype=object)):
        same(model.transform(rows), vectorizer.transform(rows))
    polars = pytest.importorskip('polars')
    same(model.transform(polars.Series(texts)), vectorizer.transform(texts))
