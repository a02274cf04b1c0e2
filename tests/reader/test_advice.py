"""What is said stays long enough to be read, and nothing flickers."""

from collections.abc import Iterator
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.hint import Hint
from kiosk.reader.advice import AGREED_S, LINGERS_S, Advice
from kiosk.root.eyes import code_reader
from simulator.lens import Scene, approach, empty_hall, people_walking
from tests.reader.codes import PASS

FPS = 15.0
LONG = "AQ1:" + "7BX/M-NC*" * 16
"""A code of many small modules: too far away to be read it is still seen."""
ONE, OTHER = Hint.COME_NEARER, Hint.HOLD_STILL


def said(hints, advice=None) -> list[Hint | None]:
    """Return what is said after each of the reader's hints, one a frame; "read" for a code that was read."""
    advice = advice or Advice()
    return [
        advice.hears(None if hint == "read" else hint, index / FPS, read=hint == "read")
        for index, hint in enumerate(hints)
    ]


def frames(seconds: float) -> int:
    return round(seconds * FPS)


def test_it_is_said_when_the_reader_kept_to_it_for_a_moment():
    words = said([ONE] * 10)
    assert words[: frames(AGREED_S)] == [None] * frames(AGREED_S)
    assert words[-1] is ONE


def test_a_frame_in_which_nothing_could_be_told_takes_nothing_away():
    words = said([ONE] * 10 + [None, OTHER, None] + [ONE] * 3)
    assert words[10:] == [ONE] * 6


def test_two_hints_in_turn_are_none():
    assert set(said([ONE, OTHER] * 40)) == {None}


def test_it_lingers_and_goes_when_the_thing_is_gone():
    words = said([ONE] * 10 + [None] * 20)
    assert words[10 : 9 + frames(LINGERS_S)] == [ONE] * (frames(LINGERS_S) - 1)
    assert words[-1] is None


def test_it_goes_at_once_when_a_code_is_read():
    assert said([*[ONE] * 10, "read", None])[10:] == [None, None]


def test_another_hint_takes_its_place_only_when_the_reader_keeps_to_that():
    words = said([ONE] * 10 + [OTHER] * 40)
    assert [hint for hint, nxt in pairwise(words) if hint != nxt] + [words[-1]] == [None, ONE, None, OTHER]


def test_a_pause_between_two_frames_is_no_time_in_which_it_was_meant():
    advice = Advice()
    advice.hears(ONE, 0.0, read=False)
    assert advice.hears(ONE, 60.0, read=False) is None


@given(st.lists(st.sampled_from([None, *Hint]), max_size=120))
def test_whatever_the_reader_means_nothing_is_up_for_less_than_a_second_unless_a_code_is_read(hints):
    words = said(hints)
    changed = [index for index, (one, other) in enumerate(pairwise(words), 1) if one is not other]
    for index, until in pairwise(changed):
        if words[index] is not None:
            assert (until - index) / FPS >= LINGERS_S - 1.5 / FPS


def heard(pictures) -> Iterator[Hint | None]:
    """Yield what is said after each of these pictures, by the kiosk's own reader."""
    reader, advice = code_reader(), Advice()
    for index, frame in enumerate(pictures):
        readings = reader.read(frame, index / FPS)
        yield advice.hears(reader.guidance, index / FPS, read=bool(readings))


@pytest.mark.parametrize("seed", [1])
def test_whoever_walks_by_is_not_spoken_to(seed):
    assert set(heard(people_walking(seed + 5, frames=40, people=2 + seed))) == {None}


def test_an_empty_hall_is_not_spoken_to():
    assert set(heard(empty_hall(3, frames=16))) == {None}


@pytest.mark.parametrize("seed", [0])
def test_a_visitor_whose_code_is_read_in_passing_hears_nothing(seed):
    assert set(heard(islice(approach(Scene(text=PASS, seed=seed), 30), 22))) == {None}


@pytest.mark.parametrize(
    "seed, scene, hint",
    [
        (0, {"nearest_m": 0.55, "farthest_m": 0.7}, Hint.COME_NEARER),
        (1, {"glare": 3.0}, Hint.TURN_FROM_GLARE),
        (1, {"tremor": 8.0, "exposure_s": 1 / 30}, Hint.HOLD_STILL),
        (3, {"nearest_m": 0.08, "farthest_m": 0.3}, Hint.MOVE_AWAY),
    ],
)
def test_who_cannot_be_read_hears_what_is_wrong(seed, scene, hint):
    assert hint in heard(approach(Scene(text=LONG, seed=seed, **scene), 75))
