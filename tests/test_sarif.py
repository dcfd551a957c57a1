"""SARIF that `cannery scan` writes, against the schema of SARIF 2.1.0 that OASIS publishes.

The schema is not part of this repository. It is the copy in the crate of `tests/sarif/Cargo.toml`, or what SARIF_SCHEMA
names, such as `sarif-2.1/schema/sarif-schema-2.1.0.json` of https://github.com/oasis-tcs/sarif-spec. The unit tests of
`crates/cannery/src/scan/sarif.rs` check required members and closed sets without it.
"""
import copy
import json
import os
import pathlib
import shutil
import subprocess

import pytest
from conftest import ROOT


def schema_of_crate():
    """The schema in a crate that Cargo fetches and never builds."""
    if not shutil.which('cargo'):
        pytest.skip('cargo is missing, and SARIF_SCHEMA names no copy of the schema of SARIF 2.1.0')
    manifest = ROOT / 'tests' / 'sarif' / 'Cargo.toml'
    command = ['cargo', 'metadata', '--locked', '--format-version', '1', '--manifest-path', manifest]
    packages = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)['packages']
    found, = (package['manifest_path'] for package in packages if package['name'] == 'serde-sarif')
    return pathlib.Path(found).parent / 'src' / 'schema.json'


@pytest.fixture(scope='module')
def validator():
    import jsonschema
    schema = pathlib.Path(os.environ.get('SARIF_SCHEMA') or schema_of_crate())
    schema = json.loads(schema.read_text(encoding='utf-8'))
    cls = jsonschema.validators.validator_for(schema)
    cls.check_schema(schema)
    return cls(schema, format_checker=cls.FORMAT_CHECKER)


@pytest.fixture(scope='module')
def log(cannery, tmp_path_factory):
    """A log with results of several rules and formats, in parts of files too, and with files that are no models."""
    folder = tmp_path_factory.mktemp('sarif')
    system = b"cposix\nsystem\n(S'id'\ntR."
    (folder / 'a name with spaces ü.pkl').write_bytes(system)
    (folder / 'nested.pkl').write_bytes(b'\x80\x04}\x8c\x04data]C' + bytes([len(system)]) + system + b'as.')
    (folder / 'notes.txt').write_bytes(b'plain words')
    output = folder / 'log.sarif'
    folders = [folder, ROOT / 'fixtures' / 'pickle', ROOT / 'fixtures' / 'joblib', ROOT / 'fixtures' / 'skops']
    cannery('scan', *folders, '--format', 'sarif', '--output', output)
    return json.loads(output.read_text(encoding='utf-8'))


def test_the_schema_accepts_it(validator, log):
    results = log['runs'][0]['results']
    assert len(results) > 5 and any(result['properties']['part'] for result in results)
    assert log['runs'][0]['invocations'][0]['toolExecutionNotifications']
    faults = [(list(fault.absolute_path), fault.message) for fault in validator.iter_errors(log)]
    assert faults == []


@pytest.mark.parametrize('damage', [
    lambda log: log.pop('version'),
    lambda log: log['runs'][0]['tool'].pop('driver'),
    lambda log: log['runs'][0]['results'][0].pop('message'),
    lambda log: log['runs'][0]['results'][0].update(level='fatal'),
    lambda log: log['runs'][0]['results'][0]['locations'][0]['physicalLocation'].update(region={'byteOffset': -2}),
], ids=['version', 'driver', 'message', 'level', 'offset'])
def test_the_schema_is_one_that_refuses(validator, log, damage):
    damaged = copy.deepcopy(log)
    damage(damaged)
    assert not validator.is_valid(damaged)
