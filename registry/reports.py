"""What can be asked about a door afterwards: its visits and its counts, with no person in any of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select

from kiosk.core.ids import reference
from kiosk.core.model import Direction, Outcome, Reason
from registry.database import Database, doors, heartbeats, incidents, records, visits
from registry.doors import Door

_SHOWN = [column for column in visits.c if column.name not in {"subject", "door"}]


class Reports:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def visits(self, door: str, *, limit: int) -> list[dict[str, Any]]:
        """Return the latest visits of a door, newest first."""
        newest = select(*_SHOWN).where(visits.c.door == door).order_by(visits.c.at.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(newest).mappings().all()
        return [dict(row) | {"reference": reference(row["uid"])} for row in rows]

    def report(self, door: Door, since: datetime) -> dict[str, Any]:
        """Return the counts of a door since a moment; `inside` is of its whole venue."""
        here = (visits.c.door == door.id) & (visits.c.at >= since)
        with self._database.read() as connection:
            by_outcome = _counts(connection, visits.c.outcome, here)
            by_colour = _counts(connection, visits.c.colour, here & visits.c.colour.is_not(None))
            overrides = connection.scalar(
                select(func.count()).where(here, visits.c.reason == Reason.STAFF_OVERRIDE.value)
            )
            reported = connection.execute(
                select(incidents.c.number, incidents.c.visit, incidents.c.delivered_at)
                .join(visits, visits.c.uid == incidents.c.visit)
                .where(here)
                .order_by(incidents.c.number)
            ).mappings()
            told = [dict(row) | {"reference": reference(row["visit"])} for row in reported]
        return {
            "door": door.id,
            "venue": door.venue,
            "since": since,
            "inside": self.inside(door.venue, since),
            "by_outcome": {outcome: by_outcome.get(outcome, 0) for outcome in Outcome},
            "by_colour": by_colour,
            "overrides": overrides,
            "incidents": told,
        }

    def inside(self, venue: str, since: datetime) -> int:
        """Return how many are inside a venue, of those who came since a moment. Never below zero."""
        of_venue = select(doors.c.door).where(doors.c.venue == venue)
        passed = (
            select(visits.c.at, visits.c.direction)
            .where(visits.c.door.in_(of_venue), visits.c.at >= since)
            .where(visits.c.opens, visits.c.passed.is_not(False))
        )
        others = (
            select(records.c.at, records.c.body)
            .where(records.c.door.in_(of_venue), records.c.at >= since)
            .where(records.c.kind.in_(["closing", "anomaly"]))
        )
        with self._database.read() as connection:
            moves = [(at, _change(direction)) for at, direction in connection.execute(passed)]
            moves += [(at, _odd_change(json.loads(body))) for at, body in connection.execute(others)]
        return _count(moves)

    def heartbeat(self, device: str) -> dict[str, Any] | None:
        """Return what a device last said of itself; None before it did."""
        with self._database.read() as connection:
            body = connection.scalar(select(heartbeats.c.body).where(heartbeats.c.device == device))
        return None if body is None else dict(json.loads(body))


def _counts(connection: Connection, column: Column[Any], which: ColumnElement[bool]) -> dict[str, int]:
    counted = connection.execute(select(column, func.count()).where(which).group_by(column))
    return dict(tuple(row) for row in counted)


def _change(direction: str) -> int:
    return 1 if direction == Direction.ENTRY else -1


def _odd_change(record: dict[str, Any]) -> int:
    """What a record without a visitor changes: a person who passed uncalled, or those assumed to have left."""
    if record["kind"] == "closing":
        return -int(record["assumed_exits"])
    return (
        _change(record["direction"]) if record["direction"] else 0
    )  # nobody knows which way, or nobody went


def _count(moves: Iterable[tuple[datetime, int]]) -> int:
    inside = 0
    for _, change in sorted(moves):
        inside = max(0, inside + change)
    return inside
