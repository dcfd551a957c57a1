#!/usr/bin/env python3
"""Asks the tests about a random sample of mutants of the parsers and of the rules of the scanner (cargo-mutants).

    scripts/mutants.py [--count 200] [--seed 1] [--only REGEX] [--work FOLDER]

The sample is drawn with the seed from `cargo mutants --list`, so that one commit always gives the same one. Mutants are
tried in a copy of the repository below FOLDER (target/mutants), one after the other: first the tests of the crate that was
changed, and what those miss the tests of `scan` and of the facade that read files. A mutant that a test fails on, or that runs
for longer than a minute, is caught; one that does not compile is not counted. Prints a table and every mutant that was
missed; exit status 1 if fewer than 80 % are caught.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Of `object` what parses, of `scan` what judges: not the Heap, limits, errors, and the forms of a report.
SOURCES = re.compile(
    r'crates/(pickle|format)/src/|crates/object/src/(array|dtype|known|views/)'
    r'|crates/scan/src/(file|hashing|held|judge|names|nested|nesting|place|readers|site|sound|trace|uses|work)\b')
PACKAGES = {name: f'cannery-{name}' for name in ('pickle', 'format', 'object', 'scan')}
READERS = ['-p', 'cannery-scan', '-p', 'cannery',
           '--test', 'rules', '--test', 'attacks', '--test', 'fixtures', '--test', 'fuzz_regressions']
OWN = {'pickle': ['--lib', '--test', 'machine', '--test', 'refusals', '--test', 'assemble'], 'format': ['--lib', '--test', 'joblib'], 'object': ['--lib'],
       'scan': ['--lib', '--test', 'rules', '--test', 'written']}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--only', default='', help='sample only mutants whose name matches this')
    parser.add_argument('--work', default=str(ROOT / 'target' / 'mutants'))
    args = parser.parse_args()
    work = pathlib.Path(args.work)
    tree = copy_of_the_repository(work)
    mutants = [name for name in listed(tree) if SOURCES.match(name) and re.search(args.only, name)]
    sample = random.Random(args.seed).sample(mutants, min(args.count, len(mutants)))
    print(f'{len(sample)} of {len(mutants)} mutants, seed {args.seed}', flush=True)
    counts, missed = collections.Counter(), []
    for crate, package in PACKAGES.items():
        chosen = [name for name in sample if name.startswith(f'crates/{crate}/')]
        left = tried(tree, work, package, chosen, ['-p', package, *OWN[crate]], crate, counts)
        left = tried(tree, work, package, left, READERS, crate, counts)
        counts[crate, 'missed'] += len(left)
        missed += left
    sys.exit(report(counts, missed))


def copy_of_the_repository(work):
    """The files of the repository as they stand, so that nobody works on a changed one; its target folder stays."""
    tree = work / 'tree'
    tree.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    wanted = {name for name in files.decode().split('\0') if name and (ROOT / name).is_file()}
    for path in [path for path in tree.rglob('*') if path.is_file()]:
        if str(path.relative_to(tree)) not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, tree / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tree


def listed(tree):
    packages = [word for package in PACKAGES.values() for word in ('-p', package)]
    run = subprocess.run(['cargo', 'mutants', '--list', *packages], cwd=tree, check=True, stdout=subprocess.PIPE, text=True)
    return run.stdout.splitlines()


def tried(tree, work, package, mutants, tests, crate, counts):
    """Runs the tests on each of the mutants of a package; counts what came of it and answers those that were missed."""
    if not mutants:
        return []
    environment = dict(os.environ, CARGO_TARGET_DIR=str(work / 'target'), CARGO_INCREMENTAL='1', CARGO_PROFILE_DEV_DEBUG='0')
    subprocess.run(['cargo', 'test', '--quiet', *tests], cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)
    out = work / 'out'
    shutil.rmtree(out, ignore_errors=True)
    chosen = [word for name in mutants for word in ('-F', f'^{escaped(name)}$')]
    packages = sorted({tests[k + 1] for k, word in enumerate(tests) if word == '-p'})
    rest = [word for k, word in enumerate(tests) if word != '-p' and (k == 0 or tests[k - 1] != '-p')]
    command = ['cargo', 'mutants', '--in-place', '-p', package, '--test-package', ','.join(packages),
               '--baseline', 'skip', '--timeout', '60', '--build-timeout', '600', '--cap-lints', 'true', '-o', str(out), *chosen]
    subprocess.run([*command, '--', *rest], cwd=tree, env=environment, check=False)
    # cargo-mutants tries deleted fields of structs whatever expression is given
    of = {what: set((out / 'mutants.out' / f'{what}.txt').read_text().splitlines()).intersection(mutants)
          for what in ('caught', 'timeout', 'unviable', 'missed')}
    assert sum(map(len, of.values())) == len(mutants), 'cargo-mutants has not tried all of them'
    for what in ('caught', 'timeout', 'unviable'):
        counts[crate, what] += len(of[what])
    return sorted(of['missed'])


def escaped(name):
    """As an expression of Rust's regex, which takes fewer escapes than Python's."""
    return re.sub(r'([\\.+*?()|\[\]{}^$#&~-])', r'\\\1', name)


def report(counts, missed):
    for name in sorted(missed):
        print(f'missed: {name}')
    print(f'{"crate":<8}{"caught":>8}{"too long":>10}{"missed":>8}{"caught of those that compile":>30}')
    total = collections.Counter()
    for crate in PACKAGES:
        of = {what: counts[crate, what] for what in ('caught', 'timeout', 'missed', 'unviable')}
        total.update(of)
        print_row(crate, of)
    print_row('all', total)
    return 1 if (total['caught'] + total['timeout']) < 0.8 * (total['caught'] + total['timeout'] + total['missed']) else 0


def print_row(name, of):
    caught = of['caught'] + of['timeout']
    tried_ = caught + of['missed']
    share = f'{100 * caught / tried_:.1f} %' if tried_ else '-'
    print(f'{name:<8}{of["caught"]:>8}{of["timeout"]:>10}{of["missed"]:>8}{caught:>12} of {tried_}, {share}')


if __name__ == '__main__':
    main()
