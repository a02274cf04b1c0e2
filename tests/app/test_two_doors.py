"""Two doors of one venue, each a whole App, beside one registry: they share the number inside, and the last places."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.events import PlaceAnswered
from kiosk.core.model import Colour, Direction, DoorKind, Outcome, Reason
from registry.demo_people import DEMO_DOOR, DEMO_VENUE
from tests.app.house import House

pytestmark = pytest.mark.concurrent

WAY_OUT = "DEMO-X"


@pytest.fixture
def doors(tmp_path, registry, clock):
    """Return an entry and an exit of a venue for two people; each knows that the other one is there."""
    registry.add_door(WAY_OUT, venue=DEMO_VENUE)
    registry.change_policy(DEMO_VENUE, capacity=2)
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    with (
        House(tmp_path / "in", registry, clock) as way_in,
        House(tmp_path / "out", registry, clock, door=WAY_OUT, kind=DoorKind.EXIT) as way_out,
    ):
        way_out.ready()
        way_in.ready()
        way_in.until(lambda: knows(way_in, exits=True), "that somebody counts those who leave")
        yield way_in, way_out


def knows(house: House, *, exits: bool) -> bool:
    venue = house.door.people.venue
    return venue is not None and venue.exits is exits and venue.doors == 2


def inside(house: House) -> int:
    return house.registry.report(DEMO_DOOR, house.clock.wall() - timedelta(hours=1))["inside"]


def leaves(house: House) -> None:
    house.idle()
    house.hold_up(house.pass_of(Colour.GREEN))
    assert house.next_shown().direction is Direction.EXIT
    house.delivered()


def test_a_full_venue_has_places_again_when_somebody_left_by_the_other_door(doors):
    way_in, way_out = doors
    way_in.admits()
    way_in.admits()
    way_in.delivered()
    assert inside(way_in) == 2
    way_in.idle()
    way_in.hold_up(way_in.pass_of(Colour.GREEN))
    shown = way_in.next_shown()
    assert (shown.outcome, shown.reason) == (Outcome.REFUSED, Reason.VENUE_FULL)
    assert [answer.taken for answer in way_in.happened(PlaceAnswered)] == [True, True, False]
    leaves(way_out)
    assert inside(way_in) == 1
    way_in.admits()
    way_in.delivered()
    assert inside(way_in) == 2
    way_out.until(lambda: way_out.door.people.inside == 2, "the venue's number at the exit")
    assert way_out.view.corner.inside == 2


def test_while_the_line_is_cut_the_last_number_decides_and_the_record_says_as_of_when_it_was(doors, registry):
    way_in, _way_out = doors
    way_in.admits()
    way_in.delivered()
    way_in.until(lambda: way_in.door.people.inside == 1, "the number of one")
    registry.cut()
    way_in.until(lambda: not way_in.door.word.online, "a line that is cut")
    way_in.admits()
    way_in.idle()
    way_in.hold_up(way_in.pass_of(Colour.GREEN))
    assert way_in.next_shown().reason is Reason.VENUE_FULL
    registry.restore()
    way_in.delivered()
    told = {row["outcome"]: row["counted_at"] for row in reversed(way_in.stored())}
    assert told["admitted"] is not None
    assert inside(way_in) == 2
