"""Exported models in ONNX Runtime against `cannery predict`, over the models of this repository."""
import json
import pathlib

import numpy as np
import pytest

onnx = pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')
from onnx_runs import Exported, assert_same  # noqa: E402

ROOT = pathlib.Path(__file__).parent.parent
FOLDERS = [ROOT / 'fixtures' / 'sklearn', ROOT / 'crates' / 'cannery' / 'tests' / 'state_edits' / 'models']
MODELS = [ROOT / 'examples' / 'iris_svc.joblib', *(path for folder in FOLDERS for path in sorted(folder.glob('*.pkl')))]
TEXTS = ['the cat sat on the mat', 'ΟΔΟΣ ΣΑΣ', 'İstanbul', '', '日本語 text', 'Dogs and CATS']


def rows(exported, model, folder):
    """Rows for the session, and the same as a file for predict."""
    recorded, path = model.with_suffix('.rows.ndjson'), folder / 'rows.txt'
    if recorded.exists():
        lines = [json.loads(line) for line in recorded.read_text().splitlines()]
        if isinstance(lines[0], dict):
            pandas = pytest.importorskip('pandas')
            return pandas.DataFrame(lines), recorded
        return np.array(lines, dtype=object), recorded
    if len(exported.inputs) > 1:
        pytest.skip('columns with names, of which no rows are recorded')
    if exported.inputs[0].type == 'tensor(string)':
        path.write_text('\n'.join(TEXTS) + '\n', encoding='utf-8')
        return TEXTS, path
    x = np.random.RandomState(0).normal(2, 2, (40, exported.inputs[0].shape[1]))
    path = folder / 'rows.npy'
    np.save(path, x)
    return x, path


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
    results = tmp_path / 'results.npz'
    exported = Exported(cannery, model, tmp_path / 'model.onnx', '--method', 'all')
    taken, path = rows(exported, model, tmp_path)
    status, _, error = cannery('predict', model, path, '--method', 'all', '--output', results)
    assert status == 0, error
    got = exported.run(taken)
    with np.load(results) as want:
        for method in exported.methods:
            assert_same(got[method], dense(want, method), method)


def test_zipmap_gives_a_map_for_each_row(cannery, tmp_path):
    model = FOLDERS[1] / 'logistic-names.pkl'
    plain = Exported(cannery, model, tmp_path / 'plain.onnx')
    zipped = Exported(cannery, model, tmp_path / 'zipped.onnx', '--zipmap')
    taken, _ = rows(zipped, model, tmp_path)
    assert zipped.methods == {'predict': 'output_label', 'predict_proba': 'output_probability'}
    want, got = plain.run(taken), zipped.run(taken)
    assert list(got['predict']) == list(want['predict'])
    assert len(got['predict_proba']) == len(taken)
    for by_label, row in zip(got['predict_proba'], want['predict_proba']):
        assert np.allclose([by_label.pop(label) for label in ['été', 'Ελλάδα', '東京']], row, rtol=1e-6)
        assert not by_label
    status, _, error = cannery('convert', FOLDERS[1] / 'svc.pkl', tmp_path / 'svc.onnx', '--zipmap')
    assert status == 2 and 'predict_proba' in error

