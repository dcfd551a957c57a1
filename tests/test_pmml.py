"""Exported models in JPMML-Evaluator against the scikit-learn that is installed here, on rows at the edges.

A row that scikit-learn refuses is an error of the evaluator; for any other row labels are the same and floats within 1e-9.
"""
import os
import pathlib
import pickle
import sys
import warnings

import pytest

pytest.importorskip('jpmml_evaluator')
np = pytest.importorskip('numpy')
pd = pytest.importorskip('pandas')
etree = pytest.importorskip('lxml.etree')
pytest.importorskip('sklearn')

ROOT = pathlib.Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / 'scripts'), str(ROOT / 'tests')]

import edge_models
import export_pmml

# What PMML can't say, or JPMML-Evaluator does otherwise.
KNOWN = {
    # which of several points at one distance counts
    'neighbors': 'ties',
    # None and NaN are both missing
    'one-hot-error': 'none',
}
SCHEMA = etree.XMLSchema(etree.parse(str(ROOT / 'scripts' / 'pmml-4.4.1.xsd')))


@pytest.fixture(scope='session')
def engine():
    try:
        return export_pmml.backend()
    except SystemExit:
        pytest.skip('a Java runtime is missing')


def as_frame(rows, inputs):
    """What the evaluator is given for rows as scikit-learn takes them."""
    if isinstance(rows, list):
        return pd.DataFrame({inputs[0][0]: pd.Series(rows, dtype=object)})
    if isinstance(rows, pd.DataFrame):
        return export_pmml.frame(inputs, list(rows.columns), [list(rows[name]) for name in rows.columns])
    return export_pmml.frame(inputs, None, [list(rows[:, column]) for column in range(rows.shape[1])])


def take(rows, places):
    if isinstance(rows, list):
        return [rows[place] for place in places]
    return rows.iloc[places] if isinstance(rows, pd.DataFrame) else rows[places]


def expected(model, method, rows):
    """What scikit-learn gives as a matrix of each output, or None where it refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            got = getattr(model, method)(rows)
    except Exception:
        return None
    got = got if isinstance(got, list) else [got]
    return [np.asarray(part.toarray() if hasattr(part, 'toarray') else part) for part in got]


def convert(cannery, model, folder, method):
    source, out = folder / 'model.pkl', folder / 'model.pmml'
    source.write_bytes(pickle.dumps(model, protocol=4))
    status, _, error = cannery('convert', '--quiet', source, out, '--method', method)
    if status and "PMML can't hold" in error:
        return None, error.strip()
    assert status == 0, error
    return out, None


@pytest.mark.parametrize('name', edge_models.models())
def test_edge_rows(cannery, tmp_path, engine, name):
    try:
        model, data, _ = edge_models.fitted(name)
    except (LookupError, AttributeError, ImportError) as error:
        pytest.skip(str(error))
    rows = edge_models.rows(model, data)
    methods = [method for method in edge_models.ALL if hasattr(model, method)]
    compared = refused = 0
    for method in methods:
        out, why = convert(cannery, model, tmp_path, method)
        if out is None:
            refused += 1
            continue
        compare(engine, out, model, method, rows, KNOWN.get(name))
        compared += 1
    if not compared:
        pytest.skip(why)


def compare(engine, out, model, method, rows, known):
    (inputs, results), run = export_pmml.evaluate(engine, SCHEMA, str(out))
    count = len(rows)
    alone = [expected(model, method, take(rows, [place])) for place in range(count)]
    fine = [place for place in range(count) if alone[place] is not None]
    got = run(as_frame(rows, inputs))
    errors = got['errors'].notna().to_numpy() if 'errors' in got else np.zeros(count, dtype=bool)
    for place in sorted(set(range(count)) - set(fine)):
        assert errors[place] or known == 'none', (method, place, take(rows, [place]))
    for place in fine:
        assert not errors[place], (method, place, take(rows, [place]), got['errors'].iloc[place])
    together = expected(model, method, take(rows, fine))
    for output, want in enumerate(together):
        key = method if len(together) == 1 else f'{method}.{output}'
        names = [name for (of, _), name in sorted(results.items()) if of in (key, f'{method}.{output}')]
        found = np.column_stack([got[name].to_numpy(dtype=object)[fine] for name in names])
        want = want.reshape(len(fine), -1)
        same = [why for why in (wrong(a, b) for a, b in zip(found, want)) if why]
        assert not same or known == 'ties', (method, len(same), same[:3])


def wrong(got, want):
    reason, _ = export_pmml.compare(got.reshape(1, -1), want.reshape(1, -1), 1e-9)
    return reason and (reason, list(got), list(want))
