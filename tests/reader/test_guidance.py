"""What is said to somebody whose code stays unread, and that nothing is said too early or to nobody."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.core.hint import Hint
from kiosk.ports import Grey, Reading
from kiosk.reader.attention import Attention
from kiosk.reader.guidance import PATIENCE_S, Sight, hint
from kiosk.reader.motion import Box
from kiosk.reader.pipeline import Reader
from simulator.lens import people_walking
from tests.reader.codes import PASS, qr

GOOD = Sight(unread_s=1.0, sure=True, height=0.5, bright=220, burnt=0.0, speed=0.0)
FPS = 15.0


class Blind:
    """An engine before which every code is beyond it."""

    name = "blind"

    def decode(self, frame: Grey) -> list[Reading]:
        return []


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({}, None),
        ({"height": 0.1}, Hint.COME_NEARER),
        ({"height": 0.97}, Hint.MOVE_AWAY),
        ({"bright": 40.0}, Hint.BRIGHTER),
        ({"burnt": 0.3}, Hint.TURN_FROM_GLARE),
        ({"speed": 1.0}, Hint.HOLD_STILL),
        ({"bright": 40.0, "speed": 1.0}, Hint.BRIGHTER),
    ],
)
def test_the_hint_is_about_what_is_most_wrong(wrong, said):
    assert hint(replace(GOOD, **wrong)) == said


def test_nothing_is_said_before_the_patience_is_over():
    dark = replace(GOOD, bright=10.0)
    assert hint(replace(dark, unread_s=PATIENCE_S - 0.01)) is None
    assert hint(replace(dark, unread_s=PATIENCE_S)) is Hint.BRIGHTER


def hall() -> Grey:
    return np.full((720, 1280), 120, np.uint8)


def held(scale: int, *, left: int = 500, top: int = 200) -> Grey:
    frame = hall()
    code = np.kron(qr(PASS)[::3, ::3], np.ones((scale, scale), np.uint8))
    rows, columns = (min(len(code), 720 - top), min(len(code), 1280 - left))
    frame[top : top + rows, left : left + columns] = code[:rows, :columns]
    return frame


def said(frames, engine=None) -> list[Hint | None]:
    """Show the hall, then the frames; return the guidance after each of the frames."""
    reader = Reader(engine or Blind())
    for index in range(15):
        reader.read(hall(), index / FPS)
    hints = []
    for index, frame in enumerate(frames):
        reader.read(frame, 1.0 + index / FPS)
        hints.append(reader.guidance)
    return hints


def test_a_code_far_away_is_asked_nearer_after_the_patience_and_not_before():
    hints = said([held(2)] * 15)
    assert set(hints[: int(PATIENCE_S * FPS)]) == {None}
    assert hints[-1] is Hint.COME_NEARER


def test_a_code_that_fills_the_picture_is_asked_away():
    assert said([held(13, left=250, top=10)] * 15)[-1] is Hint.MOVE_AWAY


def test_a_dark_code_is_asked_for_light():
    assert said([cv2.convertScaleAbs(held(5), alpha=0.2)] * 15)[-1] is Hint.BRIGHTER


def test_a_reflection_is_asked_to_be_turned_away():
    shone = held(6, left=400, top=150)
    cv2.circle(shone, (550, 300), 90, 255, -1)
    assert said([cv2.GaussianBlur(shone, (0, 0), 1.0)] * 15)[-1] is Hint.TURN_FROM_GLARE


def test_a_hand_that_shakes_is_asked_to_hold_still():
    assert said([held(5, left=300 + 20 * index) for index in range(15)])[-1] is Hint.HOLD_STILL


def test_a_code_that_is_read_brings_no_hint():
    assert set(said([held(4)] * 20, ZxingDecoder())) == {None}


def test_an_empty_hall_brings_no_hint():
    assert set(said([hall()] * 30)) == {None}


def test_a_crowd_that_only_might_hold_a_code_is_not_measured():
    attention = Attention()
    sights = []
    for index, frame in enumerate(people_walking(2, (1280, 720), 25, people=3)):
        attention.look(frame, Box.whole(frame), index / 15)
        sights.append(attention.sure or attention.sight(frame, index / 15))
    assert not any(sight for sight in sights if sight is not True)
