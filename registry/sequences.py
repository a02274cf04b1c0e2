"""Raises the numbers of signed documents where a kiosk would else stay with what it has: after a restore, and a bad clock.

A kiosk takes no document with a lower number than the one that it holds, and none that was issued before it under the same
number. So two things would freeze it. A database that came back from a backup knows lower numbers than were told: whatever
tells documents raises them to the unix second at which it starts. And what was signed while the registry's clock was ahead
lies in the future for ever: when the clock goes back, all numbers rise, and what is signed then is issued earlier under a
strictly higher number, by which a kiosk knows that the later moment was a mistake (docs/contract.md).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import OperationalError

from registry.database import Database, cannot_write_now, policies
from registry.problems import ProblemError
from registry.trust_tables import counters

WENT_BACK = timedelta(seconds=300)
"""A clock that is behind the latest document by less is being put right by little steps: the document is told again."""
KEYS, REVOCATIONS, WHOLE_FROM = "keys", "revocations", "whole-from"
"""`keys`: what the number of the keys begins at. `whole-from`: who holds an older list is told all of it."""
_ISSUED = "issued"
"""The latest moment that was signed into a document, unix seconds."""
_MOST_KEY_STEPS = 1 << 12
"""More than the number of the keys can rise, or fall when a clock goes back, by what is published (`registry/keys.py`)."""

log = logging.getLogger(__name__)


class Sequences:
    """Remembers when documents were issued, for all processes on one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin_anew(self) -> None:
        """Raise all numbers before the first document is told, as this database may be a backup of one that told more.

        One that never signed a document has told nothing, and begins at 1.
        """
        with self._database.write() as connection:
            if value_within(connection, _ISSUED) is not None:
                _raise_within(connection, int(self._clock().timestamp()))

    def issued(self, every: int) -> int:
        """Return the unix second to sign into a document now: the same for `every` seconds. Raises ProblemError 503."""
        now = int(self._clock().timestamp())
        issued = now - now % every
        with self._database.read() as connection:
            latest = value_within(connection, _ISSUED)
        if latest is not None and issued <= latest <= now + WENT_BACK.total_seconds():
            return latest
        try:
            with self._database.write() as connection:
                self._remember(connection, issued, now)
        except OperationalError as error:
            if not cannot_write_now(error):
                raise
            if latest is not None and latest > issued:  # numbers have to rise first
                raise ProblemError(503, "busy", "the registry cannot write now; try again later") from None
        return issued

    def _remember(self, connection: Connection, issued: int, now: int) -> None:
        latest = value_within(connection, _ISSUED)
        if latest is not None and latest > now + WENT_BACK.total_seconds():
            log.warning(
                "documents were signed %d s after now: the clock went back, and all their numbers rise",
                latest - now,
            )
            _raise_within(connection, now)
        if latest is None or latest < issued or latest > now + WENT_BACK.total_seconds():
            set_within(connection, _ISSUED, issued)


def value_within(connection: Connection, name: str) -> int | None:
    """Return a counter, inside a transaction that is under way; None where it was never set."""
    value = connection.scalar(select(counters.c.value).where(counters.c.name == name))
    return None if value is None else int(value)


def set_within(connection: Connection, name: str, value: int) -> None:
    """Set a counter, inside a transaction that is under way."""
    if not connection.execute(update(counters).where(counters.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(counters).values(name=name, value=value))


def _raise_within(connection: Connection, now: int) -> None:
    """Make all numbers strictly higher, and not lower than the unix second that it is."""
    keys = value_within(connection, KEYS) or 0
    set_within(connection, KEYS, max(keys + _MOST_KEY_STEPS, now))
    listed = max((value_within(connection, REVOCATIONS) or 0) + 1, now)
    set_within(connection, REVOCATIONS, listed)
    set_within(connection, WHOLE_FROM, listed)
    newest = select(policies.c.venue, func.max(policies.c.sequence)).group_by(policies.c.venue)
    for venue, sequence in connection.execute(newest).all():
        this = (policies.c.venue == venue) & (policies.c.sequence == sequence)
        document = json.loads(connection.execute(select(policies.c.document).where(this)).scalar_one())
        higher = max(sequence + 1, now)
        # The same policy under another number: what the kiosk reads in the document and beside it has to be one.
        written = json.dumps(document | {"sequence": higher}, ensure_ascii=False)
        connection.execute(update(policies).where(this).values(sequence=higher, document=written))
