"""A door starts in whatever state it could go on in: without a store it lets people out, says so, and opens the store when it can."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from kiosk.core.door.building import Standing
from kiosk.core.events import Part
from kiosk.core.model import Colour, Direction, DoorKind
from kiosk.errors import StoreError
from kiosk.store.file import _open
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread
from tests.app.house import House
from tests.store.making import ManualClock, make_sealed, make_visit

SOON_S = 30.0
NEWER = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('kiosk', 'split_records', '2026-12-01 00:00:00')"


def a_folder_in_the_way(path):
    path.mkdir()
    return path.rmdir


def a_newer_schema(path):
    _open(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(NEWER)

    def mended():
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM _sqlite_migrations WHERE name = 'split_records'")

    return mended


@pytest.mark.parametrize("broken", [a_folder_in_the_way, a_newer_schema])
def test_an_exit_door_whose_store_cannot_be_opened_lets_people_out_and_opens_it_when_it_can(
    tmp_path, registry, clock, broken
):
    mend = broken(tmp_path / "kiosk.db")
    with House(tmp_path, registry, clock, kind=DoorKind.EXIT) as house:
        house.until(lambda: house.door.is_broken(Part.STORE), "a store that is said to be broken")
        assert house.door.standing is Standing.OUT_OF_ORDER
        for count in (1, 2):
            house.until(house.camera.finished.is_set, "an empty hall")
            house.hold_up(house.pass_of(Colour.GREEN))
            house.until(lambda count=count: len(house.gate.orders) == count, "an open gate outwards")
        assert set(house.gate.orders) == {Direction.EXIT}
        mend()
        house.until(lambda: not house.door.is_broken(Part.STORE), "a store that works")
        house.until(
            lambda: len({row["uid"] for row in house.stored()}) == 2, "both exits at the registry, caught up"
        )


def test_an_entry_door_admits_nobody_and_says_why(tmp_path, registry, clock):
    mend = a_folder_in_the_way(tmp_path / "kiosk.db")
    with House(tmp_path, registry, clock) as house:
        house.until(lambda: house.door.is_broken(Part.STORE), "a store that is said to be broken")
        house.hold_up(house.pass_of(Colour.GREEN))
        house.until(house.camera.finished.is_set, "the visitor's code")
        assert house.gate.orders == []
        assert 7 in house.door.building.faults
        mend()
        house.until(lambda: not house.door.is_broken(Part.STORE), "a store that works")
        house.idle()
        house.admits()


def test_a_store_that_opens_later_takes_calls_and_says_once_that_it_is_open(tmp_path):
    path, opened = tmp_path / "kiosk.db", []
    path.mkdir()
    thread = StoreThread(lambda: Store(path, clock=ManualClock()), when_open=opened.append, retry_s=0.01)
    with pytest.raises(StoreError):
        thread.start()
    with pytest.raises(StoreError):
        thread.call(lambda store: store.probe()).result(SOON_S)
    path.rmdir()
    while not opened:
        thread.call(lambda _store: None).exception(SOON_S)
    thread.call(lambda store: store.record(make_visit(1), make_sealed())).result(SOON_S)
    assert len(opened) == 1
    assert thread.close(SOON_S)
