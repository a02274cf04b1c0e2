"""Staff correct the number inside at a whole App beside a real registry: made without a line, told once, of its own day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.events import Recorded, StaffCorrected, VenueCounted
from kiosk.core.model import DoorKind
from registry.demo_people import DEMO_DOOR, DEMO_VENUE
from tests.app.house import House
from tests.app.network import Network
from tests.factories import NOON

pytestmark = pytest.mark.concurrent

WAY_OUT = "DEMO-X"
VISITS = "/v1/visits"


@pytest.fixture
def network(registry):
    with Network(registry) as network:
        yield network


@pytest.fixture
def house(tmp_path, registry, clock, network):
    """A door with two people inside, whose line to the registry is in our hands."""
    (tmp_path / "in").mkdir()
    with House(tmp_path / "in", registry, clock, url=network.server.url) as house:
        lets_in_two(house)
        yield house


def lets_in_two(house: House) -> None:
    house.ready()
    house.admits()
    house.admits()
    house.delivered()
    house.until(lambda: told(house) == 2, "the venue's number of two")


def told(house: House) -> int | None:
    """Return the number inside that the registry told this door last."""
    number = house.door.people.venue
    return None if number is None else number.inside


def by_the_registry(house: House) -> dict[str, int]:
    report = house.registry.report(DEMO_DOOR, NOON - timedelta(hours=5))
    return {name: report[name] for name in ("inside", "highest")}


def corrects(house: House, change: int) -> None:
    """Staff say so, and it is on the disk."""
    before = len(house.happened(Recorded))
    house.app.loop.inbox.put(StaffCorrected(change=change, by="aigul", why="counted heads"))
    house.until(lambda: len(house.happened(Recorded)) > before, "a correction on the disk")


def without_a_line(house: House, network: Network) -> None:
    network.is_cut = True
    house.until(lambda: not house.door.word.online, "a line that is cut")


def test_a_correction_made_without_a_line_is_delivered_and_counts_once_though_it_is_delivered_twice(
    house, network
):
    without_a_line(house, network)
    seen = len(house.screen.views)
    corrects(house, 3)
    house.until(lambda: house.view.corner.inside == 5, "the corrected number on the screen")
    assert by_the_registry(house) == {"inside": 2, "highest": 2}
    network.unanswered.add(VISITS)
    sent = network.count(VISITS)
    network.is_cut = False
    house.until(lambda: network.count(VISITS) > sent, "the first delivery")
    house.until(lambda: by_the_registry(house)["inside"] == 5, "the corrected number at the registry")
    house.clock.skip(60)  # what was put off is due
    sent = network.count(VISITS)
    house.until(lambda: network.count(VISITS) > sent, "the second delivery")
    network.unanswered.discard(VISITS)
    house.clock.skip(60)
    house.delivered()
    house.until(lambda: told(house) == 5, "the number with the correction")
    assert by_the_registry(house) == {"inside": 5, "highest": 5}
    number = house.door.people.venue
    assert (number.own, house.door.people.inside, house.view.corner.inside) == (5, 5, 5)
    shown = [view.corner.inside for view in house.screen.views[seen:]]
    assert set(shown[shown.index(5) :]) == {5}, "at no moment it counted twice, or not at all"


def test_a_correction_after_a_restart_without_a_line_waits_until_the_registry_tells_a_number(
    house, network, tmp_path, clock
):
    """An older registry, which tells none, would refuse it for ever."""
    house.app.stop()
    network.instead["/v1/heartbeat"] = (200, {"time": f"{clock.wall():%Y-%m-%dT%H:%M:%SZ}"})
    with House(tmp_path / "in", house.registry, clock, url=network.server.url) as again:
        again.ready()
        assert again.door.people.inside == 2
        corrects(again, -1)
        again.until(lambda: again.door.word.waiting == 1, "a correction that waits")
        beats = network.count("/v1/heartbeat")
        again.until(lambda: network.count("/v1/heartbeat") > beats + 2, "more answers without a number")
        assert again.happened(VenueCounted) == []
        assert (by_the_registry(again)["inside"], again.door.word.waiting) == (2, 1)
        del network.instead["/v1/heartbeat"]
        again.until(lambda: again.door.word.waiting == 0, "nothing waiting")
        assert by_the_registry(again)["inside"] == 1
        again.until(lambda: told(again) == 1, "the number with the correction")
        assert again.door.people.inside == 1


def test_a_correction_from_before_the_last_closing_comes_late_and_changes_its_own_day(
    tmp_path, registry, clock, network
):
    registry.add_door(WAY_OUT, venue=DEMO_VENUE)
    registry.change_policy(DEMO_VENUE, opening=[{"start": "08:00", "end": "12:30"}])
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    with (
        House(tmp_path / "in", registry, clock, url=network.server.url) as house,
        House(tmp_path / "out", registry, clock, door=WAY_OUT, kind=DoorKind.EXIT) as way_out,
    ):
        way_out.ready()
        way_out.until(lambda: way_out.door.people.occupancy.open_until is not None, "an open venue")
        lets_in_two(house)
        network.is_cut = True
        house.until(lambda: not house.door.word.online, "a line that is cut")
        corrects(house, 4)
        assert house.door.people.inside == 6
        clock.skip(45 * 60)
        way_out.until(lambda: by_the_registry(house)["inside"] == 0, "the closing at the registry")
        assert by_the_registry(house) == {"inside": 0, "highest": 2}
        house.until(lambda: house.door.people.inside == 0, "the closing at this door")
        network.is_cut = False
        clock.skip(60)
        house.delivered()
        assert by_the_registry(house) == {"inside": 0, "highest": 6}
        for door in (house, way_out):
            heard = len(door.happened(VenueCounted))
            door.until(lambda at=door, n=heard: len(at.happened(VenueCounted)) > n + 1, "a newer number")
            assert (told(door), door.door.people.inside) == (0, 0)
