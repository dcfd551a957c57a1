#!/usr/bin/env python3
"""Kills cannery while it seals, again and again: the bundle must be the old one or the new one, whole.

    python3 tests/kill_seals.py 2000 [CANNERY]

Seals a model of about 1 MB under two names in turn, as a folder and as a zip, over the bundle that is there, kills the process by
SIGKILL after a random time (seed 0) within that which sealing takes, and verifies the bundle that is there. What killed runs
leave must be gone after the next whole run. Exit status 0 if all of it held.
"""

import json
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
        model, data = folder / "model.pkl", folder / "train.csv"
        model.write_bytes(pickle.dumps([{"name": f"value {i}", "number": i / 7} for i in range(30_000)], 4))
        data.write_text("x\n" + "1\n" * 10_000)
        bundles = [folder / "kept", folder / "kept.zip"]
        command = lambda bundle, name: [
            binary, "seal", str(model), "-o", str(bundle), "--replace", "--data", str(data), "--name", name,
        ]  # fmt: skip
        took = 0
        for bundle in bundles:
            for name in ("first", "second"):
                start = time.monotonic()
                subprocess.run(command(bundle, name), check=True, stdout=subprocess.DEVNULL)
                took = max(took, time.monotonic() - start)
        seen, killed, left = {"old": 0, "new": 0}, 0, 0
        before = {bundle: "second" for bundle in bundles}
        for turn in range(count):
            bundle = bundles[turn % 2]
            wanted = "first" if before[bundle] == "second" else "second"
            process = subprocess.Popen(command(bundle, wanted), stdout=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.05, 1.05) * took)
            process.kill()
            killed += process.wait() != 0
            name = verified(binary, bundle)
            if name not in (before[bundle], wanted):
                print(f"turn {turn}: {bundle.name} is neither the old bundle nor the new one")
                return 1
            seen["new" if name == wanted else "old"] += 1
            left += any(path.name.startswith(".cannery-") for path in folder.iterdir())
            before[bundle] = name
        for bundle in bundles:
            subprocess.run(command(bundle, "last"), check=True, stdout=subprocess.DEVNULL)
        names = sorted(path.name for path in folder.iterdir())
        print(f"{count} runs of seal, {killed} killed: {seen}; {left} left something; now {names}")
        return int(names != ["kept", "kept.zip", "model.pkl", "train.csv"])


def verified(binary, bundle):
    """The name of the model in a bundle; nothing if it does not verify."""
    done = subprocess.run(
        [binary, "verify", str(bundle), "--digests-only", "--format", "json"], stdout=subprocess.PIPE, check=False
    )
    if done.returncode != 0:
        print(done.stdout.decode())
        return None
    return json.loads(done.stdout)["manifest"]["name"]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else BINARY))
