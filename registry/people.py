"""What colour a person is at one moment, from the tests and contacts on file. Pure: no database, no clock.

The terms are data because in practice they moved every few months while the colours stayed (docs/rules.md#status).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.core.model import Colour, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long each colour lasts."""

    green: timedelta = timedelta(hours=72)
    """From the taking of the negative test."""
    red: timedelta = timedelta(days=14)
    """Isolation of a person who is positive."""
    yellow: timedelta = timedelta(days=14)
    """Isolation of a contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PcrTest:
    """One test, by the moment it was taken."""

    taken_at: datetime
    positive: bool


def status_at(
    now: datetime,
    *,
    known_since: datetime,
    tests: Iterable[PcrTest],
    contacts: Iterable[datetime],
    terms: Terms,
) -> Status:
    """Return the status at `now`; `contacts` are the moments at which the person was put on the list of contacts.

    A negative test lifts what came before it, and nothing that came after: not a later positive, not a later contact.
    Red goes before yellow. A second positive or contact begins the isolation anew.
    """
    past = [test for test in tests if test.taken_at <= now]
    negative = max((test.taken_at for test in past if not test.positive), default=None)
    positive = max((test.taken_at for test in past if test.positive), default=None)
    contact = max((listed_at for listed_at in contacts if listed_at <= now), default=None)

    spans: list[tuple[Colour, datetime, datetime]] = []
    if positive and (negative is None or positive >= negative):
        spans.append((Colour.RED, positive, positive + terms.red))
    if contact and (negative is None or contact >= negative):
        spans.append((Colour.YELLOW, contact, contact + terms.yellow))
    if negative and not spans:
        spans.append((Colour.GREEN, negative, negative + terms.green))

    for colour, begun, ends in spans:
        if now < ends:
            return Status(colour=colour, established_at=begun, valid_until=ends)
    blue_since = max((ends for _, _, ends in spans), default=known_since)
    return Status(colour=Colour.BLUE, established_at=blue_since, valid_until=None)
