"""Tells a door's visits anew from its records, whenever one of them comes: in whatever order they come.

Only records of the door itself are read, and only its own rows are written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from registry.database import incidents, records, visits
from registry.moves import Move, change_of, counts_at

_DECIDED = ("outcome", "reason", "opens", "colour", "source")


def retell_within(
    connection: Connection, door: str, touched: Mapping[str, str | None], now: datetime
) -> dict[str, Move | None]:
    """Make the rows of a door's visits anew from all of its records; a red visitor's becomes an incident, once.

    Return what each visit whose own record is there changes in the number inside; None where it changes nothing.
    """
    # Among records of one moment the uid decides, and not which of them came first.
    here = (records.c.door == door) & records.c.visit.in_(touched)
    by_visit: dict[str, list[Any]] = {}
    for record in connection.execute(select(records).where(here).order_by(records.c.at, records.c.uid)):
        by_visit.setdefault(record.visit, []).append(record)
    mine = (visits.c.door == door) & visits.c.uid.in_(touched)
    filed = connection.execute(select(visits.c.uid, visits.c.subject).where(mine))
    subjects = {row.uid: row.subject for row in filed}
    red = (incidents.c.door == door) & incidents.c.visit.in_(touched)
    reported = set(connection.execute(select(incidents.c.visit).where(red)).scalars())
    rows: list[dict[str, Any]] = []
    counted: dict[str, Move | None] = {}
    for uid, about_it in by_visit.items():
        own = next((record for record in about_it if record.uid == uid and record.kind == "visit"), None)
        state = state_of([json.loads(record.body) for record in about_it])
        if own is None or state is None:
            continue
        counted[uid] = _move_of(state, own)
        when = {"at": own.at, "received_at": own.received_at, "far": own.far}
        when["counted_at"] = _moment(state["counted_at"])
        rows.append(state | when | {"door": door, "subject": subjects.get(uid) or touched[uid]})
    connection.execute(delete(visits).where(mine))
    if rows:
        connection.execute(insert(visits), rows)
    _report(
        connection, door, [row["uid"] for row in rows if row["incident"] and row["uid"] not in reported], now
    )
    return counted


def _report(connection: Connection, door: str, red: list[str], now: datetime) -> None:
    """File these visits as incidents of their door, with the door's next numbers."""
    if not red:
        return
    newest = select(func.coalesce(func.max(incidents.c.number), 0)).where(incidents.c.door == door)
    first = connection.execute(newest).scalar_one() + 1
    rows = [
        {"door": door, "number": number, "visit": visit, "delivered_at": now}
        for number, visit in enumerate(red, first)
    ]
    connection.execute(insert(incidents), rows)


def _move_of(state: Mapping[str, Any], own: Any) -> Move | None:
    """Return what a visit changes: one person, if it opened and nobody withdrew it. `own` is the visit's own record."""
    if not state["opens"] or state["passed"] is False:
        return None
    trusted = json.loads(own.body)["time_trusted"]
    when = counts_at(own.at, time_trusted=trusted, received_at=own.received_at)
    return Move(change=change_of(state["direction"]), at=when)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def state_of(related: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what became of a visit, from its records in the order of their times; None before the visit itself came.

    A later decision takes the place of an earlier one; an incident stays one, whatever staff decided afterwards.
    """
    visit: dict[str, Any] | None = None
    amendments, incident, passed = [], False, None
    for record in related:
        if record["kind"] == "visit":
            visit = {name: record[name] for name in ("uid", "at", "direction", "via", *_DECIDED)}
            visit["counted_at"] = record.get("counted_at")
        elif record["kind"] == "amendment":
            amendments.append({name: record[name] for name in _DECIDED})
        else:
            passed = record["passed"]
        incident = incident or bool(record.get("incident"))
    if visit is None:
        return None
    decided = amendments[-1] if amendments else {}
    return visit | decided | {"incident": incident, "passed": passed, "amendments": len(amendments)}
