"""The lamps on gpiozero's mock pins: the levels of their wires, over time."""

import pytest
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from drivers.lamp.gpio_lamp import GpioLamp
from drivers.lamp.palettes import ColumnLight, column, rgb
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from kiosk.errors import DriverError
from tests.drivers.lamp_contract import LampContract

pytestmark = pytest.mark.concurrent

RGB_PINS = (5, 6, 13)
FIVE = tuple(ColumnLight)
FIVE_PINS = (5, 19, 6, 13, 26)


class LastLevelPWMPin(MockPWMPin):
    """Remembers the last level that it was given: a closed mock pin is an input and floats."""

    level = 0.0

    def _set_state(self, value):
        super()._set_state(value)
        self.level = float(value)


class LastLevelPin(MockPin):
    """The same for a wire that knows only on and off: it cannot be dimmed at all."""

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
def build(time):
    made = []

    def build(pin_class=LastLevelPWMPin, *, outputs=RGB_PINS, active_high=True, **options):
        factory = MockFactory(pin_class=pin_class)
        defaults = {"palette": rgb, "dimmable": True}
        made.append(
            GpioLamp(
                outputs=outputs,
                active_high=active_high,
                pin_factory=factory,
                timing=time,
                **(defaults | options),
            )
        )

        def levels():
            found = tuple(factory.pin(pin).level for pin in outputs)
            return found if active_high else tuple(1 - level for level in found)

        return made[-1], levels

    yield build
    for lamp in made:
        lamp.close()


class _OnPins(LampContract):
    @pytest.fixture
    def lamp(self, built):
        return built[0]

    @pytest.fixture
    def levels(self, built):
        return built[1]


@pytest.mark.parametrize("active_high", [True, False], ids=["active-high", "active-low"])
class TestRgbLamp(_OnPins):
    palette = pytest.fixture(lambda self: rgb)
    dimmable = pytest.fixture(lambda self: True)

    @pytest.fixture
    def built(self, build, active_high):
        return build(active_high=active_high)


@pytest.mark.parametrize("lights", [3, 4, 5])
@pytest.mark.parametrize("active_high", [True, False], ids=["active-high", "active-low"])
class TestColumnOfRelays(_OnPins):
    palette = pytest.fixture(lambda self, lights: column(FIVE[:lights]))
    dimmable = pytest.fixture(lambda self: False)

    @pytest.fixture
    def built(self, build, palette, lights, active_high):
        return build(
            LastLevelPin,
            outputs=FIVE_PINS[:lights],
            palette=palette,
            dimmable=False,
            active_high=active_high,
        )


def test_the_soft_steps_of_a_relay_lamp_are_dark(build, time):
    lamp, levels = build(pin_class=LastLevelPin, dimmable=False)
    lamp.show(Signal.CHECKING, None)
    time.advance(0.25)
    assert levels() == (0, 0, 0)


def test_a_lamp_whose_wire_breaks_in_its_rhythm_says_so_at_the_next_signal(build, time):
    lamp, _ = build(pin_class=DyingPin)
    lamp.show(Signal.REFUSED, Colour.RED)
    time.advance(1)
    with pytest.raises(DriverError, match="lamp on GPIO5, 6, 13 does not obey any more"):
        lamp.show(Signal.IDLE, None)


def test_two_colours_cannot_share_a_pin_and_the_first_is_given_back(time):
    pins = MockFactory(pin_class=MockPWMPin)
    with pytest.raises(DriverError, match="lamp on GPIO5, 5, 13"):
        GpioLamp(outputs=(5, 5, 13), palette=rgb, dimmable=True, pin_factory=pins, timing=time)
    GpioLamp(outputs=(5, 6, 13), palette=rgb, dimmable=True, pin_factory=pins, timing=time).close()
