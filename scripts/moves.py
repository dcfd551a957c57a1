#!/usr/bin/env python3
"""Moves recorded models between releases of scikit-learn, and lets real scikit-learn judge the files.

    python scripts/moves.py --zoo FOLDER --venvs FOLDER [--cannery PROGRAM] [--pairs '1.3.2>1.9.1 ...'] [--json FILE] [--svg FILE]

--zoo has a folder of models for each release, as scripts/model_parity.py describes; --venvs has an environment for each target.
Of a pair, models are left out whose class the target lacks, and those that the source itself does not reproduce. For each pair it
prints how many models load without error or warning and predict as recorded: as they are, and moved with every difference
accepted; how many of the others were refused without --accept-...; and how many are wrong in silence, which must be 0: wrong,
and moved without a refusal or a note. The exit status is 1 if any is.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ['0.20.4', '0.22.2', '0.24.2', '1.0.2', '1.2.2', '1.3.2', '1.5.2', '1.6.1', '1.7.2', '1.8.0', '1.9.1']
SOURCES = ['0.18.2', '0.20.4-py27', *TARGETS]
# their outputs are not those of the model that was saved, or have no defined order
MISRECORDED = {'ord-nan', 'knn-metric-correlation'}
# by source, what the source itself makes of its models
OWN = {}
ACCEPT = ['--accept-behaviour-change', '--accept-class-change']


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--zoo', type=pathlib.Path, required=True)
    parser.add_argument('--venvs', type=pathlib.Path, required=True)
    parser.add_argument('--cannery', default='target/release/cannery')
    parser.add_argument('--pairs', help='such as "1.3.2>1.9.1 1.9.1>1.6.1"; all that there are environments for if not given')
    parser.add_argument('--only', default='', help='models whose names match')
    parser.add_argument('--json', type=pathlib.Path, help='results by pair; kept results are not computed again')
    parser.add_argument('--svg', type=pathlib.Path, help='a heat map of all results')
    parser.add_argument('--list', action='store_true', help='print each model that is not right')
    args = parser.parse_args()
    results = json.loads(args.json.read_text()) if args.json and args.json.exists() else {}
    for source, target in pairs(args):
        if f'{source}>{target}' not in results:
            results[f'{source}>{target}'] = measure(args, source, target)
            if args.json:
                args.json.write_text(json.dumps(results, indent=1) + '\n')
        print(line(source, target, results[f'{source}>{target}']), flush=True)
    if args.svg:
        args.svg.write_text(heat_map(results))
    return 1 if any(result['silent'] for result in results.values()) else 0


def pairs(args):
    if args.pairs:
        return [tuple(pair.split('>')) for pair in args.pairs.split()]
    has = lambda name: (args.venvs / name / 'bin/python').exists()
    return [(source, target) for source in SOURCES for target in TARGETS
            if source != target and (args.zoo / source).is_dir() and has(target)]


def measure(args, source, target):
    zoo = args.zoo / source
    names = sorted(path.stem for path in zoo.glob('*.json') if not path.name.startswith(('_', 'neg-')) and re.search(args.only, path.stem))
    names = [name for name in names if name not in MISRECORDED and (zoo / f'{name}.pkl').exists()]
    with tempfile.TemporaryDirectory() as folder:
        moved = pathlib.Path(folder) / 'moved'
        moved.mkdir()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            told = dict(zip(names, pool.map(lambda name: convert(args, zoo / f'{name}.pkl', moved / f'{name}.pkl', target), names)))
        after = judged(args, target, zoo, moved, pathlib.Path(folder) / 'after.json')
        before = judged(args, target, zoo, zoo, pathlib.Path(folder) / 'before.json')
        if source not in OWN:
            OWN[source] = judged(args, source, zoo, zoo, pathlib.Path(folder) / 'own.json')
        own = OWN[source]
    names = [name for name in names if after[name][0] not in ('none', 'lacks') or told[name][0] == 'impossible']
    names = [name for name in names if not (told[name][0] == 'impossible' and ' has no ' in told[name][1])]
    names = [name for name in names if own.get(name, ['ok'])[0] not in ('wrong', 'close', 'call', 'load')]
    is_silent = lambda name: after[name][0] in ('wrong', 'close') and told[name][0] == 'moved'
    result = {
        'models': len(names),
        'plain': sum(before[name][0] in ('ok', 'warned') for name in names),
        'plain_wrong': sum(before[name][0] in ('wrong', 'close') for name in names),
        'moved': sum(after[name][0] == 'ok' for name in names),
        'without_accepting': sum(after[name][0] == 'ok' and told[name][0] in ('moved', 'noted') for name in names),
        'impossible': sum(told[name][0] == 'impossible' for name in names),
        'told': sum(after[name][0] in ('wrong', 'close') and not is_silent(name) for name in names),
        'errors': sum(after[name][0] in ('load', 'call', 'warned') and told[name][0] != 'impossible' for name in names),
        'silent': sorted(name for name in names if is_silent(name)),
    }
    if args.list:
        for name in names:
            if after[name][0] != 'ok':
                print(f'   {name:34} {told[name][0]:10} {after[name][0]:6} {after[name][1]} {told[name][1] if told[name][0] == "impossible" else ""}')
    return result


def convert(args, model, out, target):
    """Moves a model: `moved`, `noted` (with a note about last digits), `accepted` (only with --accept-…) or `impossible`."""
    command = [args.cannery, 'convert', str(model), str(out), '--scikit-learn', target]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode == 0:
        return ('noted' if ' note: ' in run.stderr else 'moved'), run.stderr.strip()
    if '--accept-' in run.stderr:
        again = subprocess.run(command + ACCEPT, capture_output=True, text=True)
        if again.returncode == 0:
            return 'accepted', again.stderr.strip()
        run = again
    return 'impossible', run.stderr.strip()


def judged(args, version, recorded, models, results):
    python = args.venvs / version / 'bin/python'
    if not python.exists():
        return {}
    environment = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1', PYTHONDONTWRITEBYTECODE='1')
    if models == recorded:
        environment['MOVES_PLAIN'] = '1'
    command = [str(python), str(HERE / 'moves_judge.py'), str(recorded), str(models), str(results)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(results.read_text())


def line(source, target, result):
    share = lambda key: f'{100 * result[key] / max(1, result["models"]):.1f} %'
    text = f'{source} > {target}: {result["models"]} models; as they are {share("plain")} right, {result["plain_wrong"]} wrong; '
    text += f'moved {share("moved")} right ({share("without_accepting")} without accepting anything), {result["impossible"]} impossible, '
    text += f'{result["told"]} different and said so, {result["errors"]} errors, {len(result["silent"])} wrong in silence'
    return text + (': ' + ' '.join(result['silent']) if result['silent'] else '')


def heat_map(results):
    """An SVG: sources down, targets across, and in each cell the share of moved models that are right, below it that of files as they are."""
    width, height, left, top = 74, 34, 96, 40
    cells = []
    for row, source in enumerate(SOURCES):
        y = top + row * height
        cells.append(f'<text x="{left - 8}" y="{y + 21}" text-anchor="end">{source}</text>')
        for column, target in enumerate(TARGETS):
            x = left + column * width
            if row == 0:
                cells.append(f'<text x="{x + width / 2}" y="{top - 10}" text-anchor="middle">{target}</text>')
            result = results.get(f'{source}>{target}')
            if not result:
                cells.append(f'<rect x="{x}" y="{y}" width="{width - 2}" height="{height - 2}" fill="#eee"/>')
                continue
            moved, plain = (100 * result[key] / max(1, result['models']) for key in ('moved', 'plain'))
            shade = max(0, min(1, (moved - 80) / 20))
            colour = f'rgb({int(240 - 150 * shade)},{int(190 + 15 * shade)},{int(120 + 20 * shade)})'
            cells.append(f'<rect x="{x}" y="{y}" width="{width - 2}" height="{height - 2}" fill="{colour}"/>')
            cells.append(f'<text x="{x + width / 2}" y="{y + 14}" text-anchor="middle" font-weight="bold">{moved:.1f}</text>')
            cells.append(f'<text x="{x + width / 2}" y="{y + 27}" text-anchor="middle" font-size="10" fill="#444">{plain:.1f}</text>')
    size = (left + len(TARGETS) * width + 10, top + len(SOURCES) * height + 10)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" font-family="sans-serif" font-size="12">'
    return '\n'.join([head, '<rect width="100%" height="100%" fill="white"/>', *cells, '</svg>', ''])


if __name__ == '__main__':
    sys.exit(main())
