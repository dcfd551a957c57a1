"""Exported models in ONNX Runtime against `cannery predict`, over the models of fixtures/."""
import pathlib

import numpy as np
import pytest

onnx = pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')

ROOT = pathlib.Path(__file__).parent.parent
MODELS = [ROOT / 'examples' / 'iris_svc.joblib', *sorted((ROOT / 'fixtures' / 'sklearn').glob('*.pkl'))]
TEXTS = ['the cat sat on the mat', 'ΟΔΟΣ ΣΑΣ', 'İstanbul', '', '日本語 text', 'Dogs and CATS']
CLOSE = dict(rtol=1e-9, atol=1e-11, equal_nan=True)


def rows(session, folder):
    """What the session is given, and the same rows as a file for predict; None for columns with names."""
    inputs = session.get_inputs()
    if len(inputs) > 1:
        return None
    if inputs[0].type == 'tensor(string)':
        path = folder / 'rows.txt'
        path.write_text('\n'.join(TEXTS) + '\n', encoding='utf-8')
        return {'X': np.array(TEXTS, dtype=object).reshape(-1, 1)}, path
    if inputs[0].type != 'tensor(double)':
        return None
    x = np.random.RandomState(0).normal(2, 2, (40, inputs[0].shape[1]))
    path = folder / 'rows.npy'
    np.save(path, x)
    return {'X': x}, path


def dense(results, method):
    """A result of predict, which writes sparse ones in parts."""
    if method in results:
        return results[method]
    data, places, starts, shape = (results[f'{method}__{part}'] for part in ('data', 'indices', 'indptr', 'shape'))
    out = np.zeros(shape, data.dtype)
    for row, (start, end) in enumerate(zip(starts, starts[1:])):
        out[row, places[start:end]] = data[start:end]
    return out


@pytest.mark.parametrize('model', MODELS, ids=lambda path: path.name)
def test_exported_models_give_the_same(cannery, tmp_path, model):
    out, results = tmp_path / 'model.onnx', tmp_path / 'results.npz'
    status, _, error = cannery('convert', '--quiet', model, out, '--method', 'all')
    if status == 2 and 'unsupported' in error:
        pytest.skip(error.strip())
    assert status == 0, error
    exported = onnx.load(out)
    onnx.checker.check_model(exported)
    session = onnxruntime.InferenceSession(str(out), providers=['CPUExecutionProvider'])
    given = rows(session, tmp_path)
    if given is None:
        pytest.skip('the model takes columns with names')
    feeds, path = given
    status, _, error = cannery('predict', model, path, '--method', 'all', '--output', results)
    assert status == 0, error
    names = {entry.key: entry.value for entry in exported.metadata_props}['outputs']
    with np.load(results) as want:
        for name, method in (pair.split('=') for pair in names.split(',')):
            got, expected = session.run([name], feeds)[0], dense(want, method)
            got = got.reshape(expected.shape)
            if expected.dtype.kind == 'f':
                assert np.allclose(got, expected, **CLOSE), method
            else:
                assert np.array_equal(got.astype(str), expected.astype(str)), method
