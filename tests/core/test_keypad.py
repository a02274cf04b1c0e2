"""Typing an IIN: corrected, mistyped, confirmed, timed out, never shown in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.state import State
from kiosk.core.door.typed import GLIMPSE_S, MASKED, SHOWN_S, Typed
from kiosk.core.effects import Ask, Chime, Sound
from kiosk.core.events import HOLD_AGAIN_S, CodeRead, Key, KeyHeld, KeyPressed, KeyReleased
from kiosk.core.model import (
    Colour,
    Direction,
    DoorKind,
    NotACredential,
    Outcome,
    OwnVenueCode,
    TextFault,
    Via,
)
from kiosk.core.screen.view import Page, Phrase
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_iin, make_pass, make_person

NUMBER = make_iin()


def typing(keys: str = "") -> Doorman:
    man = Doorman()
    man.types(keys)
    return man


def test_the_first_digit_opens_the_keypad_with_that_digit_in_it():
    man = typing("8")
    assert (man.door.state, man.door.typed.digits) == (State.TYPING, "8")
    assert man.every(Chime) == [Chime(sound=Sound.KEY)]


@pytest.mark.parametrize("key", [Key.ERASE, Key.CANCEL, Key.RECHECK])
def test_a_key_that_types_nothing_opens_no_keypad(key):
    man = Doorman()
    assert man.types("", key) == ()
    assert man.door.state is State.IDLE


def test_the_confirm_key_opens_an_empty_keypad():
    man = Doorman()
    man.types("", Key.CONFIRM)
    assert (man.door.state, man.view.keypad.cells) == (State.TYPING, " " * 12)


def test_a_typed_number_is_asked_for_only_after_it_was_shown_again_and_confirmed():
    man = typing(NUMBER)
    man.types("", Key.CONFIRM)
    assert (man.door.state, man.every(Ask)) == (State.CONFIRMING, [])
    man.types("", Key.CONFIRM)
    assert [(ask.identifier, ask.via) for ask in man.every(Ask)] == [(make_person(), Via.KEYPAD)]


def test_the_twelfth_digit_submits_nothing():
    assert typing(NUMBER).door.state is State.TYPING


def test_a_thirteenth_digit_is_not_taken():
    assert typing(NUMBER + "7").door.typed.digits == NUMBER


def test_a_mistake_is_corrected_with_erase():
    man = typing(NUMBER[:11] + str((int(NUMBER[11]) + 1) % 10))
    man.types("", Key.ERASE)
    man.types(NUMBER[11], Key.CONFIRM)
    assert man.door.state is State.CONFIRMING


def test_erasing_nothing_is_no_mistake():
    man = typing("8")
    man.types("", Key.ERASE, Key.ERASE)
    assert (man.door.state, man.door.typed.digits) == (State.TYPING, "")


def test_a_mistyped_number_is_said_to_be_mistyped_and_stays_to_be_corrected():
    man = typing(NUMBER[:11] + str((int(NUMBER[11]) + 1) % 10))
    effects = man.types("", Key.CONFIRM)
    assert effects == (Chime(sound=Sound.MISTAKE),)
    assert (man.view.page, man.view.note) == (Page.KEYPAD, Phrase.IIN_MISTYPED)
    man.types("", Key.ERASE)
    assert man.view.note is None


def test_a_mistyped_number_is_typed_again_from_its_first_digit_or_corrected_at_its_end():
    mistyped = Typed(digits="1" * 12, mistyped=True)
    assert mistyped.press(Key.D5, 1.0) == Typed(digits="5", last_at=1.0)
    assert mistyped.press(Key.ERASE, 1.0) == Typed(digits="1" * 11, last_at=1.0)
    assert not mistyped.press(Key.RECHECK, 1.0).mistyped


def test_a_mistyped_number_that_is_typed_again_is_asked_about():
    man = typing(NUMBER[:11] + str((int(NUMBER[11]) + 1) % 10))
    man.types("", Key.CONFIRM)
    man.types(NUMBER, Key.CONFIRM, Key.CONFIRM)
    assert [question.identifier.value for question in man.every(Ask)] == [NUMBER]


def test_erase_that_is_held_clears_the_number_also_while_it_is_to_be_confirmed():
    for keys, end in (("850", ()), (NUMBER, (Key.CONFIRM,))):
        man = typing(keys)
        man.types("", *end)
        man.tell(KeyHeld(key=Key.ERASE))
        assert (man.door.state, man.door.typed.digits) == (State.TYPING, "")


def test_the_whole_number_is_shown_for_as_long_as_a_digit_is_held_on_the_page_that_asks_for_it():
    man = typing(NUMBER)
    man.tell(KeyHeld(key=Key.D0))
    assert NUMBER not in man.view.keypad.cells
    man.types("", Key.CONFIRM)
    assert NUMBER not in man.view.keypad.cells
    man.tell(KeyHeld(key=Key.D0))
    assert man.view.keypad.cells == NUMBER
    assert man.door.typed.last_at == man.stamps.mono
    man.tell(KeyReleased())
    assert NUMBER not in man.view.keypad.cells


def looking_at_it():
    man = typing(NUMBER)
    man.types("", Key.CONFIRM)
    man.tell(KeyHeld(key=Key.D0))
    assert man.view.keypad.cells == NUMBER
    return man


def test_a_release_that_is_lost_masks_the_number_with_the_next_key():
    man = looking_at_it()
    man.types("5")
    assert NUMBER not in man.view.keypad.cells


def test_a_release_that_is_lost_masks_the_number_by_itself_within_a_moment():
    man = looking_at_it()
    man.stamps.advance(SHOWN_S)
    assert NUMBER not in man.view.keypad.cells
    man.tell(KeyHeld(key=Key.D0, again=True))
    assert NUMBER not in man.view.keypad.cells


def test_a_number_stays_in_view_for_as_long_as_its_key_is_told_to_be_held_but_never_longer_than_its_page():
    man = looking_at_it()
    ends = man.door.until
    while man.stamps.mono + HOLD_AGAIN_S < ends:
        man.stamps.advance(HOLD_AGAIN_S)
        assert man.tell(KeyHeld(key=Key.D0, again=True)) == ()
        assert man.view.keypad.cells == NUMBER
    man.wait(ends - man.stamps.mono + 0.01)
    assert (man.door.state, man.door.typed) == (State.IDLE, Typed())


def test_a_key_that_is_jammed_neither_shows_nor_clears_nor_keeps_up_the_next_number():
    for keys, end in (("850", ()), (NUMBER, (Key.CONFIRM,))):
        man = typing(keys)
        man.types("", *end)
        before = man.door
        for key in (Key.D0, Key.ERASE):
            man.stamps.advance(HOLD_AGAIN_S)
            assert man.tell(KeyHeld(key=key, again=True)) == ()
            assert man.door == before


def test_a_key_that_showed_nothing_changes_nothing_as_it_goes_up():
    man = typing(NUMBER)
    man.types("", Key.CONFIRM)
    man.tell(KeyHeld(key=Key.CONFIRM))
    before = man.door
    man.stamps.advance(1)
    assert man.tell(KeyReleased()) == ()
    assert man.door == before


@pytest.mark.parametrize("end", [Key.ERASE, Key.CANCEL, Key.CONFIRM])
def test_a_number_in_view_is_in_view_no_more_once_its_page_has_gone(end):
    man = looking_at_it()
    man.types("", end)
    assert man.view.keypad is None or not man.view.keypad.cells.startswith(NUMBER[:8])
    man.tell(KeyHeld(key=Key.D0, again=True))
    assert man.view.keypad is None or not man.view.keypad.cells.startswith(NUMBER[:8])


def test_a_number_in_view_comes_back_masked_after_somebody_who_left_past_it():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.reads(make_pass(number=7))
    man.wait(60)
    man.types(NUMBER, Key.CONFIRM)
    man.tell(KeyHeld(key=Key.D0))
    man.reads(make_pass(number=7, issued=NOON + timedelta(minutes=1)))
    assert man.door.state is State.SHOWING
    man.wait(4)
    assert (man.door.state, man.door.typed) == (State.TYPING, replace(man.door.typed, shown_until=None))
    man.types("", Key.CONFIRM)
    assert NUMBER not in man.view.keypad.cells


def test_a_number_that_is_too_short_is_not_confirmed():
    man = typing("850")
    man.types("", Key.CONFIRM)
    assert (man.door.state, man.door.typed.digits) == (State.TYPING, "850")


def test_erase_while_confirming_goes_back_and_takes_the_last_digit_away():
    man = typing(NUMBER)
    man.types("", Key.CONFIRM, Key.ERASE)
    assert (man.door.state, man.door.typed.digits) == (State.TYPING, NUMBER[:11])


def test_any_other_key_while_confirming_gives_more_time_to_look_at_the_number():
    man = typing(NUMBER)
    man.types("", Key.CONFIRM)
    for _ in range(3):
        man.wait(man.door.setup.times.confirm_s - 1)
        man.types("5")
    assert (man.door.state, man.door.typed.digits) == (State.CONFIRMING, NUMBER)
    man.types("", Key.CONFIRM)
    assert len(man.every(Ask)) == 1


@pytest.mark.parametrize("keys", ["850", NUMBER])
def test_cancel_forgets_the_number(keys):
    man = typing(keys)
    man.types("", *([Key.CONFIRM] if keys == NUMBER else []), Key.CANCEL)
    assert (man.door.state, man.door.typed) == (State.IDLE, Typed())


@pytest.mark.parametrize("state", [State.TYPING, State.CONFIRMING])
def test_an_abandoned_number_is_forgotten_after_a_while(state):
    man = typing(NUMBER)
    if state is State.CONFIRMING:
        man.types("", Key.CONFIRM)
    man.wait(man.door.setup.times.keypad_idle_s + 0.1)
    assert (man.door.state, man.door.typed, man.visits) == (State.IDLE, Typed(), [])


def test_each_key_gives_the_typist_more_time():
    man = typing("8")
    man.wait(man.door.setup.times.keypad_idle_s - 1)
    man.types("5")
    man.wait(2)
    assert man.door.state is State.TYPING


@pytest.mark.parametrize("end", [Key.CANCEL, Key.CONFIRM, None])
def test_whoever_shows_a_code_waits_until_the_number_on_the_screen_is_confirmed_cancelled_or_left(end):
    man = typing(NUMBER)
    man.types("", Key.CONFIRM)
    man.reads(make_pass())
    assert (man.visits, man.door.typed.digits) == ([], NUMBER)
    if end is None:
        man.wait(man.door.setup.times.confirm_s + 1)
    else:
        man.types("", end)
    if end is Key.CONFIRM:
        man.answers(Colour.YELLOW)
    man.wait(1)
    assert [visit.via for visit in man.visits] == [*([Via.KEYPAD] if end is Key.CONFIRM else []), Via.CAMERA]
    assert man.opened == [man.visits[-1].id]


def test_whoever_leaves_past_somebody_who_types_leaves_at_once_and_the_number_comes_back():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.reads(make_pass(number=7))
    man.wait(60)
    man.types("850")
    man.reads(make_pass(number=7, issued=NOON + timedelta(minutes=1)))
    assert [visit.direction for visit in man.visits] == [Direction.ENTRY, Direction.EXIT]
    assert len(man.opened) == 2
    man.wait(4)
    assert (man.door.state, man.door.typed.digits) == (State.TYPING, "850")
    man.types(NUMBER[3:], Key.CONFIRM, Key.CONFIRM)


@pytest.mark.parametrize("credential", [NotACredential(reason=TextFault.NOT_OURS), OwnVenueCode()])
def test_a_code_that_is_nobodys_does_not_disturb_the_typing(credential):
    man = typing("850")
    before = man.door
    assert man.reads(credential) == ()
    assert man.door == before


@pytest.mark.parametrize("keys", ["850", NUMBER])
def test_the_last_visitors_pass_still_held_up_does_not_disturb_the_next_ones_typing(keys):
    man = Doorman()
    man.reads(make_pass())
    man.stamps.advance(1)
    man.types(keys, *([Key.CONFIRM] if keys == NUMBER else []))
    before = man.door
    assert man.tell(CodeRead(credential=make_pass())) == ()
    assert man.door == before
    assert man.view.keypad.cells.strip()


def test_the_next_visitor_types_while_the_last_ones_answer_is_up_but_not_before_it_was_seen():
    man = Doorman()
    man.reads(make_person(2))
    man.answers(Colour.GREEN)
    assert man.types("8") == ()
    man.stamps.advance(man.door.setup.times.least_s + 0.01)
    man.types("8")
    assert man.door.state is State.TYPING


def test_a_company_number_is_hinted_at_when_it_is_confirmed_and_not_refused():
    man = typing("940140000385")
    man.types("", Key.CONFIRM)
    assert (man.view.page, man.view.note) == (Page.CONFIRM, Phrase.IIN_COMPANY)
    man.types("", Key.CONFIRM)
    assert len(man.every(Ask)) == 1


@pytest.mark.parametrize("number", ["851315100019", "850601010011"], ids=["no date", "seventh digit"])
def test_an_unusual_number_is_asked_about_once_more_and_not_refused(number):
    man = typing(number)
    man.types("", Key.CONFIRM)
    assert (man.view.page, man.view.note) == (Page.CONFIRM, Phrase.IIN_UNUSUAL)
    man.types("", Key.CONFIRM)
    assert len(man.every(Ask)) == 1


def test_while_typing_only_the_newest_digit_and_the_last_four_places_can_be_read():
    man = typing("850")
    assert man.view.keypad.cells == f"{MASKED}{MASKED}0" + " " * 9
    man.stamps.advance(GLIMPSE_S + 0.01)
    assert man.view.keypad.cells == MASKED * 3 + " " * 9
    man.types(NUMBER[3:])
    assert man.view.keypad.cells == MASKED * 8 + NUMBER[8:]
    assert man.view.keypad.groups == (4, 4, 4)


def test_to_confirm_the_digits_stand_in_the_groups_of_an_iin_with_all_but_four_masked():
    man = typing(NUMBER)
    man.types("", Key.CONFIRM)
    assert man.view.keypad.groups == (6, 1, 4, 1)
    assert man.view.keypad.cells == MASKED * 8 + NUMBER[8:]


@given(st.lists(st.tuples(st.sampled_from(Key), st.floats(0, 3)), max_size=30))
def test_no_keys_in_any_rhythm_show_more_than_five_digits_or_break_the_number(presses):
    number, now = Typed(), 0.0
    for key, pause in presses:
        now += pause
        number = number.press(key, now)
        assert len(number.digits) <= 12
        for confirming in (False, True):
            cells = number.cells(now, confirming=confirming)
            assert len(cells) == 12
            assert sum(cell.isdigit() for cell in cells) <= 5


def test_neither_a_key_nor_a_typed_number_prints_its_digits():
    man = typing(NUMBER)
    assert NUMBER not in repr(man.door)
    assert "7" not in repr(KeyPressed(key=Key.D7))


@pytest.mark.parametrize(
    "colour, state",
    [(Colour.YELLOW, Outcome.REFUSED), (Colour.GREEN, Outcome.ADMITTED), (None, Outcome.UNCHECKED)],
)
def test_the_number_that_was_just_answered_is_answered_the_same_again_and_is_no_second_visit(colour, state):
    man = typing()
    confirms_number(man)
    man.answers(colour)
    opened = len(man.opened)
    man.wait(1)
    confirms_number(man)
    assert (man.doing, man.view.page) == (state, Page.RESULT)
    assert (len(man.visits), len(man.opened), len(man.every(Ask))) == (1, opened, 1)
    man.wait(30)
    assert man.door.state is State.IDLE


def test_who_enters_by_number_and_types_it_again_at_once_is_not_taken_for_leaving():
    man = Doorman(make_door(DoorKind.TOGGLE))
    confirms_number(man)
    man.answers(Colour.GREEN)
    man.wait(1)
    confirms_number(man)
    assert (man.doing, len(man.opened)) == (Outcome.ADMITTED, 1)


def test_an_exit_opens_again_for_the_same_number_typed_again():
    man = Doorman(make_door(DoorKind.EXIT))
    for _ in range(2):
        man.types(NUMBER, Key.CONFIRM)
        man.wait(1)
    assert len(man.opened) == 2


def confirms_number(man):
    man.types(NUMBER, Key.CONFIRM, Key.CONFIRM)
