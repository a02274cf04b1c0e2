"""The list of revoked passes: exact, whole or not at all, looked up beside the writer and never in its way."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from datetime import timedelta

import pytest
from sqlite_utils import Database

from kiosk.errors import StoreError
from kiosk.store.kept import Kept
from kiosk.store.migrations import migrations, prepare
from kiosk.store.reports import Reports
from kiosk.store.revocations import RevocationList, key_of
from kiosk.store.store import Store
from kiosk.trust.revocations import hash_of
from tests.bench.revocations import measure
from tests.factories import NOON
from tests.store.making import make_change, make_sealed, make_visit

LATER = int((NOON + timedelta(hours=72)).timestamp())
TICK = 60


def pass_id(number: int) -> str:
    return hashlib.sha256(f"pass {number}".encode()).hexdigest()[:24]


def entries(*numbers: int, ends: int = LATER) -> tuple[tuple[int, int], ...]:
    return tuple((hash_of(pass_id(number)), ends) for number in numbers)


def signed(sequence: int, **changes) -> Kept:
    given = {"etag": f'"{sequence}"', "body": b"", "fetched_at": NOON, "issued_at": NOON}
    return Kept(**given | {"not_after": NOON + timedelta(hours=24), "sequence": sequence} | changes)


@pytest.fixture
def listed(path):
    looked = RevocationList(path)
    yield lambda *numbers: [number for number in numbers if looked.is_revoked(pass_id(number))]
    looked.close()


def test_a_snapshot_is_the_whole_list_and_takes_the_place_of_the_one_before(store, listed):
    store.keep_revocations(make_change(*entries(1, 2)), signed(1))
    assert listed(1, 2, 3) == [1, 2]
    store.keep_revocations(make_change(*entries(3)), signed(2))
    assert listed(1, 2, 3) == [3]
    assert store.revocations.count() == 1


def test_a_delta_adds_and_removes_on_exactly_its_base(store, listed):
    store.keep_revocations(make_change(*entries(1, 2)), signed(5))
    removed = (hash_of(pass_id(1)),)
    assert store.keep_revocations(make_change(*entries(3), base=5, removed=removed), signed(6))
    assert listed(1, 2, 3) == [2, 3]
    assert store.kept("revocations").sequence == 6


@pytest.mark.parametrize("base", [4, 6])
def test_a_delta_of_another_list_changes_nothing(store, listed, base):
    store.keep_revocations(make_change(*entries(1)), signed(5))
    assert not store.keep_revocations(make_change(*entries(2), base=base), signed(7))
    assert (listed(1, 2), store.kept("revocations").sequence) == ([1], 5)


def test_a_delta_without_a_list_is_none(store, listed):
    assert not store.keep_revocations(make_change(*entries(1), base=5), signed(6))
    assert (listed(1), store.kept("revocations")) == ([], None)


def test_a_list_that_the_disk_takes_only_in_part_is_not_taken_and_its_number_neither(store, listed):
    store.keep_revocations(make_change(*entries(1)), signed(5))
    with pytest.raises(StoreError):  # its last statement, the number, does not fit the schema
        store.keep_revocations(make_change(*entries(2)), signed(10**9))
    assert (listed(1, 2), store.kept("revocations").sequence) == ([1], 5)


def test_entries_go_when_their_passes_have_ended_by_the_time_that_the_registry_signed(store, listed):
    now = int(NOON.timestamp())
    added = (*entries(1, ends=now + 2 * TICK), *entries(2, ends=now + 1), *entries(3, ends=now - TICK))
    store.keep_revocations(make_change(*added), signed(1))
    assert listed(1, 2, 3) == [1, 2]
    later = signed(2, issued_at=NOON + timedelta(seconds=90), fetched_at=NOON - timedelta(days=900))
    store.keep_revocations(make_change(base=1), later)
    assert listed(1, 2, 3) == [1]


def test_an_entry_that_comes_again_counts_as_it_came_last(store, listed):
    now = int(NOON.timestamp())
    store.keep_revocations(make_change(*entries(1), *entries(1, ends=now + TICK)), signed(1))
    store.keep_revocations(make_change(base=1), signed(2, issued_at=NOON + timedelta(hours=1)))
    assert listed(1) == []


@pytest.mark.parametrize("hash_", [0, 1, 10**12, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64 - 10**11])
def test_each_hash_has_a_place_of_its_own(hash_):
    others = {key_of(other % 2**64) for other in range(hash_ - 3, hash_ + 4) if other != hash_}
    assert len(others) == 6
    assert key_of(hash_) not in others
    assert -(2**63) <= key_of(hash_) < 2**63


@pytest.mark.concurrent
def test_a_look_up_sees_the_old_list_or_the_new_one_while_it_is_changed(path, store):
    """Both lists hold pass 0; each holds one of 1 and 2. A look-up never finds neither of 0 missing nor half a list."""
    looked, stop, wrong = RevocationList(path), threading.Event(), []
    store.keep_revocations(make_change(*entries(0, 1, *range(10, 500))), signed(1))

    def look():
        while not stop.is_set():
            if not looked.is_revoked(pass_id(0)):
                wrong.append("pass 0 was free for a moment")

    thread = threading.Thread(target=look)
    thread.start()
    for sequence in range(2, 12):
        store.keep_revocations(make_change(*entries(0, sequence % 2 + 1, *range(10, 500))), signed(sequence))
    stop.set()
    thread.join(20)
    looked.close()
    assert wrong == []


def test_looking_up_holds_neither_a_record_nor_the_folding_of_the_log_up(path, store, listed):
    store.keep_revocations(make_change(*entries(1)), signed(1))
    assert listed(1) == [1]
    store.record(make_visit(1), make_sealed())
    store.tidy(30)
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    assert listed(1, 2) == [1]


def test_where_nothing_can_be_read_no_pass_is_revoked_and_it_is_said_once(tmp_path, caplog):
    looked = RevocationList(tmp_path / "none.db")
    assert [looked.is_revoked(pass_id(number)) for number in (1, 2)] == [False, False]
    assert len(caplog.records) == 1
    looked.close()


def test_a_device_that_was_revoked_keeps_its_records_and_nothing_of_the_registry(store, clock, listed):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    store.keep("policy", signed(1, body=b'{"version": 1}'))
    store.keep("keys", signed(1, body=b"\xd2\x84"))
    store.keep_revocations(make_change(*entries(1)), signed(1))
    store.raise_latest_signed(NOON)
    store.forget_documents()
    assert [store.kept(name) for name in ("policy", "keys", "revocations")] == [None, None, None]
    assert (listed(1), store.revocations.count(), store.latest_signed()) == ([], 0, None)
    [outgoing] = store.waiting(10, clock.wall())
    assert (outgoing.item["uid"], "sealed" in outgoing.item) == (visit.id, True)


def test_how_old_each_document_is_can_be_read_beside_a_running_kiosk(path, store):
    store.keep("policy", Kept(etag="", body=b'{"version": 1}', fetched_at=NOON))
    store.keep_revocations(make_change(*entries(1)), signed(1))
    beside = Reports.of_file(path)
    policy, revocations = beside.documents()
    beside.close()
    assert (policy.name, policy.issued_at, policy.not_after) == ("policy", None, None)
    assert (revocations.issued_at, revocations.not_after) == (NOON, NOON + timedelta(hours=24))


def test_an_entry_takes_two_dozen_bytes_and_table_and_array_find_the_same():
    """The benchmark itself, small: 300,000 entries are about 7 MB."""
    found = measure(entries=20_000, delta=200, rounds=1)
    assert found["bytes on the disk"] < 20_000 * 25


def test_a_file_of_an_older_kiosk_keeps_its_records_and_its_documents(path, clock):
    connection = sqlite3.connect(path, isolation_level=None)
    before = Database(connection)
    prepare(before)
    migrations.apply(before, stop_before="time_of_every_row")
    connection.execute(
        "INSERT INTO documents VALUES ('policy', '\"7\"', '{\"version\": 1}', '2026-03-04T07:00:00.000Z')"
    )
    connection.close()
    store = Store(path, clock=clock)
    kept = store.kept("policy")
    store.record(make_visit(1), make_sealed())
    store.close()
    assert (kept.etag, kept.body, kept.fetched_at, kept.sequence) == ('"7"', b'{"version": 1}', NOON, 0)
