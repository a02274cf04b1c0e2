"""Who is silent for longer than promised, and where it stands."""

import threading

import pytest

from kiosk.threads.heartbeats import Heartbeats, where
from kiosk.threads.worker import Stop, Worker
from simulator.outputs import ManualTime

pytestmark = pytest.mark.concurrent

LIMIT_S = 30.0


@pytest.fixture
def time():
    return ManualTime()


@pytest.fixture
def heartbeats(time):
    return Heartbeats(time.now)


def names(heartbeats):
    return [each.name for each in heartbeats.silent()]


def test_each_is_judged_by_its_own_promise(heartbeats, time):
    quick, slow = heartbeats.promise("scan", 5), heartbeats.promise("sync", 60)
    quick.beat(), slow.beat()
    time.advance(5)
    assert names(heartbeats) == []
    time.advance(0.1)
    assert names(heartbeats) == ["scan"]
    time.advance(60)
    assert names(heartbeats) == ["scan", "sync"]
    quick.beat()
    assert names(heartbeats) == ["sync"]


def test_a_promise_begins_with_the_first_beat_and_ends_when_the_work_is_over(heartbeats, time):
    pulse = heartbeats.promise("scan", 5)
    time.advance(100)
    assert names(heartbeats) == []
    with pulse:
        pulse.beat()
        time.advance(100)
        assert names(heartbeats) == ["scan"]
    assert names(heartbeats) == []
    pulse.beat()
    time.advance(100)
    assert names(heartbeats) == [], "left behind in a driver, it comes back and nobody waits for it"


def test_where_a_thread_hangs_is_told_by_file_line_and_function():
    entered, leave = threading.Event(), threading.Event()

    def hanging_driver() -> None:
        entered.set()
        leave.wait(LIMIT_S)

    thread = threading.Thread(target=hanging_driver)
    thread.start()
    assert entered.wait(LIMIT_S)
    told = where(thread.ident or 0)
    leave.set()
    thread.join(LIMIT_S)
    assert "service/test_heartbeats.py:" in told
    assert " hanging_driver" in told
    assert where(thread.ident or 0) == ""


class TestWorker:
    def test_a_worker_that_looks_whether_to_stop_is_heard_of(self, heartbeats, time):
        looked, go_on = threading.Event(), threading.Event()

        def body(stop: Stop) -> None:
            while not stop.is_set():
                looked.set()
                go_on.wait(LIMIT_S)

        worker = Worker("scan", body, heartbeats=heartbeats, silence_s=5)
        worker.start()
        assert looked.wait(LIMIT_S)
        assert [each.name for each in heartbeats.heard()] == ["scan"]
        time.advance(6)
        assert names(heartbeats) == ["scan"], "it hangs, and does not look"
        worker.ask_to_stop()
        assert names(heartbeats) == [], "who was told to stop is not waited for"
        go_on.set()
        worker.stop()

    def test_a_body_that_ends_without_being_told_falls_silent(self, heartbeats, time):
        ended = threading.Event()
        worker = Worker("upkeep", lambda _stop: ended.set(), heartbeats=heartbeats, silence_s=5)
        worker.start()
        assert ended.wait(LIMIT_S)
        time.advance(6)
        assert names(heartbeats) == ["upkeep"]
        worker.stop()

    def test_who_waits_is_heard_of_meanwhile(self, heartbeats):
        stop = Stop(heartbeats.promise("scan", 5))
        stop.set()
        assert stop.wait(LIMIT_S)
        assert [each.name for each in heartbeats.heard()] == ["scan"]

    def test_a_pause_ends_by_itself_by_what_it_waits_for_or_by_the_stop(self):
        stop, hurry = Stop(), threading.Event()
        assert not stop.wait(0)
        hurry.set()
        stop.wait_for(hurry, LIMIT_S)
        stop.set()
        stop.wait_for(threading.Event(), LIMIT_S)
        assert stop.wait()
