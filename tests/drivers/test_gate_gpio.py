"""The gate on gpiozero's mock pins: which level the wire has, in every way of working and of stopping."""

import threading

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.gate.gpio_gate import Fail
from drivers.pins.timing import RealTime
from kiosk.core.model import Direction
from kiosk.errors import DriverError, SettingsError
from simulator.outputs import ManualTime
from tests.drivers.gate_contract import MAX_ON_S, PULSE_S, DutyContract, GateContract
from tests.drivers.gate_pins import ENTRY, EXIT, DeadPin, RecordingPin, ShortedPin, StickingPin, gates

pytestmark = pytest.mark.concurrent

LIMIT_S = 20.0


class BrokenTime(ManualTime):
    """A clock whose alarms fail as soon as there is a pulse to time: stands for any mistake in the worker."""

    def alarm(self):
        return BreakingAlarm(super().alarm())


class BreakingAlarm:
    def __init__(self, alarm):
        self.alarm = alarm
        self.ring = alarm.ring

    def wait(self, until):
        if until is not None:
            raise RuntimeError("no more memory, a mistake of ours")
        self.alarm.wait(until)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.alarm.__exit__(*error)


@pytest.fixture
def build(pins, time):
    with gates(pins, time) as build:
        yield build


@pytest.fixture(params=[True, False], ids=["active-high", "active-low"])
def active_high(request):
    return request.param


class TestGateOfALockThatIsEnergisedToOpen(DutyContract):
    @pytest.fixture
    def gate(self, build, active_high):
        return build(active_high=active_high)

    @pytest.fixture
    def opened(self, gate, pins, active_high):
        return lambda: pins.pin(ENTRY).levels[-1] == active_high


class TestGateOfALockThatIsEnergisedToHold(GateContract):
    @pytest.fixture
    def gate(self, build):
        return build(fail=Fail.SAFE)

    @pytest.fixture
    def opened(self, gate, pins):
        return lambda: not pins.pin(ENTRY).levels[-1]

    # Without power a magnet lets go: that is what fail-safe means.
    def test_closing_in_mid_pulse_shuts_the_gate(self, time, gate, opened):
        gate.open(Direction.EXIT)
        gate.close()
        assert opened()

    def test_a_closed_gate_may_be_closed_again_and_says_so_when_it_is_to_open(self, gate, opened):
        gate.close()
        gate.close()
        with pytest.raises(DriverError, match="closed"):
            gate.open(Direction.ENTRY)
        assert opened()


@pytest.mark.parametrize("options", [{"fail": Fail.SAFE}, {"max_on_s": None}], ids=["magnet", "100-percent"])
def test_what_bears_it_is_opened_for_everybody_in_a_rush(build, pins, time, options):
    gate = build(**options)
    for _ in range(100):
        gate.open(Direction.ENTRY)
        time.advance(PULSE_S * 0.9)
    time.advance(PULSE_S)
    at_rest = options.get("fail") is Fail.SAFE
    assert pins.pin(ENTRY).levels[-3:] == [at_rest, not at_rest, at_rest]


def test_prolonging_makes_no_second_edge(build, pins, time):
    gate = build()
    gate.open(Direction.ENTRY)
    time.advance(0.3)
    gate.open(Direction.ENTRY)
    time.advance(5)
    assert pins.pin(ENTRY).levels == [False, True, False]


def test_one_line_opens_both_ways_where_there_is_one(build, pins, time):
    build().open(Direction.EXIT)
    assert pins.pin(ENTRY).state


def test_each_way_has_its_own_pulse_where_there_are_two_lines(build, pins, time):
    gate = build(exit_pin=EXIT)
    gate.open(Direction.ENTRY)
    time.advance(0.3)
    assert not pins.pin(EXIT).state
    gate.open(Direction.EXIT)
    time.advance(0.2)
    assert not pins.pin(ENTRY).state
    assert pins.pin(EXIT).state
    gate.close()
    assert pins.pin(EXIT).levels == [False, True, False]


def test_on_the_real_clock_a_pulse_ends_by_itself_and_not_too_early(build):
    fell = threading.Event()

    class FallingPin(RecordingPin):
        def _set_state(self, value):
            was = self.levels[-1:]
            super()._set_state(value)
            if was == [True] and not value:
                fell.set()

    gate = build(timing=RealTime(), pulse_s=0.05, pin_factory=MockFactory(pin_class=FallingPin))
    begun = RealTime().now()
    gate.open(Direction.ENTRY)
    assert fell.wait(LIMIT_S)
    assert RealTime().now() - begun >= 0.05


def test_a_magnet_holds_from_the_first_moment(build, pins):
    build(fail=Fail.SAFE)
    assert pins.pin(ENTRY).state


def test_a_dead_line_raises_a_sentence_that_names_the_pin(build):
    gate = build(pin_factory=MockFactory(pin_class=DeadPin))
    with pytest.raises(DriverError, match="entry line on GPIO17 cannot be set"):
        gate.open(Direction.ENTRY)


def test_a_shorted_line_is_noticed_by_reading_it_back(build):
    gate = build(pin_factory=MockFactory(pin_class=ShortedPin))
    with pytest.raises(DriverError, match="did not follow"):
        gate.open(Direction.ENTRY)


def test_a_line_that_cannot_be_switched_off_is_let_go_and_takes_no_more_pulses(build, time):
    pins = MockFactory(pin_class=StickingPin)
    gate = build(pin_factory=pins)
    gate.open(Direction.ENTRY)
    time.advance(PULSE_S)
    assert pins.pin(ENTRY).function == "input"
    with pytest.raises(DriverError, match="does not obey any more"):
        gate.open(Direction.ENTRY)


def test_two_lines_cannot_share_a_pin_and_the_first_is_given_back(build, pins):
    with pytest.raises(DriverError, match="exit line on GPIO17"):
        build(exit_pin=ENTRY)
    build()


def test_a_pulse_beyond_the_limit_is_a_mistake_in_the_settings(build):
    with pytest.raises(SettingsError, match="pulse_s"):
        build(pulse_s=MAX_ON_S + 1)


@pytest.mark.parametrize("fail", Fail)
def test_a_worker_that_breaks_in_mid_pulse_leaves_the_line_without_power(build, pins, fail):
    time = BrokenTime()
    gate = build(timing=time, fail=fail)
    time.settle()
    gate.open(Direction.ENTRY)
    time.settle()
    assert pins.pin(ENTRY).levels[-1] is False
    with pytest.raises(DriverError, match="lost its worker"):
        gate.open(Direction.ENTRY)
    assert pins.pin(ENTRY).levels[-1] is False
