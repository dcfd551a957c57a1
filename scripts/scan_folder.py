#!/usr/bin/env python3
"""Scans folders of model files in one process and counts verdicts: files that should be safe, and others.

    scripts/scan_folder.py FOLDER… [--not-safe REGEX] [--cannery CANNERY]

Model files are *.pkl, *.pickle, *.joblib*, *.skops, *.npy and *.npz. Files whose name matches REGEX (default: ^neg-) name
something that cannery can't know: they must be `unknown`, and not `dangerous`. All others must be `safe`. Exit status 1
if one is not; each is printed with its first finding.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODEL = re.compile(r'\.(pkl|pickle|skops|npy|npz)$|\.joblib')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', nargs='+')
    parser.add_argument('--not-safe', default='^neg-')
    parser.add_argument('--cannery', default=str(ROOT / 'target' / 'release' / 'cannery'))
    args = parser.parse_args()
    with tempfile.NamedTemporaryFile() as report:
        subprocess.run([args.cannery, 'scan', *args.folder, '--format', 'json', '--output', report.name, '--quiet'], check=False)
        files = json.load(open(report.name, encoding='utf-8'))['files']
    counts, wrong = collections.Counter(), []
    for file in files:
        name = pathlib.Path(file['file']).name
        if not MODEL.search(name) or name.endswith('.expected.npz'):
            continue
        want = 'unknown' if re.search(args.not_safe, name) else 'safe'
        counts[want, file['verdict']] += 1
        if file['verdict'] != want:
            wrong.append(file)
    for (want, verdict), count in sorted(counts.items()):
        print(f'should be {want:<8} is {verdict:<10} {count:>7}')
    for file in wrong:
        first = file['findings'][0] if file['findings'] else {'rule': '-', 'message': file.get('reason', '')}
        print(f"{file['file']}: {file['verdict']}: {first['rule']}: {first['message']}")
    sys.exit(1 if wrong or not counts else 0)


if __name__ == '__main__':
    main()
