"""The tables, and the two ways to them: many readers, and one writer behind a lock.

One writing connection in one process, because SQLite before 3.51.3 can corrupt a file when two connections write and
checkpoint at the same moment (docs/facts.md#two-writers). The SQL is SQLAlchemy's and names no dialect; what is SQLite's own
is set where a connection is made. No statement's parameters reach a log or an exception.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.exc import OperationalError

from registry import schema
from registry.moments import utc_text
from registry.own_files import made_alone


class UtcTime(TypeDecorator[datetime]):
    """A moment as RFC 3339 text of one length: sorts as time does, in every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

keys = Table(
    "keys",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("purpose", String(8), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("not_after", UtcTime),
)
people = Table(
    "people",
    metadata,
    Column("subject", String(24), primary_key=True),
    Column("hint", String(16), nullable=False),
    Column("known_since", UtcTime, nullable=False),
)
identifiers = Table(
    "identifiers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("subject", ForeignKey("people.subject"), nullable=False),
)
tests = Table(
    "tests",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", ForeignKey("people.subject"), nullable=False, index=True),
    Column("taken_at", UtcTime, nullable=False),
    Column("positive", Boolean, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", ForeignKey("people.subject"), nullable=False, index=True),
    Column("listed_at", UtcTime, nullable=False),
)
doors = Table(
    "doors",
    metadata,
    Column("door", String(32), primary_key=True),
    Column("folded", String(32), nullable=False, unique=True),
    Column("venue", String(120), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("kind", String(6)),
    Index("doors_of_a_venue", "venue"),
)
"""`kind`: entry, exit or toggle, as the door's kiosk last said; NULL until one did."""
policies = Table(
    "policies",
    metadata,
    Column("venue", String(120), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
)
checkins = Table(
    "checkins",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("subject", ForeignKey("people.subject"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("direction", String(5)),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("door", "subject", "step"),
)
"""Numbered by door: what happens at one door is not told by the numbers of another."""
records = Table(
    "records",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("uid", String(36), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("visit", String(36), index=True),
    Column("at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("body", Text, nullable=False),
    Column("far", Boolean, nullable=False),
    UniqueConstraint("door", "uid"),
    Index("records_of_a_door", "door", "kind", "at"),
)
"""Every item as it came, for ever. A uid is a door's own: another door's record under the same uid is another record.

`far`: it says that its clock was right, and came long after the time that it tells, or before it.
"""
visits = Table(
    "visits",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("uid", String(36), primary_key=True),
    Column("subject", String(24)),
    Column("at", UtcTime, nullable=False),
    Column("direction", String(5), nullable=False),
    Column("via", String(7), nullable=False),
    Column("outcome", String(9), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("opens", Boolean, nullable=False),
    Column("colour", String(6)),
    Column("source", String(10), nullable=False),
    Column("incident", Boolean, nullable=False),
    Column("passed", Boolean),
    Column("amendments", Integer, nullable=False),
    Column("counted_at", UtcTime),
    Column("received_at", UtcTime, nullable=False),
    Column("far", Boolean, nullable=False),
    Index("visits_of_a_door", "door", "at"),
)
"""What became of each visit: made anew from its records whenever one of them comes, in whatever order they come."""
incidents = Table(
    "incidents",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("visit", String(36), nullable=False),
    Column("delivered_at", UtcTime, nullable=False),
    UniqueConstraint("door", "visit"),
)
"""Numbered by door."""
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("body", Text, nullable=False),
)


_CANNOT_WRITE_NOW = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}


def cannot_write_now(error: OperationalError) -> bool:
    """Whether a write failed for the disk's or another process's sake, so that the same write may go well later.

    Everything else (no such table, no such column) is a fault of ours, and would be "later" for ever.
    """
    code = getattr(error.orig, "sqlite_errorcode", None)
    return (
        isinstance(code, int) and code & 0xFF in _CANNOT_WRITE_NOW
    )  # the low byte is the kind, the rest its detail


class Database:
    """One SQLite file. Made where there is none, for its owner's eyes only; an older one is upgraded."""

    def __init__(self, path: Path, *, busy_s: float = 5.0) -> None:
        """`busy_s`: how long a write waits for another process that holds the file.

        Raises `schema.OtherSchema` for a database that a newer release made, or that is none of a registry.
        """
        made_alone(path)
        for part in ("-wal", "-shm"):  # of a registry that was killed
            if (beside := Path(f"{path}{part}")).exists():
                made_alone(beside)
        self._lock = threading.Lock()
        self._writer = _engine(path, busy_s, writes=True)
        self._readers = _engine(path, busy_s, writes=False)
        try:
            with self.write() as connection:
                schema.upgrade(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; rolled back by any exception."""
        with self._lock, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look."""
        with self._readers.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give the file back; readers first, so that the last to leave is the one that may checkpoint."""
        self._readers.dispose()
        with self._lock:
            self._writer.dispose()


def _engine(path: Path, busy_s: float, *, writes: bool) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        hide_parameters=True,
        pool_size=1 if writes else 5,
        max_overflow=0,
        connect_args={"timeout": busy_s, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = (
            None  # sqlite3 would begin late and without IMMEDIATE; `begin` below does it
        )
        connection.execute("PRAGMA foreign_keys = ON")
        if writes:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        else:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
