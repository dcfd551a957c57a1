#!/usr/bin/env python3
"""Kills cannery while it writes, again and again: the file must be the old one or the new one, whole.

    python3 tests/kill_writes.py 10000 [CANNERY]

Converts a dump of about 1 MB, kills the process by SIGKILL after a random time (seed 0) within that which a write takes, and
compares the file with what was there before and with what a write that is left alone gives. What killed writes leave
must be gone after the next whole write. Exit status 0 if all of it held.
"""

import os
import pathlib
import pickle
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parent.parent
BINARY = os.environ.get("CANNERY", str(ROOT / "target" / "release" / "cannery"))


def main(count, binary):
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source, out = folder / "in.pkl", folder / "out.pkl"
        source.write_bytes(pickle.dumps([{"name": f"value {i}", "number": i / 7} for i in range(30_000)], 4))
        command = [binary, "convert", str(source), str(out), "--protocol"]
        wanted = {}
        for protocol in "24":
            start = time.monotonic()
            subprocess.run([*command, protocol], check=True)
            took = time.monotonic() - start
            wanted[protocol] = out.read_bytes()
        seen, left, killed = {"old": 0, "new": 0}, 0, 0
        for turn in range(count):
            protocol = "24"[turn % 2]
            before = out.read_bytes()
            process = subprocess.Popen([*command, protocol])
            time.sleep(rng.uniform(0.3, 1.05) * took)
            process.kill()
            killed += process.wait() != 0
            after = out.read_bytes()
            if after not in (before, wanted[protocol]):
                print(f"turn {turn}: neither the old file nor the new one, {len(after)} bytes")
                return 1
            seen["new" if after == wanted[protocol] else "old"] += 1
            left += len(list(folder.iterdir())) > 2
        subprocess.run([*command, "4"], check=True)
        names = sorted(path.name for path in folder.iterdir())
        print(f"{count} writes of {len(wanted['4']):,} bytes, {killed} killed: {seen}; {left} left a file; now {names}")
        return int(names != ["in.pkl", "out.pkl"])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else BINARY))
