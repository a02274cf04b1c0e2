"""Several at one door, and one person by several ways: phones, passes and numbers from the registry to the gate."""

from __future__ import annotations

import pytest

from kiosk.core.door.state import State
from kiosk.core.events import CodeRead
from kiosk.core.model import Colour, Direction, DoorKind, Via
from registry.demo_people import DEMO_DOOR
from tests.app.house import House


@pytest.fixture
def phones(tmp_path, registry, clock):
    """A door whose venue code is on the screen, and listened to."""
    with House(tmp_path, registry, clock, venue_code=True) as house:
        house.ready()
        assert registry.wait_for_listener(DEMO_DOOR, 30)
        yield house


def test_everybody_whose_check_in_was_accepted_is_let_in(phones, registry):
    came = [phones.somebody(Colour.GREEN)[1] for _ in range(5)]
    for subject in came:
        registry.scan(DEMO_DOOR, subject)
    phones.until(lambda: len(phones.witness.shown) == 5, "five answers")
    assert len(phones.gate.orders) == 5
    assert phones.door.people.inside == 5


def test_the_pass_of_a_phone_that_checked_in_lets_nobody_else_in(phones, registry):
    _, subject = phones.somebody(Colour.GREEN)
    registry.scan(DEMO_DOOR, subject)
    assert phones.next_shown().via is Via.PHONE
    phones.idle()
    phones.clock.skip(10)
    phones.hold_up(registry.issue_pass(subject))
    friend = phones.next_shown()
    assert (friend.outcome, friend.opened) == ("refused", False)
    assert phones.door.people.inside == 1


def test_who_came_in_by_pass_leaves_a_toggle_door_by_number_also_when_turned_yellow(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock, kind=DoorKind.TOGGLE) as house:
        house.ready()
        iin, subject = house.somebody(Colour.GREEN)
        house.hold_up(registry.issue_pass(subject))
        assert house.next_shown().direction is Direction.ENTRY
        house.idle()
        clock.skip(700)
        registry.set_colour(subject, Colour.YELLOW)
        house.type(iin)
        leaving = house.next_shown()
        assert (leaving.direction, leaving.opened, house.door.people.inside) == (Direction.EXIT, True, 0)
        house.delivered()


def test_a_code_of_nobodys_opens_an_exit_though_somebody_types(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, kind=DoorKind.EXIT) as house:
        house.ready()
        house.idle()
        house.keypad.type("85")
        house.until(lambda: house.door.state is State.TYPING, "two digits")
        house.hold_up("https://loyalty.example/123")
        assert house.next_shown().direction is Direction.EXIT
        assert (len(house.gate.orders), len(house.happened(CodeRead))) == (1, 1)
