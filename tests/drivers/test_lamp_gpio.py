"""The lamp on gpiozero's mock pins: the levels of its three wires, over time."""

from itertools import groupby

import pytest
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from drivers.fakes import ManualTime
from drivers.lamp_gpio import GpioLamp
from drivers.rhythms import HUES, PATTERNS, Step
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from kiosk.errors import DriverError
from tests.drivers.lamp_contract import LampContract

RED, GREEN, BLUE = 5, 6, 13
PINS = {"red_pin": RED, "green_pin": GREEN, "blue_pin": BLUE}


class LastLevelPWMPin(MockPWMPin):
    """Remembers the last level that it was given: a closed mock pin is an input and floats."""

    level = 0.0

    def _set_state(self, value):
        super()._set_state(value)
        self.level = float(value)


class LastLevelPin(MockPin):
    """The same for a wire that knows only on and off."""

    level = 0.0

    def _set_state(self, value):
        super()._set_state(value)
        self.level = float(value)


class DyingPin(LastLevelPWMPin):
    """A wire that takes one bright level and never another one."""

    def _set_state(self, value):
        if value == 0 and self.level == 1:
            raise OSError(5, "Input/output error")
        super()._set_state(value)


@pytest.fixture
def time():
    return ManualTime()


@pytest.fixture
def build(time):
    made = []

    def build(pin_class=LastLevelPWMPin, **options):
        factory = MockFactory(pin_class=pin_class)
        made.append(GpioLamp(**PINS, pin_factory=factory, timing=time, **options))
        return made[-1], lambda: tuple(factory.pin(pin).level for pin in PINS.values())

    yield build
    for lamp in made:
        lamp.close()


@pytest.fixture(params=[True, False], ids=["active-high", "active-low"])
def active_high(request):
    return request.param


class TestDimmableLamp(LampContract):
    @pytest.fixture
    def built(self, build, active_high):
        return build(active_high=active_high)

    @pytest.fixture
    def lamp(self, built):
        return built[0]

    @pytest.fixture
    def dark(self, built, active_high):
        off = 0.0 if active_high else 1.0
        return lambda: built[1]() == (off, off, off)

    @pytest.fixture
    def flashes(self, built, time, active_high):
        """How long each time that the wires were bright, seen every 50 ms."""

        def bright():
            level = max(built[1]()) if active_high else 1 - min(built[1]())
            return level > 0.3

        def flashes(s):
            seen = []
            for _ in range(round(s / 0.05)):
                seen.append(bright())
                time.advance(0.05)
            return [len(list(alike)) * 0.05 for lit, alike in groupby(seen) if lit]

        return flashes


@pytest.mark.parametrize("signal", Signal)
def test_a_rhythm_is_kept_over_many_rounds_without_drifting(build, time, signal):
    lamp, levels = build()
    lamp.show(signal, Colour.YELLOW)
    hue = HUES[Colour.YELLOW] if PATTERNS[signal].coloured else (1.0, 1.0, 1.0)
    for _ in range(3):
        for step in PATTERNS[signal].steps:
            assert levels() == pytest.approx(tuple(part * step.level for part in hue))
            time.advance(3600 if step.s == float("inf") else step.s)


def test_the_same_signal_again_does_not_begin_its_rhythm_anew(build, time):
    lamp, levels = build()
    lamp.show(Signal.REFUSED, Colour.RED)
    time.advance(0.3)
    lamp.show(Signal.REFUSED, Colour.RED)
    assert levels() == (0, 0, 0)


def test_a_number_is_white_and_goes_on_while_it_stays_the_same(build, time):
    lamp, levels = build()
    lamp.show(Signal.OUT_OF_ORDER, None, 7)
    assert levels() == (1, 1, 1)
    time.advance(0.4)
    lamp.show(Signal.OUT_OF_ORDER, None, 7)
    assert levels() == (0, 0, 0)
    lamp.show(Signal.OUT_OF_ORDER, None, 10)
    assert levels() == (1, 1, 1)


def test_a_new_signal_ends_the_rhythm_of_the_last_one(build, time):
    lamp, levels = build()
    lamp.show(Signal.REFUSED, Colour.RED)
    time.advance(0.1)
    lamp.show(Signal.ADMITTED, Colour.GREEN)
    time.advance(60)
    assert levels() == (0, 1, 0)


@pytest.mark.parametrize("signal", [one for one in Signal if one is not Signal.IDLE])
@pytest.mark.parametrize("colour", [None, *Colour])
def test_a_lamp_of_relays_shows_every_signal_but_idle(build, signal, colour):
    lamp, levels = build(pin_class=LastLevelPin, dimmable=False)
    lamp.show(signal, colour)
    assert set(levels()) <= {0, 1}
    assert any(levels())


def test_the_soft_steps_of_a_relay_lamp_are_dark(build, time):
    lamp, levels = build(pin_class=LastLevelPin, dimmable=False)
    lamp.show(Signal.CHECKING, None)
    assert PATTERNS[Signal.CHECKING].steps[1] == Step(0.1, 0.25)
    time.advance(0.25)
    assert levels() == (0, 0, 0)


def test_a_lamp_whose_wire_breaks_in_its_rhythm_says_so_at_the_next_signal(build, time):
    lamp, _ = build(pin_class=DyingPin)
    lamp.show(Signal.REFUSED, Colour.RED)
    time.advance(1)
    with pytest.raises(DriverError, match="lamp on GPIO5, 6, 13 has lost its worker"):
        lamp.show(Signal.IDLE, None)


def test_two_colours_cannot_share_a_pin(time):
    with pytest.raises(DriverError, match="lamp on GPIO5, 5, 13"):
        GpioLamp(
            red_pin=5, green_pin=5, blue_pin=13, pin_factory=MockFactory(pin_class=MockPWMPin), timing=time
        )
