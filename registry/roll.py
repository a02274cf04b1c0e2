"""The people whom the registry knows: filed under a keyed digest, named outside by a random subject only."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select

from kiosk.core.model import Identifier, Status
from registry.database import Database, contacts, identifiers, people, tests
from registry.keys import Keys
from registry.people import PcrTest, Terms, status_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the registry knows, as they stand at one moment."""

    subject: str
    """24 hexadecimal digits, random: the pseudonym, and the id of all of this person's passes."""
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
        return subject

    def forget_results(self, subject: str) -> None:
        """Take all tests and contacts of a person off the file: blue until something is known."""
        with self._database.write() as connection:
            for table in (tests, contacts):
                connection.execute(delete(table).where(table.c.subject == subject))

    def tested(self, subject: str, *, positive: bool, taken_at: datetime) -> None:
        """File the result of a PCR test."""
        with self._database.write() as connection:
            connection.execute(insert(tests).values(subject=subject, positive=positive, taken_at=taken_at))

    def in_contact(self, subject: str, *, listed_at: datetime) -> None:
        """Put a person on the list of contacts."""
        with self._database.write() as connection:
            connection.execute(insert(contacts).values(subject=subject, listed_at=listed_at))

    def subject_of(self, identifier: Identifier) -> str | None:
        """Return whom an identifier names, known to us or not: a pass or check-in id is the subject itself."""
        if not identifier.personal:
            return identifier.value
        with self._database.read() as connection:
            found = connection.scalar(
                select(identifiers.c.subject).where(identifiers.c.digest == self._keys.digest(identifier))
            )
        return None if found is None else str(found)

    def find(self, identifier: Identifier) -> Person | None:
        """Return the person now; None where the registry does not know them."""
        subject = self.subject_of(identifier)
        return None if subject is None else self.person(subject)

    def person(self, subject: str) -> Person | None:
        """Return the person with this subject now."""
        with self._database.read() as connection:
            row = connection.execute(select(people).where(people.c.subject == subject)).first()
            if row is None:
                return None
            tested = connection.execute(
                select(tests.c.taken_at, tests.c.positive).where(tests.c.subject == subject)
            )
            results = [PcrTest(taken_at=test.taken_at, positive=test.positive) for test in tested]
            listed = connection.execute(
                select(contacts.c.listed_at).where(contacts.c.subject == subject)
            ).scalars()
            status = status_at(
                self._clock(), known_since=row.known_since, tests=results, contacts=listed, terms=self._terms
            )
        return Person(subject=subject, hint=row.hint, status=status)
