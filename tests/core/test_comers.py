"""Who is known again at a door that serves both ways, by whatever they show (rules 1 and 3, docs/contract.md)."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from kiosk.core.effects import Ask
from kiosk.core.events import CodeRead, Key, PhoneArrived
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.model import Closing, Colour, Direction, DoorKind, Outcome, Reason
from kiosk.core.rule.policy import Resort, UnknownRule, Window
from kiosk.core.who.keypad_budget import KeypadBudget
from tests.core.doorman import Doorman
from tests.factories import make_door, make_edition, make_iin, make_pass, make_person, make_phone, make_status

SUBJECT = make_pass(number=1).pass_id


def entered_by_pass(**changes) -> Doorman:
    """Return a doorman at a toggle door that person 1 entered by their pass, an hour ago."""
    man = Doorman(make_door(DoorKind.TOGGLE, **changes))
    man.reads(make_pass(number=1))
    man.answers(Colour.GREEN, subject=SUBJECT)
    man.wait(3600)
    return man


def types_number(man, number=1):
    man.types(make_iin(number), Key.CONFIRM, Key.CONFIRM)


@pytest.mark.parametrize("colour", Colour)
def test_who_came_in_by_pass_goes_out_by_number_whatever_the_registry_says(colour):
    man = entered_by_pass()
    types_number(man)
    man.answers(colour, subject=SUBJECT)
    leaving = man.visits[-1]
    assert (leaving.direction, leaving.decision.opens) == (Direction.EXIT, True)
    assert leaving.decision.incident is (colour is Colour.RED)
    assert (len(man.opened), man.door.people.inside) == (2, 0)


def test_who_came_in_by_pass_and_cannot_be_asked_about_is_never_told_no():
    refusing = make_edition(unknown=UnknownRule(fresh=Resort.REFUSE, stale=Resort.REFUSE))
    man = entered_by_pass(edition=refusing)
    types_number(man)
    man.hears_nothing()
    decision = man.visits[-1].decision
    assert (decision.outcome, decision.calls_staff) == (Outcome.UNCHECKED, True)


def test_who_is_known_to_be_inside_only_when_checked_again_leaves_by_a_visit_of_its_own():
    man = entered_by_pass()
    types_number(man)
    man.hears_nothing()
    man.wait(1)
    man.types("", Key.RECHECK)
    man.answers(Colour.YELLOW, subject=SUBJECT)
    assert [(one.direction, one.decision.outcome) for one in man.visits[1:]] == [
        (Direction.ENTRY, Outcome.UNCHECKED),
        (Direction.EXIT, Outcome.ADMITTED),
    ]
    assert man.opened == [man.visits[0].id, man.visits[2].id]
    assert man.amendments == []


def test_a_pass_whose_answer_names_somebody_inside_leads_out_before_it_is_refused():
    man = entered_by_pass()
    man.disk = "held"
    man.reads(make_pass(Colour.YELLOW, number=2, issued=man.stamps.wall))
    man.answers(Colour.YELLOW, subject=SUBJECT)
    man.commit()
    assert [one.direction for one in man.visits[1:]] == [Direction.ENTRY, Direction.EXIT]
    assert man.opened == [man.visits[0].id, man.visits[2].id]


def test_a_pass_that_opens_anyway_opens_once_though_its_answer_names_somebody_inside():
    man = entered_by_pass()
    man.disk = "held"
    man.reads(make_pass(number=2, issued=man.stamps.wall))
    man.answers(Colour.YELLOW, subject=SUBJECT)
    man.commit()
    assert (len(man.visits), len(man.opened)) == (2, 2)


def test_who_came_in_by_number_offline_and_shows_a_pass_is_not_refused_but_met():
    admitting = make_edition(unknown=UnknownRule(fresh=Resort.ADMIT))
    man = Doorman(make_door(DoorKind.TOGGLE, edition=admitting))
    man.reads(make_person())
    man.hears_nothing()
    man.wait(3600)
    man.reads(make_pass(Colour.YELLOW, issued=man.stamps.wall))
    decision = man.visits[-1].decision
    assert (decision.reason, decision.calls_staff) == (Reason.WHICH_WAY, True)


def test_a_stranger_is_refused_while_everybody_inside_would_have_been_known():
    man = entered_by_pass()
    man.reads(make_pass(Colour.YELLOW, number=2, issued=man.stamps.wall))
    assert man.visits[-1].decision.reason is Reason.STATUS_NOT_ADMITTED
    man.wait(60)
    types_number(man, 3)
    man.answers(Colour.YELLOW, subject=make_pass(number=3).pass_id)
    assert man.visits[-1].decision.reason is Reason.STATUS_NOT_ADMITTED


def lingering(**changes) -> Doorman:
    """Return a doorman at a toggle door that closed two minutes after person 1 came in by pass; it opens at eight."""
    hours = make_edition(opening=(Window(start=time(8), end=time(12, 1)),))
    man = Doorman(make_door(DoorKind.TOGGLE, edition=hours, **changes))
    man.reads(make_pass(lives=timedelta(hours=72)))
    man.answers(Colour.GREEN, subject=SUBJECT)
    man.wait(120)
    assert (len(man.records(Closing)), man.door.people.inside) == (1, 0)
    return man


@pytest.mark.parametrize("by_number", [True, False])
def test_who_is_still_inside_after_closing_time_leaves(by_number):
    man = lingering()
    if by_number:
        types_number(man)
        man.answers(Colour.YELLOW, subject=SUBJECT)
    else:
        man.reads(make_pass(lives=timedelta(hours=72)))
    assert (man.visits[-1].direction, len(man.opened), man.door.people.inside) == (Direction.EXIT, 2, 0)
    man.wait(60)
    man.reads(make_pass(lives=timedelta(hours=72)))
    man.answers(Colour.GREEN, subject=SUBJECT)
    assert man.visits[-1].decision.reason is Reason.VENUE_CLOSED, "they have left"


def test_who_never_came_in_is_told_that_the_venue_is_closed():
    man = lingering()
    man.reads(make_pass(number=2, lives=timedelta(hours=72)))
    man.answers(Colour.GREEN, subject=make_pass(number=2).pass_id)
    assert man.visits[-1].decision.reason is Reason.VENUE_CLOSED


def test_after_closing_time_nobody_is_refused_who_may_be_one_of_those_whom_nobody_named():
    man = lingering(occupancy=Occupancy(inside=1))
    man.reads(make_pass(number=2, lives=timedelta(hours=72)))
    man.hears_nothing()
    decision = man.visits[-1].decision
    assert (decision.reason, decision.calls_staff) == (Reason.WHICH_WAY, True)


def test_a_forgotten_exit_is_forgotten_when_the_venue_opens_again():
    man = lingering()
    man.wait(21 * 3600)
    man.reads(make_pass(lives=timedelta(hours=72)))
    man.answers(Colour.GREEN, subject=SUBJECT)
    assert (man.visits[-1].direction, man.visits[-1].decision.opens) == (Direction.ENTRY, True)


def test_while_the_keypad_rests_a_number_that_may_be_of_somebody_inside_calls_staff_and_is_looked_up_nowhere():
    man = entered_by_pass(attended=False, budget=KeypadBudget(mistakes=1))
    asked = len(man.every(Ask))
    man.types("123456789012", Key.CONFIRM)
    types_number(man)
    assert man.doing is Outcome.UNCHECKED
    assert man.visits[-1].decision.calls_staff
    assert len(man.every(Ask)) == asked


def at_door(**changes) -> Doorman:
    return Doorman(make_door(**changes))


def checks_in(man, number=1, direction=None):
    return man.tell(PhoneArrived(identifier=make_phone(number), status=make_status(), direction=direction))


def door_pass(man, number=1):
    """Return the pass that the registry gives to a phone that checked in."""
    return make_pass(number=number, issued=man.stamps.wall, lives=timedelta(seconds=60), door="D01")


@pytest.mark.parametrize("phone_first", [True, False])
def test_a_phone_that_checked_in_and_the_pass_on_it_let_one_person_in(phone_first):
    man = at_door()
    for phone in (phone_first, not phone_first):
        if phone:
            checks_in(man)
        else:
            man.reads(door_pass(man))
        man.wait(20)
    assert [one.decision.reason for one in man.visits] == [Reason.STATUS_ADMITTED, Reason.ALREADY_INSIDE]
    assert (len(man.opened), man.door.people.inside) == (1, 1)


def test_the_pass_of_a_phone_that_has_just_checked_in_is_the_same_visit():
    man = at_door()
    checks_in(man)
    man.wait(1)
    assert man.reads(door_pass(man)) == ()


def test_who_came_in_by_number_or_pass_leaves_a_toggle_door_by_its_venue_code():
    for way_in in (make_person(), make_pass()):
        man = Doorman(make_door(DoorKind.TOGGLE))
        man.tell(CodeRead(credential=way_in))
        man.answers(Colour.GREEN, subject=SUBJECT)
        man.wait(60)
        checks_in(man)
        assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT]


def test_who_came_in_by_the_venue_code_leaves_a_toggle_door_by_pass():
    man = Doorman(make_door(DoorKind.TOGGLE))
    checks_in(man)
    man.wait(60)
    man.reads(door_pass(man))
    assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT]


def test_who_turns_round_at_once_is_not_taken_for_the_code_still_held_up():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.reads(make_pass(), side=Direction.ENTRY)
    man.wait(1)
    man.reads(make_pass(), side=Direction.EXIT)
    assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT]
