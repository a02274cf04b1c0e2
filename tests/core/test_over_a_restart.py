"""What survives a restart of the service: bound to this start of the machine, whole or not there, and corrected by the records."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from kiosk.core.door.over_a_restart import KEY_BYTES, VERSION, Remembered, taken_up
from kiosk.core.inside.occupancy import Movement, MovementKind, Occupancy
from kiosk.core.inside.presence import Entered, Presence
from kiosk.core.model import Colour, Direction, DoorKind
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_id, make_person

BOOT = "7d3f0f86-7c3e-4c56-9a0b-1c5d7a9e2b11"


def entered(*numbers, sensor=False):
    """A toggle door through which these people came in."""
    man = Doorman(make_door(DoorKind.TOGGLE, sensor=sensor))
    for number in numbers:
        man.reads(make_person(number))
        man.answers(Colour.GREEN)
        man.wait(60)
    return man


def remembered(man):
    return Remembered.of(man.door)


def moved(number, direction):
    change = 1 if direction is Direction.ENTRY else -1
    return Movement(uid=make_id(number), at=NOON, kind=MovementKind.PASSED, change=change)


def corrected(number, change):
    return Movement(uid=make_id(number), at=NOON, kind=MovementKind.CORRECTED, change=change)


def closed(number):
    return Movement(uid=make_id(number), at=NOON, kind=MovementKind.CLOSED)


def said_otherwise(**changes):
    """Return the bytes of one who is inside, with other members in them."""
    said = json.loads(remembered(entered(1)).to_bytes(BOOT))
    return json.dumps(said | changes).encode()


def test_all_of_it_comes_back_from_its_bytes():
    kept = Remembered(
        key=bytes(range(KEY_BYTES)),
        presence=Presence((Entered(visit_id=make_id(1), since=12.5, tags=frozenset({"a", "b"})),)),
        occupancy=Occupancy(inside=3, open_until=datetime(2026, 3, 4, 23, 0), through="r7"),
    )
    assert Remembered.from_bytes(kept.to_bytes(BOOT), BOOT) == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"version": VERSION - 1},
        {"boot": "another"},
        {"key": "00" * (KEY_BYTES - 1)},
        {"inside": True},
        {"inside": 1.0},
        {"through": None},
        {"open_until": "soon"},
        {"open_until": 7},
        {"entered": [{"visit": 7, "since": 1.0, "tags": []}]},
        {"entered": [{"visit": "v", "since": 1.0, "tags": "ab"}]},
        {"entered": [{"visit": "v", "since": "1", "tags": []}]},
        {"entered": 7},
    ],
    ids=str,
)
def test_with_one_member_that_is_not_ours_it_is_nobodys(changes):
    assert Remembered.from_bytes(said_otherwise(), BOOT) is not None
    assert Remembered.from_bytes(said_otherwise(**changes), BOOT) is None


def test_nobody_inside_is_something_to_remember():
    assert Remembered.from_bytes(said_otherwise(inside=0, entered=[]), BOOT).occupancy.inside == 0


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_file_that_is_not_whole_is_nobodys(cut):
    body = remembered(entered(1)).to_bytes(BOOT)
    assert Remembered.from_bytes(body, BOOT) == remembered(entered(1))
    assert Remembered.from_bytes(body[: min(cut, len(body) - 1)], BOOT) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"\xff", b'{"version": 1, "boot": "b", "key": "00"}', b"[" * 100_000],
)
def test_anything_else_than_a_presence_is_none(body):
    assert Remembered.from_bytes(body, "b") is None


@pytest.mark.parametrize("wrong", [None, "1000", True, float("nan"), float("inf")])
def test_a_moment_that_cannot_be_compared_is_nobodys(wrong):
    said = json.loads(remembered(entered(1)).to_bytes(BOOT))
    said["entered"][0]["since"] = wrong
    assert Remembered.from_bytes(json.dumps(said).encode(), BOOT) is None


def test_who_passed_after_the_last_writing_is_counted_and_not_known():
    man = entered(1)
    presence, occupancy = remembered(man).caught_up([moved(2, Direction.ENTRY)])
    assert (len(presence.inside), occupancy.inside) == (1, 2)


def test_a_list_that_names_more_people_than_are_inside_is_dropped():
    """It names somebody who left: they would be let in again as leaving, unchecked."""
    man = entered(1)
    presence, occupancy = remembered(man).caught_up([moved(2, Direction.EXIT)])
    assert (presence.inside, occupancy.inside) == ((), 0)


def test_after_a_closing_nobody_is_inside_but_who_came_since():
    man = entered(1)
    presence, occupancy = remembered(man).caught_up([closed(2), moved(3, Direction.ENTRY)])
    assert (presence.inside, occupancy.inside) == ((), 1)


def test_who_is_still_on_the_way_through_the_gate_is_not_remembered_as_inside():
    man = Doorman(make_door(DoorKind.TOGGLE, sensor=True))
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert man.door.people.pending
    assert remembered(man).presence.inside == ()
    man.passes(Direction.ENTRY)
    assert [one.visit_id for one in remembered(man).presence.inside] == [make_id(1)]


def test_the_list_stays_where_as_many_are_inside_as_it_names():
    man = entered(1, 2)
    presence, occupancy = remembered(man).caught_up([moved(3, Direction.ENTRY), moved(4, Direction.EXIT)])
    assert (len(presence.inside), occupancy.inside) == (2, 2)


def test_a_door_that_is_taken_up_knows_the_people_of_before_by_the_key_of_before():
    man, fresh = entered(1), make_door(DoorKind.TOGGLE)
    fresh = replace(fresh, setup=replace(fresh.setup, presence_key=b"another" * 4))
    door = taken_up(fresh, remembered(man), [moved(2, Direction.ENTRY)])
    assert (len(door.people.presence.inside), door.people.occupancy.inside) == (1, 2)
    assert door.setup.presence_key == man.door.setup.presence_key


def test_where_nothing_is_remembered_the_store_says_how_many_and_nobody_says_who():
    fresh = make_door(DoorKind.TOGGLE)
    door = taken_up(fresh, None, [moved(1, Direction.ENTRY), moved(2, Direction.ENTRY)])
    assert (door.people.presence.inside, door.people.occupancy.inside) == ((), 2)
    assert door.setup.presence_key == fresh.setup.presence_key


@pytest.mark.parametrize("change, inside", [(3, 4), (-1, 0)])
def test_what_staff_corrected_after_the_last_writing_is_counted(change, inside):
    _, occupancy = remembered(entered(1)).caught_up([corrected(2, change)])
    assert (occupancy.inside, occupancy.through) == (inside, make_id(2))


def test_a_correction_that_leaves_fewer_inside_than_the_list_names_drops_the_list_and_is_no_closing():
    presence, occupancy = remembered(entered(1, 2)).caught_up([corrected(3, -1), corrected(4, 2)])
    assert (len(presence.inside), occupancy.inside) == (2, 3), "as many are there at the end as it names"
    presence, occupancy = remembered(entered(1, 2)).caught_up([corrected(3, -1)])
    assert (presence.inside, occupancy.inside) == ((), 1)
