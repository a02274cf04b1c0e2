"""What the loop does with the gate: it opens, it lets it shut, and a gate that disobeys is told of once more."""

import uuid

import pytest

from drivers.nothing import NoLamp, Silence
from kiosk.core.events import GateFailed, GateOpened, HealthChanged, Part, Passed, Recorded
from kiosk.core.model import Direction
from kiosk.loop import Hands, Loop
from kiosk.threads.inbox import Inbox
from simulator.outputs import FakeGate
from tests.factories import NOON, make_door, make_pass


class StoppedClock:
    """Noon, for as long as the test likes."""

    def __init__(self):
        self.at = 0.0

    def wall(self):
        return NOON

    def mono(self):
        return self.at

    def trusted(self):
        return True


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def gate(clock):
    return FakeGate(now=clock.mono, pulse_s=5.0, max_on_s=60.0, holds=True)


@pytest.fixture
def loop(clock, gate):
    written = []
    loop = Loop(
        door=make_door(sensor=True),
        inbox=Inbox(),
        hands=Hands(
            gate=gate,
            lamp=NoLamp(),
            sounder=Silence(),
            screen=None,
            ask=lambda _question: None,
            write=written.append,
            preview=lambda: None,
        ),
        clock=clock,
        new_id=lambda: str(uuid.uuid4()),
    )

    def admit(number):
        from kiosk.core.events import CodeRead
        from kiosk.core.model import Via

        loop.handle(CodeRead(credential=make_pass(number=number), via=Via.CAMERA))
        loop.handle(Recorded(record_id=written[-1].id))

    loop.admit = admit
    return loop


def told(loop):
    """Return what the hands told of the orders so far."""
    return list(iter(lambda: loop.inbox.take(0), None))


def test_a_held_gate_shuts_when_the_visitor_has_passed(loop, gate, clock):
    loop.admit(1)
    clock.at = 2.0
    assert gate.is_open
    loop.handle(Passed(direction=Direction.ENTRY))
    assert not gate.is_open


def test_a_held_gate_waits_for_the_second_visitor(loop, gate, clock):
    loop.admit(1)
    clock.at = 1.0
    loop.admit(2)
    loop.handle(Passed(direction=Direction.ENTRY))
    assert gate.is_open
    loop.handle(Passed(direction=Direction.ENTRY))
    assert not gate.is_open


def test_a_gate_that_only_shut_is_not_taken_for_mended(loop, gate, clock):
    loop.admit(1)
    loop.handle(GateFailed(why="the wire is cut"))
    loop.handle(Passed(direction=Direction.ENTRY))
    assert not [event for event in told(loop) if isinstance(event, HealthChanged)]
    clock.at = 10.0
    loop.admit(2)
    visit = loop.door.visitor.visit_id
    assert told(loop) == [HealthChanged(part=Part.GATE, working=True), GateOpened(visit_id=visit)]


def test_the_core_hears_whose_opening_it_was_or_was_not(loop, gate, clock):
    loop.admit(1)
    assert told(loop) == [GateOpened(visit_id=loop.door.visitor.visit_id)]
    clock.at = 1.0
    gate.fail("the wire is cut")
    loop.admit(2)
    assert told(loop) == [GateFailed(why="the wire is cut", visit_id=loop.door.visitor.visit_id)]
