"""The store's thread: the visitor's record goes first, and every call that was handed in ends."""

from __future__ import annotations

import threading

import pytest

from kiosk.errors import StoreError
from kiosk.store.store import Store
from kiosk.store.thread import ROOM, StoreThread
from tests.store.making import make_sealed, make_visit

pytestmark = pytest.mark.concurrent

SOON_S = 20.0


@pytest.fixture
def thread(path, clock):
    thread = StoreThread(lambda: Store(path, clock=clock))
    thread.start()
    yield thread
    assert thread.close()


class Held:
    """Work that holds the store's thread until it is let go."""

    def __init__(self, thread: StoreThread) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.done = thread.call(self._work)
        assert self.begun.wait(SOON_S)

    def _work(self, store: Store) -> None:
        self.begun.set()
        assert self.go.wait(SOON_S)


def test_work_is_done_on_the_stores_own_thread_and_its_result_comes_back(thread):
    assert thread.call(lambda store: threading.current_thread().name).result(SOON_S) == "store"


def test_a_record_is_on_the_disk_when_its_call_has_ended(thread, path):
    thread.call(lambda store: store.record(make_visit(1), make_sealed()), urgent=True).result(SOON_S)
    assert thread.call(lambda store: store.reports.counts()).result(SOON_S).waiting == 1


def test_urgent_work_goes_before_all_that_can_wait(thread):
    order = []
    held = Held(thread)
    calls = [
        thread.call(lambda store: order.append("sync 1")),
        thread.call(lambda store: order.append("sync 2")),
        thread.call(lambda store: order.append("visit 1"), urgent=True),
        thread.call(lambda store: order.append("visit 2"), urgent=True),
    ]
    held.go.set()
    for call in calls:
        call.result(SOON_S)
    assert order == ["visit 1", "visit 2", "sync 1", "sync 2"]


def test_what_the_work_raises_is_its_callers_and_the_thread_goes_on(thread):
    def fail(store: Store) -> None:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="full"):
        thread.call(fail).result(SOON_S)
    assert thread.call(lambda store: 1).result(SOON_S) == 1


def test_a_call_that_was_given_up_before_its_turn_is_not_done(thread):
    done = []
    held = Held(thread)
    call = thread.call(done.append)
    assert call.cancel()
    held.go.set()
    thread.call(lambda store: None).result(SOON_S)
    assert done == []


def test_a_disk_that_hangs_fills_no_memory_and_says_so(thread):
    held = Held(thread)
    calls = [thread.call(lambda store: None) for _ in range(ROOM + 1)]
    with pytest.raises(StoreError, match="wait for the disk"):
        calls[-1].result(0)
    urgent = thread.call(lambda store: "in time", urgent=True)
    held.go.set()
    assert urgent.result(SOON_S) == "in time"


def test_a_store_that_cannot_be_opened_is_told_at_the_start(tmp_path, clock):
    thread = StoreThread(lambda: Store(tmp_path / "nowhere" / "kiosk.db", clock=clock))
    with pytest.raises(StoreError, match="folder"):
        thread.start()
    assert thread.close()


def test_closing_does_what_was_handed_in_and_refuses_what_comes_later(path, clock):
    thread = StoreThread(lambda: Store(path, clock=clock))
    thread.start()
    held = Held(thread)
    record = thread.call(lambda store: store.record(make_visit(1), make_sealed()), urgent=True)
    held.go.set()
    assert thread.close()
    record.result(0)
    with pytest.raises(StoreError, match="closed"):
        thread.call(lambda store: None).result(0)
    again = Store(path, clock=clock)
    assert again.reports.counts().waiting == 1
    again.close()


def test_a_thread_that_never_started_closes_at_once(path, clock):
    assert StoreThread(lambda: Store(path, clock=clock)).close()


def test_the_watchdog_hears_the_thread_before_every_work(path, clock):
    beats = []
    thread = StoreThread(lambda: Store(path, clock=clock), beat=lambda: beats.append(1))
    thread.start()
    thread.call(lambda store: None).result(SOON_S)
    thread.close()
    assert beats
