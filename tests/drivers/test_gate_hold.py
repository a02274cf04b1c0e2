"""The gate that stands open for somebody, on gpiozero's mock pins: held by its line, or opened and shut by two."""

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.gate.gpio_gate import Fail
from kiosk.core.model import Direction
from kiosk.errors import DriverError, SettingsError
from tests.drivers.gate_contract import HOLD_S, PULSE_S, HoldContract
from tests.drivers.gate_pins import ENTRY, EXIT, SHUT, RecordingPin, StickingPin, gates

pytestmark = pytest.mark.concurrent


@pytest.fixture
def build(pins, time):
    with gates(pins, time, hold_s=HOLD_S, max_on_s=60.0) as build:
        yield build


class Barrier:
    """A gate with an open and a shut input: it takes the rising edge of each and stays as it was told."""

    def __init__(self, pins, opening):
        self.is_open = False
        for pins_of, opens in ((opening, True), ((SHUT,), False)):
            for number in pins_of:
                pin = pins.pin(number)
                tell = pin._set_state

                def told(value, tell=tell, pin=pin, opens=opens):
                    was = pin.levels[-1:]
                    tell(value)
                    if value and was != [True]:
                        self.is_open = opens

                pin._set_state = told


@pytest.mark.parametrize("fail", Fail)
class TestHeldLine(HoldContract):
    @pytest.fixture
    def gate(self, build, fail):
        return build(fail=fail)

    @pytest.fixture
    def opened(self, gate, pins, fail):
        return lambda: pins.pin(ENTRY).levels[-1] == (fail is Fail.SECURE)


class TestOpenedAndShutByTwoLines(HoldContract):
    @pytest.fixture
    def gate(self, build):
        return build(shut_pin=SHUT)

    @pytest.fixture
    def opened(self, gate, pins):
        barrier = Barrier(pins, (ENTRY,))
        return lambda: barrier.is_open


class TestTurnstileWithAStopInput(HoldContract):
    """Two lines to open it, one a way, and a third that stops it."""

    @pytest.fixture
    def gate(self, build):
        return build(exit_pin=EXIT, shut_pin=SHUT)

    @pytest.fixture
    def opened(self, gate, pins):
        barrier = Barrier(pins, (ENTRY, EXIT))
        return lambda: barrier.is_open


def test_each_of_two_held_lines_is_shut_by_its_own_passage(build, pins, time):
    gate = build(exit_pin=EXIT)
    gate.open(Direction.ENTRY)
    gate.open(Direction.EXIT)
    gate.shut(Direction.ENTRY)
    assert (pins.pin(ENTRY).state, pins.pin(EXIT).state) == (False, True)
    time.advance(HOLD_S)
    assert not pins.pin(EXIT).state


def test_the_shutting_pulse_is_one_pulse_and_the_opening_one_has_ended_before_it(build, pins, time):
    gate = build(shut_pin=SHUT)
    gate.open(Direction.ENTRY)
    time.advance(0.1)
    gate.shut(Direction.ENTRY)
    assert (pins.pin(ENTRY).state, pins.pin(SHUT).state) == (False, True)
    time.advance(PULSE_S)
    assert pins.pin(SHUT).levels == [False, True, False]
    time.advance(60)
    assert pins.pin(SHUT).levels == [False, True, False]


def test_a_new_visitor_ends_the_shutting_pulse(build, pins, time):
    gate = build(shut_pin=SHUT)
    gate.open(Direction.ENTRY)
    gate.shut(Direction.ENTRY)
    gate.open(Direction.ENTRY)
    assert (pins.pin(ENTRY).state, pins.pin(SHUT).state) == (True, False)


def test_a_gate_that_is_energised_at_rest_does_not_energise_its_shutting_line(build, pins):
    build(shut_pin=SHUT, fail=Fail.SAFE)
    assert (pins.pin(ENTRY).state, pins.pin(SHUT).state) == (True, False)


def test_closing_leaves_every_line_without_power(build, pins, time):
    gate = build(exit_pin=EXIT, shut_pin=SHUT)
    gate.open(Direction.EXIT)
    gate.shut(Direction.EXIT)
    gate.open(Direction.ENTRY)
    gate.close()
    assert [pins.pin(pin).levels[-1] for pin in (ENTRY, EXIT, SHUT)] == [False, False, False]


def test_a_line_that_will_not_shut_is_an_error_and_its_worker_goes_on_trying(build, time):
    pins = MockFactory(pin_class=StickingPin)
    gate = build(pin_factory=pins)
    gate.open(Direction.ENTRY)
    with pytest.raises(DriverError, match="entry line on GPIO17 cannot be set"):
        gate.shut(Direction.ENTRY)
    time.settle()
    assert pins.pin(ENTRY).function == "input", "the worker let the line go"


class DeadShuttingPin(RecordingPin):
    """All wires are whole but the shutting one."""

    def _set_state(self, value):
        if value and self.info.name == f"GPIO{SHUT}":
            raise OSError(5, "Input/output error")
        super()._set_state(value)


def test_a_dead_shutting_line_is_an_error_and_in_the_journal_and_the_gate_goes_on_opening(
    build, time, caplog
):
    pins = MockFactory(pin_class=DeadShuttingPin)
    gate = build(shut_pin=SHUT, pin_factory=pins)
    gate.open(Direction.ENTRY)
    with pytest.raises(DriverError, match="shutting line on GPIO22 cannot be set"):
        gate.shut(Direction.ENTRY)
    gate.open(Direction.ENTRY)
    time.advance(HOLD_S)
    assert "the gate was not shut: the gate's shutting line on GPIO22 cannot be set" in caplog.text
    gate.open(Direction.ENTRY)
    assert pins.pin(ENTRY).state


def test_a_third_line_that_cannot_be_had_gives_the_others_back(build, pins):
    with pytest.raises(DriverError, match="shutting line on GPIO27"):
        build(exit_pin=EXIT, shut_pin=EXIT)
    build(exit_pin=EXIT)


def test_to_hold_for_longer_than_the_coil_bears_is_a_mistake_in_the_settings(build):
    with pytest.raises(SettingsError, match="max_on_s"):
        build(max_on_s=HOLD_S - 1)
