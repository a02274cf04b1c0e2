"""Whoever came while somebody else was being answered has their turn (docs/contract.md: a check-in that was accepted)."""

from __future__ import annotations

import pytest

from kiosk.core.door.state import Times
from kiosk.core.door.waiting_line import AT_MOST, WAITS_S
from kiosk.core.effects import Tell
from kiosk.core.events import CodeRead, PhoneArrived
from kiosk.core.model import Direction, DoorKind, NotACredential, Outcome, Reason, TextFault, Via
from tests.core.doorman import Doorman
from tests.factories import make_door, make_pass, make_person, make_phone, make_status

NOBODY = NotACredential(reason=TextFault.NOT_OURS)


def phone(number, direction=None):
    return PhoneArrived(identifier=make_phone(number), status=make_status(), direction=direction)


def lives_on(man, seconds):
    """Let the disk and the time go on."""
    for _ in range(int(seconds / 0.5)):
        man.commit()
        man.wait(0.5)


def names(man):
    return [visit.identifier.value for visit in man.visits]


def test_five_phones_at_once_are_let_in_in_the_order_in_which_they_came():
    man = Doorman()
    man.tell(*map(phone, range(1, 6)))
    man.wait(10)
    assert names(man) == [make_phone(number).value for number in range(1, 6)]
    assert len(man.opened) == 5


def test_a_phone_that_waits_is_not_forgotten_when_somebody_shows_a_pass_meanwhile():
    man = Doorman(disk="held")
    man.reads(make_pass(number=9))
    man.tell(phone(1))
    man.reads(make_pass(number=8))
    lives_on(man, 10)
    assert [visit.via for visit in man.visits] == [Via.CAMERA, Via.PHONE, Via.CAMERA]


def test_who_shows_a_pass_at_a_door_that_has_just_become_free_takes_nobodys_turn_away():
    man = Doorman()
    man.tell(phone(1), phone(2))
    man.stamps.advance(1)
    man.reads(make_pass(number=9))
    man.wait(10)
    assert len(man.opened) == 3


def test_three_people_within_a_second_at_an_exit_all_leave():
    man = Doorman(make_door(DoorKind.EXIT), disk="held")
    for number in (1, 2, 3):
        man.reads(make_person(number))
    lives_on(man, 5)
    assert len(man.opened) == 3


def test_an_exit_right_after_another_is_not_lost_though_its_code_is_nobodys():
    man = Doorman(make_door(DoorKind.EXIT))
    man.reads(make_person(1))
    man.wait(0.5)
    man.reads(NOBODY)
    man.wait(5)
    assert len(man.opened) == 2


def test_a_code_of_nobodys_ends_the_typing_at_an_exit_and_opens_it():
    man = Doorman(make_door(DoorKind.EXIT))
    man.types("85")
    man.reads(NOBODY)
    assert (man.doing, len(man.opened)) == (Outcome.ADMITTED, 1)


def test_who_wants_to_leave_goes_before_those_who_want_to_come_in():
    man = Doorman(make_door(DoorKind.TOGGLE), disk="held")
    man.reads(make_pass(number=9), side=Direction.ENTRY)
    man.tell(phone(1, Direction.ENTRY), phone(2, Direction.ENTRY))
    man.reads(make_pass(number=7), side=Direction.EXIT)
    man.reads(NOBODY, side=Direction.EXIT)
    lives_on(man, 10)
    ways = [visit.direction for visit in man.visits]
    assert ways == [Direction.ENTRY, Direction.EXIT, Direction.EXIT, Direction.ENTRY, Direction.ENTRY]


def test_a_phone_that_checked_in_and_shows_its_pass_as_well_waits_once():
    man = Doorman(disk="held")
    man.reads(make_pass(number=9))
    man.tell(phone(1), phone(2))
    man.reads(make_pass(number=1))
    lives_on(man, 10)
    assert [one.decision.reason for one in man.visits] == [Reason.STATUS_ADMITTED] * 3


def test_who_shows_the_pass_of_a_phone_that_still_waits_is_let_in_once():
    man = Doorman()
    man.tell(phone(1), phone(2))
    man.stamps.advance(1)
    man.reads(make_pass(number=2))
    man.wait(10)
    assert len(man.visits) == 2


@pytest.mark.parametrize("waited_s, comes_in", [(29.0, True), (30.1, False)])
def test_who_waited_too_long_to_come_in_is_passed_over_for_the_gate_would_open_for_somebody_else(
    waited_s, comes_in
):
    man = Doorman(disk="held")
    man.reads(make_pass(number=9))
    man.tell(phone(1))
    man.stamps.advance(waited_s)
    man.commit()
    man.wait(2)
    assert len(man.visits) == (2 if comes_in else 1)
    assert (Tell(what="came-too-long-ago") in man.effects) is not comes_in
    assert man.door.queue == ()


def test_who_waits_and_is_read_when_the_door_is_free_has_exactly_one_turn():
    """Without the memory of who was just answered, which would hide a second one."""
    man = Doorman(make_door(times=Times(repeat_s=0.1)))
    man.tell(phone(1), phone(2))
    man.stamps.advance(1)
    man.reads(make_pass(number=2))
    man.wait(10)
    assert [visit.via for visit in man.visits] == [Via.PHONE, Via.CAMERA]


def test_who_waited_to_leave_leaves_however_late():
    man = Doorman(make_door(DoorKind.EXIT), disk="held")
    man.reads(make_pass(number=9))
    man.reads(NOBODY)
    man.stamps.advance(10 * WAITS_S)
    lives_on(man, 5)
    assert len(man.opened) == 2


def test_so_many_wait_and_no_more_and_one_who_leaves_has_a_place_before_one_who_comes():
    man = Doorman(make_door(DoorKind.TOGGLE), disk="held")
    man.reads(make_pass(number=9), side=Direction.ENTRY)
    for number in range(100, 100 + AT_MOST):
        man.tell(phone(number, Direction.ENTRY))
    assert man.effects[-1] != Tell(what="too-many-at-once")
    man.tell(CodeRead(credential=NOBODY, side=Direction.EXIT))
    assert man.effects[-1] == Tell(what="too-many-at-once")
    assert len(man.door.queue) == AT_MOST == 32
    assert man.door.queue[0].event.side is Direction.EXIT
