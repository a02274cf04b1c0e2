"""What every passage sensor does: a subclass says which sensor, and who walks through it."""

import threading

import pytest

from kiosk.core.crossings import STUCK_S, Sensor
from kiosk.core.events import Passed
from kiosk.core.model import Direction
from kiosk.errors import DriverError
from tests.drivers.keypad_contract import SOON_S


class PassageContract:
    """Wants the fixture `passage`: a sensor with `walk`, `reach`, `block`, `clear` and `wait` (simulator/passage.py)."""

    def seen(self, passage) -> list[Passed]:
        found = []
        while (passed := passage.read(0)) is not None:
            found.append(passed)
        return found

    def told(self, passage, *ways: Direction) -> list[Passed]:
        """What this sensor tells of people who went these ways."""
        knows = passage.sensor in (Sensor.BEAMS, Sensor.CONTACTS)
        return [Passed(direction=way if knows else None) for way in ways]

    @pytest.mark.parametrize("way", Direction)
    def test_somebody_who_goes_through_is_told_once(self, passage, way):
        passage.walk(way)
        assert self.seen(passage) == self.told(passage, way)
        passage.wait(60)
        assert self.seen(passage) == []

    def test_people_are_told_in_their_order(self, passage):
        ways = [Direction.ENTRY, Direction.ENTRY, Direction.EXIT, Direction.ENTRY]
        for way in ways:
            passage.wait(2)
            passage.walk(way)
        assert self.seen(passage) == self.told(passage, *ways)

    def test_a_second_person_right_behind_the_first_is_told_too(self, passage):
        for _ in range(2):
            passage.walk(Direction.ENTRY)
            passage.wait(0.15)
        assert self.seen(passage) == self.told(passage, Direction.ENTRY, Direction.ENTRY)

    def test_nobody_is_told_where_nobody_goes(self, passage):
        assert passage.read(0) is None
        passage.wait(3600)
        assert passage.read(0.01) is None
        assert passage.fault == ""

    def test_a_passage_ends_the_wait_for_it(self, passage):
        walking = threading.Thread(target=passage.walk, args=(Direction.ENTRY,))
        walking.start()
        assert passage.read(SOON_S) is not None
        walking.join()

    def test_what_stays_in_the_passage_is_a_fault_until_it_is_gone_and_then_people_count(self, passage):
        passage.block(0)
        passage.wait(STUCK_S - 1)
        assert (self.seen(passage)[1:], passage.fault) == ([], "")
        passage.wait(2)
        passage.read(0)
        assert "GPIO23" in passage.fault
        passage.clear(0)
        passage.wait(1)
        assert (self.seen(passage), passage.fault) == ([], "")
        passage.walk(Direction.EXIT)
        assert self.seen(passage) == self.told(passage, Direction.EXIT)

    def test_a_closed_sensor_may_be_closed_again_and_says_so(self, passage):
        passage.close()
        passage.close()
        with pytest.raises(DriverError, match="closed"):
            passage.read(0)
