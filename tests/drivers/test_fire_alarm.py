"""The fire alarm's loop on a mock pin: it rings when it is opened or cut, and not for a spark."""

import threading

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.sensors.fire_alarm import GpioFireAlarm
from kiosk.errors import DriverError
from simulator.alarm import FakeFireAlarm
from tests.drivers.keypad_contract import SOON_S


@pytest.fixture(params=[True, False], ids=["closed-when-quiet", "open-when-quiet"])
def alarm(request):
    alarm = FakeFireAlarm(closed_when_quiet=request.param)
    yield alarm
    alarm.close()


@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize("ringing", [True, False])
def test_the_first_reading_says_how_it_is(quiet, ringing):
    alarm = FakeFireAlarm(closed_when_quiet=quiet, ringing=ringing)
    assert [alarm.read(0), alarm.read(0)] == [ringing, None]
    alarm.close()


def test_each_change_is_told_once_however_the_contact_bounces(alarm):
    assert alarm.read(0) is False
    for _ in range(3):
        alarm.ring()
        assert [alarm.read(0), alarm.read(0)] == [True, None]
        alarm.silence()
        assert [alarm.read(0), alarm.read(0)] == [False, None]


def test_a_spark_on_the_wire_is_no_alarm(alarm):
    alarm.read(0)
    for _ in range(5):
        alarm.flicker()
        alarm.wait(1)
        assert alarm.read(0) is None


def test_a_wire_that_is_cut_rings():
    alarm = FakeFireAlarm()
    alarm.read(0)
    alarm.cut()
    assert alarm.read(0) is True
    alarm.close()


def test_a_pin_to_which_nothing_is_wired_rings():
    alarm = GpioFireAlarm(25, pin_factory=MockFactory())
    assert alarm.read(0) is True
    alarm.close()


@pytest.mark.concurrent
def test_an_alarm_ends_the_wait_for_it(alarm):
    alarm.read(0)
    ringing = threading.Thread(target=alarm.ring)
    ringing.start()
    assert alarm.read(SOON_S) is True
    ringing.join()


def test_a_closed_input_may_be_closed_again_and_says_so(alarm):
    alarm.close()
    alarm.close()
    with pytest.raises(DriverError, match="closed"):
        alarm.read(0)


def test_a_pin_that_something_else_holds_is_told():
    factory = MockFactory()
    held = GpioFireAlarm(25, pin_factory=factory)
    with pytest.raises(DriverError, match="the fire alarm on GPIO25"):
        GpioFireAlarm(25, pin_factory=factory)
    held.close()
