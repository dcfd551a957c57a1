"""The examples of the documentation run, the stub knows what there is, and the command is installed."""
import ast
import doctest
import pathlib
import re
import subprocess
import sys

import pytest

import cannery
from conftest import EXAMPLE, ROOT

PACKAGE = pathlib.Path(cannery.__file__).parent


@pytest.mark.parametrize('name', ['', 'Model', 'Model.get_params', 'load', 'loads', 'dump', 'dumps', 'inspect', 'scan'])
def test_examples(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    thing = cannery
    for part in filter(None, name.split('.')):
        thing = getattr(thing, part)
    test = doctest.DocTestParser().get_doctest(thing.__doc__, {}, name or 'cannery', None, 0)
    assert test.examples
    out = []
    doctest.DocTestRunner().run(test, out=out.append)
    assert not out, ''.join(out)


def test_the_example_of_the_readme(monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / 'crates' / 'python' / 'README.md').read_text(encoding='utf-8')
    blocks = re.findall(r'```python\n(.*?)```', text, re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, 'README.md', 'exec'), {})


def test_the_stub_is_complete():
    assert (PACKAGE / 'py.typed').exists()
    stub = ast.parse((PACKAGE / '__init__.pyi').read_text(encoding='utf-8'))
    declared = {node.name for node in stub.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(cannery.__all__) == {name for name in declared if not name.startswith('_')}
    model = next(node for node in stub.body if isinstance(node, ast.ClassDef) and node.name == 'Model')
    methods = {node.name for node in model.body if isinstance(node, ast.FunctionDef)}
    assert {name for name in vars(cannery.Model) if not name.startswith('_')} <= methods


def test_the_command():
    command = [sys.executable, '-m', 'cannery', 'scan', str(EXAMPLE)]
    assert subprocess.run(command, check=False).returncode == 0
    script = pathlib.Path(sys.executable).parent / ('cannery.exe' if sys.platform == 'win32' else 'cannery')
    printed = subprocess.run([script, 'inspect', str(EXAMPLE)], check=True, capture_output=True, text=True).stdout
    assert printed.startswith('SVC')
