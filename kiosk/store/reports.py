"""What the store can tell: how the outbox stands, today's numbers, a visit by its reference. Reads only.

Staff and technicians see this, so no row here has an identifier in it, sealed or not.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from kiosk.core.inside.occupancy import Movement, MovementKind
from kiosk.core.model import Colour, Direction, Outcome
from kiosk.store.file import open_to_read, plainly
from kiosk.store.records import utc_text

_MOVED_BY = {"closing": MovementKind.CLOSED, "correction": MovementKind.CORRECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How the outbox stands."""

    waiting: int
    parked: int
    incidents_waiting: int
    """Incidents that the registry does not have, parked ones among them: staff answer for those (rule 6)."""
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpassed:
    """An admitted visit of which nobody knows whether its visitor went through."""

    visit_id: str
    at: datetime
    time_trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Visits of one kind, by the decision that stood last."""

    direction: Direction
    outcome: Outcome
    colour: Colour | None
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferredVisit:
    """A visit under a reference number: all that staff may see of it."""

    uid: str
    at: datetime
    direction: Direction
    outcome: Outcome
    reason: str
    colour: Colour | None
    delivered: bool
    parked: str
    """Why the registry did not take it; empty where it did, or may yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRecord:
    """A record that the registry does not have, without whoever it is about."""

    uid: str
    kind: str
    at: datetime
    incident: bool
    tries: int
    """How often it was put off; 0 for a parked one."""
    due: datetime | None
    """Not before this moment; None is at once, or parked."""
    parked: str
    """Why it is parked; empty while it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOnFile:
    """A document of the registry that is kept, and how old it is."""

    name: str
    fetched_at: datetime
    """When the registry last confirmed it, by our own clock."""
    issued_at: datetime | None
    """When the registry signed it; None where nobody did."""
    not_after: datetime | None


class Reports:
    """Reads a store's database. `Store.reports` is one on the store's own thread and connection.

    `Reports.of_file` reads beside a running kiosk: it takes nothing and writes nothing. Every call raises StoreError
    when the file cannot be read.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Open a file for reading only. Raises StoreError where there is none."""
        return cls(open_to_read(path))

    def close(self) -> None:
        """Give the connection back. May be called twice."""
        self._db.close()

    def counts(self) -> Counts:
        """Return how the outbox stands."""
        with plainly("the outbox cannot be counted"):
            [row] = self._all(
                "SELECT (SELECT count(*) FROM outbox) AS waiting, (SELECT count(*) FROM parked) AS parked,"
                " (SELECT count(*) FROM outbox WHERE incident = 1)"
                " + (SELECT count(*) FROM parked JOIN records USING (uid) WHERE incident = 1) AS incidents,"
                " (SELECT at FROM outbox JOIN records USING (uid) ORDER BY seq LIMIT 1) AS oldest"
            )
        return Counts(
            waiting=row["waiting"],
            parked=row["parked"],
            incidents_waiting=row["incidents"],
            oldest=_moment(row["oldest"]),
        )

    def next_due(self, kinds: Collection[str]) -> datetime | None:
        """Return when the next waiting record of these kinds is due; in the past where one is due now, None where none waits."""
        with plainly("the outbox cannot be read"):
            [row] = self._all(
                "SELECT min(coalesce(not_before, at)) AS due FROM outbox JOIN records USING (uid)"
                " WHERE kind IN (SELECT value FROM json_each(:kinds))",
                kinds=json.dumps(sorted(kinds)),
            )
        return _moment(row["due"])

    def today(self, since: datetime) -> tuple[Tally, ...]:
        """Return the visits since a moment, each by the last decision on it: what staff or registry turned counts."""
        with plainly("the visits cannot be counted"):
            rows = self._all(
                "WITH last AS (SELECT visit, max(rowid) AS id FROM records WHERE kind = 'amendment' GROUP BY visit)"
                " SELECT first.direction, coalesce(turned.outcome, first.outcome) AS outcome,"
                " CASE WHEN turned.uid IS NULL THEN first.colour ELSE turned.colour END AS colour, count(*) AS visits"
                " FROM records AS first LEFT JOIN last ON last.visit = first.uid"
                " LEFT JOIN records AS turned ON turned.rowid = last.id"
                " WHERE first.kind = 'visit' AND first.at >= :since GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                since=utc_text(since),
            )
        return tuple(
            Tally(
                direction=Direction(row["direction"]),
                outcome=Outcome(row["outcome"]),
                colour=row["colour"] and Colour(row["colour"]),
                visits=row["visits"],
            )
            for row in rows
        )

    def by_old_number(self, since: datetime) -> int:
        """Return how many were let in since a moment by a number of the venue that was old, nobody being there to ask."""
        with plainly("the visits cannot be counted"):
            [row] = self._all(
                "SELECT count(*) AS visits FROM records WHERE kind = 'visit' AND counted_at IS NOT NULL"
                " AND outcome = 'admitted' AND direction = 'entry' AND at >= :since",
                since=utc_text(since),
            )
        return int(row["visits"])

    def movements(self, since: datetime, *, after: str = "") -> tuple[Movement, ...]:
        """Return what changed the count, uncalled passages, corrections and closings too, as it was written.

        A passage whose visit is not here was an exit: an entry opens no gate before it is on the disk (rule 2), an exit
        does. What was written after the record `after`, whatever the clock was like; where that is empty, what happened since
        a moment. A record that never reached the disk has nothing after it.
        """
        with plainly("the passages cannot be read"):
            rows = self._all(
                "SELECT one.uid, one.at, one.kind, CASE one.kind WHEN 'closing' THEN 0 WHEN 'correction' THEN one.change"
                " ELSE iif(coalesce(visit.direction, one.direction) = 'entry', 1, -1) END AS change FROM records AS one"
                " LEFT JOIN records AS visit ON visit.uid = one.visit"
                " WHERE (CASE :after WHEN '' THEN one.at >= :since"
                " ELSE one.rowid > (SELECT rowid FROM records WHERE uid = :after) END)"
                " AND (one.kind = 'passage' AND one.passed = 1"
                " OR one.kind = 'anomaly' AND one.direction IS NOT NULL OR one.kind IN ('closing', 'correction'))"
                " ORDER BY one.rowid",
                since=utc_text(since),
                after=after,
            )
        return tuple(
            Movement(
                uid=row["uid"],
                at=datetime.fromisoformat(row["at"]),
                kind=_MOVED_BY.get(row["kind"], MovementKind.PASSED),
                change=row["change"],
            )
            for row in rows
        )

    def unpassed(self) -> tuple[Unpassed, ...]:
        """Return the admitted visits without a passage, oldest first: at a start, those that the last stop cut short."""
        with plainly("the visits without a passage cannot be read"):
            rows = self._all(
                "WITH last AS (SELECT visit, max(rowid) AS id FROM records WHERE kind = 'amendment' GROUP BY visit)"
                " SELECT first.uid, first.at, first.time_trusted FROM records AS first LEFT JOIN last ON last.visit = first.uid"
                " LEFT JOIN records AS turned ON turned.rowid = last.id"
                " WHERE first.kind = 'visit' AND coalesce(turned.opens, first.opens) = 1 AND NOT EXISTS"
                " (SELECT 1 FROM records AS went WHERE went.visit = first.uid AND went.kind = 'passage')"
                " ORDER BY first.rowid"
            )
        return tuple(
            Unpassed(
                visit_id=row["uid"],
                at=datetime.fromisoformat(row["at"]),
                time_trusted=bool(row["time_trusted"]),
            )
            for row in rows
        )

    def find(self, reference: str) -> tuple[ReferredVisit, ...]:
        """Return the visits under a reference number, newest first, each by its last decision: two may share one in years.

        Small letters, spaces and a missing hyphen are how people say it.
        """
        with plainly("the visit cannot be looked up"):
            rows = self._all(
                "SELECT first.uid, first.at, first.direction, first.delivered_at,"
                " coalesce(turned.outcome, first.outcome) AS outcome, coalesce(turned.reason, first.reason) AS reason,"
                " CASE WHEN turned.uid IS NULL THEN first.colour ELSE turned.colour END AS colour,"
                " coalesce(parked.reason, '') AS parked"
                " FROM records AS first LEFT JOIN records AS turned ON turned.rowid ="
                " (SELECT max(rowid) FROM records WHERE visit = first.uid AND kind = 'amendment')"
                " LEFT JOIN parked ON parked.uid = first.uid"
                " WHERE first.reference = :reference ORDER BY first.rowid DESC",
                reference=_as_written(reference),
            )
        return tuple(
            ReferredVisit(
                uid=row["uid"],
                at=datetime.fromisoformat(row["at"]),
                direction=Direction(row["direction"]),
                outcome=Outcome(row["outcome"]),
                reason=row["reason"],
                colour=row["colour"] and Colour(row["colour"]),
                delivered=row["delivered_at"] is not None,
                parked=row["parked"],
            )
            for row in rows
        )

    def queue(self, limit: int = 500) -> tuple[QueuedRecord, ...]:
        """Return what the registry does not have: parked records first, then in the order of sending."""
        with plainly("the outbox cannot be read"):
            rows = self._all(
                "SELECT uid, kind, at, records.incident, 0 AS tries, NULL AS due, parked.reason AS parked, 0 AS part,"
                " 0 AS urgent, parked.rowid AS place FROM parked JOIN records USING (uid)"
                " UNION ALL SELECT uid, kind, at, records.incident, tries, not_before, '', 1, -outbox.incident, seq"
                " FROM outbox JOIN records USING (uid) ORDER BY part, urgent, place LIMIT :limit",
                limit=limit,
            )
        return tuple(
            QueuedRecord(
                uid=row["uid"],
                kind=row["kind"],
                at=datetime.fromisoformat(row["at"]),
                incident=bool(row["incident"]),
                tries=row["tries"],
                due=_moment(row["due"]),
                parked=row["parked"],
            )
            for row in rows
        )

    def documents(self) -> tuple[DocumentOnFile, ...]:
        """Return what is kept of the registry's word, by name. What it says was verified by whoever took it into force."""
        with plainly("the registry's documents cannot be read"):
            rows = self._all("SELECT name, fetched_at, issued_at, not_after FROM documents ORDER BY name")
        return tuple(
            DocumentOnFile(
                name=row["name"],
                fetched_at=datetime.fromisoformat(row["fetched_at"]),
                issued_at=_moment(row["issued_at"]),
                not_after=_moment(row["not_after"]),
            )
            for row in rows
        )

    def schema(self) -> tuple[str, ...]:
        """Return the names of the migrations that made this file, in their order."""
        with plainly("the schema cannot be read"):
            return tuple(
                row["name"] for row in self._all("SELECT name FROM _sqlite_migrations ORDER BY rowid")
            )

    def _all(self, sql: str, **values: object) -> list[dict[str, Any]]:
        return list(self._db.query(sql, values))


def _as_written(reference: str) -> str:
    """Return a reference number as the screen shows it.

    >>> _as_written(" mfw sm4"), _as_written("MFW-SM4")
    ('MFW-SM4', 'MFW-SM4')
    """
    signs = "".join(sign for sign in reference.upper() if sign.isalnum())
    return f"{signs[:3]}-{signs[3:]}"


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
