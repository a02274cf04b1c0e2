"""A place inside, taken before the door opens: so that two doors of a nearly full venue do not give the same one away."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import OperationalError

from kiosk.core.rule.policy import CapacityWithoutExit
from registry.database import Database, cannot_write_now, doors, visits
from registry.doors import Door
from registry.moves import expire_within
from registry.occupancy import VenueNumber, number_within
from registry.occupancy_tables import places, venue_numbers
from registry.policy import Policies
from registry.problems import ProblemError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The answer to a door that asked for a place."""

    taken: bool
    number: VenueNumber
    """After it was taken, or was not."""


class Places:
    """Takes places; they are given back by `registry/moves.py`, when the records come or the time is over."""

    def __init__(self, database: Database, policies: Policies, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._policies = policies
        self._clock = clock

    def take(self, visit: str, door: Door) -> Place:
        """Take a place for a visit of this door, if one is free. The same visit again gets the same place.

        Where no capacity is in force a place is always taken. Raises ProblemError: 403 `other-door` for a visit of another
        door, 503 `busy` where the database cannot be written now.
        """
        edition = self._policies.in_force(door.venue)
        capacity = None if edition is None else edition.places
        counts_anyway = edition is not None and edition.capacity_without_exit is CapacityWithoutExit.ENFORCE
        now = self._clock()
        try:
            with self._database.write() as connection:
                expire_within(connection, door.venue, now)
                before = number_within(connection, door.id, door.venue, now)
                limit = capacity if before.exits or counts_anyway else None
                taken = self._within(connection, visit, door, limit, now)
                return Place(taken=taken, number=number_within(connection, door.id, door.venue, now))
        except OperationalError as error:
            if not cannot_write_now(error):
                raise
            raise ProblemError(503, "busy", "the registry cannot write now; try again later") from None

    def _within(
        self, connection: Connection, visit: str, door: Door, capacity: int | None, now: datetime
    ) -> bool:
        # Of this venue's doors only: what another venue files under the same id is nothing to this one.
        of_venue = select(doors.c.door).where(doors.c.venue == door.venue)
        filed = select(visits.c.door, visits.c.opens, visits.c.passed)
        rows = connection.execute(filed.where(visits.c.uid == visit, visits.c.door.in_(of_venue))).all()
        known = {row.door: bool(row.opens) and row.passed is not False for row in rows}
        if known:  # the records were faster than this question: they say what the visit is
            _must_be_among(known, door)
            return known[door.id]
        held = select(places.c.door).where(places.c.visit == visit, places.c.door.in_(of_venue))
        holders = set(connection.execute(held).scalars())
        if holders:
            _must_be_among(holders, door)
            return True
        # One statement looks and takes: two doors that ask at the same moment cannot both get the last place.
        one_more = update(venue_numbers).where(venue_numbers.c.venue == door.venue)
        if capacity is not None:
            one_more = one_more.where(venue_numbers.c.inside < capacity)
        taken = one_more.values(inside=venue_numbers.c.inside + 1).returning(venue_numbers.c.inside)
        if connection.execute(taken).first() is None:
            return False
        row = {"visit": visit, "venue": door.venue, "door": door.id, "taken_at": now}
        connection.execute(insert(places).values(row))
        return True


def _must_be_among(filed: Container[str], door: Door) -> None:
    if door.id not in filed:
        raise ProblemError(
            403, "other-door", "expected a visit of this door; ask for a place with the id of the visit here"
        )
