"""Records travel over real HTTP from a real file: behind the visitor, again after a failure, once and never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kiosk.core.events import LinkChanged
from kiosk.errors import StoreError
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread
from kiosk.threads.levels import TELL_AGAIN_S
from kiosk.uplink.sync import IDLE_S, SMALL, SPREAD_S, TIDY_EVERY_S, Asking, Syncer
from tests.hostile_server import HostileServer, Manner, well_behaved
from tests.store.making import RED, ManualClock, make_correction, make_sealed, make_visit

SOON_S = 20.0


class Door:
    """Everything around a syncer: a store's thread, a link, a clock that is told to go, and what was reported."""

    def __init__(self, path, client) -> None:
        self.clock = ManualClock()
        self.store = StoreThread(lambda: Store(path, clock=self.clock))
        self.store.start()
        self.asking = Asking(self.clock.mono)
        self.reported: list[LinkChanged] = []
        self.told = threading.Condition()
        self.jitter = 0.5
        self.syncer = Syncer(
            self.store,
            client,
            clock=self.clock,
            report=self.report,
            asking=self.asking,
            jitter=lambda: self.jitter,
            batch=100,
        )

    def report(self, link: LinkChanged) -> None:
        with self.told:
            self.reported.append(link)
            self.told.notify_all()

    def wait_for(self, link: LinkChanged) -> None:
        with self.told:
            assert self.told.wait_for(lambda: link in self.reported, SOON_S), self.reported

    def record(self, *visits) -> None:
        for visit in visits:
            self.store.call(lambda store, v=visit: store.record(v, make_sealed()), urgent=True).result(SOON_S)

    def counts(self):
        return self.store.call(lambda store: store.reports.counts()).result(SOON_S)

    def steps(self, most: int = 200) -> None:
        """Step as `run` would, letting the time go by instead of waiting, until nothing waits."""
        for _ in range(most):
            self.clock.advance(self.syncer.step())
            if self.counts().waiting == 0:
                return
        raise AssertionError(f"{self.counts()} after {most} steps")


@pytest.fixture
def door(tmp_path, client) -> Iterator[Door]:
    door = Door(tmp_path / "kiosk.db", client)
    yield door
    assert door.store.close()


def sent(server: HostileServer) -> list[list[str]]:
    return [[item["uid"] for item in came.json()["items"]] for came in server.requests]


def test_what_waits_is_sent_and_waits_no_more(door, server):
    visits = [make_visit(n) for n in range(5)]
    door.record(*visits)
    door.syncer.step()
    assert sent(server) == [[visit.id for visit in visits]]
    assert door.counts().waiting == 0
    assert door.reported == [LinkChanged(online=True, waiting=0)]


def test_nothing_is_sent_when_nothing_waits(door, server):
    assert door.syncer.step() == IDLE_S
    assert server.requests == []


def test_incidents_go_ahead(door, server):
    red = make_visit(9, decision=RED)
    door.record(make_visit(1), make_visit(2), red)
    door.syncer.step()
    assert sent(server)[0][0] == red.id


@pytest.mark.parametrize(
    "manner",
    [
        Manner.HTTP_500,
        Manner.HTML_200,
        Manner.REDIRECT_302,
        Manner.HALF_BODY,
        Manner.HTTP_503_RETRY,
        Manner.BROKEN_JSON,
        Manner.OTHER_VISIT,
        Manner.PROBLEM_403,
    ],
)
def test_after_a_bad_answer_everything_still_waits_and_arrives_when_the_registry_is_well(
    door, server, manner
):
    door.record(*[make_visit(n) for n in range(3)])
    server.behave(manner)
    wait_s = door.syncer.step()
    assert wait_s > 0
    assert door.counts().waiting == 3
    server.behave(Manner.GOOD)
    door.clock.advance(wait_s)
    door.steps()
    assert door.counts().parked == 0


def test_a_batch_that_is_too_large_goes_in_smaller_ones(tmp_path, connect):
    def narrow(came):
        items = came.json()["items"]
        if len(items) > 10:
            return 413, {"type": "urn:ashyq:problem:too-many-items"}
        return 200, {"results": [{"uid": item["uid"], "verdict": "stored", "reason": ""} for item in items]}

    with HostileServer(narrow) as server:
        door = Door(tmp_path / "kiosk.db", connect(server.url))
        visits = [make_visit(n) for n in range(35)]
        door.record(*visits)
        door.steps()
        taken = [uid for batch in sent(server) if len(batch) <= 10 for uid in batch]
        assert taken == [visit.id for visit in visits]
        assert door.clock.mono() - 1000 <= IDLE_S
        door.store.close()


@pytest.mark.parametrize("code", [400, 409, 413, 422])
@pytest.mark.parametrize(
    "body",
    [
        b"<html>413 Request Entity Too Large</html>",
        {"type": "about:blank"},
        {"type": "https://gw/errors/too-large"},
        {},
    ],
    ids=["html", "about blank", "a gateway's", "no type"],
)
def test_what_somebody_in_between_refuses_is_never_parked(tmp_path, connect, code, body):
    refuses = [True]

    def gateway(came):
        return (code, body) if refuses[0] else well_behaved(came)

    with HostileServer(gateway) as server:
        door = Door(tmp_path / "kiosk.db", connect(server.url))
        door.record(*[make_visit(n) for n in range(6)])
        for _ in range(8):
            door.clock.advance(door.syncer.step())
        assert (door.counts().waiting, door.counts().parked) == (6, 0)
        refuses[0] = False
        door.clock.advance(400)
        door.steps()
        assert (door.counts().waiting, door.counts().parked) == (0, 0)
        door.store.close()


def test_what_the_registry_itself_refused_is_parked_with_its_word_and_tried_again_after_a_day(
    tmp_path, connect
):
    strict = [True]

    def registry(came):
        if strict[0]:
            return 422, {"type": "urn:ashyq:problem:invalid-request"}
        return well_behaved(came)

    with HostileServer(registry) as server:
        door = Door(tmp_path / "kiosk.db", connect(server.url))
        door.record(make_visit(1))
        door.syncer.step()
        [parked] = door.store.call(lambda store: store.reports.queue()).result(SOON_S)
        assert parked.parked == "http-422 invalid-request"
        strict[0] = False
        for hours in (23, 2):
            door.clock.advance(hours * 3600)
            asked = len(server.requests)
            for _ in range(3):
                door.syncer.step()
            assert (len(server.requests) > asked) is (hours == 2)
        assert (door.counts().waiting, door.counts().parked) == (0, 0)
        door.store.close()


def test_a_record_that_is_refused_is_parked_with_its_reason_and_the_others_are_not(tmp_path, connect):
    bad = make_visit(2).id

    def strict(came):
        verdict = lambda uid: ("rejected", "uid-reused") if uid == bad else ("stored", "")
        uids = [item["uid"] for item in came.json()["items"]]
        results = [dict(zip(("uid", "verdict", "reason"), (uid, *verdict(uid)), strict=True)) for uid in uids]
        return 200, {"results": results}

    with HostileServer(strict) as server:
        door = Door(tmp_path / "kiosk.db", connect(server.url))
        door.record(*[make_visit(n) for n in range(4)])
        door.steps()
        [parked] = door.store.call(lambda store: store.reports.queue()).result(SOON_S)
        assert (parked.uid, parked.parked) == (bad, "uid-reused")
        assert door.reported[-1] == LinkChanged(online=True, waiting=0, parked=1)
        door.store.close()


def test_a_lost_answer_makes_no_second_visit(tmp_path, connect):
    """The registry stores what it reads; its answer is lost; the same ids come again and it says so."""
    stored: list[str] = []

    def registry(came):
        uids = [item["uid"] for item in came.json()["items"]]
        results = [
            {"uid": uid, "verdict": "duplicate" if uid in stored else "stored", "reason": ""} for uid in uids
        ]
        stored.extend(uid for uid in uids if uid not in stored)
        return 200, {"results": results}

    with HostileServer(registry) as server:
        door = Door(tmp_path / "kiosk.db", connect(server.url))
        visits = [make_visit(n) for n in range(3)]
        door.record(*visits)
        server.behave(Manner.GOOD, Manner.HALF_BODY)
        door.steps()
        assert len(server.requests) == 2
        assert stored == [visit.id for visit in visits]
        door.store.close()


def test_a_registry_that_is_away_is_asked_less_and_less(door, server):
    server.stop()
    door.record(make_visit(1))
    waits = []
    for _ in range(6):
        waits.append(door.syncer.step())
        door.clock.advance(waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32]
    assert set(door.reported) == {LinkChanged(online=False, waiting=1)}


def test_when_the_link_is_back_everything_is_tried_within_half_a_minute(door, server):
    door.record(make_visit(1))
    server.behave(Manner.HTML_200)
    for _ in range(7):
        door.clock.advance(door.syncer.step())
    door.syncer.step()
    server.behave(Manner.GOOD)
    assert door.syncer.step() > SPREAD_S
    door.syncer.heard(online=True)
    wait_s = door.syncer.step()
    assert wait_s == door.jitter * SPREAD_S
    door.clock.advance(wait_s)
    door.syncer.step()
    assert door.counts().waiting == 0


def test_a_link_that_was_there_all_along_changes_nothing(door, server):
    door.record(make_visit(1))
    door.syncer.heard(online=True)
    server.behave(Manner.HTTP_500)
    planned = door.syncer.step()
    door.syncer.heard(online=True)
    assert door.syncer.step() == planned


def test_an_incident_does_not_wait_for_the_back_off(door, server):
    door.record(make_visit(1))
    server.behave(Manner.HTTP_503_RETRY)
    assert door.syncer.step() > 0
    server.behave(Manner.GOOD)
    door.record(make_visit(2, decision=RED))
    door.syncer.wake(incident=True)
    door.syncer.step()
    assert sent(server)[-1][0] == make_visit(2).id


def test_small_batches_go_while_visitors_are_at_the_door_and_large_ones_afterwards(door, server):
    door.record(*[make_visit(n) for n in range(SMALL * 3)])
    with door.asking:
        pass
    door.syncer.step()
    door.clock.advance(60)
    door.syncer.step()
    assert [len(batch) for batch in sent(server)] == [SMALL, SMALL * 2]


def test_a_batch_waits_until_the_visitor_has_an_answer(door, server):
    door.record(make_visit(1))
    stepped = threading.Thread(target=door.syncer.step)
    with door.asking:
        stepped.start()
        stepped.join(0.2)
        assert stepped.is_alive()
        assert server.requests == []
        assert not door.asking.wait_until_quiet(0)
    stepped.join(SOON_S)
    assert len(server.requests) == 1


def test_staff_are_told_only_what_changed(door, server):
    server.behave(Manner.HTTP_503_RETRY)
    door.record(make_visit(1))
    for _ in range(5):
        door.syncer.step()
    assert door.reported == [LinkChanged(online=True, waiting=1)]
    door.record(make_visit(2, decision=RED))
    door.syncer.step()
    assert door.reported[-1] == LinkChanged(online=True, waiting=2, incidents_waiting=1)


def test_old_records_are_deleted_while_nothing_else_is_to_do(door):
    door.record(make_visit(1))
    door.syncer.step()
    door.clock.advance(40 * 24 * TIDY_EVERY_S)
    door.syncer.step()
    gone = door.store.call(lambda store: store.tidy(0)).result(SOON_S)
    assert gone == 0


def test_a_store_that_is_gone_is_said_and_not_hidden(door):
    door.store.close()
    with pytest.raises(StoreError):
        door.syncer.step()


def test_the_worker_sends_what_is_recorded_as_soon_as_it_is_woken_and_ends_when_it_is_told(door, server):
    worker = threading.Thread(target=door.syncer.run)
    worker.start()
    door.wait_for(LinkChanged(online=False, waiting=0))
    door.record(make_visit(1))
    door.syncer.wake()
    server.wait_for(1)
    door.wait_for(LinkChanged(online=True, waiting=0))
    door.syncer.stop()
    worker.join(SOON_S)
    assert not worker.is_alive()


def test_the_worker_outlives_a_store_that_fails(door):
    worker = threading.Thread(target=door.syncer.run)
    door.store.close()
    worker.start()
    door.syncer.wake()
    assert worker.is_alive()
    door.syncer.stop()
    worker.join(SOON_S)
    assert not worker.is_alive()


def test_a_link_that_is_lost_is_told_at_once_and_not_after_the_next_batch(door, server):
    door.record(make_visit(1))
    door.syncer.step()
    door.syncer.heard(online=False)
    assert door.reported[-1] == LinkChanged(online=False, waiting=0)


def test_a_new_record_counts_as_waiting_from_the_moment_it_is_told_of(door, server):
    door.record(make_visit(1))
    door.syncer.step()
    door.syncer.wake(incident=True)
    assert door.reported[-1] == LinkChanged(online=True, waiting=1, incidents_waiting=1)


def test_the_link_is_told_again_while_nothing_changes(door, server):
    """So that a door which missed the word is not wrong for as long as the link stays as it is."""
    running = threading.Thread(target=door.syncer.run)
    running.start()
    with door.told:
        assert door.told.wait_for(lambda: door.reported, SOON_S)
    for times in (2, 3):
        door.clock.advance(TELL_AGAIN_S)
        with door.told:
            assert door.told.wait_for(lambda times=times: len(door.reported) >= times, SOON_S)
    door.syncer.stop()
    running.join()
    assert len(set(door.reported)) == 1


def test_a_correction_is_sent_when_the_registry_has_told_a_number_and_not_before(door, server):
    """An older registry refuses one for ever, and tells no number. What else waits goes meanwhile."""
    corrected, visit = make_correction(1, 2), make_visit(2)
    door.record(corrected, visit)
    door.syncer.step()
    assert sent(server) == [[visit.id]]
    assert door.syncer.step() == IDLE_S, "it does not come again each second for what it may not send"
    assert (sent(server), door.counts().waiting) == ([[visit.id]], 1)
    door.syncer.number_told()
    door.steps()
    assert sent(server) == [[visit.id], [corrected.id]]


def test_the_first_number_wakes_a_worker_that_rests(door, server):
    corrected = make_correction(1, 2)
    door.record(corrected)
    worker = threading.Thread(target=door.syncer.run)
    worker.start()
    try:
        door.wait_for(LinkChanged(online=False, waiting=1))
        door.syncer.number_told()
        door.wait_for(LinkChanged(online=True, waiting=0))
    finally:
        door.syncer.stop()
        worker.join(SOON_S)
    assert sent(server) == [[corrected.id]]
