"""What is so is told when it changes, and again while it does not: an event that was lost is put right by the next."""

import threading

import pytest

from kiosk.core.events import AlarmChanged, HealthChanged, Part
from kiosk.errors import DriverError
from kiosk.threads.levels import TELL_AGAIN_S, Level
from kiosk.threads.reopening import reopening
from kiosk.workers.sensor_work import alarmed

pytestmark = pytest.mark.concurrent

RINGS, QUIET = AlarmChanged(active=True), AlarmChanged(active=False)


class ByHand:
    """A monotonic clock that is set by hand."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def mono():
    return ByHand()


def test_a_level_is_told_at_once_when_it_changes_and_every_few_seconds_while_it_does_not(mono):
    heard = []
    level = Level(lambda event: heard.append((mono.now - 100.0, event)), mono=mono)
    for at, event in ((0, "a"), (1, "a"), (2, "b"), (3, "b"), (6.9, "b"), (7, "b"), (11, "b"), (12, "b")):
        mono.now = 100.0 + at
        level.tell(event)
    assert heard == [(0, "a"), (2, "b"), (7, "b"), (12, "b")]


def test_what_the_door_takes_for_granted_is_told_when_it_is_due_and_not_before(mono):
    heard = []
    level = Level(heard.append, "works", mono=mono)
    level.tell("works")
    assert heard == []
    mono.now += TELL_AGAIN_S
    level.tell("works")
    assert heard == ["works"]


class Wire:
    """A fire alarm whose every read takes one second of the clock, and tells a change only once, as the real one does."""

    def __init__(self, mono, stop, rings: list[bool]) -> None:
        self._mono, self._stop = mono, stop
        self._rings = iter(rings)
        self._last = None

    def read(self, _wait_s):
        self._mono.now += 1.0
        rings = next(self._rings, None)
        if rings is None:
            self._stop.set()
            return None
        told = None if rings is self._last else rings
        self._last = rings
        return told

    def close(self):
        """Nothing to give back."""


def test_the_alarm_is_told_again_while_nothing_changes(mono):
    stop, heard = threading.Event(), []
    wire = Wire(mono, stop, [False] * 2 + [True] * 12 + [False] * 6)
    alarmed(open_alarm=lambda: wire, put=heard.append, mono=mono)(stop)
    alarms = [event for event in heard if isinstance(event, AlarmChanged)]
    assert alarms == [QUIET, RINGS, RINGS, RINGS, QUIET, QUIET]
    assert {event for event in heard if isinstance(event, HealthChanged)} == {
        HealthChanged(part=Part.ALARM, working=True)
    }


def test_a_part_that_works_is_said_to_work_again_and_again_and_one_that_does_not_is_said_not_to(mono):
    heard, tries, pauses = [], iter([True]), iter(range(4))

    class Pauses(threading.Event):
        def wait(self, timeout=None):
            mono.now += timeout or 0.0
            if next(pauses, None) is None:
                self.set()
            return self.is_set()

    class Thing:
        def close(self):
            """Nothing to give back."""

    def open_thing():
        if not next(tries, False):
            raise DriverError("it does not open")
        return Thing()

    def use(_thing, _stop, told):
        for _ in range(12):
            mono.now += 1.0
            told()
        raise DriverError("it went away")

    reopening(Part.KEYPAD, open_thing, use, Pauses(), heard.append, mono=mono)
    # Twelve seconds of work, then pauses of 1, 2, 5 and 10 s.
    assert [event.working for event in heard] == [True, True, False, False, False]
    assert {event.why for event in heard if not event.working} == {"it went away"}
