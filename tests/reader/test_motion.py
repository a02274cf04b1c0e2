"""The motion gate: awake for a phone, asleep for light, noise and whatever has stood there long enough."""

import numpy as np
import pytest

from kiosk.reader.motion import MOVED_TAU_S, Box, MotionGate
from simulator.lens import empty_hall

FPS = 15.0
SIZE = (640, 360)


def wall(grey: int = 120) -> np.ndarray:
    shade = np.linspace(grey * 0.8, grey * 1.1, 640)[None, :].repeat(360, 0)
    return shade.astype(np.uint8)


def with_phone(frame: np.ndarray, left: int = 300, top: int = 100) -> np.ndarray:
    held = frame.copy()
    held[top : top + 120, left : left + 80] = 250
    return held


@pytest.fixture
def gate():
    """A gate that has seen the empty wall for a while."""
    gate = MotionGate()
    for index in range(30):
        gate.look(wall(), index / FPS)
    return gate


def test_the_first_frame_is_all_change():
    assert MotionGate().look(wall(), 0.0) == Box(0, 0, 640, 360)


def test_a_still_hall_is_asleep_under_noise_and_flicker():
    gate = MotionGate()
    woke = [gate.look(frame, index / FPS) is not None for index, frame in enumerate(empty_hall(1, SIZE, 40))]
    assert sum(woke[1:]) == 0


def test_lamps_that_flicker_by_three_per_cent_wake_nobody(gate):
    levels = [1.0, 1.03, 0.97, 1.015, 0.985] * 4
    boxes = [
        gate.look((wall() * level).astype(np.uint8), 2 + index / FPS) for index, level in enumerate(levels)
    ]
    assert boxes == [None] * 20


def test_a_phone_wakes_it_in_its_first_frame_and_the_box_holds_all_of_it(gate):
    box = gate.look(with_phone(wall()), 2.0)
    assert box.left <= 300 - 16
    assert box.top <= 100 - 16
    assert box.right >= 380 + 16
    assert box.bottom >= 220 + 16
    assert (box.right - box.left) * (box.bottom - box.top) < 640 * 360 / 3


def test_a_sheet_of_paper_in_a_dark_corridor_wakes_it_and_the_sensor_s_noise_does_not():
    gate, rng = MotionGate(), np.random.default_rng(1)

    def seen(frame: np.ndarray) -> np.ndarray:
        return np.clip(frame + rng.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8)

    dark = wall(18)
    asleep = [gate.look(seen(dark), index / FPS) for index in range(30)]
    assert asleep[1:] == [None] * 29
    sheet = dark.copy()
    sheet[100:220, 300:380] += 9
    assert gate.look(seen(sheet), 2.0) is not None


@pytest.mark.parametrize("corner", [(0, 0), (560, 240)])
def test_a_box_never_leaves_the_frame(gate, corner):
    box = gate.look(with_phone(wall(), *corner), 2.0)
    assert 0 <= box.left < box.right <= 640
    assert 0 <= box.top < box.bottom <= 360
    assert box.of(wall()).shape == (box.bottom - box.top, box.right - box.left)


def test_a_phone_held_quite_still_is_looked_at_for_seconds(gate):
    boxes = [gate.look(with_phone(wall()), 2.0 + index / FPS) for index in range(int(FPS * MOVED_TAU_S))]
    assert all(boxes)


def test_a_thing_put_down_for_good_becomes_part_of_the_hall(gate):
    boxes = [gate.look(with_phone(wall()), 2.0 + index / FPS) for index in range(int(FPS * MOVED_TAU_S * 5))]
    assert boxes[-1] is None


def test_dusk_is_no_motion(gate):
    boxes = [gate.look(wall(120 - index // 4), 2.0 + index / FPS) for index in range(200)]
    assert boxes == [None] * 200


def test_lamps_switched_on_wake_it_until_it_has_learned_the_new_light(gate):
    lit = np.clip(wall().astype(int) + np.linspace(0, 90, 360)[:, None].astype(int), 0, 255).astype(np.uint8)
    boxes = [gate.look(lit, 2.0 + index / FPS) for index in range(int(FPS * MOVED_TAU_S * 5))]
    assert boxes[0] is not None
    assert boxes[-1] is None


def test_a_phone_that_fills_most_of_the_picture_does_not_put_it_to_sleep(gate):
    near = with_phone(wall())
    near[:, 150:] = 250
    near[100:220, 300:420] = 20
    box = gate.look(near, 2.0)
    assert box.left <= 300
    assert box.top <= 100
    assert box.right >= 420
    assert box.bottom >= 220


def test_a_camera_that_comes_back_with_another_size_starts_anew(gate):
    assert gate.look(np.zeros((180, 320), np.uint8), 3.0) == Box(0, 0, 320, 180)


def test_a_clock_that_stands_still_or_falls_back_is_no_error(gate):
    gate.look(wall(), 2.0)
    assert gate.look(with_phone(wall()), 1.0) is not None


def test_it_tells_how_much_of_a_part_is_new(gate):
    gate.look(with_phone(wall()), 2.0)
    assert gate.share(Box(312, 112, 368, 208)) == 1.0
    assert gate.share(Box(0, 0, 200, 360)) == 0.0
    assert 0.3 < gate.share(Box(260, 100, 380, 220)) < 0.9
    assert MotionGate().share(Box(0, 0, 8, 8)) == 1.0
