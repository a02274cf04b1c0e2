"""What looks like a code, surely or perhaps, and where."""

import cv2
import numpy as np
import pytest

from kiosk.reader.likeness import TILE, code_like
from kiosk.reader.motion import Box
from simulator.lens import people_walking
from tests.reader.codes import PASS, qr


def wall() -> np.ndarray:
    shade = np.linspace(96, 132, 640)[None, :].repeat(360, 0)
    return shade.astype(np.uint8)


def code(scale: int) -> np.ndarray:
    return np.kron(qr(PASS)[::3, ::3], np.ones((scale, scale), np.uint8))


def put(frame: np.ndarray, picture: np.ndarray, left: int, top: int) -> Box:
    rows, columns = picture.shape
    frame[top : top + rows, left : left + columns] = picture
    return Box(left, top, left + columns, top + rows)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_code_is_found_whole_and_a_wall_is_not(scale):
    frame = wall()
    place = put(frame, code(scale), 200, 40)
    like = code_like(frame)
    assert like.sure
    assert like.box.overlap(place) > 0.9 * place.area
    assert code_like(wall()) is None


def test_a_code_out_of_focus_is_still_like_one():
    frame = wall()
    put(frame, code(4), 200, 40)
    assert code_like(cv2.GaussianBlur(frame, (0, 0), 3.0)).sure


def test_a_dark_code_is_worth_a_guess():
    frame = wall() // 16
    put(frame, code(4) // 16, 200, 40)
    assert not code_like(cv2.GaussianBlur(frame, (0, 0), 1.0)).sure


def test_stripes_are_not_like_a_code():
    stripes = np.tile(np.repeat(np.array([30, 220], np.uint8), 6), 30)[None, :].repeat(200, 0)
    assert code_like(stripes) is None


def test_people_are_not_surely_like_a_code():
    crowd = [code_like(frame) for frame in people_walking(2, (1280, 720), 20, people=3)]
    assert sum(like is not None and like.sure for like in crowd) <= 4


def test_of_two_the_larger_comes_first_unless_the_other_weighs_more():
    frame = wall()
    large, small = put(frame, code(4), 20, 40), put(frame, code(2), 500, 40)
    assert code_like(frame).box.overlap(large)
    assert code_like(frame, lambda box: 9.0 if box.overlap(small) else 1.0).box.overlap(small)


def test_a_square_comes_before_a_line_of_text_of_the_same_size():
    frame = wall()
    put(frame, code(2)[:60, :], 20, 20)
    put(frame, code(2)[:60, :], 20 + code(2).shape[1], 20)
    square = put(frame, code(2), 300, 180)
    assert code_like(frame).box.overlap(square)


def test_a_guess_that_is_new_comes_before_what_is_surely_a_poster():
    frame = wall() // 16
    poster = put(frame, code(4), 20, 40)
    assert code_like(frame).sure
    dark = put(frame, code(3) // 16, 400, 40)
    like = code_like(frame, lambda box: 0.0 if box.overlap(poster) else 1.0)
    assert like.box.overlap(dark)
    assert not like.sure


@pytest.mark.parametrize("shape", [(2 * TILE - 1, 400), (400, 3), (1, 1)])
def test_a_part_too_small_for_a_code_is_none(shape):
    assert code_like(np.zeros(shape, np.uint8)) is None
