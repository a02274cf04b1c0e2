"""A gate or a lamp that could not be had when the kiosk started: said by its number at once, and the door goes on."""

import sys
from contextlib import ExitStack
from types import ModuleType

import pytest
from gpiozero import DigitalOutputDevice

from drivers.nothing import LostGate, LostLamp
from kiosk.clock import SystemClock
from kiosk.core.events import Part
from kiosk.core.model import Colour, Direction, Outcome
from kiosk.errors import DriverError
from kiosk.root.equipment import drivers_for
from kiosk.settings import parse
from tests.app.house import House

WIRED = """
[gate]
driver = "gpio"
entry_pin = 17
[lamp]
driver = "rgb"
[screen]
driver = "offscreen"
size = "800x480"
[sound]
driver = "none"
"""


def test_a_line_that_somebody_else_holds_is_a_lost_gate_and_not_one_that_obeys():
    # These mock pins cannot be dimmed, as this lamp has to be.
    with ExitStack() as last, DigitalOutputDevice(17):
        drivers = drivers_for(parse(WIRED), SystemClock(), last)
        assert [part for part, _why in drivers.lost] == [Part.GATE, Part.LAMP]
        assert isinstance(drivers.gate, LostGate)
        assert isinstance(drivers.lamp, LostLamp)
        with pytest.raises(DriverError, match="GPIO17"):
            drivers.gate.open(Direction.EXIT)
    with ExitStack() as last:
        assert [part for part, _why in drivers_for(parse(WIRED), SystemClock(), last).lost] == [Part.LAMP]


class Unfit(ModuleType):
    """A driver whose library is there and does not load."""

    def __getattr__(self, name: str):
        raise ZeroDivisionError(name)


def test_a_library_that_fails_as_nobody_foresaw_loses_its_part_and_not_the_door(monkeypatch):
    monkeypatch.setitem(sys.modules, "drivers.gate.gpio_gate", Unfit("drivers.gate.gpio_gate"))
    with ExitStack() as last:
        lost = dict(drivers_for(parse(WIRED), SystemClock(), last).lost)
    said = "expected the gate to work or to say why not, its program failed: ZeroDivisionError in"
    assert said in lost[Part.GATE]


@pytest.mark.slow
def test_what_was_lost_at_the_start_has_its_number_on_the_screen_before_anybody_came(
    tmp_path, registry, clock
):
    lost = ((Part.GATE, "the gate on GPIO17 cannot be set"),)
    with House(tmp_path, registry, clock, lost=lost) as house:
        house.ready()
        assert house.view.corner.faults == (19,)
        assert house.lamp.shown[-1].fault == 19
        house.type(house.somebody(Colour.GREEN)[0])
        assert house.next_shown().outcome is Outcome.ADMITTED, "the door decides and records all the same"
