"""Nobody is ever held inside (rule 3), and doors that serve both ways."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.door.building import Standing
from kiosk.core.effects import Ask, Light, Open, Signal, Tell
from kiosk.core.events import Answered, HealthChanged, Key, Part, PhoneArrived, StaffIdentified
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.model import Colour, Direction, DoorKind, NotACredential, Outcome, Reason, TextFault
from kiosk.core.screen.view import Field, Phrase, Sign
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_door,
    make_edition,
    make_iin,
    make_pass,
    make_person,
    make_phone,
    make_status,
)

NOBODY = NotACredential(reason=TextFault.DAMAGED_PASS)


def at_exit(**changes) -> Doorman:
    return Doorman(make_door(DoorKind.EXIT, **changes))


@pytest.mark.parametrize(
    "shown",
    [
        make_pass(Colour.RED),
        make_pass(issued=NOON - timedelta(days=9)),
        make_pass(issued=NOON + timedelta(days=9)),
        make_pass(door="D99"),
        make_person(),
        NOBODY,
    ],
    ids=["red", "expired", "from the future", "other door", "card", "damaged"],
)
def test_whatever_is_shown_at_an_exit_opens_it(shown):
    man = at_exit()
    man.reads(shown)
    assert [(one.direction, one.decision.outcome) for one in man.visits] == [
        (Direction.EXIT, Outcome.ADMITTED)
    ]
    assert len(man.opened) == 1


def test_an_exit_never_asks_the_registry():
    man = at_exit()
    man.reads(make_person())
    man.reads(make_pass(number=9))
    assert man.every(Ask) == []


def test_a_red_status_on_an_exit_is_an_incident_and_no_refusal():
    man = at_exit()
    man.reads(make_pass(Colour.RED))
    assert [(one.decision.incident, one.decision.opens) for one in man.visits] == [(True, True)]


def test_a_pass_from_the_future_at_an_exit_does_not_move_our_idea_of_now():
    man = at_exit()
    man.reads(make_pass(issued=NOON + timedelta(days=9)))
    assert man.door.word.latest_signed is None


def test_an_exit_from_a_closed_venue_without_a_policy_or_places_is_free():
    for changes in ({"policy": None}, {"edition": make_edition(opening=(), capacity=0)}):
        man = at_exit(**changes)
        man.reads(make_person())
        assert len(man.opened) == 1


def test_an_exit_whose_record_fails_opens_all_the_same_and_staff_are_told():
    man = Doorman(make_door(DoorKind.EXIT), disk="failing")
    effects = man.reads(make_person())
    assert effects.index(Tell(what="exit-not-recorded", visit_id=man.opened[0])) > 0
    assert man.doing is Outcome.ADMITTED


def test_an_exit_whose_record_takes_too_long_opens_once_and_not_again_when_it_comes():
    man = Doorman(make_door(DoorKind.EXIT), disk="held")
    man.reads(make_person())
    man.wait(man.door.setup.times.record_s + 0.1)
    assert len(man.opened) == 1
    man.commit()
    assert len(man.opened) == 1


def test_a_door_out_of_order_lets_people_out():
    man = at_exit()
    man.tell(HealthChanged(part=Part.STORE, working=False, why="full"))
    man.disk = "failing"
    man.reads(make_person())
    man.wait(10)
    assert man.doing is Standing.OUT_OF_ORDER
    man.types("", Key.CONFIRM)
    man.wait(10)
    man.tell(PhoneArrived(identifier=make_phone(), status=make_status(Colour.RED)))
    assert len(man.opened) == 3


@pytest.mark.parametrize(
    "keys", ["", "850", make_iin(), make_iin()[:11] + "x"], ids=["none", "some", "right", "wrong"]
)
def test_the_confirm_key_is_the_way_out_whatever_was_typed(keys):
    man = at_exit()
    if keys.endswith("x"):
        keys = keys[:11] + str((int(make_iin()[11]) + 1) % 10)
    man.types(keys, Key.CONFIRM)
    expected = make_person() if keys == make_iin() else None
    assert [(one.direction, one.identifier) for one in man.visits] == [(Direction.EXIT, expected)]
    assert len(man.opened) == 1


def test_a_right_code_after_an_unreadable_one_is_no_trouble_at_an_exit():
    man = at_exit()
    man.reads(NOBODY)
    assert man.reads(NOBODY) == ()
    man.stamps.advance(1)
    man.reads(NOBODY)
    assert len(man.opened) == 2


def test_a_leaving_visitor_is_shown_no_colour():
    man = at_exit()
    effects = man.reads(make_pass(Colour.RED))
    assert (man.view.field, man.view.sign, man.view.headline) == (Field.NEUTRAL, Sign.LEAVE, Phrase.GOOD_BYE)
    assert Light(signal=Signal.ADMITTED, colour=None) in effects


def test_a_foreign_answer_to_an_exit_cannot_shut_it():
    man = Doorman(make_door(DoorKind.EXIT), disk="held")
    man.reads(make_pass(), side=Direction.ENTRY)
    man.tell(Answered(visit_id=man.visits[0].id, status=make_status(Colour.RED)))
    man.commit()
    assert len(man.opened) == 1


def toggle(**changes) -> Doorman:
    return Doorman(make_door(DoorKind.TOGGLE, **changes))


def test_a_toggle_door_takes_who_is_inside_as_leaving():
    man = toggle()
    man.reads(make_person())
    man.answers(Colour.GREEN)
    man.wait(60)
    man.reads(make_person())
    assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT]
    assert man.door.people.inside == 0
    man.wait(60)
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert [one.direction for one in man.visits][2:] == [Direction.ENTRY]


def test_a_toggle_door_knows_a_visitor_again_who_typed_the_iin_and_leaves_with_the_pass():
    man = toggle()
    man.reads(make_person())
    man.answers(Colour.GREEN, subject=make_pass().pass_id)
    man.wait(60)
    man.stamps.wall = NOON
    man.reads(make_pass())
    assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT]


@pytest.mark.parametrize("side", Direction)
def test_a_reader_on_one_side_of_a_toggle_door_says_which_way(side):
    man = toggle()
    man.reads(make_pass(), side=side)
    assert [one.direction for one in man.visits] == [side]


def test_an_unreadable_code_on_the_inner_side_of_a_toggle_door_opens_it():
    man = toggle()
    man.reads(NOBODY, side=Direction.EXIT)
    assert [effect.direction for effect in man.every(Open)] == [Direction.EXIT]


def test_a_toggle_door_that_no_longer_knows_who_is_inside_refuses_nobody_who_may_be_leaving():
    man = toggle(edition=make_edition(opening=()), occupancy=Occupancy(inside=1))
    man.reads(make_pass(Colour.YELLOW))
    decision = man.visits[0].decision
    assert (decision.outcome, decision.reason, decision.calls_staff) == (
        Outcome.UNCHECKED,
        Reason.WHICH_WAY,
        True,
    )


def test_a_toggle_door_that_knows_who_is_inside_refuses_as_any_other():
    man = toggle(edition=make_edition(opening=()))
    man.reads(make_pass(Colour.YELLOW))
    assert man.visits[0].decision.reason is Reason.VENUE_CLOSED


def test_staff_can_let_somebody_out_at_a_toggle_door():
    man = toggle()
    man.reads(make_person())
    man.answers(Colour.GREEN)
    man.wait(60)
    man.tell(StaffIdentified(identifier=make_person(), by="aigul"))
    assert [effect.direction for effect in man.every(Open)] == [Direction.ENTRY, Direction.EXIT]


def test_who_asked_to_leave_and_did_not_is_still_inside_and_can_ask_again():
    man = toggle(sensor=True)
    man.reads(make_person())
    man.answers(Colour.GREEN)
    man.passes(Direction.ENTRY)
    man.wait(60)
    man.reads(make_person())
    man.wait(60)
    man.reads(make_person())
    assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT, Direction.EXIT]
    assert man.door.people.inside == 1


def test_who_leaves_while_somebody_else_is_asked_about_is_not_forgotten_for_the_next_one_who_enters():
    man = toggle()
    man.reads(make_person(1), side=Direction.ENTRY)
    man.reads(make_person(2), side=Direction.EXIT)
    man.reads(make_person(3), side=Direction.ENTRY)
    man.answers(Colour.GREEN)
    man.wait(3)
    assert Direction.EXIT in [one.direction for one in man.visits]


def test_the_clock_may_be_untrusted_and_the_exit_opens():
    man = Doorman(make_door(DoorKind.EXIT), stamps=Stamps(trusted=False))
    man.reads(make_pass(issued=NOON - timedelta(days=3)))
    assert len(man.opened) == 1
