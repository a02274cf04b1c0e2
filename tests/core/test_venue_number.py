"""The number inside is the venue's: what the registry told, what this door adds, and when a place is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.effects import Ask, Light, Signal, TakePlace
from kiosk.core.events import Key, LinkChanged, VenueCounted
from kiosk.core.inside.people import People, VenueNumber
from kiosk.core.model import Closing, Colour, Direction, DoorKind, Outcome, Reason
from kiosk.core.rule.policy import CapacityWithoutExit
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_edition, make_pass, make_person

CARRIED = timedelta(hours=72)


def number(inside: int, *, own: int = 0, doors: int = 2, exits: bool = True, minutes: int = 0) -> VenueNumber:
    return VenueNumber(inside=inside, own=own, at=NOON + timedelta(minutes=minutes), doors=doors, exits=exits)


def venue(inside: int, *, capacity: int = 10, kind: DoorKind = DoorKind.ENTRY, **changes) -> Doorman:
    man = Doorman(make_door(kind, edition=make_edition(capacity=capacity), **changes))
    man.tell(VenueCounted(number=number(inside)))
    return man


def test_what_the_other_doors_counted_and_what_this_door_counts_are_one_number():
    man = venue(7, capacity=100)
    man.reads(make_pass(number=1))
    assert man.door.people.inside == 8


def test_it_does_not_matter_which_of_its_own_records_the_registry_had_when_it_told_the_number():
    for known in range(4):
        man = Doorman(make_door(edition=make_edition(capacity=100)))
        for visitor in range(1, 4):
            man.reads(make_pass(number=visitor))
            man.wait(10)
        man.tell(VenueCounted(number=number(20 + known, own=known)))
        assert man.door.people.inside == 23


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_the_number_is_floored_where_it_is_told_and_nowhere_else(others, own, moved):
    people = People().with_number(number(others + own, own=own), 0.0)
    for _ in range(abs(moved)):
        people = people.moved(Direction.ENTRY if moved > 0 else Direction.EXIT, "r")
    assert people.inside == max(0, others + moved)


def test_a_number_that_is_older_than_the_one_that_is_known_changes_nothing():
    man = venue(7)
    man.tell(VenueCounted(number=number(2, minutes=-1)))
    assert man.door.people.inside == 7


@pytest.mark.parametrize("later_s, believed", [(59, 7), (60, 2)])
def test_a_registry_whose_clock_was_ahead_is_believed_again_when_no_answer_can_be_on_its_way(
    later_s, believed
):
    man = venue(7)
    man.stamps.advance(later_s)
    man.tell(VenueCounted(number=number(2, minutes=-60)))
    assert man.door.people.inside == believed


@pytest.mark.parametrize("free, asks", [(5, False), (4, True), (1, True), (0, True)])
def test_two_doors_admit_at_once_while_more_than_four_places_are_free(free, asks):
    man = venue(10 - free)
    man.reads(make_pass())
    assert bool(man.every(TakePlace)) is asks
    assert bool(man.opened) is not asks


@pytest.mark.parametrize("age_s, asks", [(2, False), (4, True)])
def test_the_older_the_number_the_sooner_a_place_is_asked_for(age_s, asks):
    man = venue(3)  # 7 free, two doors: 2 x (2 + age / 2)
    man.stamps.advance(age_s)
    man.reads(make_pass())
    assert bool(man.every(TakePlace)) is asks


@pytest.mark.parametrize(
    "taken, outcome, reason",
    [
        (True, Outcome.ADMITTED, Reason.STATUS_ADMITTED),
        (False, Outcome.REFUSED, Reason.VENUE_FULL),
        (None, Outcome.ADMITTED, Reason.STATUS_ADMITTED),
    ],
)
@pytest.mark.parametrize("source", ["live", "number"])
def test_the_registry_gives_the_last_places_and_without_an_answer_the_known_number_decides(
    taken, outcome, reason, source
):
    man = venue(9)
    if source == "live":
        man.reads(make_pass())
    else:
        man.reads(make_person())
        man.answers(Colour.GREEN)
    assert man.visits == []
    man.is_given_a_place(taken)
    visit = man.visits[0]
    assert (visit.decision.outcome, visit.decision.reason) == (outcome, reason)
    assert visit.counted_at == (NOON if taken is None else None)
    assert bool(man.opened) is visit.decision.opens


def test_a_place_is_asked_for_in_what_is_left_of_the_time_for_questions():
    man = venue(9)
    man.reads(make_person())
    man.wait(1.0)
    man.answers(Colour.GREEN)
    assert man.every(TakePlace)[0].deadline_s == pytest.approx(0.5)
    man.wait(0.6)
    assert [visit.counted_at for visit in man.visits] == [NOON]


def test_a_full_number_is_no_last_word_while_the_registry_can_be_asked():
    man = venue(10)
    man.reads(make_pass())
    man.is_given_a_place(True)
    assert man.visits[0].decision.outcome is Outcome.ADMITTED


def test_offline_the_last_number_and_the_own_moves_decide_and_the_record_says_so():
    man = venue(8)
    man.tell(LinkChanged(online=False, waiting=0))
    for visitor in range(1, 4):
        man.reads(make_pass(number=visitor))
        man.wait(10)
    assert man.every(TakePlace) == []
    assert [visit.decision.reason for visit in man.visits] == [
        Reason.STATUS_ADMITTED,
        Reason.STATUS_ADMITTED,
        Reason.VENUE_FULL,
    ]
    assert [visit.counted_at for visit in man.visits] == [NOON, NOON, None]


def test_who_is_refused_for_their_status_takes_no_place():
    man = venue(9)
    man.reads(make_person())
    man.answers(Colour.YELLOW)
    assert man.every(TakePlace) == []
    assert man.visits[0].decision.reason is Reason.STATUS_NOT_ADMITTED


def test_who_leaves_takes_no_place():
    man = venue(9, kind=DoorKind.EXIT)
    man.reads(make_person())
    assert (man.every(TakePlace), len(man.opened)) == ([], 1)


def test_the_registry_may_turn_a_live_pass_while_a_place_is_asked_for():
    man = venue(9)
    man.reads(make_pass())
    man.answers(Colour.RED, to=man.every(Ask)[0].visit_id)
    assert man.visits[0].decision.reason is Reason.RED_STATUS
    man.is_given_a_place(True)
    assert man.opened == []


def test_a_failed_question_beside_it_does_not_end_the_wait_for_a_place():
    man = venue(9)
    man.reads(make_pass())
    man.hears_nothing()
    assert man.visits == []
    man.is_given_a_place(True)
    assert len(man.opened) == 1


def test_checked_again_a_full_venue_is_asked_for_a_place_again():
    man = venue(10)
    man.reads(make_person())
    man.answers(Colour.GREEN)
    man.is_given_a_place(False)
    man.wait(1)
    man.types("", Key.RECHECK)
    man.answers(Colour.GREEN)
    man.is_given_a_place(True)
    assert [one.decision.outcome for one in man.amendments] == [Outcome.ADMITTED]
    assert len(man.visits) == 1


@pytest.mark.parametrize(
    "kind, exits, rule, limited",
    [
        (DoorKind.ENTRY, False, CapacityWithoutExit.IGNORE, False),
        (DoorKind.ENTRY, False, CapacityWithoutExit.ENFORCE, True),
        (DoorKind.ENTRY, True, CapacityWithoutExit.IGNORE, True),
        (DoorKind.TOGGLE, False, CapacityWithoutExit.IGNORE, True),
        (DoorKind.EXIT, False, CapacityWithoutExit.IGNORE, True),
    ],
)
def test_a_venue_that_counts_nobody_out_has_no_capacity_unless_its_policy_says_so(kind, exits, rule, limited):
    edition = make_edition(capacity=2, capacity_without_exit=rule)
    man = Doorman(make_door(kind, edition=edition))
    man.tell(VenueCounted(number=number(2, exits=exits)))
    assert man.door.places(edition) == (2 if limited else None)
    assert man.view.corner.capacity == (2 if limited else None)


def test_at_an_entry_door_of_which_no_exit_is_known_nobody_is_refused_for_want_of_a_place():
    edition = make_edition(capacity=1, capacity_without_exit=CapacityWithoutExit.IGNORE)
    man = Doorman(make_door(edition=edition))
    for visitor in range(1, 4):
        man.reads(make_pass(number=visitor))
        man.wait(10)
    assert [visit.decision.outcome for visit in man.visits] == [Outcome.ADMITTED] * 3


def test_an_exit_kiosk_shows_the_venues_number():
    man = venue(7, kind=DoorKind.EXIT)
    man.reads(make_person())
    assert man.view.corner.inside == 6


def test_a_toggle_door_of_a_venue_with_other_doors_never_says_no_to_who_may_be_inside():
    man = venue(3, kind=DoorKind.TOGGLE, capacity=100)
    man.reads(make_person())
    man.answers(Colour.YELLOW)
    assert man.visits[0].decision.reason is Reason.WHICH_WAY


def test_the_lamp_says_that_somebody_is_being_checked_while_a_place_is_asked_for():
    man = venue(9)
    man.reads(make_pass())
    assert man.every(Light) == [Light(signal=Signal.CHECKING)]


def test_a_closing_is_by_a_clock_that_is_right_where_nothing_else_is_said():
    assert Closing(id="c", closed_at=NOON, assumed_exits=1).time_trusted
