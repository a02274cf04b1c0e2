"""Make a signed release of what is committed, or the key that signs them. For whoever publishes; never on a device.

scripts/make_release.py key FILE                 a new private key in FILE; prints its line for config/release-keys
scripts/make_release.py build --key FILE OUT     the committed tree as a signed release (kiosk/update/release.py has the form)
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kiosk import __version__
from kiosk.update.envelope import CONTEXT, MEMBERS, MOST_MANIFEST, MOST_PAYLOAD
from kiosk.update.release import NAME

SYSTEMS = ("debian-12", "debian-13")
"""Raspberry Pi OS bookworm and trixie (64-bit) call themselves the same."""
MACHINES = ("aarch64", "x86_64")


def new_key(file: Path) -> str:
    """Make a private key that only its owner can read; return the line for config/release-keys."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:  # noqa: PTH123
        out.write(pem)
    return public_line(key)


def public_line(key: Ed25519PrivateKey) -> str:
    """Return what config/release-keys says of a key."""
    return f"{base64.b64encode(key.public_key().public_bytes_raw()).decode()}  # whose, since when"


def read_key(file: Path) -> Ed25519PrivateKey:
    """Return the key of a file that `new_key` wrote. Raises ValueError or TypeError for anything else."""
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"expected an Ed25519 key in {file}, found another: make one with `key FILE`")
    return key


def payload_of(tree: bytes, wheels: Iterable[Path] = ()) -> bytes:
    """Return the tar of a tree (as git archives it) and wheels below `wheels/`, packed alike every time."""
    made = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as out,
    ):
        with tarfile.open(fileobj=io.BytesIO(tree)) as committed:
            for member in committed:
                out.addfile(member, committed.extractfile(member) if member.isreg() else None)
        for wheel in sorted(wheels):
            out.add(wheel, f"wheels/{wheel.name}")
    return made.getvalue()


def sealed(
    payload: bytes,
    key: Ed25519PrivateKey,
    *,
    version: str,
    systems: Sequence[str] = SYSTEMS,
    machines: Sequence[str] = MACHINES,
) -> bytes:
    """Return the release file: manifest, signature, payload. Raises ValueError for more than a device takes."""
    manifest = {
        "name": NAME,
        "version": version,
        "systems": list(systems),
        "machines": list(machines),
        "payload": {"bytes": len(payload), "sha256": hashlib.sha256(payload).hexdigest()},
    }
    written = json.dumps(manifest, indent=1).encode()
    if not 0 < len(payload) <= MOST_PAYLOAD or len(written) > MOST_MANIFEST:
        raise ValueError(
            f"expected a payload of at most {MOST_PAYLOAD} bytes and a manifest of {MOST_MANIFEST}, "
            f"found {len(payload)} and {len(written)}: no device takes it"
        )
    made = io.BytesIO()
    # The three headers that a device looks for, and no other: kiosk/update/envelope.py.
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as out:
        for name, content in zip(MEMBERS, (written, key.sign(CONTEXT + written), payload), strict=True):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return made.getvalue()


def main() -> int:
    """Do what was asked; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked = parser.add_subparsers(dest="do", required=True, metavar="DO")
    asked.add_parser("key", help="make a key").add_argument("file", type=Path)
    build = asked.add_parser("build", help="make a release of HEAD")
    build.add_argument("--key", type=Path, required=True, metavar="FILE")
    build.add_argument(
        "--wheels", type=Path, metavar="FOLDER", help="wheels to carry along, for devices without a network"
    )
    build.add_argument("out", type=Path)
    told = parser.parse_args()
    if told.do == "key":
        print(new_key(told.file))
        return 0
    top = Path(__file__).resolve().parent.parent
    tree = subprocess.run(["git", "-C", top, "archive", "HEAD"], check=True, stdout=subprocess.PIPE).stdout
    wheels = told.wheels.glob("*.whl") if told.wheels else ()
    told.out.write_bytes(sealed(payload_of(tree, wheels), read_key(told.key), version=__version__))
    print(f"{told.out}: {NAME} {__version__}, {told.out.stat().st_size / 1e6:.1f} MB, signed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
