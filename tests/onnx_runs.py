"""Exported models in ONNX Runtime: what the tests of ONNX share."""
import numpy as np
import onnx
import onnxruntime
import pytest

CLOSE = dict(rtol=1e-9, atol=1e-11, equal_nan=True)
DTYPES = {'tensor(double)': np.float64, 'tensor(float)': np.float32, 'tensor(int64)': np.int64, 'tensor(bool)': np.bool_}


class Exported:
    """A model that the command exported, checked and loaded."""

    def __init__(self, cannery, model, out, *options):
        status, _, error = cannery('convert', '--quiet', model, out, *options)
        if status == 2 and 'unsupported' in error:
            pytest.skip(error.strip())
        assert status == 0, error
        exported = onnx.load(out)
        onnx.checker.check_model(exported)
        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 4
        self.session = onnxruntime.InferenceSession(str(out), settings, providers=['CPUExecutionProvider'])
        self.inputs = self.session.get_inputs()
        names = {entry.key: entry.value for entry in exported.metadata_props}['outputs']
        self.methods = dict(reversed(pair.split('=')) for pair in names.split(','))

    def run(self, rows):
        """Results by method, for rows as scikit-learn takes them: an array, a frame, texts."""
        return dict(zip(self.methods, self.session.run(list(self.methods.values()), self.feeds(rows))))

    def feeds(self, rows):
        if isinstance(rows, list):
            return {'X': np.array(rows, dtype=object).reshape(-1, 1)}
        if hasattr(rows, 'columns'):
            return {i.name: tensor(rows[i.name].to_numpy().reshape(-1, 1), i.type) for i in self.inputs}
        if len(self.inputs) == 1:
            return {self.inputs[0].name: tensor(rows, self.inputs[0].type)}
        return {i.name: tensor(rows[:, [at]], i.type) for at, i in enumerate(self.inputs)}


def tensor(values, kind):
    return np.asarray(values, dtype=object) if kind == 'tensor(string)' else np.asarray(values).astype(DTYPES[kind])


def assert_same(got, want, what):
    """Labels exactly, floats within 1e-9."""
    want = want.toarray() if hasattr(want, 'toarray') else np.asarray(want)
    assert got.size == want.size, (what, got.shape, want.shape)
    got = got.reshape(want.shape)
    if want.dtype.kind == 'f':
        assert np.allclose(got, want, **CLOSE), what
    else:
        assert np.array_equal(got.astype(str), want.astype(str)), what
