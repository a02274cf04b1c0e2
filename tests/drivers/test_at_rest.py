"""Lines that a killed kiosk left on are off afterwards, and none was ever switched on by it."""

import pytest
from gpiozero import OutputDevice
from gpiozero.pins.mock import MockFactory

from drivers.pins.at_rest import Output, put_at_rest
from kiosk.errors import DriverError
from tests.drivers.gate_pins import RecordingPin

HIGH = Output(what="[gate] entry_pin", pin=17, active_high=True)
LOW = Output(what="[lamp] red_pin", pin=5, active_high=False)


class StuckPin(RecordingPin):
    """A pin that the last program left driven high: the first that is asked of it is its level then."""

    def __init__(self, factory, info):
        super().__init__(factory, info)
        self._function, self._state = "output", True


def test_every_line_loses_its_power_and_none_is_switched_on_on_the_way():
    pins = MockFactory(pin_class=RecordingPin)
    assert put_at_rest([HIGH, LOW], pin_factory=pins) == (HIGH, LOW)
    assert True not in pins.pin(17).levels
    assert False not in pins.pin(5).levels[1:]
    assert pins.pin(5).levels[-1] is True, "off, for a line that is active low"


def test_a_line_that_was_left_on_goes_off():
    pins = MockFactory(pin_class=StuckPin)
    assert pins.pin(17).state
    put_at_rest([HIGH], pin_factory=pins)
    assert pins.pin(17).levels[-1] is False


def test_the_lines_are_free_afterwards():
    pins = MockFactory(pin_class=RecordingPin)
    put_at_rest([HIGH, LOW], pin_factory=pins)
    OutputDevice(17, pin_factory=pins).close()


def test_a_line_that_somebody_holds_is_told_and_the_others_are_put_at_rest_all_the_same():
    pins = MockFactory(pin_class=RecordingPin)
    with OutputDevice(17, pin_factory=pins):
        with pytest.raises(DriverError, match=r"\[gate\] entry_pin on GPIO17 cannot be set"):
            put_at_rest([HIGH, LOW], pin_factory=pins)
        assert pins.pin(5).levels[-1] is True


def test_every_line_that_fails_has_its_sentence():
    pins = MockFactory(pin_class=RecordingPin)
    with (
        OutputDevice(17, pin_factory=pins),
        OutputDevice(5, pin_factory=pins),
        pytest.raises(DriverError, match=r"GPIO17 cannot be set.*; .*GPIO5 cannot be set"),
    ):
        put_at_rest([HIGH, LOW], pin_factory=pins)
