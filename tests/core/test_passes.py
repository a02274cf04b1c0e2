"""When a verified pass counts, and what the kiosk's idea of now is worth (rule 8, docs/facts.md#a-late-clock)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.state import State
from kiosk.core.effects import Tell
from kiosk.core.inside.presence import Entered, Presence, tag_of
from kiosk.core.model import Colour, Outcome, Pass, Reason, Source, Status, TextFault
from kiosk.core.rule.policy import CarryRule
from kiosk.core.who.passes import FAST_CLOCK, LIVE_AT_MOST, source_of
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_door,
    make_edition,
    make_foreigner,
    make_id,
    make_pass,
    make_person,
    make_status,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

CARRIED = timedelta(hours=72)
SECOND = timedelta(seconds=1)


def refusal_of(shown, *, stamps: Stamps | None = None) -> TextFault | None:
    """Return the notice that a pass gets; None where it is a visit."""
    man = Doorman(stamps=stamps)
    man.reads(shown)
    return man.door.notice if man.door.state is State.NOTICE else None


@pytest.mark.parametrize(
    "shown, expected",
    [
        (make_pass(issued=NOON - timedelta(seconds=299)), None),
        (make_pass(issued=NOON - timedelta(seconds=300)), TextFault.EXPIRED),
        (make_pass(issued=NOON - CARRIED, lives=CARRIED), TextFault.EXPIRED),
        (make_pass(issued=NOON + FAST_CLOCK), None),
        (make_pass(issued=NOON + FAST_CLOCK + SECOND), TextFault.FROM_THE_FUTURE),
        (make_pass(door="D01"), None),
        (make_pass(door="D02"), TextFault.OTHER_DOOR),
    ],
)
def test_a_pass_counts_in_its_time_and_at_its_door_and_no_second_longer(shown, expected):
    assert refusal_of(shown) is expected


def test_a_refused_pass_is_told_to_the_journal_and_is_no_visit():
    man = Doorman()
    effects = man.reads(make_pass(door="D02"))
    assert Tell(what=TextFault.OTHER_DOOR) in effects
    assert man.visits == []


def test_a_pass_of_at_most_five_minutes_is_live_and_any_longer_one_was_saved():
    assert source_of(make_pass(lives=LIVE_AT_MOST)) is Source.LIVE_PASS
    assert source_of(make_pass(lives=LIVE_AT_MOST + SECOND)) is Source.CARRY_PASS


def test_a_clock_that_is_late_cannot_make_an_expired_pass_valid_once_a_newer_one_was_seen():
    late = Stamps(NOON - timedelta(hours=2), trusted=False)
    man = Doorman(stamps=late)
    man.reads(make_pass())
    man.wait(10)
    man.reads(make_pass(number=2, issued=NOON - timedelta(hours=1)))
    assert (man.door.state, man.door.notice) == (State.NOTICE, TextFault.EXPIRED)


def test_a_late_clock_does_not_keep_a_green_green_either():
    man = Doorman(stamps=Stamps(NOON - timedelta(hours=2), trusted=False))
    man.reads(make_pass(Colour.YELLOW))
    man.wait(10)
    man.reads(make_person())
    man.answers(make_status(Colour.GREEN, since=NOON - CARRIED - timedelta(hours=1)))
    assert man.visits[1].decision.colour is Colour.BLUE


@pytest.mark.parametrize("lived, opens", [(299, True), (300, False)])
def test_where_the_registrys_clock_is_a_little_ahead_each_pass_lives_as_long_as_it_says(lived, opens):
    """All passes are of one registry: the last one tells by its clock how old the next one is."""
    man = Doorman()
    man.reads(make_pass(issued=NOON + FAST_CLOCK))
    man.wait(10)
    issued = NOON + FAST_CLOCK + timedelta(seconds=10 - lived)
    man.reads(make_pass(number=2, issued=issued))
    assert [one.decision.opens for one in man.visits] == [True] + [True] * opens


@pytest.mark.parametrize("step", [-6 * HOUR, 2 * DAY], ids=["back", "forward"])
@pytest.mark.parametrize("minutes, again", [(9, Reason.ALREADY_INSIDE), (11, Reason.STATUS_ADMITTED)])
def test_a_clock_that_is_set_neither_shortens_nor_lengthens_already_inside(step, minutes, again):
    man = Doorman(stamps=Stamps(trusted=step < HOUR))
    man.reads(make_pass(lives=72 * HOUR))
    man.answers(Colour.GREEN)
    man.stamps.wall += step
    man.wait(minutes * 60)
    man.reads(make_pass(issued=man.stamps.wall, lives=72 * HOUR))
    man.answers(Colour.GREEN)
    assert man.visits[-1].decision.reason is again


@pytest.mark.parametrize("minutes, again", [(9, Reason.ALREADY_INSIDE), (11, Reason.STATUS_ADMITTED)])
def test_a_pass_shown_again_soon_after_its_entry_is_already_inside(minutes, again):
    man = Doorman()
    man.reads(make_pass())
    man.wait(minutes * 60)
    man.reads(make_pass(issued=man.stamps.wall))
    assert man.visits[1].decision.reason is again
    assert man.visits[1].decision.calls_staff is (again is Reason.ALREADY_INSIDE)


def test_without_the_network_a_signed_pass_is_decided_and_a_typed_number_is_not():
    man = Doorman(make_door(online=False, heard_at=None))
    man.reads(make_pass())
    man.hears_nothing()
    man.wait(10)
    man.reads(make_person())
    man.hears_nothing()
    assert [one.decision.outcome for one in man.visits] == [Outcome.ADMITTED, Outcome.UNCHECKED]


@pytest.mark.parametrize(
    "rule, state", [(CarryRule.ASK_STAFF, Outcome.UNCHECKED), (CarryRule.REFUSE, Outcome.REFUSED)]
)
def test_an_unattended_door_does_with_a_saved_pass_what_the_policy_says(rule, state):
    for online in (True, False):
        man = Doorman(make_door(attended=False, edition=make_edition(carry_pass=rule)))
        man.reads(make_pass(lives=CARRIED))
        if online:
            man.answers(Colour.GREEN)
        else:
            man.hears_nothing()
        assert (man.doing, man.opened) == (state, [])


def test_a_live_pass_opens_where_nobody_watches_whatever_the_policy_says_of_saved_ones():
    man = Doorman(make_door(attended=False, edition=make_edition(carry_pass=CarryRule.REFUSE)))
    man.reads(make_pass())
    man.answers(Colour.GREEN)
    assert len(man.opened) == 1


def test_what_is_heard_of_another_visitor_still_says_that_the_registry_is_there():
    man = Doorman(make_door(heard_at=None))
    man.answers(Colour.GREEN, to=make_id(99))
    assert man.door.word.heard_at == NOON


moments = st.integers(-100, 100).map(lambda hours: NOON + timedelta(hours=hours))


@given(st.sampled_from(Colour), moments, moments)
def test_time_only_ever_makes_a_status_worth_less(colour, until, now):
    worth = Status(colour=colour, established_at=NOON, valid_until=until).at(now)
    if now < until:
        assert worth is not None
        assert worth.colour is colour
    else:
        expected = {Colour.GREEN: Colour.BLUE, Colour.BLUE: None}.get(colour, colour)
        assert (worth.colour if worth else None) is expected


def test_a_status_without_an_end_holds_until_something_is_known():
    status = make_status(Colour.BLUE, lasts=None)
    assert status.at(NOON + timedelta(days=1000)) is status


def test_presence_tags_need_the_key_and_tell_kinds_and_countries_apart():
    people = [make_person(), make_foreigner(), make_pass().identifier]
    tags = {tag_of(key, someone) for key in (b"one", b"two") for someone in people}
    assert len(tags) == 6
    assert not any(someone.value in tag for someone in people for tag in tags)


def test_presence_keeps_one_entry_for_a_person_known_by_two_tags():
    entered = [
        Entered(visit_id=make_id(at), since=0.0, tags=frozenset(tags))
        for at, tags in enumerate(("a", "ab", "c"))
    ]
    presence = Presence()
    for one in entered:
        presence = presence.enter(one)
    assert presence.inside == (entered[1], entered[2])
    assert presence.find("b") == entered[1]
    assert presence.leave("a").inside == presence.withdraw(make_id(1)).inside == (entered[2],)
    assert presence.find("x") is None


def test_only_an_iin_and_a_passport_name_a_person():
    assert [one.personal for one in (make_person(), make_foreigner(), make_pass().identifier)] == [
        True,
        True,
        False,
    ]


def test_where_staff_stand_a_saved_pass_is_compared_whatever_the_rule_says_of_a_door_without_them():
    man = Doorman(make_door(edition=make_edition(carry_pass=CarryRule.REFUSE)))
    man.reads(make_pass(lives=timedelta(hours=48)))
    man.hears_nothing()
    assert (man.visits[0].decision.outcome, len(man.opened)) == (Outcome.ADMITTED, 1)


def test_a_pass_is_taken_back_only_where_somebody_says_so():
    shown = make_pass()
    verified = Pass(
        pass_id=shown.pass_id,
        colour=shown.colour,
        issued_at=shown.issued_at,
        expires_at=shown.expires_at,
        key_id=shown.key_id,
    )
    assert not verified.revoked
