"""The tables of equipment.py: every driver that can be set is made, of the settings alone, on the pins they name."""

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from drivers.gate.gpio_gate import GpioGate
from drivers.lamp.gpio_lamp import GpioLamp
from drivers.nothing import NoGate
from drivers.sound.gpio_buzzer import GpioBuzzer
from kiosk.core.effects import Signal, Sound
from kiosk.core.model import Colour, Direction
from kiosk.root.equipment import GATES, LAMPS, SOUNDERS
from kiosk.root.quiet_hours import QuietHours
from kiosk.settings import SECTIONS, parse

TABLES = {"gate": GATES, "lamp": LAMPS, "sound": SOUNDERS}


@pytest.fixture
def pins():
    before = Device.pin_factory
    Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


@pytest.fixture
def make(pins):
    """Make the thing of a section as a configuration wants it."""
    with ExitStack() as last:

        def make(section, text):
            settings = parse(text)
            thing = TABLES[section][getattr(settings, section).driver](settings)
            last.callback(thing.close)
            return thing

        yield make


@pytest.mark.parametrize("section", TABLES)
def test_every_driver_that_can_be_set_is_in_its_table(section):
    read = SECTIONS[section]["driver"].kind.read
    assert [read(name) for name in TABLES[section]] == list(TABLES[section])


def test_a_gate_is_made_in_each_way_of_opening(make, pins):
    gate = make("gate", '[gate]\ndriver = "gpio"\nmode = "hold"\nfail = "safe"')
    assert isinstance(gate, GpioGate)
    assert pins.pin(17).state
    gate.open(Direction.ENTRY)
    assert not pins.pin(17).state
    gate.shut(Direction.ENTRY)
    assert pins.pin(17).state


def test_a_gate_with_a_shutting_line_pulses_it_when_the_visitor_has_passed(make, pins):
    gate = make("gate", '[gate]\ndriver = "gpio"\nshut_pin = 18\nactive_high = false')
    assert (pins.pin(17).state, pins.pin(18).state) == (True, True)
    gate.open(Direction.ENTRY)
    assert not pins.pin(17).state
    gate.shut(Direction.ENTRY)
    assert (pins.pin(17).state, pins.pin(18).state) == (True, False)


def test_a_gate_that_pulses_does_not_end_its_pulse_when_the_visitor_has_passed(make, pins):
    gate = make("gate", '[gate]\ndriver = "gpio"\npulse_s = 10')
    gate.open(Direction.ENTRY)
    gate.shut(Direction.ENTRY)
    assert pins.pin(17).state


@pytest.mark.parametrize(
    "text, lit",
    [
        ('driver = "rgb"', {5: 0.0, 6: 0.0, 13: 1.0}),
        ('driver = "traffic-light"', {5: 0.0, 19: 1.0, 6: 1.0}),
        ('driver = "traffic-light"\nlights = ["red", "yellow", "green", "blue"]', {19: 0.0, 6: 0.0, 13: 1.0}),
        ('driver = "traffic-light"\nactive_high = false', {5: 1.0, 19: 0.0, 6: 0.0}),
    ],
)
def test_a_lamp_shows_blue_with_what_it_has(make, pins, text, lit):
    lamp = make("lamp", f"[lamp]\n{text}")
    assert isinstance(lamp, GpioLamp)
    lamp.show(Signal.ADMITTED, Colour.BLUE)
    assert {number: float(pins.pin(number).state) for number in lit} == lit


@pytest.mark.parametrize(
    "text, dimmed",
    [
        ('driver = "rgb"', True),
        ('driver = "rgb"\ndimming = "off"', False),
        ('driver = "traffic-light"', False),
        ('driver = "traffic-light"\ndimming = "on"', True),
    ],
)
def test_relays_are_not_dimmed_unless_somebody_says_so(make, pins, text, dimmed):
    make("lamp", f"[lamp]\n{text}").show(Signal.IDLE, None)
    assert bool(pins.pin(5).state) == dimmed


@pytest.mark.parametrize("kind", ["active", "passive"])
def test_a_buzzer_sounds_on_its_pin_and_keeps_the_quiet_hours(make, pins, kind):
    buzzer = make("sound", f'[sound]\ndriver = "buzzer"\nbuzzer_kind = "{kind}"\nquiet_hours = "22:00-07:00"')
    assert isinstance(buzzer, GpioBuzzer)
    hours = parse('[sound]\nquiet_hours = "22:00-07:00"').sound.quiet_hours
    at = [datetime(2026, 11, 26, 23, 30, tzinfo=UTC), datetime(2026, 11, 27, 9, 0, tzinfo=UTC)]
    quiet = QuietHours(buzzer, hours, lambda: at[0])
    quiet.play(Sound.ADMITTED)
    assert not pins.pin(12).state
    at.pop(0)
    quiet.play(Sound.ADMITTED)
    assert pins.pin(12).state


def test_where_there_is_no_gate_nothing_is_made(make):
    assert isinstance(make("gate", ""), NoGate)
