"""Who owns what is the door's: the owner of a file, what is wrong with it, and how that is put right.

`--fix` runs as root in folders that the service can write to, so a repair follows no link, of either kind, and goes by the
file that it opened, not by its name: whoever took over the service must not be able to point it at another file.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import KioskError

USER = "ashyq-kiosk"
CONFIGURATION = Path("/etc/ashyq-kiosk")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOwner:
    """A user by number, with their own group."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A file or folder that somebody else could read or change."""

    path: Path
    folder: Path
    """The one of ours that it lies in, or is; what is above that belongs to root."""
    owner: FileOwner
    take_away: int
    """Permission bits that it must not have."""
    give: int
    """Permission bits that it must have; for a folder, the right to enter comes with the right to read."""


def owner_named(user: str = USER) -> FileOwner | None:
    """Return the door's user; None where there is none."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return None
    return FileOwner(uid=entry.pw_uid, gid=entry.pw_gid)


def wrong_in(folder: Path, owner: FileOwner, *, take_away: int, give: int) -> Iterator[Wrong]:
    """Yield the folder and what lies in it, as far as it is not `owner`'s with these permissions. Raises PermissionError."""
    for path in (folder, *sorted(folder.rglob("*"))):
        with suppress(FileNotFoundError):  # the kiosk works beside us
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                continue
            given = _given(give, status.st_mode)
            if status.st_uid != owner.uid or status.st_mode & take_away or status.st_mode & given != given:
                yield Wrong(path=path, folder=folder, owner=owner, take_away=take_away, give=give)


def put_right(wrong: Wrong) -> None:
    """Give a file its owner and take away what others may do with it. Raises KioskError for a link of either kind."""
    try:
        number = _opened(wrong)
    except OSError as failure:
        raise KioskError(f"{wrong.path} cannot be opened ({failure.strerror}): look at it by hand") from None
    try:
        status = os.fstat(number)
        plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        if not (plain or stat.S_ISDIR(status.st_mode)):
            raise KioskError(f"{wrong.path} is no plain file or has a second name: look at it by hand")
        os.fchown(number, wrong.owner.uid, wrong.owner.gid)
        os.fchmod(
            number, stat.S_IMODE(status.st_mode) & ~wrong.take_away | _given(wrong.give, status.st_mode)
        )
    finally:
        os.close(number)


def _opened(wrong: Wrong) -> int:
    """Open it from its folder down, one name after the other: through no link, and not waiting for the end of a pipe."""
    only = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    names = wrong.path.relative_to(wrong.folder).parts
    number = os.open(wrong.folder, only | os.O_DIRECTORY)
    for at, name in enumerate(names):
        last = at == len(names) - 1
        try:
            inner = os.open(name, only | (os.O_NONBLOCK if last else os.O_DIRECTORY), dir_fd=number)
        finally:
            os.close(number)
        number = inner
    return number


def _given(give: int, mode: int) -> int:
    return give | give >> 2 if stat.S_ISDIR(mode) else give


@contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """Work as the user whose folder it is, where root asks: root must make no file where somebody else may put a link.

    For the whole process: for a command that has one thread.
    """
    owner = folder.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        yield
        return
    group = os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
