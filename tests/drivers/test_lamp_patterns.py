"""The rhythms as data: nobody is dazzled, and a visitor who sees no colours is told the same."""

from itertools import accumulate, combinations, pairwise

import pytest

from drivers.lamp.palettes import DIMMEST, NEEDED, ColumnLight, beats_of, column, rgb
from drivers.lamp.rhythms import BLINKED, PATTERNS, steps_of
from kiosk.core.effects import Signal
from kiosk.core.health.faults import LARGEST
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


FEWEST = column(NEEDED)
PALETTES = {
    "rgb": rgb,
    "three": FEWEST,
    "with-blue": column((*NEEDED, ColumnLight.BLUE)),
    "with-white": column((*NEEDED, ColumnLight.WHITE)),
    "all": column(tuple(ColumnLight)),
}


@pytest.fixture(params=PALETTES.values(), ids=PALETTES)
def palette(request):
    return request.param


def test_no_two_statuses_look_alike_and_none_looks_like_not_known(palette):
    assert len({palette(colour) for colour in (None, *Colour)}) == len(Colour) + 1


def test_not_known_is_white_or_everything_at_once(palette):
    lit = palette(None)
    assert all(lit) or lit == PALETTES["with-white"](None) or lit == PALETTES["all"](None)


@pytest.mark.parametrize("colour", Colour)
def test_a_status_has_its_own_light_where_there_is_one(colour):
    lights = tuple(ColumnLight)
    assert [light.value for light, lit in zip(lights, column(lights)(colour), strict=True) if lit] == [colour]


def test_blue_without_a_blue_light_is_yellow_and_green_and_never_red():
    assert FEWEST(Colour.BLUE) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("signal", [Signal.IDLE, Signal.CHECKING, Signal.UNCHECKED, Signal.OUT_OF_ORDER])
@pytest.mark.parametrize("colour", Colour)
def test_a_signal_that_is_no_answer_never_borrows_a_status_colour(signal, colour, palette):
    assert beats_of(signal, colour, palette, dimmable=True) == beats_of(signal, None, palette, dimmable=True)


@pytest.mark.parametrize("signal", [Signal.ADMITTED, Signal.REFUSED])
@pytest.mark.parametrize("colour", [None, *Colour])
def test_an_answer_has_the_colour_of_the_status(signal, colour, palette):
    assert beats_of(signal, colour, palette, dimmable=True)[0].what == palette(colour)


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("colour", [None, *Colour])
def test_what_cannot_be_dimmed_is_on_or_off_and_differs_from_every_other_signal(signal, colour, palette):
    beats = beats_of(signal, colour, palette, dimmable=False)
    assert {level for beat in beats for level in beat.what} <= {0.0, 1.0}
    others = [beats_of(other, colour, palette, dimmable=False) for other in SIGNALS if other is not signal]
    assert beats not in others


def test_a_dimmed_step_is_dark_where_nothing_can_be_dimmed():
    soft = PATTERNS[Signal.CHECKING].steps[1]
    assert 0 < soft.level < DIMMEST
    assert not any(beats_of(Signal.CHECKING, None, FEWEST, dimmable=False)[1].what)
