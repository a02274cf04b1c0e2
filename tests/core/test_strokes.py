"""Which key is held, and since when: one piece for the screen's keys and for every keypad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import HOLD_AGAIN_S, HOLD_S, Key, KeyHeld, KeyPressed, KeyReleased
from kiosk.core.strokes import Holding, Stroke

WAIT_S = 0.5


def down(key):
    return Stroke(key, down=True)


def up(key):
    return Stroke(key, down=False)


def takes(*told):
    """Return what is said of strokes (None: nothing came) at their times, in order."""
    holding = Holding()
    return [event for stroke, now in told for event in holding.take(stroke, now)]


def test_a_key_is_said_to_be_pressed_as_it_goes_down_and_held_once_it_was_down_for_long():
    holding = Holding()
    assert holding.take(down(Key.D5), 1.0) == [KeyPressed(key=Key.D5)]
    assert holding.take(None, 1.0 + HOLD_S - 0.01) == []
    assert holding.take(None, 1.0 + HOLD_S) == [KeyHeld(key=Key.D5)]
    assert holding.take(up(Key.D5), 2.0) == [KeyReleased()]
    assert holding.take(None, 9.0) == []


def test_a_key_that_stays_down_is_told_again_and_again_that_it_was_told_before():
    again = KeyHeld(key=Key.D5, again=True)
    first = 1.0 + HOLD_S
    looks = [(None, first + n * HOLD_AGAIN_S) for n in range(4)]
    said = takes((down(Key.D5), 1.0), *looks)
    assert said == [KeyPressed(key=Key.D5), KeyHeld(key=Key.D5), again, again, again]


def test_a_short_press_is_never_held_also_where_nobody_looked_before_it_was_over():
    assert takes((down(Key.D5), 1.0), (up(Key.D5), 9.0), (None, 20.0)) == [KeyPressed(key=Key.D5)]


def test_the_same_key_pressed_twice_is_held_from_its_second_press():
    said = takes((down(Key.D5), 1.0), (up(Key.D5), 1.1), (down(Key.D5), 1.6), (None, 1.0 + HOLD_S))
    assert said == [KeyPressed(key=Key.D5)] * 2


def test_of_two_keys_the_newest_counts_and_when_it_goes_up_none_is_held():
    holding = Holding()
    for key, at in ((Key.D5, 1.0), (Key.D6, 1.1)):
        holding.take(down(key), at)
    assert holding.take(up(Key.D5), 1.2) == []
    assert holding.take(None, 1.1 + HOLD_S) == [KeyHeld(key=Key.D6)]
    assert holding.take(down(Key.D7), 3.0) == [KeyReleased(), KeyPressed(key=Key.D7)]
    assert holding.take(up(Key.D7), 3.1) == []
    assert holding.take(None, 9.0) == []


def test_a_source_that_tells_only_what_is_down_is_followed_all_the_same():
    holding = Holding()
    assert holding.see(Key.D5, 1.0) == []
    assert holding.see(Key.D5, 1.0 + HOLD_S) == [KeyHeld(key=Key.D5)]
    assert holding.see(Key.D6, 2.0) == [KeyReleased()]
    assert holding.see(Key.D6, 2.0 + HOLD_S) == [KeyHeld(key=Key.D6)]
    assert holding.see(None, 3.0) == [KeyReleased()]


@pytest.mark.parametrize(
    "passed, left", [(0.0, WAIT_S), (HOLD_S - 0.2, 0.2), (HOLD_S, 0.0), (HOLD_S + 9, 0.0)]
)
def test_whoever_waits_for_a_keypad_looks_in_time_for_what_is_to_be_said(passed, left):
    holding = Holding()
    assert holding.wait_s(WAIT_S, 1.0) == WAIT_S
    holding.press(Key.D5, 1.0)
    assert holding.wait_s(WAIT_S, 1.0 + passed) == pytest.approx(left)


@given(
    st.lists(st.tuples(st.none() | st.builds(Stroke, st.sampled_from(Key), st.booleans()), st.floats(0, 2)))
)
def test_whatever_is_pressed_each_release_ends_one_hold_and_nothing_is_held_at_the_end(strokes):
    holding, now, held = Holding(), 0.0, False
    for stroke, pause in strokes:
        now += pause
        for event in holding.take(stroke, now):
            match event:
                case KeyHeld(again=again):
                    assert again is held
                    held = True
                case KeyReleased():
                    assert held
                    held = False
                case KeyPressed():
                    assert not held
    assert holding.see(None, now) == ([KeyReleased()] if held else [])
