"""NaN, infinities, values equal to a threshold in float32 only, unseen categories, Unicode: exported models against
scikit-learn. What it takes gives the same in ONNX Runtime, and what it refuses is refused there."""
import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
pytest.importorskip('sklearn')
import edge_models  # noqa: E402
from edge_rows import length, part  # noqa: E402
from onnx_runs import Exported, assert_same  # noqa: E402

# The Python binding ends a text at NUL.
CUT = '\x00'


def tied(model, rows):
    """Rows whose k-th neighbour is as far as the next: which of them counts depends on how they are searched."""
    if not hasattr(model, 'kneighbors'):
        return []
    distances = model.kneighbors(rows, model.n_neighbors + 1)[0]
    return np.flatnonzero(~(distances[:, -2] < distances[:, -1])).tolist()


def expected(model, method, rows):
    """What scikit-learn gives, or the exception that it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return getattr(model, method)(rows)
    except Exception as error:
        return error


@pytest.mark.parametrize('name', sorted(edge_models.models()))
def test_edge_rows(cannery, tmp_path, name):
    try:
        model, data, _ = edge_models.fitted(name)
    except LookupError as error:
        pytest.skip(f'not for this scikit-learn: {error}')
    path = tmp_path / 'model.pkl'
    path.write_bytes(pickle.dumps(model, protocol=4))
    exported = Exported(cannery, path, tmp_path / 'model.onnx', '--method', 'all')
    rows = edge_models.rows(model, data)
    if isinstance(rows, list):
        rows = [text for text in rows if CUT not in text]
    method = next(iter(exported.methods)).split('.')[0]
    alone = [expected(model, method, part(rows, [at])) for at in range(length(rows))]
    taken = [at for at, want in enumerate(alone) if not isinstance(want, Exception)]
    refused = set(range(length(rows))) - set(taken)
    taken = np.delete(taken, tied(model, part(rows, taken))).astype(int).tolist()
    got = exported.run(part(rows, taken))
    for method in exported.methods:
        name, _, target = method.partition('.')
        want = expected(model, name, part(rows, taken))
        assert_same(got[method], want[int(target)] if target else want, method)
    for at in refused:
        with pytest.raises(Exception, match='out of bounds|out of range|indices element'):
            exported.run(part(rows, [at]))
