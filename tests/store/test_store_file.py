"""The file under trouble: taken twice, unreadable, full, written by a newer kiosk, killed under the pen."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.errors import StoreError
from kiosk.store.file import open_sound
from kiosk.store.store import STARTS_KEPT, Store
from tests.factories import NOON
from tests.store.making import make_sealed, make_visit

WRITER = Path(__file__).with_name("writer.py")


@pytest.fixture
def write(path, root):
    """Start processes that write to the store: `write("1000000")`. None of them outlives its test, however that ends."""
    with ExitStack() as last:

        def start(*args: str) -> subprocess.Popen[str]:
            process = last.enter_context(
                subprocess.Popen(
                    [sys.executable, str(WRITER), str(path), *args],
                    env=os.environ | {"PYTHONPATH": str(root)},
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            last.callback(process.kill)
            return process

        yield start


def ids_in(path: Path) -> tuple[list[str], list[str]]:
    with sqlite3.connect(path) as connection:
        records = [uid for (uid,) in connection.execute("SELECT uid FROM records ORDER BY rowid")]
        waiting = [uid for (uid,) in connection.execute("SELECT uid FROM outbox ORDER BY seq")]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return records, waiting


def test_a_second_kiosk_on_the_same_file_is_told_which_process_has_it(store, path, clock):
    with pytest.raises(StoreError, match=rf"process {os.getpid()} has it open"):
        Store(path, clock=clock)
    store.record(make_visit(1), make_sealed())


@pytest.mark.concurrent
def test_a_second_process_is_refused_and_the_file_is_free_when_the_first_ends(path, clock, write):
    first = write("1000000")
    assert first.stdout.readline()
    with pytest.raises(StoreError, match=rf"process {first.pid} has it open"):
        Store(path, clock=clock)
    first.kill()
    first.communicate()
    Store(path, clock=clock).close()


@pytest.mark.concurrent
def test_every_visit_that_was_acknowledged_survives_a_kill_and_none_is_half(path, write):
    acknowledged: list[str] = []
    for round_number in range(10):
        process = write("1000000", str(round_number * 100_000))
        acknowledged += [process.stdout.readline().strip() for _ in range(3 + 7 * round_number)]
        process.send_signal(signal.SIGKILL)
        # What it said between our last look and the kill counts as well; a line cut short was not said.
        acknowledged += re.findall(r"(\S{36})\n", process.communicate()[0])
    records, waiting = ids_in(path)
    assert set(acknowledged) <= set(records)
    assert records == waiting
    assert len(records) <= len(acknowledged) + 10  # at most the one under the pen, each round


@pytest.mark.concurrent
def test_a_full_disk_is_said_nothing_is_half_written_and_it_works_again_when_there_is_room(path, write):
    """The writer runs into a limit on the size of its files, which is lifted after its tenth refusal."""
    lines = write("300", "0", "200000").communicate(timeout=60)[0].split("\n")
    refused = [line for line in lines if line.startswith("refused")]
    acknowledged = [line for line in lines if re.fullmatch(r"\S{36}", line)]
    assert len(refused) == 10
    assert all("disk" in line for line in refused)
    assert lines.index(refused[-1]) < lines.index(acknowledged[-1]), "it did not work again"
    records, waiting = ids_in(path)
    assert records == waiting == acknowledged


@pytest.mark.parametrize("harm", ["garbage", "torn page", "text"])
def test_an_unreadable_file_is_moved_aside_and_a_new_one_begun(path, clock, harm):
    store = Store(path, clock=clock)
    for number in range(200):
        store.record(make_visit(number), make_sealed(number))
    store.close()
    broken = bytearray(path.read_bytes())
    match harm:
        case "garbage":
            broken[:] = os.urandom(len(broken))
        case "torn page":
            broken[8192 : len(broken) - 4096] = bytes(len(broken) - 12288)
        case "text":
            broken[:] = b"this is not a database\n" * 100
    path.write_bytes(broken)

    store = Store(path, clock=clock)
    store.record(make_visit(1), make_sealed())
    assert store.reports.counts().waiting == 1
    assert store.moved_aside.name == "kiosk.db.unreadable-20260304T070000000000Z"
    assert store.moved_aside.read_bytes() == bytes(broken)
    store.close()


def test_a_sound_file_is_not_moved(path, clock):
    Store(path, clock=clock).close()
    store = Store(path, clock=clock)
    assert store.moved_aside is None
    store.close()


def test_a_torn_tail_of_the_log_costs_no_earlier_visit(path, clock):
    store = Store(path, clock=clock)
    for number in range(20):
        store.record(make_visit(number), make_sealed(number))
    log = path.with_name("kiosk.db-wal")
    torn = log.read_bytes()[:-1000]
    main = path.read_bytes()
    store.close()
    path.write_bytes(main)
    log.write_bytes(torn)
    store = Store(path, clock=clock)
    assert store.moved_aside is None
    assert store.reports.counts().waiting == 19
    store.close()


def test_a_file_of_a_newer_kiosk_is_left_alone(path, clock):
    Store(path, clock=clock).close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('kiosk', 'of_the_future', '2030-01-01 00:00:00')"
        )
    connection.close()
    with pytest.raises(StoreError, match="newer kiosk"):
        Store(path, clock=clock)


def test_a_file_to_which_a_newer_kiosk_only_added_is_used(path, clock):
    """The release before takes over again after one that did not prove good."""
    Store(path, clock=clock).close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('kiosk', 'additive_colour_of_the_hat', '2030-01-01 00:00:00')"
        )
        connection.execute("CREATE TABLE hats (colour TEXT)")
    connection.close()
    Store(path, clock=clock).close()


def test_starts_are_kept_and_only_the_latest_of_them(path, clock):
    store = Store(path, clock=clock)
    for _ in range(STARTS_KEPT + 5):
        store.started("1.4.0")
    store.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*), min(seq) FROM starts").fetchone() == (STARTS_KEPT, 6)


def test_each_commit_is_synced_to_the_disk_through_a_write_ahead_log(path):
    """WAL and FULL: the one mode that lost nothing in the power cuts (docs/facts.md#power-cuts)."""
    db, _ = open_sound(path, NOON)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    db.close()
