"""The rhythms as data: nobody is dazzled, and a visitor who sees no colours is told the same."""

from itertools import accumulate, combinations, pairwise

import pytest

from drivers.rhythms import BLINKED, HUES, PATTERNS, WHITE, hue_of, steps_of
from kiosk.core.effects import Signal
from kiosk.core.faults import LARGEST
from kiosk.core.model import Colour

SIGNALS = list(Signal)


def flashes_at(pattern):
    """Return the seconds in one round at which the lamp turns brighter, and how long a round is."""
    steps = pattern.steps
    begins = [0.0, *accumulate(step.s for step in steps)]
    ups = [
        t
        for t, (before, after) in zip(begins[1:], pairwise([*steps, steps[0]]), strict=True)
        if after.level > before.level
    ]
    return ups, begins[-1]


def test_every_signal_has_a_rhythm():
    assert set(PATTERNS) == set(Signal)


@pytest.mark.parametrize("signal", SIGNALS)
def test_no_rhythm_flashes_more_than_three_times_in_any_second(signal):
    ups, period = flashes_at(PATTERNS[signal])
    rounds = int(2 / period) + 2 if ups else 1
    times = [t + n * period for n in range(rounds) for t in ups]
    assert all(sum(start <= t < start + 1 for t in times) <= 3 for start in times)


@pytest.mark.parametrize("signal", BLINKED)
@pytest.mark.parametrize("number", range(1, LARGEST + 1))
def test_no_number_flashes_more_than_three_times_in_any_second(signal, number):
    steps = steps_of(signal, number)
    lit = [
        at for at, step in zip(accumulate(step.s for step in steps), steps, strict=True) if step.level > 0.5
    ]
    assert all(later - earlier > 1 / 3 for earlier, later in pairwise(lit))


@pytest.mark.parametrize("signal", sorted(set(Signal) - set(BLINKED)))
def test_who_is_being_answered_sees_no_number(signal):
    assert steps_of(signal, 7) == PATTERNS[signal].steps


@pytest.mark.parametrize("signal", SIGNALS)
def test_every_rhythm_begins_lit(signal):
    assert PATTERNS[signal].steps[0].level > 0


@pytest.mark.parametrize("one, other", list(combinations(SIGNALS, 2)))
def test_two_signals_differ_without_their_colour(one, other):
    def seen(signal):
        steps = PATTERNS[signal].steps
        return len(flashes_at(PATTERNS[signal])[0]), steps[0].s, steps[0].level

    (flashes, lit_s, level), (other_flashes, other_lit_s, other_level) = seen(one), seen(other)
    if flashes != other_flashes:
        return  # another count
    if flashes == 0:
        assert max(level, other_level) >= 10 * min(level, other_level)  # steady: bright or barely lit
    else:
        # The same count of flashes: one is half as long again and more.
        assert max(lit_s, other_lit_s) >= 1.5 * min(lit_s, other_lit_s)


def test_no_status_is_white_and_no_two_look_alike():
    assert len({*HUES.values(), WHITE}) == len(Colour) + 1


@pytest.mark.parametrize("signal", [Signal.IDLE, Signal.CHECKING, Signal.UNCHECKED, Signal.OUT_OF_ORDER])
@pytest.mark.parametrize("colour", Colour)
def test_a_signal_that_is_no_answer_never_borrows_a_status_colour(signal, colour):
    assert hue_of(signal, colour) == WHITE


@pytest.mark.parametrize("signal", [Signal.ADMITTED, Signal.REFUSED])
@pytest.mark.parametrize("colour", Colour)
def test_an_answer_has_the_colour_of_the_status(signal, colour):
    assert hue_of(signal, colour) == HUES[colour]


@pytest.mark.parametrize("signal", [Signal.ADMITTED, Signal.REFUSED])
def test_an_answer_without_a_status_has_no_status_colour(signal):
    assert hue_of(signal, None) == WHITE
