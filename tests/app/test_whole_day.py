"""A day of two doors of one venue, each a whole App, on a clock that is set: open, full, cut off, over-full, well again, shut.

The law: online the venue is never over-full; offline it can be, which is told and counted; and what the doors show at the end
is the registry's sum.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.commands.today import today
from kiosk.core.model import Colour, Direction, DoorKind, Outcome, Reason
from registry.demo_people import DEMO_DOOR, DEMO_VENUE
from tests.app.house import House
from tests.factories import ALMATY, NOON

pytestmark = [pytest.mark.concurrent, pytest.mark.slow]

BOTH_WAYS = "DEMO-B"
PLACES = 4
BOOT, NEXT_BOOT = "7d3f0f86-7c3e-4c56-9a0b-1c5d7a9e2b11", "8e3f0f86-7c3e-4c56-9a0b-1c5d7a9e2b11"


def goes_to(clock, hour: int, minute: int = 0, day: int = 1) -> None:
    """Set the clock forward to an hour in Almaty, of the day after `NOON` unless said otherwise."""
    wanted = NOON.astimezone(ALMATY).replace(hour=hour, minute=minute) + timedelta(days=day)
    clock.skip((wanted - clock.wall()).total_seconds())


def told(registry) -> dict[str, int]:
    return registry.report(DEMO_DOOR, NOON)


def tries(house: House) -> tuple[Outcome, Reason]:
    house.idle()
    house.hold_up(house.pass_of(Colour.GREEN))
    shown = house.next_shown()
    return shown.outcome, shown.reason


def settled(*houses: House) -> None:
    """Wait until the registry has all records, and every door the number that it makes of them."""
    for house in houses:
        house.delivered()
    inside = told(houses[0].registry)["inside"]
    for house in houses:
        house.until(lambda house=house: house.door.people.inside == inside, f"the number {inside}")


def told_lately(house: House) -> bool:
    number = house.door.people.venue
    return number is not None and house.clock.wall() - number.at < timedelta(seconds=30)


def online(*houses: House) -> None:
    for house in houses:
        house.until(
            lambda house=house: house.door.word.online and told_lately(house), "a number that is of now"
        )
        house.until(lambda house=house: not house.view.corner.counted, "no moment beside it")


def test_a_whole_day_with_the_line_cut_in_the_middle(tmp_path, registry, clock):
    registry.add_door(BOTH_WAYS, venue=DEMO_VENUE)
    registry.change_policy(DEMO_VENUE, capacity=PLACES, opening=[{"start": "07:00", "end": "23:00"}])
    goes_to(clock, 6, 30)
    for folder in ("in", "both"):
        (tmp_path / folder).mkdir()
    with (
        House(tmp_path / "in", registry, clock) as way_in,
        House(tmp_path / "both", registry, clock, door=BOTH_WAYS, kind=DoorKind.TOGGLE) as both,
    ):
        both.ready()
        way_in.ready()
        way_in.until(lambda: way_in.door.people.venue and way_in.door.people.venue.exits, "a way out known")
        assert tries(way_in) == (Outcome.REFUSED, Reason.VENUE_CLOSED)

        goes_to(clock, 7, 30)
        online(way_in, both)
        way_in.admits()
        both.admits()
        _iin, leaver = both.somebody(Colour.GREEN)
        both.idle()
        both.hold_up(registry.issue_pass(leaver))
        assert both.next_shown().direction is Direction.ENTRY
        settled(way_in, both)
        way_in.admits()
        settled(way_in, both)
        assert tries(way_in) == (Outcome.REFUSED, Reason.VENUE_FULL)
        goes_to(clock, 9)
        online(way_in, both)
        both.idle()
        both.hold_up(registry.issue_pass(leaver))
        assert both.next_shown().direction is Direction.EXIT
        settled(way_in, both)
        assert (told(registry)["inside"], told(registry)["highest"]) == (PLACES - 1, PLACES)
        online(way_in, both)

        goes_to(clock, 14, 2)
        online(way_in, both)
        registry.cut()
        for house in (way_in, both):
            house.until(lambda house=house: not house.door.word.online, "a line that is cut")
            house.until(lambda house=house: house.view.corner.counted == "14:02", "as of 14:02 on the strip")
        goes_to(clock, 15)
        way_in.admits()
        both.admits()
        assert tries(way_in) == (Outcome.REFUSED, Reason.VENUE_FULL)
        for house in (way_in, both):
            assert house.view.corner.counted == "14:02"
            assert house.door.people.inside == PLACES, "as far as either of them knows"

        goes_to(clock, 16)
        registry.restore()
        settled(way_in, both)
        assert told(registry)["inside"] == PLACES + 1, "offline it can be over-full"
        assert told(registry)["highest"] == PLACES + 1
        for house in (way_in, both):
            house.until(lambda house=house: house.view.corner.too_many == 1, "one too many on the strip")
            assert "over-full" in house.told
            assert "1 more than there are places" in house.app.condition()
            house.until(
                lambda house=house: (
                    "over-full"
                    in (registry.registry.reports.heartbeat(house.device) or {"health": {}})["health"]
                ),
                "a heartbeat that says so",
            )
            day = today(house.settings.store.path, clock.wall(), ALMATY)
            assert day.by_old_number == 1
        assert told(registry)["by_old_number"] == 1, "of this door alone"
        assert tries(way_in) == (Outcome.REFUSED, Reason.VENUE_FULL)

        settled(way_in, both)
        for house in (way_in, both):
            assert house.view.corner.inside == told(registry)["inside"]

        goes_to(clock, 23, 1)
        online(way_in, both)
        settled(way_in, both)
        assert told(registry)["inside"] == 0
        assert (way_in.view.corner.inside, both.view.corner.inside) == (0, 0)
        assert (way_in.view.corner.too_many, both.view.corner.too_many) == (0, 0)
        assert tries(way_in) == (Outcome.REFUSED, Reason.VENUE_CLOSED)


def test_a_door_that_starts_again_without_a_line_knows_of_the_others_until_the_venue_closes(
    tmp_path, registry, clock
):
    registry.add_door(BOTH_WAYS, venue=DEMO_VENUE)
    registry.change_policy(DEMO_VENUE, capacity=3, opening=[{"start": "07:00", "end": "23:00"}])
    for folder in ("in", "both"):
        (tmp_path / folder).mkdir()
    with House(tmp_path / "both", registry, clock, door=BOTH_WAYS, kind=DoorKind.TOGGLE) as both:
        both.ready()
        both.admits()
        both.admits()
        both.delivered()
        with House(tmp_path / "in", registry, clock, boot=BOOT) as way_in:
            way_in.ready()
            way_in.until(lambda: way_in.door.people.inside == 2, "the venue's number")
            goes_to(clock, 13, 5, day=0)
            online(way_in)
            way_in.until(
                lambda: way_in.door.people.venue.at >= clock.wall() - timedelta(minutes=1), "a new number"
            )
    registry.cut()
    with House(tmp_path / "in", registry, clock, boot=NEXT_BOOT) as way_in:
        way_in.sees()
        way_in.until(lambda: way_in.door.word.policy is not None, "the policy that is kept")
        assert (way_in.door.people.inside, way_in.door.people.venue.exits) == (2, True)
        assert way_in.door.people.venue.doors == 2
        assert way_in.view.corner.counted in ("12:00", "13:05")
        way_in.admits()
        assert tries(way_in) == (Outcome.REFUSED, Reason.VENUE_FULL)
    goes_to(clock, 8)
    with House(tmp_path / "in", registry, clock, boot=BOOT) as way_in:
        way_in.sees()
        way_in.until(lambda: way_in.door.word.policy is not None, "the policy that is kept")
        way_in.until(lambda: way_in.door.people.inside == 0, "nobody of yesterday")
        way_in.until(lambda: way_in.view.corner.counted == "04.03 23:00", "as of yesterday's closing")
