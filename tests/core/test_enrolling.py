"""The table of an enrolment: every pair of state and event, and what no order of events can bring about."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.enrolling import table as core
from kiosk.core.enrolling.table import (
    AGAIN_S,
    FAILED_S,
    READ_FIRST_S,
    SHOWN_S,
    Accepted,
    Connected,
    Declined,
    Enrolling,
    EnrolmentStage,
    EnrolmentTrouble,
    Offer,
    Offered,
    Order,
    Pressed,
    Spoiled,
    Ticked,
    step,
)
from kiosk.core.enrolling.words import HINTS, SENTENCES, present
from kiosk.core.events import Key
from kiosk.core.hint import Hint
from kiosk.core.screen.view import NO_CORNER, Fact, Field, Page, Phrase, Sign, View

BEGUN, LATER = 100.0, 105.0
FIRST = Offer(lines=((Fact.DOOR, "A1"),), code="first")
SECOND = Offer(lines=((Fact.DOOR, "B2"),), code="second")
SITUATIONS = {
    EnrolmentStage.WAITING: Enrolling(since=BEGUN),
    EnrolmentStage.SHOWN: Enrolling(
        state=EnrolmentStage.SHOWN, offer=FIRST, since=BEGUN, until=BEGUN + SHOWN_S
    ),
    EnrolmentStage.CONFIRMED: Enrolling(state=EnrolmentStage.CONFIRMED, offer=FIRST, since=BEGUN),
    EnrolmentStage.ASKING: Enrolling(state=EnrolmentStage.ASKING, offer=FIRST, since=BEGUN),
    EnrolmentStage.ENROLLED: Enrolling(state=EnrolmentStage.ENROLLED, offer=FIRST, device="D-1", since=BEGUN),
    EnrolmentStage.FAILED: Enrolling(
        state=EnrolmentStage.FAILED, trouble=EnrolmentTrouble.USED, since=BEGUN, until=BEGUN + FAILED_S
    ),
}
EVENTS = {
    "offered": Offered(offer=SECOND),
    "first again": Offered(offer=FIRST),
    "spoiled": Spoiled(trouble=EnrolmentTrouble.DAMAGED),
    "confirm": Pressed(key=Key.CONFIRM),
    "cancel": Pressed(key=Key.CANCEL),
    "digit": Pressed(key=Key.D5),
    "connected": Connected(),
    "accepted": Accepted(device="D-1"),
    "declined": Declined(trouble=EnrolmentTrouble.EXPIRED),
    "ticked": Ticked(),
}
GOES = {
    (EnrolmentStage.WAITING, "offered"): (EnrolmentStage.SHOWN, None),
    (EnrolmentStage.WAITING, "spoiled"): (EnrolmentStage.FAILED, None),
    (EnrolmentStage.SHOWN, "offered"): (EnrolmentStage.SHOWN, None),
    (EnrolmentStage.WAITING, "first again"): (EnrolmentStage.SHOWN, None),
    (EnrolmentStage.SHOWN, "first again"): (EnrolmentStage.CONFIRMED, Order.CONNECT),
    (EnrolmentStage.FAILED, "first again"): (EnrolmentStage.SHOWN, None),
    (EnrolmentStage.SHOWN, "confirm"): (EnrolmentStage.CONFIRMED, Order.CONNECT),
    (EnrolmentStage.SHOWN, "cancel"): (EnrolmentStage.WAITING, None),
    (EnrolmentStage.CONFIRMED, "connected"): (EnrolmentStage.ASKING, Order.ASK),
    (EnrolmentStage.CONFIRMED, "declined"): (EnrolmentStage.FAILED, None),
    (EnrolmentStage.ASKING, "accepted"): (EnrolmentStage.ENROLLED, None),
    (EnrolmentStage.ASKING, "declined"): (EnrolmentStage.FAILED, None),
    (EnrolmentStage.FAILED, "offered"): (EnrolmentStage.SHOWN, None),
    (EnrolmentStage.FAILED, "spoiled"): (EnrolmentStage.FAILED, None),
    (EnrolmentStage.FAILED, "confirm"): (EnrolmentStage.WAITING, None),
    (EnrolmentStage.FAILED, "cancel"): (EnrolmentStage.WAITING, None),
    (EnrolmentStage.FAILED, "digit"): (EnrolmentStage.WAITING, None),
}


@pytest.mark.parametrize("state,event", list(itertools.product(EnrolmentStage, EVENTS)), ids=str)
def test_every_pair_goes_where_the_table_says_and_any_other_changes_nothing(state, event):
    before = SITUATIONS[state]
    after, order = step(before, EVENTS[event], LATER)
    if (state, event) in GOES:
        assert (after.state, order) == GOES[state, event]
        assert after is not before
    else:
        assert (after, order) == (before, None)


@pytest.mark.parametrize(
    "state,event,after",
    [
        (
            EnrolmentStage.WAITING, "offered",
            Enrolling(state=EnrolmentStage.SHOWN, offer=SECOND, since=LATER, until=LATER + SHOWN_S),
        ),
        (EnrolmentStage.SHOWN, "confirm", Enrolling(state=EnrolmentStage.CONFIRMED, offer=FIRST, since=LATER)),
        (EnrolmentStage.CONFIRMED, "connected", Enrolling(state=EnrolmentStage.ASKING, offer=FIRST, since=LATER)),
        (EnrolmentStage.ASKING, "accepted", Enrolling(state=EnrolmentStage.ENROLLED, offer=FIRST, device="D-1", since=LATER)),
        (
            EnrolmentStage.ASKING, "declined",
            Enrolling(state=EnrolmentStage.FAILED, trouble=EnrolmentTrouble.EXPIRED, since=LATER, until=LATER + FAILED_S),
        ),
        (EnrolmentStage.SHOWN, "cancel", Enrolling(since=LATER)),
        (EnrolmentStage.FAILED, "digit", Enrolling(since=LATER)),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_kept_and_what_is_forgotten_on_the_way(state, event, after):
    assert step(SITUATIONS[state], EVENTS[event], LATER)[0] == after


def test_the_table_names_no_pair_that_is_not_walked_here():
    kinds = {name: type(event) for name, event in EVENTS.items()}
    walked = {(state, kinds[name]) for state, name in GOES} | {
        (EnrolmentStage.SHOWN, Ticked),
        (EnrolmentStage.FAILED, Ticked),
    }
    assert set(core.TABLE) == walked


def test_a_second_code_takes_the_place_of_the_first_only_while_that_is_shown():
    for state, before in SITUATIONS.items():
        after, _ = step(before, EVENTS["offered"], LATER)
        taken = after.offer is SECOND
        assert taken == (state in (EnrolmentStage.WAITING, EnrolmentStage.SHOWN, EnrolmentStage.FAILED))


def test_a_confirmation_right_after_the_details_changed_is_not_one():
    shown, _ = step(SITUATIONS[EnrolmentStage.SHOWN], EVENTS["offered"], LATER)
    assert READ_FIRST_S == 1.0
    assert step(shown, EVENTS["confirm"], LATER + READ_FIRST_S / 2) == (shown, None)
    assert step(shown, EVENTS["confirm"], LATER + READ_FIRST_S)[1] is Order.CONNECT


def test_the_same_code_once_more_confirms_only_when_its_details_had_time_to_be_read():
    shown = SITUATIONS[EnrolmentStage.SHOWN]
    assert step(shown, EVENTS["first again"], BEGUN + AGAIN_S - 0.1) == (shown, None)
    assert step(shown, EVENTS["first again"], BEGUN + AGAIN_S)[1] is Order.CONNECT
    other, _ = step(shown, EVENTS["offered"], BEGUN + AGAIN_S)
    assert step(other, EVENTS["first again"], BEGUN + 2 * AGAIN_S)[1] is None


def test_on_a_device_that_was_somebodys_the_same_code_once_more_is_no_yes():
    """Whoever walks by with two sheets of paper is not who is in charge of the door."""
    offered = Offered(offer=replace(FIRST, again_is_yes=False))
    shown, _ = step(Enrolling(), offered, BEGUN)
    for waited in (AGAIN_S, 3 * AGAIN_S):
        shown, order = step(shown, offered, BEGUN + waited)
        assert (shown.state, order) == (EnrolmentStage.SHOWN, None)
    assert present(shown, BEGUN, preview=True).hint is Phrase.ENROL_CONFIRM
    assert step(shown, EVENTS["confirm"], BEGUN + 3 * AGAIN_S)[1] is Order.CONNECT


@pytest.mark.parametrize(
    "state,stays_s", [(EnrolmentStage.SHOWN, SHOWN_S), (EnrolmentStage.FAILED, FAILED_S)]
)
def test_details_and_faults_leave_the_screen_by_themselves(state, stays_s):
    before = SITUATIONS[state]
    assert step(before, Ticked(), BEGUN + stays_s - 0.1) == (before, None)
    after, _ = step(before, Ticked(), BEGUN + stays_s)
    assert after == Enrolling(since=BEGUN + stays_s)


def test_without_its_wifi_the_registry_is_asked_all_the_same():
    after, order = step(SITUATIONS[EnrolmentStage.CONFIRMED], Connected(wifi=False), LATER)
    assert order is Order.ASK
    done, _ = step(after, Accepted(device="D-1"), LATER)
    view = present(done, LATER, preview=True)
    assert (view.headline, view.hint) == (Phrase.ENROLLED, Phrase.ENROL_NO_WIFI)
    assert present(SITUATIONS[EnrolmentStage.ENROLLED], LATER, preview=True).hint is None


@pytest.mark.parametrize(
    "wifi,said,told",
    [
        (False, EnrolmentTrouble.UNREACHABLE, EnrolmentTrouble.NO_WIFI),
        (True, EnrolmentTrouble.UNREACHABLE, EnrolmentTrouble.UNREACHABLE),
        (False, EnrolmentTrouble.USED, EnrolmentTrouble.USED),
    ],
)
def test_the_wifi_is_blamed_only_where_the_registry_was_out_of_reach(wifi, said, told):
    asking, _ = step(SITUATIONS[EnrolmentStage.CONFIRMED], Connected(wifi=wifi), LATER)
    assert step(asking, Declined(trouble=said), LATER)[0].trouble is told


_ANYTHING = st.lists(st.tuples(st.sampled_from([*EVENTS.values()]), st.floats(0.01, 400)), max_size=25)


@given(_ANYTHING)
def test_nothing_is_applied_that_was_not_shown_and_confirmed(story):
    now, mono = Enrolling(), 0.0
    shown: Offer | None = None
    for event, waited in story:
        mono += waited
        before, (now, order) = now, step(now, event, mono)
        if order is Order.CONNECT:
            assert before.state is EnrolmentStage.SHOWN
            again = event == Offered(offer=shown) and mono - before.since >= AGAIN_S
            assert again or event == Pressed(key=Key.CONFIRM)
            assert now.offer is shown
        if order is Order.ASK:
            assert before.state is EnrolmentStage.CONFIRMED
            assert now.offer is before.offer
        shown = now.offer if now.state is EnrolmentStage.SHOWN else None


@pytest.mark.parametrize("trouble", EnrolmentTrouble)
def test_every_trouble_has_its_words_on_the_screen_and_in_the_terminal(trouble):
    failed = Enrolling(state=EnrolmentStage.FAILED, trouble=trouble, since=BEGUN, until=BEGUN + FAILED_S)
    view = present(failed, LATER, preview=True)
    assert view.hint is HINTS[trouble]
    assert view.preview
    said = SENTENCES[trouble]
    assert len(said.split()) >= 6
    assert not said.endswith(".")


def test_the_details_are_asked_about_with_a_bar_and_the_device_is_told_at_the_end():
    asked = present(SITUATIONS[EnrolmentStage.SHOWN], BEGUN + SHOWN_S / 2, preview=True)
    assert (asked.page, asked.headline, asked.time_left) == (Page.ENROL, Phrase.CHECK_THESE, 0.5)
    assert asked.lines == FIRST.lines
    done = present(SITUATIONS[EnrolmentStage.ENROLLED], LATER, preview=True)
    assert done.headline is Phrase.ENROLLED
    assert done.lines == (*FIRST.lines, (Fact.DEVICE, "D-1"))


def page(headline, **changes):
    """The page of an enrolment: nothing of a door on it."""
    return View(
        page=Page.ENROL, field=Field.NIGHT, sign=Sign.NONE, headline=headline, note=None, corner=NO_CORNER, **changes
    )  # fmt: skip


@pytest.mark.parametrize(
    "state,camera,hint,wanted",
    [
        (EnrolmentStage.WAITING, True, None, page(Phrase.SHOW_ENROLMENT_CODE, preview=True)),
        (EnrolmentStage.WAITING, False, None, page(Phrase.SHOW_ENROLMENT_CODE)),
        (
            EnrolmentStage.WAITING, True, Hint.COME_NEARER,
            page(Phrase.SHOW_ENROLMENT_CODE, preview=True, hint=Phrase.COME_NEARER),
        ),
        (EnrolmentStage.WAITING, False, Hint.COME_NEARER, page(Phrase.SHOW_ENROLMENT_CODE)),
        (
            EnrolmentStage.FAILED, True, Hint.COME_NEARER,
            page(Phrase.SHOW_ENROLMENT_CODE, preview=True, hint=Phrase.ENROL_USED),
        ),
        (
            EnrolmentStage.SHOWN, True, None,
            page(Phrase.CHECK_THESE, hint=Phrase.ENROL_AGAIN, lines=FIRST.lines, time_left=0.97),
        ),
        (EnrolmentStage.CONFIRMED, True, None, page(Phrase.ENROLLING, lines=FIRST.lines)),
        (EnrolmentStage.ASKING, True, None, page(Phrase.ENROLLING, lines=FIRST.lines)),
        (EnrolmentStage.ENROLLED, True, None, page(Phrase.ENROLLED, lines=(*FIRST.lines, (Fact.DEVICE, "D-1")))),
    ],
    ids=str,
)  # fmt: skip
def test_each_page_of_an_enrolment_is_this_and_nothing_more(state, camera, hint, wanted):
    assert present(SITUATIONS[state], LATER, preview=camera, hint=hint) == wanted


def test_what_was_read_is_in_no_repr():
    now, _ = step(Enrolling(), Offered(offer=Offer(lines=(), code="AQE1:SECRET")), 0.0)
    assert "SECRET" not in repr(now)
