"""A visit is decision and passage, from the pins of the sensor to the registry's table."""

import pytest

from kiosk.core.crossings import STUCK_S, Sensor
from kiosk.core.events import HealthChanged, Part
from kiosk.core.model import Colour, Direction, Oddity
from registry.demo_people import DEMO_DOOR
from tests.app.house import House


@pytest.fixture
def sensor():
    return Sensor.BEAMS


@pytest.fixture
def house(tmp_path, registry, clock, sensor):
    with House(tmp_path, registry, clock, sensor=sensor) as house:
        yield house.ready()


@pytest.mark.parametrize("sensor", [Sensor.BEAMS, Sensor.CONTACT])
def test_who_was_admitted_and_walked_through_is_inside_and_who_did_not_is_not(house):
    house.admits()
    house.passage.walk(Direction.ENTRY)
    house.until(lambda: house.door.people.occupancy.inside == 1, "one inside")
    house.admits()
    house.idle()
    house.clock.skip(house.settings.passage.wait_s + 0.1)
    house.until(lambda: not house.door.people.pending, "the second one given up")
    house.delivered()
    house.until(lambda: {row["passed"] for row in house.stored()} == {True, False}, "both passages told")
    assert house.door.people.inside == 1


def test_a_second_person_behind_the_first_is_on_the_strip_and_at_the_registry(house):
    house.admits()
    for _ in range(2):
        house.passage.walk(Direction.ENTRY)
        house.passage.wait(0.3)
    house.until(lambda: house.view.corner.noticed is Oddity.TAILGATE, "the strip to tell staff")
    assert house.told.count(Oddity.TAILGATE) == 1
    house.until(lambda: house.door.word.online and house.door.word.waiting == 0, "nothing waiting")
    assert house.door.people.inside == 2
    venue = house.registry.registry.doors.get(DEMO_DOOR).venue
    assert house.registry.registry.occupancy.inside(venue) == 2


def test_a_blocked_sensor_is_told_once_and_so_is_its_end_and_the_door_goes_on(house):
    house.passage.block(0)
    house.passage.wait(STUCK_S + 1)
    house.until(lambda: house.door.is_broken(Part.PASSAGE), "a blocked sensor")
    house.admits(Colour.BLUE)
    house.passage.clear(0)
    house.passage.wait(1)
    house.until(lambda: not house.door.is_broken(Part.PASSAGE), "the sensor free again")
    told = [event.working for event in house.happened(HealthChanged) if event.part is Part.PASSAGE]
    assert told == [False, True]
