"""A board that suffers, from its files to the staff's screen and the registry's heartbeat, and the journal beside it."""

import logging

import pytest

from drivers.sensors.board import SystemBoard
from kiosk.core.door.state import State
from kiosk.core.events import HealthChanged, Part
from kiosk.core.health.board import CALM_S
from kiosk.workers.board_watch import JOURNAL_S, BoardWatch
from simulator.board import FakeBoard
from tests.app.house import House
from tests.core.doorman import Doorman


class Hands:
    """A clock that is set by hand, and where the news go."""

    def __init__(self):
        self.now = 0.0

    def mono(self):
        return self.now


@pytest.fixture
def man():
    return Doorman()


@pytest.fixture
def by_hand():
    return Hands()


@pytest.fixture
def fake(tmp_path):
    return FakeBoard(tmp_path / "pi")


@pytest.fixture
def watch(fake, tmp_path, man, by_hand):
    return BoardWatch(SystemBoard(tmp_path, fake.root), put=man.tell, clock=by_hand)


def look(watch, by_hand, s):
    """Look every two seconds for so long."""
    for _ in range(round(s / 2)):
        watch.look()
        by_hand.now += 2.0


def test_a_weak_supply_is_on_the_screen_and_in_the_heartbeat_and_goes_again(fake, watch, by_hand, man):
    look(watch, by_hand, 10)
    assert man.view.corner.ailing is None
    fake.undervolt()
    look(watch, by_hand, 2)
    assert (man.view.corner.ailing, man.view.corner.faults) == (Part.POWER, (33,))
    assert "4.63 V" in dict(man.door.building.broken)[Part.POWER]
    assert man.door.state is State.IDLE
    fake.undervolt(low=False)
    look(watch, by_hand, CALM_S + 4)
    assert man.view.corner.ailing is None


def test_what_goes_on_is_in_the_journal_now_and_then_and_counted(fake, watch, by_hand, caplog):
    caplog.set_level(logging.INFO, logger="kiosk.workers.board_watch")
    fake.undervolt()
    look(watch, by_hand, JOURNAL_S * 2 + 4)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3
    assert said[0].startswith("power: the power supply is too weak")
    assert said[1] == f"power: still wrong (seen {JOURNAL_S / 2:.0f} times)"


def test_the_door_hears_of_each_change_at_once_and_of_each_level_again_and_again(fake, tmp_path, by_hand):
    heard = []
    watch = BoardWatch(
        SystemBoard(tmp_path, fake.root), put=lambda event: heard.append((by_hand.now, event)), clock=by_hand
    )
    fake.undervolt()
    fake.warm(90)
    look(watch, by_hand, 300)
    wrong = [(at, event.part) for at, event in heard if not event.working]
    assert wrong[:2] == [(0.0, Part.POWER), (6.0, Part.POWER)]  # a look every two seconds, a level every five
    assert next(at for at, part in wrong if part is Part.HEAT) == 10.0
    assert sum(part is Part.POWER for _, part in wrong) == 50
    assert {event.part for _, event in heard if event.working} == {Part.HEAT, Part.DISK, Part.MEMORY}
    assert all(isinstance(event, HealthChanged) for _, event in heard)


def test_a_whole_door_on_a_weak_supply_tells_staff_and_registry_and_lets_people_in(
    tmp_path, registry, clock, fake
):
    fake.undervolt()
    with House(tmp_path, registry, clock, board=SystemBoard(tmp_path, fake.root)) as house:
        house.ready()
        house.until(lambda: house.view.corner.ailing is Part.POWER, "a weak supply on the strip")
        told = lambda: (registry.registry.reports.heartbeat(house.device) or {"health": {}})["health"]
        house.until(lambda: "power" in told(), "a heartbeat that tells of it")
        assert "4.63 V" in told()["power"]
        house.admits()
