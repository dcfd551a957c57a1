#!/usr/bin/env python3
"""Signatures of cannery and of the tool model_signing, each verified by the other.

    python tests/model_signing.py [CANNERY]          # in an environment with model-signing 1.1.1 and pyOpenSSL

Keys of both curves, made by cannery and by the package cryptography; names that the two tools sort differently; every change of
a bundle that model_signing refuses must be refused by cannery too. Exit status 0 if all of it held.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
BINARY = os.environ.get("CANNERY", str(ROOT / "target" / "release" / "cannery"))
MODEL = ROOT / "examples" / "iris_svc.joblib"


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def peer(verb, bundle, *options):
    command = [sys.executable, "-m", "model_signing", verb, "key", bundle, "--signature", bundle / "model.sig"]
    return run(*command, *options)


def make_keys(folder, binary):
    """Pairs of private and public key: cannery's, and those of cryptography as PKCS#8 and SEC1."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    for name, curve in (("p256", ec.SECP256R1()), ("p384", ec.SECP384R1())):
        assert run(binary, "keygen", folder / f"{name}.pem", "--curve", name).returncode == 0
        yield folder / f"{name}.pem", folder / f"{name}.pub.pem"
        forms = serialization.PrivateFormat
        for label, form in (("pkcs8", forms.PKCS8), ("sec1", forms.TraditionalOpenSSL)):
            key, plain = ec.generate_private_key(curve), serialization.NoEncryption()
            private, public = folder / f"{name}-{label}.pem", folder / f"{name}-{label}.pub.pem"
            private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
            yield private, public


def seal(folder, binary):
    """A bundle with names that sort differently by characters and by parts of paths: `golden.py`, `golden/…`."""
    bundle, rows = folder / "iris", folder / "a b.csv"
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.copy(ROOT / "examples" / "iris.csv", rows)
    model = folder / "golden.joblib"
    shutil.copy(MODEL, model)
    done = run(binary, "seal", model, "-o", bundle, "--golden", rows)
    assert done.returncode == 0, done.stderr
    return bundle


def both_ways(folder, binary):
    pairs = 0
    for private, public in make_keys(folder, binary):
        bundle = seal(folder, binary)
        steps = [
            ("cannery signs", run(binary, "sign", bundle, "--key", private)),
            ("model_signing verifies", peer("verify", bundle, "--public_key", public)),
            ("cannery verifies", run(binary, "verify", bundle, "--key", public)),
        ]
        (bundle / "model.sig").unlink()
        steps += [
            ("model_signing signs", peer("sign", bundle, "--private_key", private)),
            ("cannery verifies model_signing's", run(binary, "verify", bundle, "--key", public)),
        ]
        for what, done in steps:
            assert done.returncode == 0, f"{private.name}: {what}: {done.stdout}{done.stderr}"
        pairs += 1
    return pairs


def edit(change):
    def tamper(bundle):
        path = bundle / "model.sig"
        signature = json.loads(path.read_text())
        change(signature)
        path.write_text(json.dumps(signature))

    return tamper


def flip(name):
    def tamper(bundle):
        content = bytearray((bundle / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bundle / name).write_bytes(content)

    return tamper


# What is done to a bundle that is signed.
TAMPERED = {
    "changed file": flip("golden.joblib"),
    "changed manifest": flip("manifest.json"),
    "removed file": lambda bundle: (bundle / "golden/a b.csv").unlink(),
    "extra file": lambda bundle: (bundle / "extra").write_text("x"),
    "added symlink": lambda bundle: (bundle / "link").symlink_to("/etc/passwd"),
    "changed signature": edit(lambda s: s["dsseEnvelope"]["signatures"][0].update(sig="MEUCIQ==")),
    "changed payload": edit(lambda s: s["dsseEnvelope"].update(payload="e30=")),
    "changed payloadType": edit(lambda s: s["dsseEnvelope"].update(payloadType="text/plain")),
    "changed mediaType": edit(lambda s: s.update(mediaType="application/json")),
    "changed hint": edit(lambda s: s["verificationMaterial"]["publicKey"].update(hint="0" * 64)),
    "no signatures": edit(lambda s: s["dsseEnvelope"].update(signatures=[])),
    "extra empty folder": lambda bundle: (bundle / "empty").mkdir(),
    "made executable": lambda bundle: (bundle / "golden.joblib").chmod(0o755),
    "content of .github": lambda bundle: (
        (bundle / ".github").mkdir(), (bundle / ".github/x").write_text("x")
    ),
    "removed hint": edit(lambda s: s["verificationMaterial"].pop("publicKey")),
    "second signature": edit(lambda s: s["dsseEnvelope"]["signatures"].append({"sig": "AAAA"})),
}  # fmt: skip


def tamper_matrix(folder, binary):
    """cannery refuses every change; prints what model_signing lets pass."""
    private, public = folder / "p256.pem", folder / "p256.pub.pem"
    passes = []
    for name, tamper in TAMPERED.items():
        bundle = seal(folder, binary)
        assert run(binary, "sign", bundle, "--key", private).returncode == 0
        tamper(bundle)
        done = run(binary, "verify", bundle, "--key", public)
        assert done.returncode == 1, f"{name}: cannery says {done.stdout}{done.stderr}"
        if peer("verify", bundle, "--public_key", public).returncode == 0:
            passes.append(name)
    print(f"{len(TAMPERED)} changes refused; model_signing lets pass: {', '.join(passes) or 'none'}")


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        print(f"{both_ways(folder, binary)} keys: signatures verify both ways")
        tamper_matrix(folder, binary)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else BINARY)
