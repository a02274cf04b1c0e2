"""Staff put the number inside right: who, why, by how many and when, counted once, at any moment and without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.building import Standing
from kiosk.core.door.state import State
from kiosk.core.effects import Tell, Write
from kiosk.core.events import AlarmChanged, LinkChanged, StaffCorrected, VenueCounted
from kiosk.core.inside.people import VenueNumber
from kiosk.core.model import MOST_CORRECTED, Closing, Colour, Correction, Direction, DoorKind, Outcome, Reason
from kiosk.core.rule.policy import Window
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_edition, make_id, make_pass, make_person


def correction(change: int, *, by: str = "aigul", why: str = "counted heads") -> StaffCorrected:
    return StaffCorrected(change=change, by=by, why=why)


def number(inside: int, own: int, minutes: int = 0) -> VenueNumber:
    return VenueNumber(inside=inside, own=own, at=NOON + timedelta(minutes=minutes), doors=2, exits=True)


def with_inside(count: int, **changes) -> Doorman:
    """Return a doorman at whose door so many came in, some time ago."""
    man = Doorman(make_door(**changes))
    for visitor in range(1, count + 1):
        man.reads(make_pass(number=visitor))
        man.wait(10)
    return man


@pytest.mark.parametrize("change", [1, -1, 7, MOST_CORRECTED, -MOST_CORRECTED])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_correction_says_who_why_by_how_many_and_when(change, trusted):
    man = Doorman()
    man.stamps.advance(5)
    man.stamps.trusted = trusted
    effects = man.tell(correction(change))
    assert effects == (
        Write(
            record=Correction(
                id=make_id(1),
                change=change,
                corrected_at=NOON + timedelta(seconds=5),
                by="aigul",
                why="counted heads",
                time_trusted=trusted,
            )
        ),
    )


@pytest.mark.parametrize("change, inside", [(2, 5), (-2, 1), (-3, 0)])
def test_the_number_changes_by_as_many_as_staff_say(change, inside):
    man = with_inside(3)
    man.tell(correction(change))
    assert man.door.people.inside == inside == man.view.corner.inside


@pytest.mark.parametrize("by, why", [("", "counted"), (" ", "counted"), ("aigul", ""), ("aigul", " ")])
def test_nobody_who_is_not_named_as_staff_corrects_the_number_and_none_without_a_reason(by, why):
    man = with_inside(3)
    before = man.door
    assert man.tell(correction(-2, by=by, why=why)) == (Tell(what="correction-without-who-or-why"),)
    assert man.door == before


@pytest.mark.parametrize("change", [0, MOST_CORRECTED + 1, -MOST_CORRECTED - 1])
def test_a_correction_by_nobody_or_by_thousands_changes_nothing_and_is_told(change):
    man = with_inside(3)
    before = man.door
    assert man.tell(correction(change)) == (Tell(what="correction-out-of-range"),)
    assert man.door == before


def test_without_a_network_a_correction_counts_and_is_recorded_all_the_same():
    man = with_inside(2)
    man.tell(LinkChanged(online=False, waiting=0))
    man.tell(correction(4))
    assert (man.door.people.inside, len(man.records(Correction))) == (6, 1)


@pytest.mark.parametrize("has_it", [False, True])
def test_a_correction_counts_once_whether_the_registrys_next_number_has_it_or_not(has_it):
    man = with_inside(3)
    man.tell(VenueCounted(number=number(inside=5, own=3)), correction(4))
    assert man.door.people.inside == 9
    known = 4 if has_it else 0
    man.tell(VenueCounted(number=number(inside=5 + known, own=3 + known, minutes=1)))
    assert man.door.people.inside == 9


@given(st.lists(st.integers(-9, 9).filter(bool), max_size=6), st.data())
def test_the_number_is_what_all_moves_add_up_to_whatever_the_registry_had_of_them(changes, data):
    man = Doorman()
    for change in changes:
        man.tell(correction(change))
    known = sum(changes[: data.draw(st.integers(0, len(changes)))])
    man.tell(VenueCounted(number=number(inside=20 + known, own=known)))
    assert man.door.people.inside == max(0, 20 + sum(changes))


def test_an_entry_is_decided_by_the_number_that_staff_put_right():
    man = with_inside(2, edition=make_edition(capacity=3))
    man.tell(VenueCounted(number=number(inside=0, own=0)))  # another door counts those who leave
    man.tell(LinkChanged(online=False, waiting=0))
    man.tell(correction(1))
    man.reads(make_pass(number=9))
    assert man.visits[-1].decision.reason is Reason.VENUE_FULL
    man.wait(60)
    man.tell(correction(-1))
    man.reads(make_pass(number=8))
    assert man.visits[-1].decision.outcome is Outcome.ADMITTED


def test_it_disturbs_no_visit_and_no_standing():
    man = Doorman()
    man.reads(make_person())
    assert man.door.state is State.ASKING
    man.tell(correction(1))
    assert man.door.state is State.ASKING
    man.answers(Colour.GREEN)
    assert [visit.decision.outcome for visit in man.visits] == [Outcome.ADMITTED]
    assert man.door.people.inside == 2
    man.tell(AlarmChanged(active=True), correction(-1))
    assert (man.door.standing, man.door.people.inside) == (Standing.ALARM, 1)


def test_a_correction_is_of_its_own_day_and_ends_with_the_closing():
    man = with_inside(1, edition=make_edition(opening=(Window(start=time(7), end=time(23)),)))
    man.tell(correction(2))
    man.wait(12 * 3600)
    assert [closing.assumed_exits for closing in man.records(Closing)] == [3]
    assert man.door.people.inside == 0


def test_who_is_inside_stays_as_it_is_known():
    man = with_inside(2, kind=DoorKind.TOGGLE)
    known = man.door.people.presence
    man.tell(correction(-1))
    assert man.door.people.presence == known
    man.reads(make_pass(number=1))
    assert man.visits[-1].direction is Direction.EXIT


def test_with_somebody_more_inside_than_is_known_by_name_not_everybody_is_known():
    man = with_inside(2, kind=DoorKind.TOGGLE)
    assert man.door.people.everybody_is_known
    man.tell(correction(1))
    assert not man.door.people.everybody_is_known


def test_what_staff_wrote_is_in_no_repr():
    event = correction(1, why="Әлия 061211600012")
    man = Doorman()
    man.tell(event)
    [record] = man.records(Correction)
    assert "061211600012" in record.why
    assert "061211600012" not in repr(event) + repr(record) + repr(replace(record, change=2))
