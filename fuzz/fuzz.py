"""Runs the fuzz targets, from the first inputs to what is kept of them.

    python3 fuzz/fuzz.py seed [--venvs DIR] [--attacks DIR]
                                                 first inputs: fixtures/, small models fitted in environments, attacks as
                                                 `cargo run -p cannery --example build_attacks -- DIR` writes them
    python3 fuzz/fuzz.py run TARGET SECONDS      fuzz, and add a line to fuzz/log.tsv
    python3 fuzz/fuzz.py keep [TARGET ...]       minimise fuzz/corpus/TARGET into fuzz/kept/TARGET.zip
    python3 fuzz/fuzz.py report                  sums of fuzz/log.tsv, as a table for docs/trust.md

`run` begins with what is kept and what was seeded. It needs `cargo install cargo-fuzz --locked`; with a stable compiler
it sets RUSTC_BOOTSTRAP and uses no sanitizer, which code without `unsafe` does not need. What it finds is in
fuzz/artifacts/TARGET: mend it, and put the case into fuzz/found/TARGET.
"""
import argparse
import collections
import hashlib
import os
import pickletools
import re
import resource
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TARGETS = ['pickle', 'joblib', 'numpy', 'skops', 'scan', 'predict', 'table']
MOST_BYTES = 4096
KEPT_BYTES = 300_000  # of a target, before compression
# scikit-learn releases whose models are seeds: each wrote something that the next ones did not
RELEASES = ['0.18.2', '0.20.4-py27', '0.21.3', '0.22.2', '0.24.2', '1.0.2', '1.2.2', '1.3.2', '1.5.2', '1.9.1']
LOG = os.path.join(HERE, 'log.tsv')
COLUMNS = ['target', 'cpu_seconds', 'executions', 'edges', 'features', 'corpus', 'found']


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    command = commands.add_parser('seed')
    command.add_argument('--venvs')
    command.add_argument('--attacks')
    command = commands.add_parser('run')
    command.add_argument('target', choices=TARGETS)
    command.add_argument('seconds', type=int)
    command = commands.add_parser('keep')
    command.add_argument('targets', nargs='*', default=TARGETS)
    for command in (commands.choices['run'], command):
        command.add_argument('--built', metavar='DIR', help='take DIR/TARGET, which was built before')
    commands.add_parser('report')
    args = parser.parse_args()
    if args.command == 'seed':
        seed(args.venvs, args.attacks)
    elif args.command == 'run':
        return run(args.target, args.seconds, args.built)
    elif args.command == 'keep':
        for target in args.targets:
            keep(target, args.built)
    else:
        report()


# ---------------------------------------------------------------- first inputs

def seed(venvs, attacks):
    for folder in [os.path.join(ROOT, 'fixtures')] + [attacks] * bool(attacks):
        for path in sorted(os.path.join(above, name) for above, _, names in os.walk(folder) for name in names):
            if not path.endswith(('.json', '.txt', '.tsv', '.md', '.py', '.gitattributes')):
                with open(path, 'rb') as f:
                    share(os.path.relpath(path, folder).split(os.sep)[0], path, f.read())
    tables()
    for release in RELEASES if venvs else []:
        python = os.path.join(venvs, release, 'bin', 'python')
        if not os.path.exists(python):
            print('no environment', python)
            continue
        out = os.path.join(HERE, 'corpus', 'fitted')
        subprocess.run([python, os.path.join(HERE, 'models.py'), out], check=True)
        for name in sorted(os.listdir(out)):
            with open(os.path.join(out, name), 'rb') as f:
                share('sklearn', os.path.join(out, name), f.read())
        shutil.rmtree(out)
    dictionaries()


def share(group, path, data):
    """Gives a file to the targets that it is for."""
    if path.endswith('.pkl') and group != 'sklearn':
        add('pickle', data)
    if group in ('joblib', 'sklearn') or path.endswith(('.joblib', '.gz', '.z', '.bz2', '.xz', '.lzma', '.lz4')):
        add('joblib', data)
    if path.endswith(('.npy', '.npz')):
        add('numpy', data)
    if path.endswith('.skops'):
        add('skops', data)
        add('skops', parts(path))
    if group == 'sklearn':
        add('predict', data)
    add('scan', data)


TEXTS = [
    'a,b,c\n1,2.5,\n-3e5,nan,inf\n', '0.5,1\n2,3', 'city,"a ""b"""\r\nParis,1\r\n"Zü\nrich",NA\r\n', '\ufeffx;y\n1;2\n',
    '[1, 2.5, null]\n[3, true, -0.0]\n', '{"a": 1, "b": "x"}\n{"b": "\\u00e9\\ud83d\\ude00", "a": 1e300}\n',
    '"one"\n"two\\n"\n', 'first line\n\nthird\tline',
]


def tables():
    """Tables of every form, each with several first bytes, which say what is asked of it."""
    found = [text.encode() for text in TEXTS]
    folders = ['examples', 'fixtures/numpy', 'fixtures/scipy', 'crates/table/tests']
    for above, _, names in (step for folder in folders for step in os.walk(os.path.join(ROOT, folder))):
        for name in sorted(names):
            if name.endswith(('.csv', '.ndjson', '.npy', '.npz', '.parquet')):
                with open(os.path.join(above, name), 'rb') as f:
                    found.append(f.read())
    for data in found:
        for how in (0x00, 0x11, 0x62, 0x33, 0x05, 0x0b):
            add('table', bytes([how]) + data)


def parts(path):
    """A skops archive as the target `skops` takes it apart; nothing of one that can't be."""
    try:
        with zipfile.ZipFile(path) as archive:
            rest = [n for n in archive.namelist() if n != 'schema.json']
            pieces = [archive.read('schema.json')] + [n.encode() + b'\n' + archive.read(n) for n in rest]
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError):
        return b'{}'
    return b'\n--\n'.join(pieces)


def add(target, data):
    if len(data) > MOST_BYTES:
        return
    folder = os.path.join(HERE, 'corpus', target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, hashlib.sha1(data).hexdigest()), 'wb') as f:
        f.write(data)


def dictionaries():
    """For each target the texts that stand in several of its inputs, as libFuzzer's dictionaries have them."""
    for target in TARGETS:
        counts = collections.Counter()
        for data in inputs(target):
            words = set(re.findall(rb'[A-Za-z_][A-Za-z0-9_.]{2,60}', data))
            counts.update(words | texts(data))
        words = [word for word, count in counts.most_common(1500) if count > 1]
        with open(os.path.join(HERE, 'corpus', target + '.dict'), 'w') as f:
            f.writelines('"%s"\n' % ''.join('\\x%02x' % byte for byte in word) for word in sorted(words))


def texts(data):
    """Texts of a pickle, with the opcode that makes them."""
    try:
        ops = list(pickletools.genops(data))
    except Exception:  # not a pickle, or an array is in the way
        return set()
    ends = [position for _, _, position in ops[1:]] + [len(data)]
    return {data[start:end] for (_, arg, start), end in zip(ops, ends) if isinstance(arg, str) and 3 < end - start < 64}


def inputs(target):
    folder = os.path.join(HERE, 'corpus', target)
    for name in sorted(os.listdir(folder) if os.path.isdir(folder) else []):
        with open(os.path.join(folder, name), 'rb') as f:
            yield f.read()


# ---------------------------------------------------------------- fuzzing

def run(target, seconds, built):
    unpack(target)
    artifacts = os.path.join(HERE, 'artifacts', target)
    os.makedirs(artifacts, exist_ok=True)
    before = set(os.listdir(artifacts))
    options = ['-max_total_time=%d' % seconds, '-max_len=%d' % MOST_BYTES, '-timeout=60', '-rss_limit_mb=2048',
               '-print_final_stats=1']
    words = os.path.join(HERE, 'corpus', target + '.dict')
    if os.path.exists(words):
        options.append('-dict=' + words)
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = fuzzer(target, built, options + ['-artifact_prefix=%s/' % artifacts], [os.path.join(HERE, 'corpus', target)])
    process = subprocess.Popen(command, cwd=HERE, stderr=subprocess.PIPE, text=True,
                               errors='replace', env=environment())
    stats = dict.fromkeys(COLUMNS, 0)
    tail = collections.deque(maxlen=60)
    for line in process.stderr:
        tail.append(line)
        status = re.search(r'cov: (\d+) ft: (\d+) corp: (\d+)', line)
        if status:
            stats['edges'], stats['features'], stats['corpus'] = map(int, status.groups())
        executed = re.match(r'#(\d+)\s|stat::number_of_executed_units:\s*(\d+)', line)
        if executed:
            stats['executions'] = int(executed.group(1) or executed.group(2))
    process.wait()
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    after = set(os.listdir(artifacts))
    stats.update(target=target, cpu_seconds=round(end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime),
                 found=len(after - before))
    log(stats)
    if process.returncode:
        sys.stderr.writelines(tail)
    return process.returncode


def fuzzer(target, built, options, folders):
    if built:
        return [os.path.join(built, target), *options, *folders]
    return ['cargo', 'fuzz', 'run', '--sanitizer', 'none', target, *folders, '--', *options]


def environment():
    # tables that are mapped are written to files first: rather to memory than to a disk
    memory = {'TMPDIR': '/dev/shm'} if os.path.isdir('/dev/shm') else {}
    return dict(os.environ, RUSTC_BOOTSTRAP='1', RAYON_NUM_THREADS='1', **memory)


def unpack(target):
    kept, folder = os.path.join(HERE, 'kept', target + '.zip'), os.path.join(HERE, 'corpus', target)
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(kept):
        with zipfile.ZipFile(kept) as archive:
            archive.extractall(folder)


def log(stats):
    new = not os.path.exists(LOG)
    with open(LOG, 'a') as f:
        if new:
            f.write('\t'.join(COLUMNS) + '\n')
        f.write('\t'.join(str(stats[column]) for column in COLUMNS) + '\n')


def report():
    with open(LOG) as f:
        rows = [dict(zip(COLUMNS, line.rstrip('\n').split('\t'))) for line in list(f)[1:]]
    print('| target | CPU minutes | executions | edges | features | found |\n|---|---|---|---|---|---|')
    for target in TARGETS:
        own = [row for row in rows if row['target'] == target]
        total = {column: sum(int(row[column]) for row in own) for column in COLUMNS[1:]}
        most = {column: max([int(row[column]) for row in own] or [0]) for column in COLUMNS[1:]}
        print('| `%s` | %.1f | %s | %s | %s | %d |' % (
            target, total['cpu_seconds'] / 60, format(total['executions'], ','), format(most['edges'], ','),
            format(most['features'], ','), total['found']))


# ---------------------------------------------------------------- what is kept

def keep(target, built):
    """The fewest inputs that reach what all reach, the smallest of them where that is much."""
    unpack(target)
    folder, small = os.path.join(HERE, 'corpus', target), os.path.join(HERE, 'corpus', target + '.small')
    shutil.rmtree(small, ignore_errors=True)
    os.makedirs(small)
    artifacts = os.path.join(HERE, 'artifacts', target)
    os.makedirs(artifacts, exist_ok=True)
    options = ['-merge=1', '-artifact_prefix=%s/' % artifacts, '-max_len=%d' % MOST_BYTES, '-timeout=60']
    subprocess.run(fuzzer(target, built, options, [small, folder]), cwd=HERE, check=True, env=environment(),
                   stderr=subprocess.DEVNULL)
    names = sorted(os.listdir(small), key=lambda name: (os.path.getsize(os.path.join(small, name)), name))
    total, kept = 0, []
    for name in names:
        total += os.path.getsize(os.path.join(small, name))
        if total <= KEPT_BYTES:
            kept.append(name)
    os.makedirs(os.path.join(HERE, 'kept'), exist_ok=True)
    with zipfile.ZipFile(os.path.join(HERE, 'kept', target + '.zip'), 'w') as archive:
        for name in sorted(kept):
            entry = zipfile.ZipInfo(name)  # the same time in every archive
            with open(os.path.join(small, name), 'rb') as f:
                archive.writestr(entry, f.read(), zipfile.ZIP_DEFLATED, 9)
    print(target, len(kept), 'inputs kept of', len(names))
    shutil.rmtree(folder)
    os.rename(small, folder)


if __name__ == '__main__':
    sys.exit(main())
