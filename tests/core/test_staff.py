"""What staff can do: check again, override, look a refusal up; and what the policy's change does (rules 6, 10, 11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.door.state import State
from kiosk.core.effects import Ask, Tell
from kiosk.core.events import Key, LinkChanged, PolicyArrived, StaffAdmitted, StaffDismissed
from kiosk.core.ids import REFERENCE_ALPHABET, reference
from kiosk.core.model import (
    Colour,
    Direction,
    DoorKind,
    NotACredential,
    Outcome,
    Reason,
    TextFault,
)
from kiosk.core.rule.policy import Admits, Resort, UnknownRule
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    make_door,
    make_edition,
    make_id,
    make_iin,
    make_pass,
    make_person,
    make_policy,
)

GREEN_ONLY = (Admits(colours=frozenset({Colour.GREEN})),)


def refused(colour: Colour | None = Colour.YELLOW) -> Doorman:
    """Return a doorman who has just refused somebody, long enough ago to be seen."""
    man = Doorman()
    man.reads(make_person())
    man.answers(colour)
    man.stamps.advance(1)
    return man


def test_a_red_visitor_is_refused_and_an_incident():
    man = refused(Colour.RED)
    assert [(one.decision.outcome, one.decision.incident) for one in man.visits] == [(Outcome.REFUSED, True)]
    assert man.opened == []


def test_staff_see_whether_incidents_were_delivered():
    man = refused(Colour.RED)
    man.tell(LinkChanged(online=False, waiting=4, incidents_waiting=1))
    assert (man.view.corner.incidents_waiting, man.view.corner.waiting) == (1, 4)


def test_staff_override_a_refusal_as_a_recorded_act_with_who_and_why():
    man = refused()
    man.overrides()
    amendment = man.amendments[0]
    assert (amendment.visit_id, amendment.by, amendment.why) == (
        man.visits[0].id,
        "aigul",
        "paper result seen",
    )
    assert (amendment.decision.outcome, amendment.decision.reason) == (
        Outcome.ADMITTED,
        Reason.STAFF_OVERRIDE,
    )
    assert man.opened == [man.visits[0].id]


def test_an_override_opens_nothing_before_it_is_on_the_disk():
    man = refused()
    man.disk = "held"
    man.overrides()
    assert man.opened == []
    man.commit()
    assert man.opened == [man.visits[0].id]


def test_an_override_that_is_recorded_too_late_opens_nothing_and_is_withdrawn():
    man = refused()
    man.disk = "held"
    man.overrides()
    man.wait(man.door.setup.times.record_s + 0.1)
    man.commit()
    assert (man.opened, man.door.people.inside) == ([], 0)


def test_red_is_beyond_an_override():
    man = refused(Colour.RED)
    assert man.overrides() == (Tell(what="red-not-overridden", visit_id=man.visits[0].id),)
    assert man.amendments == []


@pytest.mark.parametrize("waited, opens", [(0, True), (299, True), (301, False)])
def test_staff_override_the_last_refusal_within_a_few_minutes_only(waited, opens):
    man = refused()
    man.wait(waited - 1 if waited else 0)
    man.overrides()
    assert bool(man.opened) is opens


def test_there_is_nothing_to_override_where_nobody_was_refused():
    man = Doorman()
    assert man.overrides() == ()
    man.reads(make_pass())
    assert man.overrides() == ()


def test_checking_again_amends_the_same_visit():
    man = refused()
    man.types("", Key.RECHECK)
    assert [ask.visit_id for ask in man.every(Ask)] == [man.visits[0].id] * 2
    man.answers(Colour.GREEN)
    assert len(man.visits) == 1
    assert [(one.visit_id, one.decision.outcome) for one in man.amendments] == [
        (man.visits[0].id, Outcome.ADMITTED)
    ]
    assert man.opened == [man.visits[0].id]


@pytest.mark.parametrize("answer", [Colour.YELLOW, "silence", "failure"])
def test_checking_again_for_nothing_leaves_the_refusal_and_writes_nothing(answer):
    man = refused()
    man.types("", Key.RECHECK)
    if answer == "silence":
        man.wait(man.door.setup.times.ask_s + 0.1)
    elif answer == "failure":
        man.hears_nothing()
    else:
        man.answers(answer)
    assert (man.doing, man.amendments, len(man.visits)) == (Outcome.REFUSED, [], 1)


def test_a_visitor_who_could_not_be_checked_is_checked_again_when_the_network_is_back():
    man = Doorman()
    man.reads(make_person())
    man.hears_nothing()
    man.stamps.advance(1)
    man.types("", Key.RECHECK)
    man.answers(Colour.GREEN)
    assert man.opened == [man.visits[0].id]


def test_checking_again_works_after_the_refusal_has_left_the_screen_and_after_a_wrong_code():
    man = refused()
    man.wait(10)
    assert man.door.state is State.IDLE
    man.reads(NotACredential(reason=TextFault.NOT_OURS))
    man.stamps.advance(1)
    man.types("", Key.RECHECK)
    assert len(man.every(Ask)) == 2


@pytest.mark.parametrize("colour, asks", [(Colour.GREEN, 1), (Colour.YELLOW, 2)])
def test_only_a_visitor_who_stayed_outside_is_checked_again(colour, asks):
    man = refused(colour)
    man.types("", Key.RECHECK)
    assert len(man.every(Ask)) == asks


@pytest.mark.parametrize("attended", [True, False])
@pytest.mark.parametrize("waited, asks", [(1, 2), (19, 2), (21, 1), (280, 1)])
def test_the_last_visitor_is_checked_again_by_the_key_only_while_they_can_still_stand_there(
    waited, asks, attended
):
    man = Doorman(make_door(attended=attended))
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    man.hears_nothing()
    man.wait(waited)
    man.types("", Key.RECHECK)
    assert len(man.every(Ask)) == asks


def test_checking_again_and_again_where_nobody_watches_makes_the_time_no_longer():
    man = Doorman(make_door(attended=False))
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    man.hears_nothing()
    for _ in range(10):
        man.wait(6)
        man.types("", Key.RECHECK)
        man.hears_nothing()
    assert len(man.every(Ask)) == 4


def full() -> Doorman:
    """Return a doorman who has just refused somebody with a pass because the one place was taken."""
    man = Doorman(make_door(edition=make_edition(capacity=1)))
    man.reads(make_pass(number=1))
    man.wait(5)
    man.reads(make_pass(number=2))
    man.hears_nothing()
    man.wait(5)
    return man


@pytest.mark.parametrize("answer", ["silence", "failure"])
def test_checking_again_without_the_registry_decides_by_what_is_known(answer):
    man = full()
    man.passes(Direction.EXIT)
    man.types("", Key.RECHECK)
    if answer == "silence":
        man.wait(man.door.setup.times.ask_s + 0.1)
    else:
        man.hears_nothing()
    assert [(one.visit_id, one.decision.outcome) for one in man.amendments] == [
        (man.visits[1].id, Outcome.ADMITTED)
    ]
    assert man.opened == [visit.id for visit in man.visits]


def test_what_was_decided_stays_where_no_place_became_free():
    man = full()
    man.types("", Key.RECHECK)
    man.hears_nothing()
    assert (man.doing, man.amendments) == (Outcome.REFUSED, [])


@pytest.mark.parametrize("colour", [Colour.RED, Colour.YELLOW])
def test_a_pass_that_ran_out_meanwhile_does_not_turn_a_refusal_into_could_not_check(colour):
    admitting = make_edition(unknown=UnknownRule(fresh=Resort.ADMIT))
    man = Doorman(make_door(edition=admitting))
    man.reads(make_pass(colour, issued=NOON - timedelta(seconds=290)))
    man.hears_nothing()
    man.wait(15)
    man.types("", Key.RECHECK)
    man.hears_nothing()
    assert (man.doing, man.amendments, man.opened) == (Outcome.REFUSED, [], [])


def test_an_exit_is_not_checked_again():
    man = Doorman(make_door(DoorKind.EXIT))
    man.reads(make_person())
    man.stamps.advance(1)
    man.types("", Key.RECHECK)
    assert man.every(Ask) == []


def test_staff_send_a_result_away():
    man = refused()
    man.tell(StaffDismissed())
    assert man.door.state is State.IDLE


def test_cancel_sends_a_result_away_once_it_was_seen():
    man = refused()
    man.types("", Key.CANCEL)
    assert man.door.state is State.IDLE


def test_a_refusal_bears_a_reference_number_made_of_the_visit_and_of_nobody():
    man = refused()
    assert man.view.reference == reference(man.visits[0].id)
    man.types("", Key.RECHECK)
    man.answers(Colour.YELLOW)
    assert man.view.reference == reference(man.visits[0].id)


def test_reference_numbers_are_short_plain_and_different():
    made = {reference(make_id(number)) for number in range(2000)}
    assert len(made) == 2000
    assert all(len(one) == 7 and one[3] == "-" and set(one) <= {*REFERENCE_ALPHABET, "-"} for one in made)


@pytest.mark.parametrize("colour", [Colour.GREEN, None])
def test_an_admission_bears_no_reference_number_and_could_not_check_does(colour):
    man = refused(colour)
    assert bool(man.view.reference) is (colour is None)


def test_the_rule_changes_at_the_minute_without_the_network():
    later = make_edition(effective_from=NOON + timedelta(minutes=5), admits=GREEN_ONLY)
    man = Doorman(make_door(policy=make_policy(make_edition(), later), online=False))
    man.reads(make_pass(Colour.BLUE))
    man.stamps.advance(299)
    man.reads(make_pass(Colour.BLUE, number=2))
    man.stamps.advance(1)
    man.reads(make_pass(Colour.BLUE, number=3, issued=man.stamps.wall))
    assert [one.decision.opens for one in man.visits] == [True, True, False]


def test_a_newer_policy_replaces_the_rule_and_an_older_one_does_not():
    man = Doorman()
    man.tell(PolicyArrived(policy=make_policy(make_edition(admits=GREEN_ONLY), sequence=5)))
    man.tell(PolicyArrived(policy=make_policy(sequence=4)))
    assert man.door.word.policy.sequence == 5
    man.reads(make_pass(Colour.BLUE))
    assert not man.visits[0].decision.opens


def test_a_policy_from_the_disk_says_how_old_our_knowledge_is_and_never_makes_it_older():
    man = Doorman(make_door(heard_at=None))
    man.tell(PolicyArrived(policy=make_policy(), heard_at=NOON - timedelta(hours=3)))
    assert man.door.word.heard_at == NOON - timedelta(hours=3)
    man.tell(LinkChanged(online=True, waiting=0))
    man.tell(PolicyArrived(policy=make_policy(), heard_at=NOON - timedelta(hours=2)))
    assert man.door.word.heard_at == NOON


def test_staff_cannot_admit_somebody_while_another_visitor_is_asked_about():
    man = refused()
    man.reads(make_person(2))
    before = man.door
    assert man.tell(StaffAdmitted(by="aigul", why="x")) == ()
    assert man.door == before


@pytest.mark.parametrize("by, why", [("", "a paper"), ("Аян", " "), ("", "")])
def test_an_override_without_who_or_why_is_none(by, why):
    man = Doorman(make_door(DoorKind.ENTRY))
    man.reads(make_pass(Colour.YELLOW))
    man.tell(StaffAdmitted(by=by, why=why))
    assert man.amendments == []
    assert [told.what for told in man.every(Tell)] == ["override-without-who-or-why"]
