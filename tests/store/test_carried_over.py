"""A file of an older kiosk is carried over whole, a power cut halves nothing, and the older kiosk can go on with it."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from kiosk.core.outbox import Delivered, Later, Parked
from kiosk.errors import StoreError
from kiosk.store.migrations import migrations, prepare
from kiosk.store.records import row_of
from kiosk.store.store import Store
from tests.factories import NOON, make_id
from tests.registry import last_release
from tests.store.making import (
    RED,
    make_amendment,
    make_anomaly,
    make_closing,
    make_correction,
    make_passage,
    make_sealed,
    make_subject,
    make_visit,
)

BEFORE = {"the last release": "additive_number_inside", "before corrections": "additive_corrections"}
"""What the file was like -> the first migration that it has not seen."""
TABLES = ("records", "outbox", "parked", "enrolments", "starts")


def old_file(path: Path, until: str, visits: int = 20) -> None:
    """Make a file as an older kiosk left it: by its migrations, in SQLite, with gaps in its numbers.

    Of the visits each second waits, each fourth was tried, some are parked and the rest delivered.
    """
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection)
        prepare(db)
        migrations.apply(db, stop_before=until)
        known = db.table("records").columns_dict
        records = [
            *(make_visit(number) for number in range(1, visits + 1)),
            make_visit(visits + 1, identifier=make_subject(), decision=RED),
            make_passage(visits + 2, make_visit(1)),
            make_amendment(visits + 3, make_visit(2), RED, why="a word"),
            make_closing(visits + 4, NOON),
            make_anomaly(visits + 5),
        ]
        connection.execute("BEGIN")
        connection.execute("INSERT INTO enrolments (door, device) VALUES ('A1', 'D-0123456789abcdef')")
        connection.execute("INSERT INTO starts (at, version) VALUES ('2026-11-22T10:00:00.000Z', '0.1.0')")
        for number, record in enumerate(records):
            row = row_of(record, make_sealed(number))
            row = {name: value for name, value in row.items() if name in known} | {"enrolment": 1}
            db.table("records").insert(row | {"rowid": 3 * number + 1})
            if number % 2 or number > visits:
                tries = number % 4
                due = "2026-11-22T10:00:00.000Z" if tries else None
                waits = {"uid": record.id, "incident": record.id == make_id(visits + 1), "tries": tries}
                db.table("outbox").insert(waits | {"not_before": due})
            elif number % 3 == 0:
                at = "2026-11-22T10:00:00.000Z"
                db.table("parked").insert({"uid": record.id, "reason": "uid-reused", "parked_at": at})
        connection.execute("COMMIT")


def contents(path: Path) -> dict[str, list[dict[str, object]]]:
    """Return every row of every table, its number too, without columns that say nothing (a newer file has more)."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        db = Database(connection)
        return {
            table: [
                {name: value for name, value in row.items() if value is not None}
                for row in db.query(f"SELECT rowid AS place, * FROM {table} ORDER BY rowid")
            ]
            for table in TABLES
        }


def schema(path: Path) -> set[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT type, name FROM sqlite_schema").fetchall())


def is_whole(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sound and connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("until", BEFORE.values(), ids=BEFORE.keys())
def test_every_row_is_carried_over_with_its_number_and_what_waits_or_is_parked_still_belongs_to_it(
    path, clock, until
):
    old_file(path, until)
    before, made = contents(path), schema(path)
    assert [len(rows) for rows in before.values()] == [25, 14, 4, 1, 1]
    Store(path, clock=clock).close()
    assert contents(path) == before
    assert schema(path) == made | {("table", "number_inside")}, "which is new and holds nothing"
    assert is_whole(path)


@pytest.mark.parametrize("until", BEFORE.values(), ids=BEFORE.keys())
def test_a_file_that_was_carried_over_is_as_strict_as_a_new_one(path, clock, until, tmp_path):
    old_file(path, until)
    Store(path, clock=clock).close()
    fresh = tmp_path / "fresh.db"
    Store(fresh, clock=clock).close()
    statements = []
    for file in (path, fresh):
        with contextlib.closing(sqlite3.connect(file)) as connection:
            statements.append(
                set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'records'"))
            )
    assert statements[0] == statements[1]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for change in (0, 1001, -1001, "one", 0.5):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute("UPDATE records SET change = ? WHERE rowid = 1", (change,))
        with pytest.raises(sqlite3.IntegrityError, match="fits_kind"):
            connection.execute("UPDATE records SET kind = 'hat' WHERE rowid = 1")


@pytest.mark.parametrize("until", BEFORE.values(), ids=BEFORE.keys())
def test_what_is_new_in_a_record_goes_through_a_file_that_was_carried_over(path, clock, until):
    old_file(path, until)
    store = Store(path, clock=clock)
    late = make_visit(50, identifier=None, counted_at=NOON - timedelta(minutes=2))
    store.record(late)
    store.record(make_correction(51, -3))
    store.close()
    again = Store(path, clock=clock)
    *old, told, corrected = [each.item for each in again.waiting(500, clock.wall() + timedelta(days=400))]
    assert [item for item in old if {"counted_at", "change"} & item.keys()] == []
    assert told["counted_at"] == "2026-03-04T06:58:00.000Z"
    assert corrected == {
        "uid": make_id(51),
        "kind": "correction",
        "at": "2026-03-04T07:51:00.000Z",
        "time_trusted": True,
        "change": -3,
        "by": "desk-1",
        "why": "counted heads",
    }
    again.close()


def test_a_record_that_waits_cannot_go_and_nothing_waits_without_its_record(path, clock):
    """The foreign keys are watched again, and they point to the table that was carried over."""
    old_file(path, "additive_corrections")
    store = Store(path, clock=clock)
    for sql in (
        "DELETE FROM records WHERE uid IN (SELECT uid FROM outbox)",
        "DELETE FROM records WHERE uid IN (SELECT uid FROM parked)",
        f"INSERT INTO outbox (uid, incident) VALUES ('{make_id(99)}', 0)",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            store._db.execute(sql)
        store._db.rollback()
    store.close()


def test_a_power_cut_at_any_moment_of_it_leaves_the_old_file_or_the_new_one(path, clock, tmp_path):
    """The state of the disk is kept before each statement; so few pages stay in memory that halves of it are written."""
    old_file(path, "additive_number_inside", visits=400)
    before = contents(path)
    cuts: list[Path] = []

    def keep(statement: str) -> None:
        cut = tmp_path / f"cut-{len(cuts)}"
        cut.mkdir()
        for part in ("", "-wal"):
            file = path.with_name(path.name + part)
            if file.exists():
                shutil.copy(file, cut / file.name)
        cuts.append(cut)

    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 5")
        connection.set_trace_callback(keep)
        migrations.apply(Database(connection))
        connection.set_trace_callback(None)
        keep("the end")
        assert contents(path) == before
    halves = 0
    for cut in cuts:
        file = cut / path.name
        log = cut / "kiosk.db-wal"
        begun = log.exists() and log.stat().st_size > 100_000
        with contextlib.closing(sqlite3.connect(file)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")]
            accepts = (
                "'correction'"
                in connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'records'").fetchone()[0]
            )
        assert accepts is ("additive_corrections" in names)
        halves += begun and not accepts
        assert contents(file) == before
        Store(file, clock=clock).close()
        assert contents(file) == before
        assert is_whole(file)
    assert len(cuts) > 20
    assert halves > 5, "nothing was on the disk before the end: the cuts cut nothing"


def test_a_file_without_room_to_carry_it_over_stays_as_it_was(path, clock):
    """The disk is full: the pages that the file may have are as many as it has."""
    old_file(path, "additive_corrections", visits=400)
    before, made = contents(path), schema(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrations.apply(Database(connection))
    assert (contents(path), schema(path)) == (before, made)
    Store(path, clock=clock).close()
    assert contents(path) == before


WORK_OF_THE_LAST_RELEASE = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.core.model import Closing
from kiosk.store.store import Store

class Clock:
    def wall(self): return datetime(2026, 3, 4, 8, tzinfo=UTC)
    def mono(self): return 1.0
    def trusted(self): return True

told = json.loads(sys.stdin.read())
store = Store(Path(told["path"]), clock=Clock())
store.record(Closing(id=told["uid"], closed_at=Clock().wall(), assumed_exits=2))
store.started("0.1.0")
waiting = [each.item["uid"] for each in store.waiting(500, datetime(2027, 1, 1, tzinfo=UTC))]
counts = store.reports.counts()
store.requeue()
print(json.dumps([waiting, counts.waiting, counts.parked, store.reports.counts().parked]))
store.close()
"""


@pytest.mark.concurrent
def test_the_last_release_goes_on_with_the_file_of_a_release_that_did_not_prove_good(
    path, clock, root, tmp_path
):
    """Its own code, in its own process. No correction waits: nothing makes one before both releases know what it is."""
    release = last_release.unpack(root, tmp_path)
    old_file(path, "additive_number_inside")
    store = Store(path, clock=clock)
    store.record(make_correction(60, 2))
    store.mark([Delivered(uid=make_id(60))], clock.wall())
    before = [each.item["uid"] for each in store.waiting(500, clock.wall() + timedelta(days=400))]
    store.close()
    told = json.dumps({"path": str(path), "uid": make_id(61)})
    waiting, counted, parked, left = json.loads(
        last_release.run(release, "-c", WORK_OF_THE_LAST_RELEASE, told=told)
    )
    assert waiting == [*before, make_id(61)]
    assert (counted, parked, left) == (15, 4, 0)
    again = Store(path, clock=clock)
    after = [each.item["uid"] for each in again.waiting(500, clock.wall() + timedelta(days=400))]
    assert after[: len(waiting)] == waiting
    assert len(after) == counted + parked
    again.close()
    assert is_whole(path)


def widened_by_a_newer_kiosk(path: Path) -> None:
    """Let the file take a kind of record that this release does not know."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, '''correction'')', '''correction'', ''hat'')')"
            " WHERE name = 'records'"
        )
        connection.commit()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE records SET kind = 'hat' WHERE uid = ?", (make_id(2),))
        connection.commit()


def test_a_record_of_a_kind_that_only_a_newer_kiosk_knows_waits_for_it_and_holds_up_nothing(path, clock):
    store = Store(path, clock=clock)
    for number in (1, 2, 3):
        store.record(make_correction(number, number))
    store.close()
    widened_by_a_newer_kiosk(path)
    again = Store(path, clock=clock)
    now = clock.wall() + timedelta(days=1)
    assert [each.waiting.uid for each in again.waiting(2, now)] == [make_id(1), make_id(3)]
    assert again.reports.counts().waiting == 3
    assert [(row.uid, row.kind) for row in again.reports.queue()][1] == (make_id(2), "hat")
    assert [(moved.uid, moved.change) for moved in again.reports.movements(NOON)] == [
        (make_id(1), 1),
        (make_id(3), 3),
    ]
    again.mark([Delivered(uid=make_id(1)), Later(uid=make_id(3), wait_s=60)], now)
    assert again.reports.next_due(frozenset({"correction"})) == now + timedelta(seconds=60)
    again.mark([Parked(uid=make_id(2), reason="uid-reused")], now)
    assert again.requeue() == 1
    again.close()


def test_the_file_says_no_to_a_correction_that_the_registry_would_refuse(store):
    for change in (0, 1001):
        with pytest.raises(StoreError, match="fits_change"):
            store.record(make_correction(1, change))
    assert store.reports.counts().waiting == 0
