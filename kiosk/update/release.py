"""A release as one signed file: who made it, for which systems, and the tree itself. Copied once, checked, and used from the copy.

The file is a plain tar with three members in this order: `release.json` (the manifest), `release.sig` (Ed25519, raw, over
`ashyq/v1/release|` and the manifest's bytes) and `payload.tar.gz`, whose length and SHA-256 stand in the manifest. It must
never unpack anything that the signature does not cover, nor read the file that it was given twice: who may write to that one
would have something else checked than what is used.
"""

from __future__ import annotations

import base64
import json
import os
import platform
import re
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import FileIO
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import ReleaseRefused, UpdateFailed
from kiosk.update import tree
from kiosk.update.envelope import MOST_PAYLOAD, Inflow, signed_manifest
from kiosk.update.tree import CHUNK, HashedReading

NAME = "ashyq-kiosk"
KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
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
    match = _VERSION.fullmatch(text)
    if match is None:
        raise ReleaseRefused(f"expected a version such as 1.4.0, found {_short(text)}")
    major, minor, patch = (int(number) for number in match.groups())
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
def opened(
    file: Path,
    keys: Sequence[Ed25519PublicKey],
    *,
    copies: Path | None = None,
    wanted: Callable[[Manifest], None] = lambda _manifest: None,
) -> Iterator[OpenedRelease]:
    """Copy a release from a file, and check the copy: see `received`. Whose the file is, and who may write to it, is all the same."""
    with _plain_file(file) as stream:
        pieces = iter(partial(stream.read, CHUNK), b"")
        with received(pieces, file.name, keys, copies=copies, wanted=wanted) as release:
            yield release


@contextmanager
def received(
    pieces: Iterator[bytes],
    called: str,
    keys: Sequence[Ed25519PublicKey],
    *,
    copies: Path | None = None,
    wanted: Callable[[Manifest], None] = lambda _manifest: None,
) -> Iterator[OpenedRelease]:
    """Read a release once, and check the copy of its payload, which is then what is unpacked.

    The copy has no name and lies in the folder `copies` (None: the system's folder for such); it is gone with its opening, also
    when the power goes. `wanted` is asked as soon as the signature is found good and before anything is copied, and raises where
    this release is of no use. Raises ReleaseRefused (what is wrong with it) or UpdateFailed (there is no room).
    """
    inflow = Inflow(pieces, called)
    written, length = signed_manifest(inflow, keys)
    manifest = _manifest(written)
    if length != manifest.bytes:
        raise _another_tree()
    wanted(manifest)
    with ExitStack() as kept:
        try:
            copy = kept.enter_context(tempfile.TemporaryFile(dir=copies))
            inflow.pour(length, copy.write)
            copy.flush()
        except ReleaseRefused:
            raise
        except OSError as failure:
            raise UpdateFailed(
                f"expected room for a copy of the release, {length / 1e6:.0f} MB, found {failure.strerror}: "
                "the old release runs on; make room"
            ) from None
        if HashedReading(copy).finished() != (manifest.bytes, manifest.sha256):
            raise _another_tree()
        yield OpenedRelease(manifest, copy)


@dataclass(frozen=True, slots=True)
class OpenedRelease:
    """One that was found good, while there is a copy of it."""

    manifest: Manifest
    payload: IO[bytes] = field(repr=False)
    """Its copy, which nobody else has a name for."""

    def unpack(self, folder: Path) -> None:
        """Unpack the tree into a folder that is not there yet. Raises ReleaseRefused or UpdateFailed: kiosk/update/tree.py."""
        tree.unpack(self.payload, (self.manifest.bytes, self.manifest.sha256), folder)


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
    fields = {}
    with suppress(OSError):
        for line in os_release.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition("=")
            fields[name] = value.strip('"')
    # Raspberry Pi OS (64-bit) calls itself debian, too.
    return f"{fields.get('ID', 'unknown')}-{fields.get('VERSION_ID', '')}", platform.machine()


def _another_tree() -> ReleaseRefused:
    return ReleaseRefused("expected the tree that was signed, found another: it is damaged, fetch it again")


@contextmanager
def _plain_file(file: Path) -> Iterator[FileIO]:
    """Open what is a file. A pipe would be waited for, a device may do something when it is opened: neither is touched."""
    try:
        kind = stat.S_IFMT(file.stat().st_mode)
        if kind == stat.S_IFREG:
            # It may have become something else since: then this does not wait, and is looked at once more.
            stream = FileIO(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC))
            kind = stat.S_IFMT(os.fstat(stream.fileno()).st_mode)
    except OSError as failure:
        raise ReleaseRefused(
            f"expected to read {file}, found {failure.strerror}: is it there, and whole?"
        ) from None
    if kind != stat.S_IFREG:
        raise ReleaseRefused(f"expected a release file, found {KINDS.get(kind, 'something else')}: {file}")
    with stream:
        yield stream


def _manifest(written: bytes) -> Manifest:
    """Read a manifest that was signed: a mistake in it is the maker's, and is said all the same."""
    try:
        fields = json.loads(written)
        manifest = Manifest(
            version=fields["version"],
            systems=_words(fields["systems"]),
            machines=_words(fields["machines"]),
            bytes=fields["payload"]["bytes"],
            sha256=fields["payload"]["sha256"],
        )
        fits = (
            fields["name"] == NAME
            and type(manifest.bytes) is int
            and 0 < manifest.bytes <= MOST_PAYLOAD
            and _SHA256.fullmatch(manifest.sha256) is not None
            and _VERSION.fullmatch(manifest.version) is not None
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        fits = False
    if not fits:
        raise ReleaseRefused(
            "expected a manifest that this version understands, found another: install by hand"
        )
    return manifest


def _words(listed: Any) -> tuple[str, ...]:
    words = tuple(listed)
    if not words or not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        raise ValueError("not words")
    return words


def _short(text: object) -> str:
    return repr(str(text)[:60])
