"""The people whom the registry knows: filed under a keyed digest, named outside by a random pass id only.

Whoever turns yellow or red has the pass id of their passes revoked for as long as one of these lives, since such a pass
still shows the better colour where a door is offline. The id stays theirs meanwhile, so that a door knows on the way out
who came in. When they are better the revocation is lifted, and they get a fresh id: a door that has not heard of the
lifting yet must not refuse a pass of today. All ids that somebody ever had name them here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from kiosk.core.model import Colour, Identifier, Status
from registry.database import Database, contacts, identifiers, people, tests
from registry.keys import Keys
from registry.people import PcrTest, Terms, status_at
from registry.revocations import lift_within, list_within, listed_within
from registry.trust_tables import pass_ids

_RANK = {Colour.GREEN: 0, Colour.BLUE: 0, Colour.YELLOW: 1, Colour.RED: 2}
"""Green and blue are not told apart: a green that runs out takes its passes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the registry knows, as they stand at one moment."""

    subject: str
    """24 hexadecimal digits, random: what they are filed under for ever, and their first pass id."""
    pass_id: str
    """24 hexadecimal digits, random: what a door hears of them, and what their passes are issued under now."""
    hint: str = field(repr=False)
    """Initials, for staff to compare."""
    status: Status


class Roll:
    """Who is known, and what is known of them."""

    def __init__(self, database: Database, keys: Keys, terms: Terms, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = keys
        self._terms = terms
        self._clock = clock

    def register(self, identifier: Identifier, *, hint: str) -> str:
        """Put a person on the roll and return their subject; the same person twice is one person.

        Raises ValueError for a pass or check-in id: those name only people who are known already.
        """
        if not identifier.personal:
            raise ValueError(f"expected an IIN or a passport, but a {identifier.kind.value} id came")
        digest = self._keys.digest(identifier)
        with self._database.write() as connection:
            known = connection.scalar(select(identifiers.c.subject).where(identifiers.c.digest == digest))
            if known is not None:
                return str(known)
            subject = secrets.token_hex(12)
            row = {"subject": subject, "hint": hint, "known_since": self._clock()}
            connection.execute(insert(people).values(row))
            connection.execute(insert(identifiers).values(digest=digest, subject=subject))
            connection.execute(insert(pass_ids).values(pass_id=subject, subject=subject, ends=0))
        return subject

    def refile(
        self, subject: str, *, tested: Iterable[PcrTest] = (), listed_at: Iterable[datetime] = ()
    ) -> None:
        """Put these tests and contacts of a person on file in place of all others; none: blue."""
        with self._filing(subject) as connection:
            for table in (tests, contacts):
                connection.execute(delete(table).where(table.c.subject == subject))
            for test in tested:
                _file(connection, subject, test)
            for when in listed_at:
                connection.execute(insert(contacts).values(subject=subject, listed_at=when))

    def tested(self, subject: str, *, positive: bool, taken_at: datetime) -> None:
        """File the result of a PCR test."""
        with self._filing(subject) as connection:
            _file(connection, subject, PcrTest(taken_at=taken_at, positive=positive))

    def in_contact(self, subject: str, *, listed_at: datetime) -> None:
        """Put a person on the list of contacts."""
        with self._filing(subject) as connection:
            connection.execute(insert(contacts).values(subject=subject, listed_at=listed_at))

    def owner(self, pass_id: str) -> str | None:
        """Return the subject who has, or once had, this pass id; None where nobody had."""
        with self._database.read() as connection:
            return _owner(connection, pass_id)

    def subject_of(self, identifier: Identifier) -> str | None:
        """Return whom an identifier names."""
        if not identifier.personal:
            return self.owner(identifier.value)
        with self._database.read() as connection:
            subject = connection.scalar(
                select(identifiers.c.subject).where(identifiers.c.digest == self._keys.digest(identifier))
            )
        return None if subject is None else str(subject)

    def find(self, identifier: Identifier) -> Person | None:
        """Return the person now; None where the registry does not know them."""
        subject = self.subject_of(identifier)
        return None if subject is None else self.person(subject)

    def person(self, pass_id: str) -> Person | None:
        """Return the person with this subject or pass id now."""
        with self._database.read() as connection:
            subject = _owner(connection, pass_id)
            if subject is None:
                return None
            hint = connection.execute(select(people.c.hint).where(people.c.subject == subject)).scalar_one()
            status, current = self._status(connection, subject), _current(connection, subject)
        return Person(subject=subject, pass_id=current.pass_id, hint=hint, status=status)

    def issuing(self, subject: str, *, ends: int) -> str:
        """Return the id for a new pass of this subject that ends at this unix second, and remember the end."""
        with self._filing(subject):
            pass  # a colour that got better by mere time has given them a fresh id now
        with self._database.write() as connection:
            current = _current(connection, subject)
            later = update(pass_ids).where(pass_ids.c.number == current.number, pass_ids.c.ends < ends)
            connection.execute(later.values(ends=ends))
        return str(current.pass_id)

    @contextmanager
    def _filing(self, subject: str) -> Iterator[Connection]:
        """One transaction, at the end of which the list of revoked passes follows the person's colour."""
        now = int(self._clock().timestamp())
        with self._database.write() as connection:
            before = _RANK[self._status(connection, subject).colour]
            yield connection
            after = _RANK[self._status(connection, subject).colour]
            current = _current(connection, subject)
            if after > before:
                list_within(connection, [(current.pass_id, current.ends)])
            elif not after and listed_within(connection, current.pass_id, now=now):
                lift_within(connection, current.pass_id)
                fresh = {"pass_id": secrets.token_hex(12), "subject": subject, "ends": 0}
                connection.execute(insert(pass_ids).values(fresh))

    def _status(self, connection: Connection, subject: str) -> Status:
        row = connection.execute(select(people).where(people.c.subject == subject)).one()
        tested = connection.execute(
            select(tests.c.taken_at, tests.c.positive).where(tests.c.subject == subject)
        )
        results = [PcrTest(taken_at=test.taken_at, positive=test.positive) for test in tested]
        listed = connection.execute(
            select(contacts.c.listed_at).where(contacts.c.subject == subject)
        ).scalars()
        return status_at(
            self._clock(), known_since=row.known_since, tests=results, contacts=listed, terms=self._terms
        )


def _file(connection: Connection, subject: str, test: PcrTest) -> None:
    row = {"subject": subject, "positive": test.positive, "taken_at": test.taken_at}
    connection.execute(insert(tests).values(row))


def _owner(connection: Connection, pass_id: str) -> str | None:
    subject = connection.scalar(select(pass_ids.c.subject).where(pass_ids.c.pass_id == pass_id))
    return None if subject is None else str(subject)


def _current(connection: Connection, subject: str) -> Any:
    of_them = select(pass_ids).where(pass_ids.c.subject == subject).order_by(pass_ids.c.number.desc())
    return connection.execute(of_them.limit(1)).one()
