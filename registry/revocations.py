"""Which pass ids no longer count: a short list of hashes, told whole or as what changed since.

A kiosk drops an entry by itself when the last pass under its id has ended. So a change is worth telling only until
then: a delta from any base is right, however old the base. What has ended stays in the table and is not told: a clock that
is a year ahead for a minute must not have emptied the list.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from kiosk.trust.revocations import hash_of
from registry.database import Database
from registry.sequences import REVOCATIONS as _NAME
from registry.sequences import WHOLE_FROM, value_within
from registry.trust_tables import counters, revocations

_ENTRY = struct.Struct(">qI")
_REMOVED = struct.Struct(">q")
"""As `kiosk.trust.revocations` has them, but for the sign: SQLite's numbers have one."""
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What brings a list from `base` to `sequence`; `base` 0 is nothing, so this is the whole list."""

    sequence: int
    base: int
    entries: bytes
    """12 bytes each: the hash, and the unix second at which the last pass ends."""
    removed: bytes
    """8 bytes each."""


class Revocations:
    """The list. Its sequence begins at 1 and rises with each change."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._whole: tuple[int, Change] | None = None
        with database.write() as connection:
            connection.execute(insert(counters).values(name=_NAME, value=1).on_conflict_do_nothing())

    def add(self, ends: Iterable[tuple[str, int]]) -> int:
        """Put pass ids on the list until the unix second at which their last pass ends; return the new sequence."""
        with self._database.write() as connection:
            return list_within(connection, ends)

    def since(self, base: int) -> Change:
        """Return what changed since `base`; the whole list for 0, for a base that was never told, and for one of before
        the numbers were raised: what was told then may be lost here, or was told by a wrong clock.
        """
        with self._database.read() as connection:
            sequence = _sequence(connection)
            if max(0, (value_within(connection, WHOLE_FROM) or 0) - 1) < base <= sequence:
                return self._delta(connection, base, sequence)
            return self._snapshot(connection, sequence)

    def _delta(self, connection: Connection, base: int, sequence: int) -> Change:
        changed = select(revocations.c.digest, revocations.c.ends, revocations.c.lifted).where(
            revocations.c.sequence > base
        )
        now = self._now()
        entries, removed = [], []
        for digest, ends, lifted in connection.execute(changed):
            if ends <= now:
                continue  # asked here: in the statement, SQLite may walk the whole list by its ends
            if lifted:
                removed.append(_REMOVED.pack(digest))
            else:
                entries.append(_ENTRY.pack(digest, ends))
        return Change(sequence=sequence, base=base, entries=b"".join(entries), removed=b"".join(removed))

    def _snapshot(self, connection: Connection, sequence: int) -> Change:
        """Made once for each sequence. Entries that end meanwhile stay in it: who reads it drops them."""
        with self._lock:
            if self._whole is None or self._whole[0] != sequence:
                listed = select(revocations.c.digest, revocations.c.ends).where(
                    revocations.c.lifted.is_(False), revocations.c.ends > self._now()
                )
                entries = b"".join(_ENTRY.pack(*row) for row in connection.execute(listed))
                self._whole = sequence, Change(sequence=sequence, base=0, entries=entries, removed=b"")
            return self._whole[1]

    def _now(self) -> int:
        return int(self._clock().timestamp())


def list_within(connection: Connection, ends: Iterable[tuple[str, int]]) -> int:
    """`Revocations.add` inside a transaction that is under way."""
    # What seems to have ended too: by a clock that is ahead for a minute it is not sure.
    listed_here = [(digest_of(pass_id), end) for pass_id, end in ends if end]
    if not listed_here:
        return _sequence(connection)
    sequence = _next(connection)
    rows = [
        {"digest": digest, "ends": end, "sequence": sequence, "lifted": False} for digest, end in listed_here
    ]
    for at in range(0, len(rows), _AT_ONCE):
        listed = insert(revocations)
        listed = listed.on_conflict_do_update(
            index_elements=["digest"],
            set_={name: listed.excluded[name] for name in ("ends", "sequence", "lifted")},
        )
        connection.execute(listed, rows[at : at + _AT_ONCE])
    return sequence


def lift_within(connection: Connection, pass_id: str) -> None:
    """Take a listed pass id off the list, inside a transaction that is under way."""
    lifted = update(revocations).where(revocations.c.digest == digest_of(pass_id))
    connection.execute(lifted.values(lifted=True, sequence=_next(connection)))


def listed_within(connection: Connection, pass_id: str, *, now: int) -> bool:
    """Whether a pass id is on the list and has passes that have not ended."""
    row = connection.execute(select(revocations).where(revocations.c.digest == digest_of(pass_id))).first()
    return row is not None and not row.lifted and row.ends > now


def digest_of(pass_id: str) -> int:
    """Return the hash that a pass id is listed under, as SQLite keeps it: 64 bits with a sign."""
    number = hash_of(pass_id)
    return number - (1 << 64) if number >> 63 else number


def _next(connection: Connection) -> int:
    connection.execute(update(counters).where(counters.c.name == _NAME).values(value=counters.c.value + 1))
    return _sequence(connection)


def _sequence(connection: Connection) -> int:
    return int(connection.execute(select(counters.c.value).where(counters.c.name == _NAME)).scalar_one())
