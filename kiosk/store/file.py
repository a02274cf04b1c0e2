"""The one file: taken by one process, looked over before it is trusted, set up so that a power cut loses nothing.

It never deletes a file. One that cannot be read is moved aside under its own name and a time, and a new one begun.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlite_utils import Database

from kiosk.errors import StoreError, StoreTaken
from kiosk.machine.own_files import made_alone, shut_to_others
from kiosk.store.migrations import ADDITIVE, migrations, prepare

_UNREADABLE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PARTS = ("", "-wal", "-shm")


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """Turn SQLite's errors into StoreError, without a value of any row in it."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{what}: {_reason(error)}") from None


def take(path: Path) -> IO[str]:
    """Take the file for this process, until the returned lock is closed. Raises StoreError if another has it."""
    where = path.with_name(path.name + ".lock")
    try:
        made_alone(where)
        lock = where.open("r+", encoding="ascii")
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be opened ({error.strerror}); its folder has to exist and be ours to write in"
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = lock.read(20).strip() or "unknown"
        lock.close()
        raise StoreTaken(
            f"{path}: process {holder} has it open, and one kiosk writes to a file: stop the other one first"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def open_sound(path: Path, now: datetime) -> tuple[Database, Path | None]:
    """Return a database that is sound and up to date, and where an unreadable one was moved, if there was one."""
    try:
        return _open(path), None
    except sqlite3.Error as error:
        if _code(error) not in _UNREADABLE:
            raise StoreError(f"{path}: {_reason(error)}") from None
    aside = _move_aside(path, f"{path.name}.unreadable-{now:%Y%m%dT%H%M%S%fZ}")
    with plainly(f"{path}"):
        return _open(path), aside


Inodes = tuple[tuple[int, int] | None, ...]
"""Which files the names of a database and of its log lead to: device and inode of each, None where there is none."""


def place_of(path: Path) -> Inodes:
    """Return which files stand there now: an open connection goes on with its own, whatever became of their names."""
    return tuple(map(_inode, (path, Path(f"{path}-wal"))))


def is_replaced(before: Inodes, path: Path) -> bool:
    """Whether a name leads elsewhere than it did: the file was taken away, or another one put there. A new log is none."""
    return any(was is not None and was != now for was, now in zip(before, place_of(path), strict=True))


def written_anew(held: Database, ours: Inodes, path: Path, now: datetime) -> Database:
    """Write all that an open connection still holds into a fresh file of its name, and return that, open; `held` is closed.

    Whatever stands there now and is not `ours` is moved aside. Raises StoreError, and then the next try begins anew.
    """
    fresh = path.with_name(f"{path.name}.fresh")
    with plainly(f"{path}: what was held could not be written anew"):
        try:
            fresh.unlink(missing_ok=True)
            made_alone(fresh)
            with closing(sqlite3.connect(fresh)) as copy:
                held.conn.backup(copy)
            for name, was, stands in zip((path, Path(f"{path}-wal")), ours, place_of(path), strict=True):
                if (
                    stands is not None and stands == was
                ):  # our log beside somebody's file would be read into that
                    name.unlink()
            Path(f"{path}-shm").unlink(missing_ok=True)
            _move_aside(path, f"{path.name}.replaced-{now:%Y%m%dT%H%M%S%fZ}")
            fresh.rename(path)
            _sync_folder(path.parent)
        except OSError as failure:
            raise StoreError(
                f"{path}: what was held could not be written anew ({failure.strerror})"
            ) from None
        held.close()  # not sooner: until now it holds what is nowhere else; nor later: it removes a log by its name
        return _open(path)


def _move_aside(path: Path, name: str) -> Path:
    aside = path.with_name(name)
    for part in _PARTS:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{part}").rename(f"{aside}{part}")
    return aside


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        stands = path.stat()
    except FileNotFoundError:
        return None
    return stands.st_dev, stands.st_ino


def open_to_read(path: Path) -> Database:
    """Return a database that can only be read: beside a running kiosk it neither writes nor checkpoints.

    Threads may hand it on; two may not use it at once.
    """
    if not path.is_file():
        raise StoreError(f"{path}: there is no such file; the kiosk makes it when it first runs")
    with plainly(f"{path}"):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        return Database(connection)


def _open(path: Path) -> Database:
    # Made by us and not by SQLite, so that nobody else on the machine can read it; a new WAL and its index inherit the mode.
    made_alone(path)
    for part in _PARTS[1:]:
        shut_to_others(Path(f"{path}{part}"))
    connection = sqlite3.connect(path, timeout=2, isolation_level=None)
    try:
        if (verdict := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise _unreadable(verdict)
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(
                f"{path}: expected a disk that can hold a write-ahead log, found {mode!r}: is it a share?"
            )
        # Measured with power cuts (docs/facts.md#power-cuts): FULL lost none, NORMAL hundreds.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        db = Database(connection)
        with db.atomic():
            prepare(db)
        _refuse_newer(db, path)
        migrations.apply(db)  # one of them carries over a table that others point to
        connection.execute("PRAGMA foreign_keys = ON")
        _sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return db


def _refuse_newer(db: Database, path: Path) -> None:
    """Leave a file alone that a newer kiosk changed, unless it only added what this one need not know of.

    A release on trial has written its schema already when this one takes over again (scripts/trial/guard.sh).
    """
    known = {migration.name for migration in migrations.pending(db)} | {
        migration.name
        for migration in migrations._migrations  # noqa: SLF001
    }
    unknown = {migration.name for migration in migrations.applied(db)} - known
    newer = sorted(name for name in unknown if not name.startswith(ADDITIVE))
    if newer:
        raise StoreError(
            f"{path}: a newer kiosk wrote it (it has {', '.join(newer)}): run that one, or a later one"
        )


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _unreadable(verdict: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(verdict)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the extended codes are the plain one and a detail above it


def _reason(error: sqlite3.Error) -> str:
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return "the disk is full: make room on it; the kiosk goes on by itself"
        case sqlite3.SQLITE_IOERR:
            return "the disk does not take it (input/output error): it may be full, worn out or pulled out"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "the file cannot be written: it and its folder have to belong to the kiosk's user"
        case sqlite3.SQLITE_CONSTRAINT:
            # "CHECK constraint failed: fits_uid": a rule of ours by its name, never a value.
            return (
                f"the schema does not hold it ({error}): this is a mistake of the program, please report it"
            )
        case _:
            return getattr(error, "sqlite_errorname", None) or type(error).__name__
