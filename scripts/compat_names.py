#!/usr/bin/env python3
"""Writes crates/pickle/src/write/names.tsv: the names that moved between Python 2 and 3, from Python's own `_compat_pickle`.

A row has the Python that a name is wanted for, module and name before, module and name after; a row without names is a
whole module.
"""

import _compat_pickle as compat
from pathlib import Path

OUT = Path(__file__).parent.parent / "crates/pickle/src/write/names.tsv"


def rows():
    for python, names, modules in [
        (2, compat.REVERSE_NAME_MAPPING, compat.REVERSE_IMPORT_MAPPING),
        (3, compat.NAME_MAPPING, compat.IMPORT_MAPPING),
    ]:
        for (module, name), after in sorted(names.items()):
            yield python, module, name, *after
        for module, after in sorted(modules.items()):
            yield python, module, "", after, ""


OUT.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows()))
