"""What can be asked about a door afterwards: its visits and its counts, with no person in any of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select

from kiosk.core.ids import reference
from kiosk.core.model import Outcome, Reason
from registry.database import Database, heartbeats, incidents, records, visits
from registry.doors import Door
from registry.occupancy import Occupancy

_SHOWN = [column for column in visits.c if column.name not in {"subject", "door"}]


class Reports:
    """Reads only."""

    def __init__(self, database: Database, occupancy: Occupancy) -> None:
        self._database = database
        self._occupancy = occupancy

    def visits(self, door: str, *, limit: int) -> list[dict[str, Any]]:
        """Return the latest visits of a door, newest first."""
        newest = select(*_SHOWN).where(visits.c.door == door).order_by(visits.c.at.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(newest).mappings().all()
        return [dict(row) | {"reference": reference(row["uid"])} for row in rows]

    def report(self, door: Door, since: datetime) -> dict[str, Any]:
        """Return the counts of a door since a moment; `inside` (now) and `highest` are of its whole venue."""
        here = (visits.c.door == door.id) & (visits.c.at >= since)
        with self._database.read() as connection:
            by_outcome = _counts(connection, visits.c.outcome, here)
            by_colour = _counts(connection, visits.c.colour, here & visits.c.colour.is_not(None))
            overrides = connection.scalar(
                select(func.count()).where(here, visits.c.reason == Reason.STAFF_OVERRIDE.value)
            )
            by_old_number = connection.scalar(
                select(func.count()).where(
                    here, visits.c.counted_at.is_not(None), visits.c.outcome == Outcome.ADMITTED.value
                )
            )
            far = connection.scalar(
                select(func.count()).where(
                    records.c.door == door.id, records.c.received_at >= since, records.c.far
                )
            )
            reported = connection.execute(
                select(incidents.c.number, incidents.c.visit, incidents.c.delivered_at)
                .join(visits, (visits.c.uid == incidents.c.visit) & (visits.c.door == incidents.c.door))
                .where(here)
                .order_by(incidents.c.number)
            ).mappings()
            incidents_of_door = [dict(row) | {"reference": reference(row["visit"])} for row in reported]
        return {
            "door": door.id,
            "venue": door.venue,
            "since": since,
            "inside": self._occupancy.inside(door.venue),
            "highest": self._occupancy.highest(door.venue, since),
            "by_old_number": by_old_number,
            "by_outcome": {outcome: by_outcome.get(outcome, 0) for outcome in Outcome},
            "by_colour": by_colour,
            "overrides": overrides,
            "far": far,
            "incidents": incidents_of_door,
        }

    def heartbeat(self, device: str) -> dict[str, Any] | None:
        """Return what a device last said of itself; None before it did."""
        with self._database.read() as connection:
            body = connection.scalar(select(heartbeats.c.body).where(heartbeats.c.device == device))
        return None if body is None else dict(json.loads(body))


def _counts(connection: Connection, column: Column[Any], which: ColumnElement[bool]) -> dict[str, int]:
    counted = connection.execute(select(column, func.count()).where(which).group_by(column))
    return dict(tuple(row) for row in counted)
