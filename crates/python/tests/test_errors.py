"""One exception class for each kind of error, each a subclass of a built-in."""
import pickle

import pytest

import cannery
from conftest import EXAMPLE

KINDS = {
    cannery.IoError: ('io', OSError), cannery.MalformedError: ('malformed', ValueError),
    cannery.LimitError: ('limit', MemoryError), cannery.UnsupportedError: ('unsupported', NotImplementedError),
    cannery.UnsafeError: ('unsafe', ValueError), cannery.UsageError: ('usage', ValueError),
    cannery.MissingFileError: ('io', FileNotFoundError), cannery.InternalError: ('internal', RuntimeError),
    cannery.UnsupportedMethodError: ('unsupported', AttributeError),
}


@pytest.mark.parametrize('kind', KINDS)
def test_classes(kind):
    word, builtin = KINDS[kind]
    assert issubclass(kind, cannery.CanneryError) and issubclass(kind, builtin) and kind.kind == word
    assert kind.__name__ in cannery.__all__
    again = pickle.loads(pickle.dumps(kind('message')))
    assert type(again) is kind and again.args == ('message',)


def test_what_raises_what(tmp_path):
    absent = tmp_path / 'absent.pkl'
    with pytest.raises(FileNotFoundError) as raised:
        cannery.load(absent)
    assert isinstance(raised.value, cannery.IoError) and raised.value.file == str(absent)
    assert isinstance(raised.value, cannery.MissingFileError) and raised.value.filename == str(absent)
    assert str(raised.value).startswith(f'{absent}: no such file')
    short = tmp_path / 'short.pkl'
    short.write_bytes(b'\x80\x04]')
    with pytest.raises(cannery.MalformedError) as raised:
        cannery.load(short)
    assert isinstance(raised.value.offset, int) and raised.value.file == str(short)
    assert raised.value.path is None and raised.value.operator is None
    with pytest.raises(cannery.UsageError, match='rb'), open(EXAMPLE, encoding='latin-1') as file:
        cannery.load(file)
    with pytest.raises(TypeError):
        cannery.load(5)
    with pytest.raises(TypeError):
        cannery.loads('text')
    with pytest.raises(TypeError):
        cannery.load(EXAMPLE, 'part')


def test_what_is_unsupported_is_named():
    model = cannery.loads(b'\x80\x04\x8c\x0csklearn.none\x8c\x06NoSuch\x93)\x81.')
    assert not hasattr(model, 'predict')
    with pytest.raises(cannery.UnsupportedMethodError, match='NoSuch'):
        model.predict


def test_places_are_attributes():
    with pytest.raises(cannery.MalformedError) as raised:
        cannery.loads(b'\x80\x04R.')
    assert (raised.value.offset, raised.value.opcode, raised.value.path) == (2, 'REDUCE', None)
    pipeline = (b'\x80\x04\x8c\x10sklearn.pipeline\x8c\x08Pipeline\x93)\x81'
                b'}\x8c\x05steps]\x8c\x01a\x8c\x0csklearn.none\x8c\x06NoSuch\x93)\x81\x86asb.')
    with pytest.raises(cannery.UnsupportedError) as raised:
        cannery.loads(pipeline).predict([[1.0]])
    assert raised.value.path == 'steps[0]' and str(raised.value).startswith('unsupported: steps[0]: ')
    with pytest.raises(cannery.UsageError) as raised:
        cannery.load(EXAMPLE).predict([[1.0, 2.0]])
    assert raised.value.path is None and 'expecting 4 features' in str(raised.value)
