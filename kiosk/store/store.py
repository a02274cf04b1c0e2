"""Keeps every record until the registry has it: one file, one connection, one thread.

A record and its place in the outbox are one transaction, on the disk before `record` returns. Nothing here deletes a
record that the registry does not have, and nothing here can hold an identifier in clear (`migrations.py`).
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from kiosk.core.model import Amendment, Record
from kiosk.core.outbox import CAP_S, Delivered, Later, Mark, Origin, Parked, Waiting
from kiosk.errors import StoreError
from kiosk.ports import Clock
from kiosk.store.file import Inodes, is_replaced, open_sound, place_of, plainly, take, written_anew
from kiosk.store.kept import KeptDocuments
from kiosk.store.records import KINDS, item_of, plain_line, row_of, utc_text
from kiosk.store.reports import Reports
from kiosk.store.revocations import RevocationTable
from kiosk.store.row_times import RowTimes, moment_of
from kiosk.trust import Sealed

log = logging.getLogger(__name__)

APPLICATION_ID = 0x41535151
"""ASQQ: by it `file` and a technician tell this database from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A record that is due, and the item that the registry gets."""

    waiting: Waiting
    item: dict[str, Any] = field(repr=False)
    origin: Origin | None
    """None: an older kiosk wrote it, and it goes as whoever this device is."""


OTHER_REGISTRY = "waits for another registry"
"""Why a record is parked that was made while the device belonged to another one."""
STARTS_KEPT = 100
"""A door that starts again and again must not fill its card with it."""


class Store(KeptDocuments):
    """The kiosk's file. Every call belongs on the thread that made it, and raises StoreError when the disk fails.

    After an error nothing is half-written, and the next call tries anew.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        boot_id: str | None = None,
        origin: Origin | None = None,
        lineage: str = "",
    ) -> None:
        """`boot_id` names this start of the machine, as the kernel does; without it no time is put right later.

        `origin` is who records from now on. `lineage` is whose the records are that may be sent; what waits for another
        registry is parked until this device belongs to that one again. Empty: only what says nothing of its registry may be.
        """
        self._path = path
        self._clock = clock
        self._times = RowTimes(clock, boot_id)
        self._lock = take(path)
        try:
            self._db, self.moved_aside = open_sound(path, clock.wall())
        except BaseException:
            self._lock.close()
            raise
        self._lineage = lineage
        if lineage:
            self._part_from_others()
        self._enrolment = None if origin is None else self._enrolment_of(origin)
        self._use(self._db)

    _place: Inodes
    moved_aside: Path | None
    """Where an unreadable file went at start. Its records wait in it for a technician."""

    def keep_file(self) -> None:
        """See that the file is where it was. One that was taken away or replaced is written anew from what is still held.

        Somebody "resets" the kiosk, restores an image, or a check of the file system moves it: what is written then would be
        gone with the next start. Called with each record, and every few seconds.
        """
        if not is_replaced(self._place, self._path):
            if None in self._place:  # the log comes with the first write
                self._place = place_of(self._path)
            return
        log.error("%s was taken away or replaced while the kiosk runs: it is written anew", self._path)
        self._use(written_anew(self._db, self._place, self._path, self._clock.wall()))

    def _use(self, db: Database) -> None:
        self._db = db
        self._place = place_of(self._path)
        self.reports = Reports(db)
        self.revocations = RevocationTable(db)

    def close(self) -> None:
        """Give the file back. May be called twice."""
        self._db.close()
        self._lock.close()

    def record(self, record: Record, sealed: Sealed | None = None) -> None:
        """Write a record and its place in the outbox; on the disk when this returns. The same one again is nothing.

        A decision that opens is refused where its visit is not on the disk: no gate without a visit.
        """
        row = self._times.on(row_of(record, sealed))
        self.keep_file()
        with plainly(f"{row['kind']} {row['uid']} was not written"), self._db.atomic():
            if isinstance(record, Amendment) and record.decision.opens and not self._has(record.visit_id):
                raise StoreError(f"amendment {row['uid']} was not written: its visit is not on the disk")
            if not self._has(row["uid"]):
                self._db.table("records").insert(row | {"enrolment": self._enrolment})
                self._queue(row["uid"])

    def waiting(self, limit: int, now: datetime, kinds: Collection[str] = KINDS) -> list[Outgoing]:
        """Return at most `limit` records of these kinds that are due: incidents first, then the oldest.

        What a newer kiosk wrote of a kind that this one does not know holds up nothing: it waits until that one is back.
        """
        # A due time further away than the longest back-off was set by a clock that was wrong: it is due.
        far = utc_text(now + timedelta(seconds=2 * CAP_S))
        words = json.dumps(sorted(KINDS.intersection(kinds)))
        bounds = (words, utc_text(now), far, self._lineage, limit)
        with plainly("the outbox cannot be read"):
            rows = self._db.query(
                "SELECT outbox.tries, outbox.incident AS urgent, made.door AS made_at, made.device AS made_by, records.*"
                " FROM outbox JOIN records USING (uid) LEFT JOIN enrolments AS made ON made.number = enrolment"
                " WHERE kind IN (SELECT value FROM json_each(?))"
                " AND (not_before IS NULL OR not_before <= ? OR not_before > ?)"
                " AND coalesce(made.lineage, '') IN ('', ?)"
                " ORDER BY outbox.incident DESC, outbox.seq LIMIT ?",
                bounds,
            )
            return [
                Outgoing(
                    waiting=Waiting(uid=row["uid"], incident=bool(row["urgent"]), tries=row["tries"]),
                    item=item_of(row),
                    origin=row["made_by"] and Origin(device=row["made_by"], door=row["made_at"]),
                )
                for row in rows
            ]

    def mark(self, marks: Iterable[Mark], now: datetime) -> None:
        """Write down what became of records, all at once. A mark on one that does not wait is nothing."""
        with plainly("the outbox was not marked"), self._db.atomic():
            for mark in marks:
                match mark:
                    case Later():
                        due = utc_text(now + timedelta(seconds=mark.wait_s))
                        self._run(
                            "UPDATE outbox SET tries = tries + 1, not_before = ? WHERE uid = ?", due, mark.uid
                        )
                    case Delivered():
                        if self._unqueue(mark.uid):
                            # Whoever it was is not needed here any more: the numbers stay, the person goes.
                            self._run(
                                "UPDATE records SET delivered_at = ?, sealed = NULL, sealed_kid = NULL,"
                                " subject = NULL, subject_kind = NULL WHERE uid = ?",
                                utc_text(now),
                                mark.uid,
                            )
                    case Parked():
                        if self._unqueue(mark.uid):
                            self._run(
                                "INSERT INTO parked (uid, reason, parked_at) VALUES (?, ?, ?)",
                                mark.uid,
                                plain_line(mark.reason, 80),
                                utc_text(now),
                            )

    def hurry(self) -> None:
        """Make everything that waits due now: the link is back."""
        with plainly("the outbox was not marked"), self._db.atomic():
            self._run("UPDATE outbox SET not_before = NULL WHERE not_before IS NOT NULL")

    def requeue(self, uid: str | None = None, *, parked_before: datetime | None = None) -> int:
        """Let a parked record, or all of them, wait again; only those that were parked before a moment. Returns how many.

        What waits for another registry stays parked, however old, unless somebody names it.
        """
        with plainly("nothing was put back into the queue"), self._db.atomic():
            which = (
                "SELECT uid FROM parked WHERE (?1 IS NULL OR uid = ?1)"
                " AND (?2 IS NULL OR (parked_at < ?2 AND reason <> ?3)) ORDER BY rowid"
            )
            bounds = (uid, parked_before and utc_text(parked_before), OTHER_REGISTRY)
            uids = [uid for (uid,) in self._run(which, *bounds).fetchall()]
            for each in uids:
                self._run("DELETE FROM parked WHERE uid = ?", each)
                self._queue(each)
        return len(uids)

    def trust_time(self, boot_id: str, mono_to_wall_offset_ms: int) -> int:
        """Put right when the undelivered records of a boot were made, now that its time is known; returns how many.

        `mono_to_wall_offset_ms` is unix time minus monotonic time. A record of an earlier boot stays untrusted, and
        is sent as such: nobody knows how long the power was away.
        """
        with plainly("the times were not put right"), self._db.atomic():
            rows = self._run(
                "SELECT uid, mono_s FROM records WHERE boot_id = ? AND time_trusted = 0 AND mono_s IS NOT NULL"
                " AND delivered_at IS NULL",
                boot_id,
            ).fetchall()
            self._db.conn.executemany(
                "UPDATE records SET at = ?, time_trusted = 1 WHERE uid = ?",
                ((utc_text(moment_of(mono_s, mono_to_wall_offset_ms)), uid) for uid, mono_s in rows),
            )
        return len(rows)

    def probe(self) -> None:
        """Write something that changes nothing: whether the disk takes records again."""
        self.keep_file()
        with plainly("the disk still takes nothing"), self._db.atomic():
            self._run(f"PRAGMA application_id = {APPLICATION_ID}")

    def started(self, version: str) -> None:
        """A kiosk of this version begins to work: on the disk when this returns."""
        with plainly("the start was not written"), self._db.atomic():
            self._run("INSERT INTO starts (at, version) VALUES (?, ?)", utc_text(self._clock.wall()), version)
            self._run("DELETE FROM starts WHERE seq <= (SELECT max(seq) FROM starts) - ?", STARTS_KEPT)

    def tidy(self, keep_days: int) -> int:
        """Delete what the registry has had for `keep_days` days, and fold the log into the file. Returns how many.

        What tells of a visit stays for as long as that does: a visit that is parked would lose its passage, and be taken
        for one that was cut short.
        """
        before = utc_text(self._clock.wall() - timedelta(days=keep_days))
        with plainly("old records were not deleted"):
            with self._db.atomic():
                gone = self._run(
                    "DELETE FROM records WHERE delivered_at < ? AND NOT EXISTS (SELECT 1 FROM records AS visited"
                    " WHERE visited.uid = records.visit AND (visited.delivered_at IS NULL OR visited.delivered_at >= ?))",
                    before,
                    before,
                ).rowcount
            self._run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone

    def _part_from_others(self) -> None:
        """Park what waits for another registry, and let that wait again which was parked for this one.

        What an older kiosk made says nothing of its registry: it is of the one that the device belongs to first after that.
        """
        with plainly("what waits for another registry was not set apart"), self._db.atomic():
            self._run("UPDATE enrolments SET lineage = ? WHERE lineage IS NULL", self._lineage)
            of_it = "SELECT records.uid FROM records JOIN enrolments ON enrolments.number = enrolment WHERE lineage"
            self._run(
                f"INSERT INTO parked (uid, reason, parked_at) SELECT uid, ?, ? FROM outbox WHERE uid IN ({of_it} <> ?)"  # noqa: S608
                " ORDER BY seq",
                OTHER_REGISTRY,
                utc_text(self._clock.wall()),
                self._lineage,
            )
            self._run("DELETE FROM outbox WHERE uid IN (SELECT uid FROM parked)")
            ours = self._run(
                f"SELECT uid FROM parked WHERE reason = ? AND uid IN ({of_it} = ?) ORDER BY rowid",  # noqa: S608
                OTHER_REGISTRY,
                self._lineage,
            ).fetchall()
            for (uid,) in ours:
                self._run("DELETE FROM parked WHERE uid = ?", uid)
                self._queue(uid)

    def _enrolment_of(self, origin: Origin) -> int | None:
        """Return the number of this enrolment. One that the schema does not hold must not cost a record: it has none."""
        try:
            with self._db.atomic():
                made = (origin.door, origin.device, self._lineage or None)
                known = "SELECT number FROM enrolments WHERE door = ? AND device = ? AND lineage IS ?"
                row = self._run(known, *made).fetchone()
                if row is None:
                    self._run("INSERT INTO enrolments (door, device, lineage) VALUES (?, ?, ?)", *made)
                    row = self._run(known, *made).fetchone()
        except sqlite3.Error as error:
            log.warning("records will not say at which door they were made: %s", type(error).__name__)
            return None
        return int(row[0])

    def _has(self, uid: str) -> bool:
        return self._run("SELECT 1 FROM records WHERE uid = ?", uid).fetchone() is not None

    def _queue(self, uid: str) -> None:
        self._run(
            "INSERT INTO outbox (uid, incident) SELECT uid, coalesce(incident, 0) FROM records WHERE uid = ?",
            uid,
        )

    def _unqueue(self, uid: str) -> bool:
        return self._run("DELETE FROM outbox WHERE uid = ?", uid).rowcount == 1
