"""Bundles on the command line: cards, provenance, and models that are trained again.

Training again installs packages with uv and runs in bubblewrap. It is tested by `scripts/check.sh rebuild`, which sets
CANNERY_REBUILD to the program uv.
"""
import base64
import json
import os
import random
import shutil
import subprocess
import sys

import pytest

TRAIN = '''
import sys
import joblib
import pandas as pd
from record import record
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import SVC

with record("run.json") as r:
    table = pd.read_csv(r.data("iris.csv"))
    X, y = table.drop(columns="species"), table["species"]
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(SVC(), X, y, cv=cv, scoring="accuracy")
    r.cross_validation(scores, cv=cv, scoring="accuracy", X=X)
    joblib.dump(SVC().fit(X, y), "iris.joblib")
    r.model("iris.joblib")
'''
trains = pytest.mark.skipif('CANNERY_REBUILD' not in os.environ, reason='run by scripts/check.sh rebuild')
RECORDER = 'crates/python/python/cannery/record.py'


@pytest.fixture(scope='module')
def trained(tmp_path_factory, cannery):
    """A folder with a script, its data, what it wrote, a key, and a signed bundle."""
    from sklearn.datasets import load_iris

    folder = tmp_path_factory.mktemp('keep')
    iris = load_iris(as_frame=True)
    iris.data.assign(species=iris.target_names[iris.target]).to_csv(folder / 'iris.csv', index=False)
    shutil.copy(RECORDER, folder / 'record.py')
    (folder / 'train.py').write_text(TRAIN)
    subprocess.run([sys.executable, 'train.py'], cwd=folder, check=True)
    iris.data.iloc[::30].to_csv(folder / 'rows.csv', index=False)
    assert cannery('keygen', folder / 'key.pem')[0] == 0
    status, _, error = cannery('seal', folder / 'iris.joblib', '-o', folder / 'iris', '--record', folder / 'run.json',
                               '--golden', folder / 'rows.csv', '--license', 'MIT', '--key', folder / 'key.pem')
    assert status == 0, error
    return folder


def test_a_bundle_has_a_model_card(trained):
    card = (trained / 'iris' / 'README.md').read_text()
    assert card.startswith('---\nlibrary_name: sklearn\n') and '`iris.csv` (observed)' in card
    assert '| accuracy |' in card and 'scikit-learn' in card


def test_the_four_items_stand_in_slsa_and_cyclonedx(trained, cannery):
    manifest = json.loads((trained / 'iris' / 'manifest.json').read_text())
    four = {name: manifest[name] for name in ('data', 'source', 'environment', 'scores')}
    _, out, _ = cannery('provenance', trained / 'iris', '--format', 'slsa')
    statement = json.loads(out)
    assert statement['predicateType'] == 'https://slsa.dev/provenance/v1'
    assert statement['predicate']['buildDefinition']['internalParameters']['cannery:items'] == four
    _, out, _ = cannery('provenance', trained / 'iris', '--format', 'cyclonedx')
    component = json.loads(out)['metadata']['component']
    assert component['type'] == 'machine-learning-model'
    [text] = [each['value'] for each in component['properties'] if each['name'] == 'cannery:items']
    assert json.loads(text) == four
    status, out, _ = cannery('provenance', trained / 'iris', '--format', 'slsa', '--key', trained / 'key.pem')
    assert status == 0
    assert json.loads(base64.b64decode(json.loads(out)['dsseEnvelope']['payload'])) == statement


def test_a_card_shows_the_checks(trained, cannery, tmp_path):
    page = tmp_path / 'card.html'
    status, _, _ = cannery('card', trained / 'iris', '--key', trained / 'key.pub.pem', '-o', page)
    text = page.read_text()
    assert status == 0 and '✓ signature' in text and '<svg' in text and '<b>SVC</b>' in text
    shutil.copytree(trained / 'iris', tmp_path / 'changed')
    (tmp_path / 'changed' / 'source' / 'train.py').write_text('print("<script>")')
    status, _, _ = cannery('card', tmp_path / 'changed', '-o', page)
    assert status == 1 and '✗ source/train.py' in page.read_text()


def test_nothing_is_run_that_is_not_verified(trained, cannery, tmp_path):
    to = ('--scikit-learn', '1.9.1', '-o', tmp_path / 'new', '--data-root', trained)
    assert cannery('keygen', tmp_path / 'other.pem')[0] == 0
    status, _, error = cannery('rebuild', trained / 'iris', '--key', tmp_path / 'other.pub.pem', *to)
    assert status == 2 and 'nothing was run' in error and 'signature' in error
    data = tmp_path / 'data'
    data.mkdir()
    (data / 'iris.csv').write_text((trained / 'iris.csv').read_text().replace('5.1', '5.2', 1))
    status, _, error = cannery('rebuild', trained / 'iris', '--key', trained / 'key.pub.pem', *to[:-1], data)
    assert status == 2 and 'nothing was run' in error and 'iris.csv' in error
    assert not (tmp_path / 'new').exists()


@trains
def test_a_model_is_trained_again(trained, cannery, tmp_path):
    common = ('--key', trained / 'key.pub.pem', '--uv', os.environ['CANNERY_REBUILD'], '--format', 'json')
    new = tmp_path / 'new'
    status, out, error = cannery('rebuild', trained / 'iris', *common, '--data-root', trained, '--scikit-learn', '1.9.1',
                                 '-o', new, '--sign', trained / 'key.pem')
    assert status == 0, error
    [training] = json.loads(out)['trainings']
    assert training['in_range'] and training['scikit_learn'] == '1.9.1'
    status, out, _ = cannery('verify', new, '--key', trained / 'key.pub.pem', '--data-root', trained, '--format', 'json')
    manifest = json.loads(out)['manifest']
    assert status == 0 and manifest['parent']['name'] == 'iris' and manifest['scores']['standing'] == 'observed'

    # the same script over shuffled labels, sealed with the old scores
    lines = (trained / 'iris.csv').read_text().splitlines()
    labels = [line.rsplit(',', 1)[1] for line in lines[1:]]
    random.Random(0).shuffle(labels)
    shuffled = tmp_path / 'shuffled'
    shuffled.mkdir()
    rows = [f'{line.rsplit(",", 1)[0]},{label}' for line, label in zip(lines[1:], labels)]
    (shuffled / 'iris.csv').write_text('\n'.join([lines[0], *rows]) + '\n')
    scores = json.loads((trained / 'run.json').read_text())['scores']
    for name in ('train.py', 'record.py', 'iris.joblib'):
        shutil.copy(trained / name, shuffled / name)
    subprocess.run([sys.executable, 'train.py'], cwd=shuffled, check=True)
    (shuffled / 'scores.json').write_text(json.dumps(scores))
    status, _, error = cannery('seal', shuffled / 'iris.joblib', '-o', shuffled / 'iris', '--record', shuffled / 'run.json',
                               '--scores', shuffled / 'scores.json', '--key', trained / 'key.pem')
    assert status == 0, error
    status, out, error = cannery('rebuild', shuffled / 'iris', *common, '--data-root', shuffled, '--scikit-learn', '1.9.1',
                                 '-o', tmp_path / 'other')
    assert status == 1 and not json.loads(out)['in_range'], error


@trains
def test_a_script_reaches_neither_network_nor_files(trained, cannery, tmp_path):
    script = TRAIN.replace('import sys\n', '''
import os, socket
assert not os.path.exists('/root/.ssh') and not os.path.exists('/etc/passwd') and 'CANNERY_REBUILD' not in os.environ
try:
    socket.create_connection(('1.1.1.1', 53), 2)
    raise SystemExit('there is a network')
except OSError:
    pass
try:
    open(DATA, 'a')
    raise SystemExit('the data can be written')
except OSError:
    pass
''').replace('"iris.csv"', 'DATA').replace('import os, socket', f'import os, socket\nDATA = {str(tmp_path / "iris.csv")!r}')
    for name in ('iris.csv', 'iris.joblib'):
        shutil.copy(trained / name, tmp_path / name)
    (tmp_path / 'train.py').write_text(script)
    record = json.loads((trained / 'run.json').read_text())
    requirements = '\n'.join(f'{each["name"]}=={each["version"]}' for each in record['environment']['packages'])
    (tmp_path / 'requirements.txt').write_text(requirements)
    (tmp_path / 'scores.json').write_text(json.dumps(record['scores']))
    data = tmp_path / 'iris.csv'
    status, _, error = cannery('seal', tmp_path / 'iris.joblib', '-o', tmp_path / 'iris', '--data', data, '--source', tmp_path / 'train.py',
                               '--environment', tmp_path / 'requirements.txt', '--scores', tmp_path / 'scores.json',
                               '--key', trained / 'key.pem')
    assert status == 0, error
    status, out, error = cannery('rebuild', tmp_path / 'iris', '--key', trained / 'key.pub.pem', '--data-root', tmp_path,
                                 '--uv', os.environ['CANNERY_REBUILD'], '--try', '1.9.1')
    assert status == 0 and 'in the same range' in out.decode(), error
