"""The loop under floods and with hands that fail: time goes on, facts are heard, and no failure costs another order."""

import itertools
import threading
import time
from collections import Counter

import pytest

from kiosk.core.door.state import State
from kiosk.core.events import (
    HOLD_S,
    AlarmChanged,
    CodeRead,
    Key,
    KeyHeld,
    KeyPressed,
    KeyReleased,
    Part,
    PolicyArrived,
    RecordFailed,
    Tick,
)
from kiosk.core.model import DoorKind, NotACredential, Outcome, Passage, TextFault, Visit
from kiosk.errors import DriverError
from kiosk.loop import ROUND_EVENTS
from tests.app.lone_loop import ANSWER_S, LoneLoop
from tests.factories import make_iin, make_pass

NOISE = CodeRead(credential=NotACredential(reason=TextFault.NOT_OURS))
WRONG = [RuntimeError("a library's own words"), DriverError("the wire is cut")]
SOON_S = 20.0


@pytest.fixture
def alone():
    return LoneLoop()


class Endless(LoneLoop):
    """A door whose visitors make two events for each that is worked off; in the middle of it the alarm rings."""

    def _watch(self, door, event, effects):
        super()._watch(door, event, effects)
        if isinstance(event, CodeRead):
            self.inbox.put(NOISE)
            self.inbox.put(NOISE)
        if len(self.seen) == ROUND_EVENTS // 2:
            self.inbox.put(AlarmChanged(active=True))


def test_a_flood_that_grows_while_it_is_worked_off_stops_neither_time_nor_the_alarm():
    flooded = Endless()
    flooded.inbox.put(NOISE)
    flooded.loop.once(0)
    assert [type(event) for event in flooded.seen].index(AlarmChanged) == ROUND_EVENTS // 2
    assert type(flooded.seen[-1]) is Tick
    assert len(flooded.seen) == ROUND_EVENTS + 1
    assert flooded.done[-1] == "screen"
    assert flooded.door.building.alarm


def test_under_a_flood_from_threads_the_watchdog_is_fed_the_alarm_is_heard_and_the_loop_ends_when_it_is_told_to():
    flooded, stop = LoneLoop(), threading.Event()
    rang, beats = threading.Event(), 0

    def flood():
        while not stop.is_set():
            flooded.inbox.put(NOISE)

    def ring():
        while not rang.is_set() and flooded.inbox.dropped < 1000:
            time.sleep(0)
        flooded.inbox.put(AlarmChanged(active=True))

    def beat():
        nonlocal beats
        beats += 1
        if flooded.door.building.alarm:
            rang.set()

    floods = [threading.Thread(target=flood) for _ in range(2)]
    ringing = threading.Thread(target=ring)
    for thread in (*floods, ringing):
        thread.start()
    ends = time.monotonic() + SOON_S
    flooded.loop.run(lambda: (rang.is_set() and beats > 20) or time.monotonic() > ends, beat)
    rang.set()
    stop.set()
    for thread in (*floods, ringing):
        thread.join()
    assert flooded.door.building.alarm
    assert beats > 20
    assert Counter(flooded.done)["screen"] == beats


def test_keys_of_the_screen_wait_in_the_same_lane_and_are_heard_in_the_same_round(alone):
    alone.keys = [Key.D0, Key.D6]
    alone.loop.once(0)
    assert [event for event in alone.seen if isinstance(event, KeyPressed)] == [
        KeyPressed(key=Key.D0),
        KeyPressed(key=Key.D6),
    ]


@pytest.mark.parametrize("failure", WRONG, ids=["unforeseen", "foreseen"])
@pytest.mark.parametrize("hand", ["open", "lamp", "sound", "screen", "poll", "down", "presence", "watch"])
def test_whatever_a_hand_raises_the_other_orders_of_the_same_step_are_obeyed(alone, hand, failure, caplog):
    alone.fails[hand] = failure
    alone.visit(1)
    assert [type(record) for record in alone.written][: 1 + (hand != "open")] == [Visit, Passage][
        : 1 + (hand != "open")
    ]
    assert set(alone.done) >= {"open", "lamp", "sound", "screen", "write", "presence"} - {hand}
    assert alone.door.state is State.IDLE
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_a_library_that_fails_is_told_by_its_kind_and_place_and_never_by_its_words(alone):
    alone.fails["sound"] = RuntimeError(f"no such row: {make_iin(7)}")
    alone.visit(1)
    why = dict(alone.door.building.broken)[Part.SOUND]
    assert "RuntimeError in lone_loop.py" in why
    assert make_iin(7) not in why


def test_a_record_that_could_not_even_be_handed_over_is_one_that_failed(alone):
    alone.fails["write"] = RuntimeError("no thread")
    alone.hear(CodeRead(credential=make_pass(number=1)))
    failed = [event for event in alone.seen if isinstance(event, RecordFailed)]
    assert len(failed) == 1
    assert "open" not in alone.done
    assert alone.broken(Part.STORE)
    assert alone.clock.now == 0.0, "nobody had to wait for a time-out"


def test_a_question_that_could_not_even_be_put_is_one_without_an_answer():
    alone = LoneLoop(kind=DoorKind.ENTRY)
    alone.fails["ask"] = RuntimeError("no thread")
    alone.hear(*[KeyPressed(key=Key(digit)) for digit in make_iin(1)], *[KeyPressed(key=Key.CONFIRM)] * 2)
    assert alone.door.state is State.SHOWING
    assert alone.door.visitor.decision.outcome is Outcome.UNCHECKED
    assert alone.clock.now == 0.0


def test_an_event_that_makes_us_stumble_does_not_keep_the_next_ones_waiting(alone, caplog):
    alone.inbox.put(PolicyArrived(policy=None))  # type: ignore[arg-type]
    alone.inbox.put(AlarmChanged(active=True))
    alone.loop.once(0)
    assert alone.door.building.alarm
    assert type(alone.seen[-1]) is Tick
    assert "the loop stumbled over PolicyArrived" in caplog.text


def test_a_part_that_goes_on_failing_is_told_once_to_the_journal_and_to_the_door(alone, caplog):
    alone.fails["screen"] = alone.fails["lamp"] = RuntimeError("dead")
    for number in range(1, 5):
        alone.visit(number)
    said = Counter(message.split(":")[0] for message in caplog.messages if "program failed" in message)
    assert said == {"display": 1, "lamp": 1}


def test_a_lamp_that_fails_with_every_second_order_does_not_keep_the_loop_busy(alone):
    alone.fails["lamp"] = itertools.cycle([DriverError("moody"), None])
    alone.inbox.put(NOISE)
    alone.clock.now += ANSWER_S
    alone.loop.once(0)
    assert len(alone.seen) <= ROUND_EVENTS + 1
    assert alone.done[-1] == "screen"


def test_a_key_that_stays_down_at_the_screen_is_held_once_and_then_released(alone):
    alone.down = Key.ERASE
    alone.rounds(1)
    assert not [event for event in alone.seen if isinstance(event, KeyHeld)]
    alone.clock.now += HOLD_S
    alone.rounds(3)
    alone.down = None
    alone.rounds(2)
    held = [event for event in alone.seen if isinstance(event, KeyHeld | KeyReleased)]
    assert held == [KeyHeld(key=Key.ERASE), KeyReleased()]


def test_a_key_that_goes_up_at_once_is_not_held(alone):
    for down in (Key.D5, None, Key.D5, None):
        alone.down = down
        alone.rounds(1)
        alone.clock.now += HOLD_S / 2
    assert not [event for event in alone.seen if isinstance(event, KeyHeld | KeyReleased)]
