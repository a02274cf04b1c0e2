"""What changes the number inside a venue, in the transaction of the records that say so.

The number is a signed sum of moves, so it is the same in whatever order they come. Nothing is floored here: an exit that
comes before its entry makes the sum negative for a while, and a floor in between would count that entry for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true, update

from kiosk.core.model import Direction
from registry.database import doors
from registry.occupancy_tables import closings, door_numbers, moves, places, venue_numbers

FURTHEST_AHEAD = timedelta(seconds=300)
"""How far a device's clock may be ahead of the registry's: as far as its signature may."""
PLACE_LIVES = timedelta(seconds=120)
"""A place ends by itself: a kiosk that died between the place and the record must not make the venue smaller all day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """People who came in (positive) or went out (negative), and when that counts."""

    change: int
    at: datetime


def counts_at(at: datetime, *, time_trusted: bool, received_at: datetime) -> datetime:
    """Return when a record counts: at its own time, or when it came where its own time cannot be relied upon."""
    return at if time_trusted and at <= received_at + FURTHEST_AHEAD else received_at


def change_of(direction: str) -> int:
    """Return what one person changes who went in this direction."""
    return 1 if direction == Direction.ENTRY else -1


def begin_within(connection: Connection, door: str, venue: str) -> None:
    """Give a new door and its venue their numbers; one that has a number keeps it."""
    if connection.scalar(select(venue_numbers.c.venue).where(venue_numbers.c.venue == venue)) is None:
        connection.execute(insert(venue_numbers).values(venue=venue, closed_at=None, inside=0))
    connection.execute(insert(door_numbers).values(door=door, inside=0))


def move_within(connection: Connection, door: str, by_uid: Mapping[str, Move | None]) -> None:
    """Put these moves of a door in the place of those under the same uids; None: there is no move (any more)."""
    if not by_uid:
        return
    venue, closed_at = _place_of(connection, door)
    mine = (moves.c.door == door) & moves.c.uid.in_(by_uid)
    sums = select(func.coalesce(func.sum(moves.c.change), 0)).where(mine, _after(closed_at))
    before = connection.execute(sums).scalar_one()
    connection.execute(delete(moves).where(mine))
    rows = [
        {"uid": uid, "venue": venue, "door": door, "at": move.at, "change": move.change}
        for uid, move in by_uid.items()
        if move is not None
    ]
    if rows:
        connection.execute(insert(moves), rows)
    change = connection.execute(sums).scalar_one() - before
    _add(connection, venue, change)
    by_door = update(door_numbers).where(door_numbers.c.door == door)
    connection.execute(by_door.values(inside=door_numbers.c.inside + change))


def close_within(connection: Connection, door: str, by_uid: Mapping[str, datetime]) -> None:
    """File the closings of a door by their uids. A later one than the venue knew begins its number anew."""
    if not by_uid:
        return
    venue, closed_at = _place_of(connection, door)
    rows = [{"uid": uid, "venue": venue, "door": door, "at": at} for uid, at in by_uid.items()]
    connection.execute(insert(closings), rows)
    latest = max(by_uid.values())
    if closed_at is not None and latest <= closed_at:
        return
    of_venue = select(doors.c.door).where(doors.c.venue == venue)
    connection.execute(update(door_numbers).where(door_numbers.c.door.in_(of_venue)).values(inside=0))
    sums = select(moves.c.door, func.sum(moves.c.change)).where(moves.c.venue == venue, _after(latest))
    total = 0
    for which, inside in connection.execute(sums.group_by(moves.c.door)).all():
        connection.execute(update(door_numbers).where(door_numbers.c.door == which).values(inside=inside))
        total += inside
    held = select(func.count()).select_from(places).where(places.c.venue == venue)
    anew = {"closed_at": latest, "inside": total + connection.execute(held).scalar_one()}
    connection.execute(update(venue_numbers).where(venue_numbers.c.venue == venue).values(anew))


def give_back_within(connection: Connection, door: str, visits: Iterable[str]) -> None:
    """End the places that this door holds for these visits; another door's stay."""
    _end(connection, _place_of(connection, door)[0], places.c.visit.in_(visits) & (places.c.door == door))


def expire_within(connection: Connection, venue: str, now: datetime) -> None:
    """End the places of a venue that have lasted their time."""
    _end(connection, venue, places.c.taken_at <= now - PLACE_LIVES)


def _end(connection: Connection, venue: str, which: ColumnElement[bool]) -> None:
    ended = connection.execute(delete(places).where(places.c.venue == venue, which)).rowcount
    _add(connection, venue, -ended)


def _add(connection: Connection, venue: str, change: int) -> None:
    if change:
        of_venue = update(venue_numbers).where(venue_numbers.c.venue == venue)
        connection.execute(of_venue.values(inside=venue_numbers.c.inside + change))


def _place_of(connection: Connection, door: str) -> tuple[str, datetime | None]:
    """Return the venue of a door, and when it last closed."""
    row: Any = connection.execute(
        select(venue_numbers.c.venue, venue_numbers.c.closed_at)
        .join(doors, doors.c.venue == venue_numbers.c.venue)
        .where(doors.c.door == door)
    ).one()
    return row.venue, row.closed_at


def _after(closed_at: datetime | None) -> ColumnElement[bool]:
    return true() if closed_at is None else moves.c.at > closed_at
