"""Numbers are not guessed at a keypad that nobody watches, and nobody is kept in or out by that who is not guessing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.over_a_restart import Remembered, taken_up
from kiosk.core.door.state import KeypadRests, State
from kiosk.core.effects import Ask, Light, Tell
from kiosk.core.events import Key, LinkChanged
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.model import Colour, Direction, DoorKind, Identifier, IdentifierKind, Outcome, Via
from kiosk.core.rule.policy import UnattendedColours
from kiosk.core.screen.view import Field, Page, Phrase, Sign
from kiosk.core.who.keypad_budget import Guesses, KeypadBudget
from tests.core.doorman import Doorman
from tests.factories import make_door, make_edition, make_iin, make_pass, make_person

WRONG = "123456789012"


def alone(kind=DoorKind.ENTRY, **changes):
    return Doorman(make_door(kind, attended=False, **changes))


def mistypes(man, times):
    for _ in range(times):
        man.types(WRONG, Key.CONFIRM, *[Key.ERASE] * 12)


def looks_up(man, number, colour=Colour.GREEN):
    man.types(make_iin(number), Key.CONFIRM, Key.CONFIRM)
    man.answers(colour)
    man.wait(4)


def test_five_mistakes_in_a_row_and_the_keypad_rests_for_half_a_minute_and_staff_are_told():
    man = alone()
    mistypes(man, 4)
    assert man.door.state is State.TYPING
    mistypes(man, 1)
    assert (man.doing, man.view.page, man.view.headline) == (
        KeypadRests.RESTS,
        Page.KEYPAD,
        Phrase.KEYPAD_PAUSED,
    )
    assert [tell.what for tell in man.every(Tell)] == ["keypad-guessing"]
    assert man.door.guesses.alerts == 1
    man.wait(15)
    assert man.view.time_left == pytest.approx(0.5, abs=0.02)
    man.wait(10)
    man.types("8")
    assert man.doing is KeypadRests.RESTS
    man.wait(6)
    man.types("8")
    assert man.door.state is State.TYPING


def test_so_many_look_ups_in_a_minute_and_no_more():
    man = alone(budget=KeypadBudget(per_minute=3))
    for number in range(1, 4):
        looks_up(man, number)
    man.types("8")
    assert man.doing is KeypadRests.RESTS
    assert len(man.every(Ask)) == 3


def test_pauses_double_up_to_a_quarter_of_an_hour_and_begin_anew_after_as_long_a_quiet():
    guesses, now, budget, lengths = Guesses(), 0.0, KeypadBudget(mistakes=1), []
    for _ in range(8):
        guesses = guesses.mistaken(now, budget)
        lengths.append(guesses.paused_until - now)
        now = guesses.paused_until
    assert lengths == [30, 60, 120, 240, 480, 900, 900, 900]
    guesses = guesses.mistaken(now + 900.0, budget)
    assert guesses.paused_until - guesses.paused_from == 30
    assert guesses.alerts == 9


budgets = st.builds(
    KeypadBudget,
    per_minute=st.integers(1, 8),
    per_hour=st.integers(1, 20),
    per_day=st.integers(1, 40),
    mistakes=st.integers(1, 6),
)


@given(st.lists(st.tuples(st.floats(0, 4000), st.booleans()), min_size=20, max_size=120), budgets)
def test_whatever_is_tried_no_minute_hour_or_day_holds_more_tries_than_the_budget(tries, budget):
    guesses, now, counted = Guesses(), 0.0, []
    for waited, wrong in tries:
        now += waited
        if not guesses.paused(now):
            guesses = guesses.mistaken(now, budget) if wrong else guesses.looked_up(now, budget)
            counted.append(now)
    for long_s, most in budget.windows:
        assert all(sum(at <= other < at + long_s for other in counted) <= most for at in counted)


def test_a_patient_guesser_gets_a_days_budget_and_staff_hear_of_it_within_the_hour():
    guesses, budget, tried, heard_at = Guesses(), KeypadBudget(), 0, None
    for second in range(0, 86_400, 12):  # one number every 12 s: 7,200 a day, and an alert to nobody
        if not guesses.paused(second):
            guesses, tried = guesses.looked_up(float(second), budget), tried + 1
            heard_at = second if guesses.alerts and heard_at is None else heard_at
    assert tried == budget.per_day
    assert heard_at < 3600


def test_where_somebody_watches_eight_times_as_many_are_allowed_and_not_more():
    man = Doorman()
    mistypes(man, 12)
    assert man.door.state is State.TYPING
    mistypes(man, 40)
    assert man.doing is KeypadRests.RESTS
    assert [tell.what for tell in man.every(Tell)] == ["keypad-guessing"]


def test_a_try_that_is_an_hour_old_makes_room_for_one():
    guesses, budget = Guesses(), KeypadBudget(per_minute=100, per_hour=3)
    for at in (0.0, 100.0, 200.0):
        guesses = guesses.looked_up(at, budget)
    assert guesses.paused_until == 3600.0
    guesses = guesses.looked_up(3600.0, budget)
    assert guesses.paused_until == 3700.0


def test_what_was_tried_outlives_a_restart_of_the_kiosk():
    man = alone()
    mistypes(man, 5)
    body = Remembered.of(man.door).to_bytes("boot")
    anew = taken_up(make_door(attended=False), Remembered.from_bytes(body, "boot"), ())
    assert anew.guesses == man.door.guesses
    assert anew.keypad_rests(man.stamps.mono)


def test_what_a_release_before_kept_has_no_tries_in_it_and_is_taken_up():
    body = json.loads(Remembered.of(alone().door).to_bytes("boot"))
    del body["guesses"]
    assert Remembered.from_bytes(json.dumps(body).encode(), "boot").guesses == Guesses()


@pytest.mark.parametrize(
    "wrong",
    [{"tries": [float("inf")]}, {"tries": ["x"]}, {"mistakes": -1}, {"alerts": 0.5}, {"paused_from": None}],
)
def test_tries_that_are_none_are_not_taken_up(wrong):
    body = json.loads(Remembered.of(alone().door).to_bytes("boot"))
    body["guesses"] |= wrong
    assert Remembered.from_bytes(json.dumps(body).encode(), "boot") is None


def test_a_pass_comes_in_while_the_keypad_rests():
    man = alone(budget=KeypadBudget(mistakes=1))
    mistypes(man, 1)
    man.reads(make_pass())
    assert len(man.opened) == 1


def test_who_is_inside_is_let_out_by_number_while_the_keypad_of_a_toggle_door_rests():
    man = alone(DoorKind.TOGGLE, budget=KeypadBudget(mistakes=1))
    man.types(make_iin(1), Key.CONFIRM, Key.CONFIRM)
    man.answers(Colour.GREEN)
    man.wait(60)
    mistypes(man, 1)
    man.types(make_iin(2), Key.CONFIRM, Key.CONFIRM)
    assert man.doing is KeypadRests.RESTS
    man.types(make_iin(1), Key.CONFIRM, Key.CONFIRM)
    assert [visit.direction for visit in man.visits] == [Direction.ENTRY, Direction.EXIT]
    assert len(man.opened) == 2
    assert len(man.every(Ask)) == 1


def test_where_nobody_knows_who_is_inside_staff_come_and_nothing_is_looked_up():
    man = alone(DoorKind.TOGGLE, budget=KeypadBudget(mistakes=1), occupancy=Occupancy(inside=3))
    mistypes(man, 1)
    man.types(make_iin(2), Key.CONFIRM, Key.CONFIRM)
    assert man.every(Ask) == []
    assert man.visits[0].decision.outcome is Outcome.UNCHECKED
    assert man.visits[0].decision.calls_staff


def test_an_exit_never_rests():
    man = alone(DoorKind.EXIT, budget=KeypadBudget(mistakes=1))
    for _ in range(5):
        man.types(WRONG, Key.CONFIRM)
        man.wait(10)
    assert len(man.opened) == 5


@pytest.mark.parametrize("colour", [Colour.GREEN, Colour.YELLOW, Colour.RED])
def test_a_number_typed_where_nobody_watches_tells_the_hall_the_decision_and_no_colour(colour):
    man = alone()
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    man.answers(colour)
    assert man.view.field is Field.NEUTRAL
    assert man.view.sign is (Sign.ENTER if colour is Colour.GREEN else Sign.STOP)
    assert all(light.colour is None for light in man.every(Light))
    assert man.visits[0].decision.colour is colour


def test_nothing_on_the_screen_of_an_unattended_door_tells_a_red_visitor_from_a_yellow_one():
    seen = []
    for colour in (Colour.YELLOW, Colour.RED):
        man = alone()
        man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
        man.answers(colour)
        waits = int(colour is Colour.RED)
        man.tell(LinkChanged(online=True, waiting=1, incidents_waiting=waits))
        seen.append((man.view, [man.wait(3), man.view], [man.wait(30), man.view]))
    assert seen[0] == seen[1]


def test_by_policy_the_colour_is_shown_all_the_same_and_a_pass_or_an_attended_door_always_shows_it():
    full = alone(edition=make_edition(unattended_colours=UnattendedColours.FULL))
    watched = Doorman()
    for man in (full, watched):
        man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
        man.answers(Colour.YELLOW)
    shown = alone()
    shown.reads(make_pass(Colour.YELLOW))
    assert [man.view.field for man in (full, watched, shown)] == [Field.YELLOW] * 3


def test_a_number_held_before_the_camera_of_an_unattended_door_shows_no_colour_either():
    man = alone()
    man.reads(make_person(), via=Via.CAMERA)
    man.answers(Colour.RED)
    assert man.view.field is Field.NEUTRAL


def shows_card(man, number):
    man.reads(Identifier(kind=IdentifierKind.IIN, value=make_iin(number)))


def test_numbers_on_cards_count_like_typed_ones_for_both_can_be_made_up():
    man = alone(budget=KeypadBudget(per_minute=3))
    for number in range(1, 4):
        shows_card(man, number)
        man.answers(Colour.GREEN)
        man.wait(4)
    asked = len(man.every(Ask))
    shows_card(man, 9)
    assert man.doing is KeypadRests.RESTS
    assert len(man.every(Ask)) == asked


def test_a_card_at_an_attended_door_meets_no_pause_before_its_generous_budget_is_spent():
    man = Doorman(make_door(DoorKind.ENTRY, budget=KeypadBudget(per_minute=1)))
    for number in range(1, 6):
        shows_card(man, number)
        man.answers(Colour.GREEN)
        man.wait(4)
    assert len(man.every(Ask)) == 5


@pytest.mark.parametrize(
    "tries, until",
    [((0, 10, 20), 60), ((0, 50, 55), 85), ((0, 29, 30), 60), ((0, 10), None), ((0, 10, 60), None)],
    ids=["the minute is longer", "the pause is longer", "as long", "too few", "a minute later"],
)
def test_a_pause_ends_neither_before_its_own_time_nor_before_the_minute_of_its_first_try(tries, until):
    guesses, budget = Guesses(), KeypadBudget(per_minute=3, pause_s=30)
    for at in tries:
        guesses = guesses.looked_up(float(at), budget)
    assert (guesses.paused_until if guesses.alerts else None) == until
    assert guesses.paused_from == (tries[-1] if until else 0)


def test_a_number_that_was_right_ends_the_row_of_mistakes():
    guesses, budget = Guesses(), KeypadBudget(mistakes=3, per_minute=100)
    for mistaken in (True, True, False, True, True):
        guesses = guesses.mistaken(1.0, budget) if mistaken else guesses.looked_up(1.0, budget)
    assert not guesses.paused(1.0)
    assert guesses.mistaken(1.0, budget).paused(1.0)


def test_the_page_of_a_resting_keypad_goes_before_the_pause_ends_and_never_after_it():
    for pause_s in (5, 600):
        man = alone(budget=KeypadBudget(mistakes=1, pause_s=pause_s))
        mistypes(man, 1)
        stays = min(pause_s, man.door.setup.times.keypad_idle_s)
        man.wait(stays - 0.1)
        assert man.view.headline is Phrase.KEYPAD_PAUSED
        man.wait(0.2)
        assert man.view.page is Page.IDLE


def test_at_the_door_too_a_right_number_ends_the_row_of_mistakes():
    man = alone(budget=KeypadBudget(mistakes=3, per_minute=60))
    mistypes(man, 2)
    looks_up(man, 1)
    mistypes(man, 2)
    assert man.view.headline is Phrase.TYPE_IIN
    mistypes(man, 1)
    assert man.view.headline is Phrase.KEYPAD_PAUSED


def test_while_the_keypad_rests_who_was_just_turned_away_is_checked_again_and_no_digit_is_taken():
    man = alone(budget=KeypadBudget(per_minute=1))
    man.types(make_iin(1), Key.CONFIRM, Key.CONFIRM)
    man.answers(Colour.YELLOW)
    man.wait(8)
    man.types("8")
    assert man.doing is KeypadRests.RESTS
    man.wait(1)
    man.types("8")
    assert (man.doing, len(man.every(Ask))) == (KeypadRests.RESTS, 1)
    man.types("", Key.RECHECK)
    assert (man.door.state, len(man.every(Ask))) == (State.ASKING, 2)
