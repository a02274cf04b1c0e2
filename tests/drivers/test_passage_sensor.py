"""The passage sensor on gpiozero's mock pins, with people who walk through it."""

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.sensors.passage_sensor import GpioPassageSensor
from kiosk.core.crossings import Sensor
from kiosk.core.events import Passed
from kiosk.core.model import Direction
from kiosk.errors import DriverError
from simulator.passage import APART_M, FakePassage
from tests.drivers.passage_contract import PassageContract


@pytest.mark.concurrent
class TestPassageSensor(PassageContract):
    @pytest.fixture(params=[each for each in Sensor if each.lines])
    def passage(self, request):
        passage = FakePassage(request.param)
        yield passage
        passage.close()


@pytest.fixture
def beams():
    passage = FakePassage(Sensor.BEAMS)
    yield passage
    passage.close()


@pytest.mark.parametrize("way", Direction)
@pytest.mark.parametrize("far_m", [APART_M / 2, APART_M * 1.5])
def test_a_hand_that_reaches_in_is_nobody_whether_it_breaks_one_beam_or_both(beams, way, far_m):
    beams.reach(way, far_m=far_m)
    beams.wait(1)
    assert beams.read(0) is None
    beams.walk(way)
    assert beams.read(0) == Passed(direction=way)


def test_a_fast_hand_through_one_beam_is_nobody():
    passage = FakePassage(Sensor.BEAM)
    passage.reach(Direction.ENTRY, far_m=0.03, pace_m_s=2.0)
    assert passage.read(0) is None
    passage.close()


@pytest.mark.parametrize("pace_m_s", [0.3, 1.2, 3.0])
@pytest.mark.parametrize("deep_m", [0.15, 0.28, 0.9])
def test_children_runners_and_people_with_a_bag_are_one_person_each(beams, pace_m_s, deep_m):
    for way in Direction:
        beams.walk(way, deep_m=deep_m, pace_m_s=pace_m_s)
        assert [beams.read(0), beams.read(0)] == [Passed(direction=way), None]


def test_lines_that_are_on_when_high_are_read_so_too():
    factory, now = MockFactory(), [0.0]
    sensor = GpioPassageSensor(
        Sensor.CONTACT, [22], active_high=True, now=lambda: now[0], pin_factory=factory
    )
    wire = factory.pin("GPIO22")
    wire.drive_high()
    now[0] = 0.1
    assert sensor.read(0) == Passed(direction=None)
    sensor.close()


def test_an_edge_that_the_pin_library_lost_is_found_by_looking_at_the_level():
    factory, now = MockFactory(), [0.0]
    sensor = GpioPassageSensor(Sensor.CONTACT, [22], now=lambda: now[0], pin_factory=factory)
    wire = factory.pin("GPIO22")
    wire.edges = "none"
    wire.drive_low()
    assert sensor.read(0) is None
    now[0] = 0.1
    assert sensor.read(0) == Passed(direction=None)
    sensor.close()


def test_the_wrong_number_of_pins_is_told():
    with pytest.raises(DriverError, match="expected 2 pins for beams, found 1"):
        GpioPassageSensor(Sensor.BEAMS, [22], pin_factory=MockFactory())


def test_a_pin_that_something_else_holds_is_an_error_and_the_other_pin_is_given_back():
    factory = MockFactory()
    held = GpioPassageSensor(Sensor.CONTACT, [23], pin_factory=factory)
    with pytest.raises(DriverError, match="GPIO22 and GPIO23"):
        GpioPassageSensor(Sensor.BEAMS, [22, 23], pin_factory=factory)
    GpioPassageSensor(Sensor.CONTACT, [22], pin_factory=factory).close()
    held.close()
