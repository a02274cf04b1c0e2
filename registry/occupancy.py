"""How many people are inside a venue: told to its doors with the moment of the number, and to whoever reads a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, select

from kiosk.core.model import DoorKind
from registry.database import Database, doors
from registry.moves import PLACE_LIVES
from registry.occupancy_tables import closings, door_numbers, moves, places, venue_numbers

_COUNTS_EXITS = (DoorKind.EXIT.value, DoorKind.TOGGLE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueNumber:
    """The number inside a venue as one of its doors hears it. Signed: floored only where it is shown."""

    inside: int
    """Moves of all doors since the venue's latest closing, and places that are held."""
    own: int
    """The part of `inside` that is of the door that asks."""
    at: datetime
    """The moment at which this was the number (UTC)."""
    doors: int
    """How many doors the registry knows at this venue, 1 or more."""
    exits: bool
    """Whether one of them is known to count those who leave: an exit or a toggle door."""


class Occupancy:
    """Reads only; `registry/moves.py` and `registry/places.py` change what is read here."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def number(self, door: str, venue: str) -> VenueNumber:
        """Return the number of a venue for one of its doors, at this moment."""
        now = self._clock()
        with self._database.read() as connection:
            return number_within(connection, door, venue, now)

    def inside(self, venue: str) -> int:
        """Return how many are inside a venue, for showing: never below zero."""
        expired = _places_of(venue, places.c.taken_at <= self._clock() - PLACE_LIVES)
        stored = select(venue_numbers.c.inside).where(venue_numbers.c.venue == venue)
        counted = select(func.coalesce(stored.scalar_subquery(), 0) - expired)
        with self._database.read() as connection:
            return max(0, int(connection.execute(counted).scalar_one()))

    def highest(self, venue: str, since: datetime) -> int:
        """Return the highest number that a venue had from `since` on, by its records; never below zero.

        Walked in the order in which people went, not in that in which records came. Places that were held and given back
        are in no record, and not in this number.
        """
        with self._database.read() as connection:
            before = connection.scalar(
                select(func.max(closings.c.at)).where(closings.c.venue == venue, closings.c.at <= since)
            )
            later = connection.scalars(
                select(closings.c.at).where(closings.c.venue == venue, closings.c.at > since).distinct()
            )
            begins = [before, *sorted(later)]
            days = zip(begins, [*begins[1:], None], strict=True)
            return max(_highest_of(connection, venue, since, *day) for day in days)


def number_within(connection: Connection, door: str, venue: str, now: datetime) -> VenueNumber:
    """Return the number of a venue for one of its doors, inside a transaction that is under way."""
    lives = places.c.taken_at > now - PLACE_LIVES
    of_venue = select(venue_numbers.c.inside).where(venue_numbers.c.venue == venue)
    of_door = select(door_numbers.c.inside).where(door_numbers.c.door == door)
    known = select(func.count()).select_from(doors).where(doors.c.venue == venue)
    row = connection.execute(
        select(
            (of_venue.scalar_subquery() - _places_of(venue, ~lives)).label("inside"),
            (of_door.scalar_subquery() + _places_of(venue, lives & (places.c.door == door))).label("own"),
            known.scalar_subquery().label("doors"),
            known.where(doors.c.kind.in_(_COUNTS_EXITS)).scalar_subquery().label("exits"),
        )
    ).one()
    return VenueNumber(inside=row.inside, own=row.own, at=now, doors=row.doors, exits=row.exits > 0)


def _places_of(venue: str, which: ColumnElement[bool]) -> ScalarSelect[int]:
    """Count the rows of a venue's places, whichever they are."""
    return select(func.count()).select_from(places).where(places.c.venue == venue, which).scalar_subquery()


def _highest_of(
    connection: Connection, venue: str, since: datetime, begin: datetime | None, end: datetime | None
) -> int:
    """Return the highest number between two closings (after `begin`, up to `end`), as far as it lies after `since`."""
    bounds = [moves.c.venue == venue]
    if begin is not None:
        bounds.append(moves.c.at > begin)
    if end is not None:
        bounds.append(moves.c.at <= end)
    at_start = select(func.coalesce(func.sum(moves.c.change), 0)).where(*bounds, moves.c.at <= since)
    # Whoever goes at the same moment goes together: the sum's frame takes all rows of one moment at once.
    sums = select(moves.c.at, func.sum(moves.c.change).over(order_by=moves.c.at).label("inside"))
    walked = sums.where(*bounds).subquery()
    peak = select(func.coalesce(func.max(walked.c.inside), 0)).where(walked.c.at > since)
    ends = (connection.execute(query).scalar_one() for query in (at_start, peak))
    return max(0, *map(int, ends))
