"""The table of an enrolment: every pair of state and event, and what no order of events can bring about."""

from __future__ import annotations

import itertools

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
    Offer,
    Offered,
    Order,
    Pressed,
    Spoiled,
    State,
    Ticked,
    Trouble,
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
    State.WAITING: Enrolling(since=BEGUN),
    State.SHOWN: Enrolling(state=State.SHOWN, offer=FIRST, since=BEGUN, until=BEGUN + SHOWN_S),
    State.CONFIRMED: Enrolling(state=State.CONFIRMED, offer=FIRST, since=BEGUN),
    State.ASKING: Enrolling(state=State.ASKING, offer=FIRST, since=BEGUN),
    State.ENROLLED: Enrolling(state=State.ENROLLED, offer=FIRST, device="D-1", since=BEGUN),
    State.FAILED: Enrolling(state=State.FAILED, trouble=Trouble.USED, since=BEGUN, until=BEGUN + FAILED_S),
}
EVENTS = {
    "offered": Offered(offer=SECOND),
    "first again": Offered(offer=FIRST),
    "spoiled": Spoiled(trouble=Trouble.DAMAGED),
    "confirm": Pressed(key=Key.CONFIRM),
    "cancel": Pressed(key=Key.CANCEL),
    "digit": Pressed(key=Key.D5),
    "connected": Connected(),
    "accepted": Accepted(device="D-1"),
    "declined": Declined(trouble=Trouble.EXPIRED),
    "ticked": Ticked(),
}
GOES = {
    (State.WAITING, "offered"): (State.SHOWN, None),
    (State.WAITING, "spoiled"): (State.FAILED, None),
    (State.SHOWN, "offered"): (State.SHOWN, None),
    (State.WAITING, "first again"): (State.SHOWN, None),
    (State.SHOWN, "first again"): (State.CONFIRMED, Order.CONNECT),
    (State.FAILED, "first again"): (State.SHOWN, None),
    (State.SHOWN, "confirm"): (State.CONFIRMED, Order.CONNECT),
    (State.SHOWN, "cancel"): (State.WAITING, None),
    (State.CONFIRMED, "connected"): (State.ASKING, Order.ASK),
    (State.CONFIRMED, "declined"): (State.FAILED, None),
    (State.ASKING, "accepted"): (State.ENROLLED, None),
    (State.ASKING, "declined"): (State.FAILED, None),
    (State.FAILED, "offered"): (State.SHOWN, None),
    (State.FAILED, "spoiled"): (State.FAILED, None),
    (State.FAILED, "confirm"): (State.WAITING, None),
    (State.FAILED, "cancel"): (State.WAITING, None),
    (State.FAILED, "digit"): (State.WAITING, None),
}


@pytest.mark.parametrize("state,event", list(itertools.product(State, EVENTS)), ids=str)
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
            State.WAITING, "offered",
            Enrolling(state=State.SHOWN, offer=SECOND, since=LATER, until=LATER + SHOWN_S),
        ),
        (State.SHOWN, "confirm", Enrolling(state=State.CONFIRMED, offer=FIRST, since=LATER)),
        (State.CONFIRMED, "connected", Enrolling(state=State.ASKING, offer=FIRST, since=LATER)),
        (State.ASKING, "accepted", Enrolling(state=State.ENROLLED, offer=FIRST, device="D-1", since=LATER)),
        (
            State.ASKING, "declined",
            Enrolling(state=State.FAILED, trouble=Trouble.EXPIRED, since=LATER, until=LATER + FAILED_S),
        ),
        (State.SHOWN, "cancel", Enrolling(since=LATER)),
        (State.FAILED, "digit", Enrolling(since=LATER)),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_kept_and_what_is_forgotten_on_the_way(state, event, after):
    assert step(SITUATIONS[state], EVENTS[event], LATER)[0] == after


def test_the_table_names_no_pair_that_is_not_walked_here():
    kinds = {name: type(event) for name, event in EVENTS.items()}
    walked = {(state, kinds[name]) for state, name in GOES} | {
        (State.SHOWN, Ticked),
        (State.FAILED, Ticked),
    }
    assert set(core.TABLE) == walked


def test_a_second_code_takes_the_place_of_the_first_only_while_that_is_shown():
    for state, before in SITUATIONS.items():
        after, _ = step(before, EVENTS["offered"], LATER)
        taken = after.offer is SECOND
        assert taken == (state in (State.WAITING, State.SHOWN, State.FAILED))


def test_a_confirmation_right_after_the_details_changed_is_not_one():
    shown, _ = step(SITUATIONS[State.SHOWN], EVENTS["offered"], LATER)
    assert READ_FIRST_S == 1.0
    assert step(shown, EVENTS["confirm"], LATER + READ_FIRST_S / 2) == (shown, None)
    assert step(shown, EVENTS["confirm"], LATER + READ_FIRST_S)[1] is Order.CONNECT


def test_the_same_code_once_more_confirms_only_when_its_details_had_time_to_be_read():
    shown = SITUATIONS[State.SHOWN]
    assert step(shown, EVENTS["first again"], BEGUN + AGAIN_S - 0.1) == (shown, None)
    assert step(shown, EVENTS["first again"], BEGUN + AGAIN_S)[1] is Order.CONNECT
    other, _ = step(shown, EVENTS["offered"], BEGUN + AGAIN_S)
    assert step(other, EVENTS["first again"], BEGUN + 2 * AGAIN_S)[1] is None


@pytest.mark.parametrize("state,stays_s", [(State.SHOWN, SHOWN_S), (State.FAILED, FAILED_S)])
def test_details_and_faults_leave_the_screen_by_themselves(state, stays_s):
    before = SITUATIONS[state]
    assert step(before, Ticked(), BEGUN + stays_s - 0.1) == (before, None)
    after, _ = step(before, Ticked(), BEGUN + stays_s)
    assert after == Enrolling(since=BEGUN + stays_s)


def test_without_its_wifi_the_registry_is_asked_all_the_same():
    after, order = step(SITUATIONS[State.CONFIRMED], Connected(wifi=False), LATER)
    assert order is Order.ASK
    done, _ = step(after, Accepted(device="D-1"), LATER)
    view = present(done, LATER, preview=True)
    assert (view.headline, view.hint) == (Phrase.ENROLLED, Phrase.ENROL_NO_WIFI)
    assert present(SITUATIONS[State.ENROLLED], LATER, preview=True).hint is None


@pytest.mark.parametrize(
    "wifi,said,told",
    [
        (False, Trouble.UNREACHABLE, Trouble.NO_WIFI),
        (True, Trouble.UNREACHABLE, Trouble.UNREACHABLE),
        (False, Trouble.USED, Trouble.USED),
    ],
)
def test_the_wifi_is_blamed_only_where_the_registry_was_out_of_reach(wifi, said, told):
    asking, _ = step(SITUATIONS[State.CONFIRMED], Connected(wifi=wifi), LATER)
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
            assert before.state is State.SHOWN
            again = event == Offered(offer=shown) and mono - before.since >= AGAIN_S
            assert again or event == Pressed(key=Key.CONFIRM)
            assert now.offer is shown
        if order is Order.ASK:
            assert before.state is State.CONFIRMED
            assert now.offer is before.offer
        shown = now.offer if now.state is State.SHOWN else None


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_words_on_the_screen_and_in_the_terminal(trouble):
    failed = Enrolling(state=State.FAILED, trouble=trouble, since=BEGUN, until=BEGUN + FAILED_S)
    view = present(failed, LATER, preview=True)
    assert view.hint is HINTS[trouble]
    assert view.preview
    said = SENTENCES[trouble]
    assert len(said.split()) >= 6
    assert not said.endswith(".")


def test_the_details_are_asked_about_with_a_bar_and_the_device_is_told_at_the_end():
    asked = present(SITUATIONS[State.SHOWN], BEGUN + SHOWN_S / 2, preview=True)
    assert (asked.page, asked.headline, asked.time_left) == (Page.ENROL, Phrase.CHECK_THESE, 0.5)
    assert asked.lines == FIRST.lines
    done = present(SITUATIONS[State.ENROLLED], LATER, preview=True)
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
        (State.WAITING, True, None, page(Phrase.SHOW_ENROLMENT_CODE, preview=True)),
        (State.WAITING, False, None, page(Phrase.SHOW_ENROLMENT_CODE)),
        (
            State.WAITING, True, Hint.COME_NEARER,
            page(Phrase.SHOW_ENROLMENT_CODE, preview=True, hint=Phrase.COME_NEARER),
        ),
        (State.WAITING, False, Hint.COME_NEARER, page(Phrase.SHOW_ENROLMENT_CODE)),
        (
            State.FAILED, True, Hint.COME_NEARER,
            page(Phrase.SHOW_ENROLMENT_CODE, preview=True, hint=Phrase.ENROL_USED),
        ),
        (
            State.SHOWN, True, None,
            page(Phrase.CHECK_THESE, hint=Phrase.ENROL_AGAIN, lines=FIRST.lines, time_left=0.97),
        ),
        (State.CONFIRMED, True, None, page(Phrase.ENROLLING, lines=FIRST.lines)),
        (State.ASKING, True, None, page(Phrase.ENROLLING, lines=FIRST.lines)),
        (State.ENROLLED, True, None, page(Phrase.ENROLLED, lines=(*FIRST.lines, (Fact.DEVICE, "D-1")))),
    ],
    ids=str,
)  # fmt: skip
def test_each_page_of_an_enrolment_is_this_and_nothing_more(state, camera, hint, wanted):
    assert present(SITUATIONS[state], LATER, preview=camera, hint=hint) == wanted


def test_what_was_read_is_in_no_repr():
    now, _ = step(Enrolling(), Offered(offer=Offer(lines=(), code="AQE1:SECRET")), 0.0)
    assert "SECRET" not in repr(now)
