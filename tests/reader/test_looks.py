"""How closely a frame is looked at: little in an empty hall, everything where somebody holds up a code."""

import numpy as np
import pytest

from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.reader.looks import CLOSE_EVERY, HEARTBEAT_S, Look, Looks
from kiosk.reader.motion import Box
from tests.reader.codes import PASS, qr

FPS = 15.0
FRAME = np.full((360, 640), 130, np.uint8)
MOVED = Box(100, 60, 400, 300)


def chosen(
    looks: Looks, moved: Box | None, frames: int, start_s: float = 0.0, *, sure: bool = False
) -> list[Look | None]:
    return [looks.choose(FRAME, moved, start_s + index / FPS, sure=sure) for index in range(frames)]


def test_an_empty_hall_is_looked_at_once_a_second_and_pixel_by_pixel_every_third_time():
    looks = chosen(Looks(), None, 15 * 15)
    beats = [look for look in looks if look]
    assert [index for index, look in enumerate(looks) if look] == [
        round(15 * HEARTBEAT_S) * n for n in range(15)
    ]
    assert {look.box for look in beats} == {Box.whole(FRAME)}
    assert [look.close for look in beats[CLOSE_EVERY:]] == [False, False, True] * 4


def test_after_a_movement_the_next_heartbeats_are_close():
    looks = Looks()
    chosen(looks, None, 15 * 15)
    looks.choose(FRAME, MOVED, 14.95, sure=False)
    beats = [look.close for look in chosen(looks, None, 15 * 6, 15.0) if look]
    assert beats[:CLOSE_EVERY] == [True] * CLOSE_EVERY
    assert not all(beats)


def test_after_a_code_was_read_the_next_heartbeats_are_close():
    looks = Looks()
    chosen(looks, None, 15 * 15)
    looks.note_reading()
    assert [look.close for look in chosen(looks, None, 15 * 3, 15.0) if look] == [True] * 3


def test_what_is_surely_like_a_code_is_looked_at_pixel_by_pixel_in_every_frame():
    assert all(look.close for look in chosen(Looks(), MOVED, 30, sure=True))


def test_of_what_merely_moves_every_third_look_is_close_and_it_is_the_moving_part():
    looks = chosen(Looks(), MOVED, 46)
    between = [look for index, look in enumerate(looks) if index % 15]
    assert {look.box for look in between} == {MOVED}
    assert all(any(look.close for look in looks[at : at + CLOSE_EVERY]) for at in range(44))
    assert sum(look.close for look in looks) <= 46 / CLOSE_EVERY + 4


@pytest.mark.parametrize("close", [True, False])
def test_corners_are_in_pixels_of_the_frame_either_way(close):
    frame = FRAME.copy()
    code = np.kron(qr(PASS)[::3, ::3], np.ones((5, 5), np.uint8))
    frame[51 : 51 + len(code), 131 : 131 + len(code)] = code
    (reading,) = Look(Box(101, 31, 501, 355), close).decode(ZxingDecoder(), frame)
    xs, ys = zip(*reading.corners, strict=True)
    assert reading.text == PASS
    assert (min(xs), max(xs)) == pytest.approx((131 + 20, 131 + len(code) - 20), abs=4)
    assert (min(ys), max(ys)) == pytest.approx((51 + 20, 51 + len(code) - 20), abs=4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (3, 3)])
def test_half_of_hardly_anything_is_no_error(shape):
    frame = np.zeros(shape, np.uint8)
    assert Look(Box.whole(frame), close=False).decode(ZxingDecoder(), frame) == []
