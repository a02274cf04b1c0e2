"""A release as one signed file: who made it, for which systems, and the tree itself. Verified before a byte of it is used.

The file is a plain tar with three members in this order: `release.json` (the manifest), `release.sig` (Ed25519, raw, over
`ashyq/v1/release|` and the manifest's bytes) and `payload.tar.gz`, whose length and SHA-256 stand in the manifest. It must
never unpack anything that the signature does not cover, nor outside the folder that it is given.
"""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import ReleaseRefused

CONTEXT = b"ashyq/v1/release|"
NAME = "ashyq-kiosk"
MEMBERS = ("release.json", "release.sig", "payload.tar.gz")
MOST_MANIFEST = 1 << 16
MOST_PAYLOAD = 1 << 30
"""Bytes: the tree with all wheels for both Pythons is a fifth of it."""
MOST_UNPACKED = 4 << 30
_CHUNK = 1 << 20
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WORD = re.compile(r"[a-z0-9_.-]{1,32}", re.ASCII)

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a release says of itself."""

    version: str
    systems: tuple[str, ...]
    """As `debian-12`: ID and VERSION_ID of /etc/os-release."""
    machines: tuple[str, ...]
    """As `uname -m` prints them."""
    bytes: int
    sha256: str

    @property
    def order(self) -> Version:
        """What versions are compared by."""
        return version_of(self.version)


def version_of(text: str) -> Version:
    """Return a version as numbers. Raises ReleaseRefused where it is none."""
    found = _VERSION.fullmatch(text)
    if found is None:
        raise ReleaseRefused(f"expected a version such as 1.4.0, found {_short(text)}")
    major, minor, patch = (int(number) for number in found.groups())
    return major, minor, patch


def trusted_keys(file: Path) -> tuple[Ed25519PublicKey, ...]:
    """Read the keys that may sign releases: a line each, base64 of 32 bytes, then a remark. Raises ReleaseRefused.

    Several at once, so that a key changes without a visit: a release that is signed by the old one brings the new one.
    """
    try:
        lines = file.read_text("ascii", "replace").splitlines()
    except OSError as failure:
        raise ReleaseRefused(
            f"expected the keys that sign releases in {file}, found {failure.strerror}: "
            "install.sh puts them there from config/release-keys; ask who gave you the release"
        ) from None
    keys = []
    for number, line in enumerate(lines, start=1):
        word = line.partition("#")[0].split()
        if not word:
            continue
        try:
            keys.append(Ed25519PublicKey.from_public_bytes(base64.b64decode(word[0], validate=True)))
        except ValueError:
            raise ReleaseRefused(f"{file}:{number}: expected base64 of 32 bytes, an Ed25519 key") from None
    if not keys:
        raise ReleaseRefused(f"expected at least one key in {file}, found none: no release can be trusted")
    return tuple(keys)


@contextmanager
def opened(file: Path, keys: Sequence[Ed25519PublicKey]) -> Iterator[OpenedRelease]:
    """Open a release whose signature and payload are right. Raises ReleaseRefused, which says what is wrong with it."""
    try:
        with tarfile.open(file, "r:") as outer:
            first, second, third = (_member(outer, name) for name in MEMBERS)
            written, signature = _whole(outer, first, MOST_MANIFEST), _whole(outer, second, 64)
            if not any(_signed(key, signature, written) for key in keys):
                raise ReleaseRefused(
                    f"expected a release signed by a key that this device trusts, found {file.name} without such a signature: "
                    "it was changed on the way, or is somebody else's"
                )
            manifest = _manifest(written)
            payload = outer.extractfile(third)
            assert payload is not None  # noqa: S101 - a regular file has a reader
            _must_match(payload, manifest)
            yield OpenedRelease(manifest, payload)
    except (tarfile.TarError, EOFError) as wrong:
        raise ReleaseRefused(
            f"expected a release file, found {file.name} that is none or is damaged ({type(wrong).__name__}): fetch it again"
        ) from None
    except OSError as failure:
        if isinstance(failure, ReleaseRefused):
            raise
        raise ReleaseRefused(
            f"expected to read {file}, found {failure.strerror}: is it there, and whole?"
        ) from None


@dataclass(frozen=True, slots=True)
class OpenedRelease:
    """One that was found good, while its file is open."""

    manifest: Manifest
    payload: IO[bytes] = field(repr=False)

    def unpack(self, folder: Path) -> None:
        """Unpack the tree into a folder that is not there yet. Raises ReleaseRefused for a member that has no business."""
        folder.mkdir(parents=True)
        self.payload.seek(0)
        room = MOST_UNPACKED
        with tarfile.open(fileobj=self.payload, mode="r:gz") as tree:
            # What is let through is decided below, alike on every Python: 3.11.2 has no filters yet.
            tree.extraction_filter = lambda member, _path: member
            for member in tree:
                room -= member.size
                if not _harmless(member) or room < 0:
                    raise ReleaseRefused(
                        f"expected files and folders of the release, found {_short(member.name)}: it is not installed"
                    )
                # Owned by whoever unpacks, which is root; readable by the service whatever the umask was where it was made.
                member.uid = member.gid = 0
                member.uname = member.gname = "root"
                member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
                tree.extract(member, folder, set_attrs=True, numeric_owner=True)


def must_fit(manifest: Manifest, *, system: str, machine: str, installed: str) -> None:
    """Raise ReleaseRefused where the release is for another system, or older than what is installed."""
    if system not in manifest.systems or machine not in manifest.machines:
        raise ReleaseRefused(
            f"expected a release for {system} on {machine}, found one for {' or '.join(manifest.systems)} on "
            f"{' or '.join(manifest.machines)}: fetch the one for this system"
        )
    if manifest.order < version_of(installed):
        raise ReleaseRefused(
            f"expected a release later than {installed}, found {manifest.version}: an older one may have holes that are known. "
            "`kiosk update --back` returns to the one before this"
        )


def this_system(os_release: Path = Path("/etc/os-release")) -> tuple[str, str]:
    """Return what this machine is, as a manifest says it: system and machine."""
    told = {}
    with suppress(OSError):
        for line in os_release.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition("=")
            told[name] = value.strip('"')
    # Raspberry Pi OS (64-bit) calls itself debian, too.
    return f"{told.get('ID', 'unknown')}-{told.get('VERSION_ID', '')}", platform.machine()


def _member(outer: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    member = outer.next()
    if member is None or member.name != name or not member.isreg():
        raise ReleaseRefused(
            f"expected a release file ({', '.join(MEMBERS)}), found one without {name} in its place"
        )
    return member


def _whole(outer: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    stream = outer.extractfile(member)
    if stream is None or member.size > most:
        raise ReleaseRefused(f"expected {member.name} of at most {most} bytes, found {member.size}")
    return stream.read()


def _signed(key: Ed25519PublicKey, signature: bytes, written: bytes) -> bool:
    try:
        key.verify(signature, CONTEXT + written)
    except InvalidSignature:
        return False
    return True


def _manifest(written: bytes) -> Manifest:
    """Read a manifest that was signed: a mistake in it is the maker's, and is said all the same."""
    try:
        told = json.loads(written)
        manifest = Manifest(
            version=told["version"],
            systems=_words(told["systems"]),
            machines=_words(told["machines"]),
            bytes=told["payload"]["bytes"],
            sha256=told["payload"]["sha256"],
        )
        fits = (
            told["name"] == NAME
            and 0 < manifest.bytes <= MOST_PAYLOAD
            and _SHA256.fullmatch(manifest.sha256) is not None
            and _VERSION.fullmatch(manifest.version) is not None
        )
    except (ValueError, TypeError, KeyError):
        fits = False
    if not fits:
        raise ReleaseRefused(
            "expected a manifest that this version understands, found another: install by hand"
        )
    return manifest


def _words(told: Any) -> tuple[str, ...]:
    words = tuple(told)
    if not words or not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        raise ValueError("not words")
    return words


def _must_match(payload: IO[bytes], manifest: Manifest) -> None:
    digest, length = hashlib.sha256(), 0
    while chunk := payload.read(_CHUNK):
        digest.update(chunk)
        length += len(chunk)
    if (length, digest.hexdigest()) != (manifest.bytes, manifest.sha256):
        raise ReleaseRefused(
            "expected the tree that was signed, found another: it is damaged, fetch it again"
        )


def _harmless(member: tarfile.TarInfo) -> bool:
    """A signature says who made it, not that nobody made a mistake: plain files and folders below the folder, no more."""
    path = PurePosixPath(member.name)
    return (member.isreg() or member.isdir()) and not path.is_absolute() and ".." not in path.parts


def _short(text: object) -> str:
    return repr(str(text)[:60])
