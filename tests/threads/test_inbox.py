"""Two lanes into the loop: what may be lost and what must not, under any flood and from many threads."""

import threading

import pytest

from kiosk.core.events import (
    AlarmChanged,
    CodeRead,
    GateFailed,
    HealthChanged,
    HintChanged,
    Key,
    KeyPressed,
    LinkChanged,
    Part,
    Recorded,
)
from kiosk.core.hint import Hint
from kiosk.core.model import NotACredential, TextFault
from kiosk.threads.bursts import CALM_S, LONGEST_S
from kiosk.threads.inbox import VISITOR_EVENTS, Inbox

pytestmark = pytest.mark.concurrent

CODE = CodeRead(credential=NotACredential(reason=TextFault.NOT_OURS))
KEY = KeyPressed(key=Key.D1)
RINGS, QUIET = AlarmChanged(active=True), AlarmChanged(active=False)
SOON_S = 10.0


class ByHand:
    """A monotonic clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def mono():
    return ByHand()


@pytest.fixture
def inbox(mono):
    return Inbox(mono=mono)


def all_of(inbox):
    return list(iter(lambda: inbox.take(0), None))


def broken(part, why="it fails"):
    return HealthChanged(part=part, working=False, why=why)


def works(part):
    return HealthChanged(part=part, working=True)


def test_after_a_flood_of_codes_the_alarm_is_heard_and_heard_first(inbox):
    for _ in range(10 * VISITOR_EVENTS):
        inbox.put(CODE)
    inbox.put(RINGS)
    assert all_of(inbox) == [RINGS, *[CODE] * VISITOR_EVENTS]
    assert inbox.dropped == 9 * VISITOR_EVENTS


def test_facts_are_never_dropped_however_many_there_are(inbox):
    facts = [Recorded(record_id=str(n)) for n in range(20 * VISITOR_EVENTS)]
    for fact in facts:
        inbox.put(CODE)
        inbox.put(fact)
    assert all_of(inbox)[: len(facts)] == facts


def test_of_a_level_the_newest_word_is_enough_and_stands_where_it_was_said(inbox):
    failed = GateFailed(why="jammed")
    for event in (broken(Part.GATE), works(Part.CAMERA), failed, works(Part.GATE), broken(Part.CAMERA)):
        inbox.put(event)
    for waiting in range(1000):
        inbox.put(LinkChanged(online=True, waiting=waiting))
    assert all_of(inbox) == [
        failed,
        works(Part.GATE),
        broken(Part.CAMERA),
        LinkChanged(online=True, waiting=999),
    ]


def test_an_alarm_that_is_over_before_the_door_looks_is_heard_all_the_same(inbox):
    for _ in range(100):
        inbox.put(RINGS)
    for _ in range(100):
        inbox.put(QUIET)
    assert all_of(inbox) == [RINGS, QUIET]


def test_of_hints_the_newest_waits_also_where_the_lane_is_full(inbox):
    inbox.put(HintChanged(hint=Hint(next(iter(Hint)))))
    for _ in range(2 * VISITOR_EVENTS):
        inbox.put(CODE)
    inbox.put(HintChanged(hint=None))
    heard = all_of(inbox)
    assert [event for event in heard if isinstance(event, HintChanged)] == [HintChanged(hint=None)]


def test_a_burst_that_was_dropped_is_one_line_with_its_numbers(inbox, mono, caplog):
    for _ in range(VISITOR_EVENTS + 300):
        inbox.put(CODE)
    for _ in range(7):
        inbox.put(KEY)
    inbox.take(0)
    assert caplog.messages == []
    mono.now += CALM_S
    inbox.take(0)
    inbox.take(0)
    assert caplog.messages == ["the visitors' lane was full, these were dropped: 300 CodeRead, 7 KeyPressed"]


def test_a_flood_that_never_ends_is_told_once_a_minute(inbox, mono, caplog):
    for _ in range(VISITOR_EVENTS):
        inbox.put(CODE)
    for _ in range(round(3 * LONGEST_S / 0.1)):
        inbox.put(CODE)
        mono.now += 0.1
    assert len(caplog.messages) == 2


def test_whoever_waits_is_woken_by_the_first_event(inbox):
    putting = threading.Thread(target=inbox.put, args=(RINGS,))
    putting.start()
    assert inbox.take(SOON_S) == RINGS
    putting.join()
    assert inbox.take(0.001) is None


def test_from_many_threads_every_fact_comes_once_and_in_its_threads_order():
    inbox = Inbox(size=8)
    each, threads = 500, 4

    def work(name):
        for n in range(each):
            inbox.put(CODE)
            inbox.put(Recorded(record_id=f"{name}:{n}"))

    workers = [threading.Thread(target=work, args=(name,)) for name in range(threads)]
    for worker in workers:
        worker.start()
    heard = []
    while len(heard) < each * threads:
        event = inbox.take(SOON_S)
        assert event is not None
        if isinstance(event, Recorded):
            heard.append(event.record_id)
    for worker in workers:
        worker.join()
    for name in range(threads):
        assert [one for one in heard if one.startswith(f"{name}:")] == [f"{name}:{n}" for n in range(each)]
