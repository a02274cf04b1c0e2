"""The tree of a release, unpacked from the copy that was checked, and hashed once more on the way.

What was checked and what is used are two readings of one file: they have to be the same to the last byte, or nothing that was
unpacked stays. It must never write outside the folder that it makes.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from kiosk.errors import ReleaseRefused, UpdateFailed

MOST_UNPACKED = 4 << 30
"""Bytes."""
CHUNK = 1 << 20
DAMAGED = (
    tarfile.TarError,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    ValueError,
    OverflowError,
    RecursionError,
)
"""What the readers of gzip and tar raise on what is neither: their lists are nowhere, these were seen."""


class HashedReading:
    """Reads a file from its beginning, forwards only, and hashes what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        self._file = file
        self._digest, self._length = hashlib.sha256(), 0

    def read(self, most: int = CHUNK) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        piece = self._file.read(CHUNK if most < 0 else most)
        self._digest.update(piece)
        self._length += len(piece)
        return piece

    def finished(self) -> tuple[int, str]:
        """Read on to the end; return how many bytes there were, and their SHA-256."""
        while self.read():
            pass
        return self._length, self._digest.hexdigest()


def unpack(payload: IO[bytes], checked: tuple[int, str], folder: Path) -> None:
    """Unpack into a folder that is not there yet; `checked` is the length and the SHA-256 that were found good.

    Raises ReleaseRefused (another reading, a member that has no business, a damaged tree) or UpdateFailed (no room), and then
    the folder is gone again.
    """
    try:
        # Nobody else's business until it is installed, whatever umask root has.
        folder.mkdir(mode=0o700)
    except OSError as failure:
        raise ReleaseRefused(f"expected to make {folder} for the release, found {failure.strerror}") from None
    try:
        _unpack(HashedReading(payload), checked, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(reading: HashedReading, checked: tuple[int, str], folder: Path) -> None:
    wrong: Exception | None = None
    try:
        _extract(reading, folder)
    except (ReleaseRefused, OSError, *DAMAGED) as failure:
        wrong = failure
    try:
        same = reading.finished() == checked
    except OSError:
        same = False
    # First of all: what the tar said is of no interest where it is not the one that was signed.
    if not same:
        raise ReleaseRefused(
            "expected the release to read the same twice, found that it changed after its check: nothing of it was run. "
            "A failing card does that, or somebody who is root here"
        )
    if wrong is None:
        return
    if isinstance(wrong, ReleaseRefused):
        raise wrong
    if isinstance(wrong, DAMAGED) or not isinstance(wrong, OSError):
        raise ReleaseRefused(
            f"expected a tree that can be unpacked, found a damaged one that was signed so ({type(wrong).__name__}): "
            "ask who made the release"
        ) from None
    raise UpdateFailed(
        f"expected room for the unpacked release, found {wrong.strerror}: the old release runs on; make room"
    ) from None


def _extract(reading: HashedReading, folder: Path) -> None:
    room = MOST_UNPACKED
    # `r|`: member by member as they come. A reader that seeks could read twice, and hash in another order.
    with gzip.GzipFile(fileobj=reading) as plain, tarfile.open(fileobj=plain, mode="r|") as tree:  # type: ignore[call-overload]
        # What is let through is decided below, alike on every Python: 3.11.2 has no filters yet.
        tree.extraction_filter = lambda member, _path: member
        for member in tree:
            room -= member.size
            if not _harmless(member) or room < 0:
                raise ReleaseRefused(
                    f"expected files and folders of the release, found {str(member.name)[:60]!r}: it is not installed"
                )
            # Owned by whoever unpacks, which is root; readable by the service whatever the umask was where it was made.
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            tree.extract(member, folder, set_attrs=True, numeric_owner=True)


def _harmless(member: tarfile.TarInfo) -> bool:
    """A signature says who made it, not that nobody made a mistake: plain files and folders below the folder, no more."""
    path = PurePosixPath(member.name)
    return (member.isreg() or member.isdir()) and not path.is_absolute() and ".." not in path.parts
