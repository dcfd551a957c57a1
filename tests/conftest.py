"""Runs the cannery binary: the one that CANNERY names, or the release build."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parent.parent
BINARY = os.environ.get('CANNERY', str(ROOT / 'target' / 'release' / 'cannery'))


def run(*args, **kwargs):
    """Exit status, standard output and standard error of a command; a crash or a panic fails the test."""
    command = [BINARY, *map(str, args)]
    done = subprocess.run(command, capture_output=True, timeout=120, cwd=ROOT, **kwargs)
    assert done.returncode in (0, 1, 2), (command, done.returncode, done.stderr)
    assert b'panicked' not in done.stderr, (command, done.stderr)
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(scope='session')
def cannery():
    assert os.path.exists(BINARY), f'{BINARY} is missing: cargo build --release -p cannery-cli'
    return run
