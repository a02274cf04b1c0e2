"""The file is taken away or replaced under the running kiosk: nothing that was acknowledged is lost, also after a kill."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from kiosk.errors import StoreError
from tests.store.making import make_sealed, make_visit

PARTS = ("", "-wal", "-shm")


def take_away(path, *parts) -> None:
    for part in parts:
        path.with_name(path.name + part).unlink(missing_ok=True)


def after_a_kill(path, folder) -> set[str]:
    """Return what a start would find if the machine lost its power now: of what stands on the disk, by its names."""
    for part in PARTS[:2]:
        if (file := path.with_name(path.name + part)).exists():
            shutil.copy(file, folder / f"kiosk.db{part}")
    with closing(sqlite3.connect(folder / "kiosk.db")) as db:
        return {uid for (uid,) in db.execute("SELECT uid FROM records")}


@pytest.fixture
def copies(tmp_path):
    folder = tmp_path / "after a kill"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "parts", [("",), ("-wal",), PARTS, ("", "-wal")], ids=["the file", "its log", "all of it", "file and log"]
)
@pytest.mark.parametrize("noticed_by", ["the next record", "the next look"])
def test_what_was_taken_away_is_written_anew_with_all_that_was_acknowledged(
    store, path, clock, copies, parts, noticed_by
):
    before, after = [make_visit(n) for n in range(3)], make_visit(3)
    for visit in before:
        store.record(visit, make_sealed())
    take_away(path, *parts)
    if noticed_by == "the next record":
        store.record(after, make_sealed())
        before.append(after)
    else:
        store.keep_file()
    assert after_a_kill(path, copies) == {visit.id for visit in before}
    assert store.reports.counts().waiting == len(before)
    assert {each.waiting.uid for each in store.waiting(50, clock.wall())} == {visit.id for visit in before}
    store.close()


def test_another_file_in_its_place_is_moved_aside_and_not_taken_for_ours(store, path, copies):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    other = copies / "other.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE of_somebody (x)")
    other.replace(path)
    store.keep_file()
    assert after_a_kill(path, copies) == {visit.id}
    [aside] = path.parent.glob("kiosk.db.replaced-*Z")
    with closing(sqlite3.connect(aside)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("of_somebody",)]
    store.close()


def test_where_it_cannot_be_written_anew_that_is_an_error_and_the_next_try_mends_it(
    store, path, clock, copies
):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    take_away(path, *PARTS)
    (path.with_name("kiosk.db.fresh")).mkdir()
    with pytest.raises(StoreError, match="could not be written anew"):
        store.record(make_visit(2), make_sealed())
    (path.with_name("kiosk.db.fresh")).rmdir()
    store.probe()
    assert after_a_kill(path, copies) == {visit.id}
    store.close()


def test_a_file_that_stays_where_it_is_is_left_alone(store, path):
    for number in range(3):
        store.record(make_visit(number), make_sealed())
        store.keep_file()
    assert sorted(each.name for each in path.parent.glob("kiosk.db*")) == [
        "kiosk.db", "kiosk.db-shm", "kiosk.db-wal", "kiosk.db.lock",
    ]  # fmt: skip
    store.close()
