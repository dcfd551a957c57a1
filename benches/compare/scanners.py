"""What cannery and other scanners of model files say of the same files.

    cargo build --release -p cannery-cli
    cargo run -p cannery --example build_attacks -- FILES
    python benches/compare/scanners.py --attack FILES/attack --benign FILES/benign fixtures/sklearn ... \\
        --picklescan VENV/bin/python --modelscan VENV/bin/python --fickling VENV/bin/python --modelaudit VENV/bin/python

Each scanner is called through its own Python interface, by the Python of an environment in which it is installed, with
the settings that it has after installation. None of them loads a file; this script does not either. A line of Markdown
for each scanner: how it judged the attacks, those with a call behind the bytes of a joblib array alone, and the benign
files. `--list` names the attacks that a scanner calls clean or does not scan, and the benign files that it flags.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parent.parent.parent
SUFFIXES = ('.json', '.tsv', '.txt', '.md', '.py')

# Each reads paths from standard input and writes a word for each: flagged, suspicious (shown as flagged, too), error, clean
# or unscanned.
COMMON = '''
import json, logging, os, signal, sys, warnings
warnings.simplefilter('ignore')
logging.disable(logging.CRITICAL)
out = os.fdopen(os.dup(1), 'w')
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

class Late(BaseException):
    pass

def late(*_):
    raise Late

signal.signal(signal.SIGALRM, late)

def run(judge):
    for line in sys.stdin:
        path = line.rstrip('\\n')
        signal.alarm(60)
        try:
            word = judge(path)
        except Late:
            word = 'error'
        except Exception:
            word = 'error'
        except SystemExit:
            word = 'error'
        finally:
            signal.alarm(0)
        out.write(json.dumps(word) + '\\n')
        out.flush()
'''
DRIVERS = {
    'picklescan': '''
from picklescan.scanner import scan_file_path, SafetyLevel
def judge(path):
    result = scan_file_path(path)
    if result.issues_count or result.infected_files:
        return 'flagged'
    if result.scan_err:
        return 'error'
    if any(found.safety == SafetyLevel.Suspicious for found in result.globals):
        return 'suspicious'
    return 'clean' if result.scanned_files else 'unscanned'
''',
    'modelscan': '''
from modelscan.modelscan import ModelScan
def judge(path):
    result = ModelScan().scan(path)
    summary = result['summary']
    if summary['total_issues']:
        return 'flagged'
    if result.get('errors'):
        return 'error'
    return 'clean' if summary['scanned']['total_scanned'] else 'unscanned'
''',
    'fickling': '''
from fickling.cli import main
def judge(path):
    return 'clean' if main(['fickling', '--check-safety', path]) == 0 else 'flagged'
''',
    'modelaudit': '''
os.environ.update(PROMPTFOO_DISABLE_TELEMETRY='1', NO_ANALYTICS='1', MODELAUDIT_DISABLE_TELEMETRY='1')
from modelaudit.core import scan_model_directory_or_file
def judge(path):
    result = scan_model_directory_or_file(path)
    levels = {str(getattr(issue.severity, 'value', issue.severity)) for issue in result.issues}
    if 'critical' in levels:
        return 'flagged'
    if 'warning' in levels:
        return 'suspicious'
    if result.has_errors or not result.success:
        return 'error'
    return 'clean' if result.files_scanned else 'unscanned'
''',
}


def files(folders, pages=False):
    """Files of the folders; what only describes models (`.expect.json`) is left out unless asked for."""
    found = []
    for folder in folders:
        path = pathlib.Path(folder)
        found += [path] if path.is_file() else [file for file in sorted(path.rglob('*')) if file.is_file()]
    return [str(file.resolve()) for file in found if pages or file.suffix not in SUFFIXES]


def by_driver(python, name, paths):
    """Words for the paths, and the scanner's version."""
    show = f'import importlib.metadata as m; print(m.version({name!r}))'
    version = subprocess.run([python, '-c', show], capture_output=True, text=True, check=True).stdout.strip()
    words = []
    while len(words) < len(paths):  # a scanner that dies is started again behind the file that it died of
        with tempfile.TemporaryDirectory() as scratch:  # some write a report into the working directory
            done = subprocess.run([python, '-c', COMMON + DRIVERS[name] + 'run(judge)\n'], input='\n'.join(paths[len(words):]) + '\n',
                                  capture_output=True, text=True, cwd=scratch)
        words += [json.loads(line) for line in done.stdout.splitlines()]
        if len(words) < len(paths):
            words.append('error')
    return words, version


def by_cannery(binary, paths):
    """The same by `cannery scan`: dangerous and malformed are flagged, unknown is suspicious."""
    version = subprocess.run([binary, '--version'], capture_output=True, text=True, check=True).stdout.split()[-1]
    verdicts = {}
    for start in range(0, len(paths), 500):
        done = subprocess.run([binary, 'scan', '--quiet', '--format', 'json', *paths[start:start + 500]], capture_output=True, text=True)
        for report in json.loads(done.stdout)['files']:
            verdicts[os.path.realpath(report['file'])] = report
    words = {'safe': 'clean', 'unknown': 'suspicious', 'dangerous': 'flagged', 'malformed': 'flagged'}
    return [words.get(verdicts.get(path, {}).get('verdict'), 'unscanned') for path in paths], version


def share(words, of):
    counts = collections.Counter(words)
    return ' | '.join(str(counts[word]) for word in of)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--attack', nargs='+', default=[])
    parser.add_argument('--benign', nargs='+', default=[])
    parser.add_argument('--cannery', default=str(ROOT / 'target' / 'release' / 'cannery'))
    parser.add_argument('--list', action='store_true')
    for name in DRIVERS:
        parser.add_argument(f'--{name}', metavar='PYTHON')
    args = parser.parse_args()
    attacks, benign = files(args.attack, pages=True), files(args.benign)
    behind = {path for path in attacks if os.path.basename(path).startswith('after-')}
    of = ('flagged', 'suspicious', 'error', 'clean', 'unscanned')
    print(f'{len(attacks)} attacks, {len(behind)} of them behind an array; {len(benign)} benign files')
    print('| scanner | ' + ' | '.join([f'attacks: {word}' for word in of] + ['behind an array: flagged or suspicious'] + [f'benign: {word}' for word in of] + ['s']) + ' |')
    print('|---' * (2 * len(of) + 3) + '|')
    for name in ('cannery', *DRIVERS):
        tool = getattr(args, name)
        if not tool:
            continue
        start = time.monotonic()
        both = attacks + benign
        words, version = by_cannery(tool, both) if name == 'cannery' else by_driver(tool, name, both)
        seconds = time.monotonic() - start
        judged = dict(zip(both, words))
        caught = sum(judged[path] in ('flagged', 'suspicious') for path in behind)
        print(f'| {name} {version} | {share([judged[p] for p in attacks], of)} | {caught} of {len(behind)} | '
              f'{share([judged[p] for p in benign], of)} | {seconds:.0f} |', flush=True)
        if args.list:
            missed = [path for path in attacks if judged[path] in ('clean', 'unscanned')]
            alarms = [path for path in benign if judged[path] == 'flagged']
            print('\n'.join([f'  {judged[path]}: {path}' for path in missed + alarms]), file=sys.stderr)


if __name__ == '__main__':
    main()
