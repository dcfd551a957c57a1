#!/usr/bin/env python3
"""Writes what Python knows of characters into crates/graph/src/unicode/: tables.rs and decompositions.tsv; and into
crates/graph/tests/unicode/ a few thousand characters, one by one, to test against.

    python3.13 scripts/unicode_tables.py

All comes out of the interpreter that runs this (`re`, `str` and `unicodedata`), which must know the Unicode version below:
another one would change what old models compute, so that is a decision and not an accident.
"""
import pathlib
import random
import re
import sys
import unicodedata

UNICODE = '15.1.0'  # Python 3.13
FOLDER = pathlib.Path(__file__).resolve().parents[1] / 'crates' / 'graph' / 'src' / 'unicode'
SAMPLE = FOLDER.parents[1] / 'tests' / 'unicode' / 'characters.tsv'
POINTS = [point for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def main():
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f'this Python has Unicode {unicodedata.unidata_version}, the tables are of {UNICODE}')
    lines = [
        '//! Made by scripts/unicode_tables.py from the tables of Python 3.13.',
        '',
        f'pub(super) const VERSION: &str = "{UNICODE}";',
        *ranges('WORD', r'`\w` of `re`: `str.isalnum` or the underscore.', matching(r'\w')),
        *ranges('SPACE', r'`\s` of `re`, and what `str.split` splits at.', matching(r'\s')),
        *ranges('DIGIT', r'`\d` of `re`: decimal digits.', matching(r'\d')),
        *ranges('CASED', 'Cased and not case-ignorable.', [p for p in POINTS if context(p) == 'cased']),
        *ranges('CASE_IGNORABLE', 'Case-ignorable.', [p for p in POINTS if context(p) == 'ignorable']),
        *lower(),
        *combining(),
    ]
    (FOLDER / 'tables.rs').write_text('\n'.join(lines) + '\n', encoding='ascii')
    (FOLDER / 'decompositions.tsv').write_text(''.join(decompositions()), encoding='ascii')
    SAMPLE.write_text(''.join(characters()), encoding='ascii')


def matching(pattern):
    assert all(bool(re.match(r'\s', chr(point))) == chr(point).isspace() for point in POINTS)
    pattern = re.compile(pattern)
    return [point for point in POINTS if pattern.match(chr(point))]


def context(point):
    """What a character does to the capital sigma behind it: str.lower shows the properties that it does not offer."""
    final = [(start + chr(point) + '\u03a3').lower().endswith('\u03c2') for start in 'A.']
    return {(True, True): 'cased', (True, False): 'ignorable', (False, False): 'other'}[tuple(final)]


def ranges(name, what, points):
    found = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return table(name, what, '(u32, u32)', [f'(0x{first:X}, 0x{last:X})' for first, last in found])


def lower():
    """First, last, step, and what is added: runs of characters whose lower case is one character."""
    runs = []
    for point in POINTS:
        small = chr(point).lower() if point != 0x3A3 else '\u03c3'
        if small == chr(point) or len(small) > 1:
            assert len(small) == 1 or point == 0x130, hex(point)
            continue
        delta = ord(small) - point
        last = runs[-1] if runs else None
        if last and last[3] == delta and point - last[1] <= 2 and (last[0] == last[1] or point - last[1] == last[2]):
            last[2] = point - last[1]
            last[1] = point
        else:
            runs.append([point, point, 1, delta])
    entries = [f'(0x{first:X}, 0x{last:X}, {step}, {delta})' for first, last, step, delta in runs]
    what = 'First, last, step and difference of characters with a lower case of one character.'
    return table('LOWER', what, '(u32, u32, u32, i32)', entries)


def combining():
    runs = []
    for point in POINTS:
        order = unicodedata.combining(chr(point))
        if order and runs and runs[-1][1] == point - 1 and runs[-1][2] == order:
            runs[-1][1] = point
        elif order:
            runs.append([point, point, order])
    entries = [f'(0x{first:X}, 0x{last:X}, {order})' for first, last, order in runs]
    return table('COMBINING', 'Combining characters with their canonical combining class.', '(u32, u32, u8)', entries)


def table(name, what, kind, entries):
    lines = ['', f'/// {what}', '#[rustfmt::skip]', f'pub(super) static {name}: [{kind}; {len(entries)}] = [']
    line = '   '
    for entry in entries:
        if len(line) + len(entry) > 116:
            lines.append(line)
            line = '   '
        line += f' {entry},'
    return [*lines, line, '];']


def decompositions():
    """NFKD of single characters without Hangul, which is arithmetic, and without combining characters in the result."""
    for point in POINTS:
        full = unicodedata.normalize('NFKD', chr(point))
        if full != chr(point) and point not in HANGUL:
            kept = ' '.join(f'{ord(c):X}' for c in full if not unicodedata.combining(c))
            yield f'{point:X}\t{kept}\n'


def characters():
    """Code point; whether `\\w`, `\\s`, `\\d`; combining class; lower case; NFKD without combining characters."""
    random.seed(0)
    chosen = set(range(0x600)) | set(random.sample(POINTS, 600)) | set(random.sample(range(0x600, 0x3400), 1500))
    chosen |= set(random.sample(range(0x10000, 0x1FFFF), 600)) | {0x130, 0x3A3, 0xAC00, 0xAC01, 0xD7A3, 0x10FFFF}
    for c in map(chr, sorted(chosen)):
        kinds = ''.join(kind for kind in 'wsd' if re.match(f'\\{kind}', c)) or '-'
        stripped = ''.join(d for d in unicodedata.normalize('NFKD', c) if not unicodedata.combining(d))
        texts = [' '.join(f'{ord(d):X}' for d in text) for text in (c.lower(), stripped)]
        yield f'{ord(c):X}\t{kinds}\t{unicodedata.combining(c)}\t{texts[0]}\t{texts[1]}\n'


if __name__ == '__main__':
    main()
