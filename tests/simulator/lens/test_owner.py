"""Whoever holds it is in the picture, and what follows from that for the camera."""

from dataclasses import replace

import cv2
import numpy as np

from drivers.engine.zxing_engine import ZxingDecoder
from simulator.lens import Clutter, Scene, approach, before, empty_hall, shots
from tests.reader.codes import PASS

SMALL = (640, 360)
ALONE = Scene(text=PASS, seed=3, size=SMALL, bystanders=0, noise=0.0)
OWNED = replace(ALONE, owner=True)


def covered(frame, hall):
    return np.count_nonzero(cv2.absdiff(frame, hall) > 12) / frame.size


def test_somebody_stands_behind_what_is_held_and_fills_much_of_the_picture():
    hall = next(iter(empty_hall(3, SMALL, 1)))
    held, owned = (list(approach(scene, 12))[7] for scene in (ALONE, OWNED))
    assert covered(owned, hall) > 2 * covered(held, hall) > 0.1


def test_the_code_is_before_its_owner():
    alone, owned = (list(shots(scene, 12))[7] for scene in (ALONE, OWNED))
    assert owned.lost == alone.lost == 0
    assert owned.px_per_module == alone.px_per_module


def test_an_owner_moves_with_what_they_hold_and_is_gone_with_it():
    frames = list(approach(replace(OWNED, speed_m_s=1.2), 30))
    hall = next(iter(empty_hall(3, SMALL, 1)))
    assert covered(frames[6], hall) > 0.08
    assert covered(frames[-1], hall) < covered(frames[6], hall)


def test_a_dark_coat_makes_an_adapting_camera_open_up():
    levels = {}
    for seed in range(12):
        scene = replace(OWNED, seed=seed, auto_exposure=True)
        coat = list(approach(replace(scene, auto_exposure=False, nearest_m=0.5), 12))[7][
            250:350, 200:440
        ].mean()
        levels[coat] = list(shots(scene, 14))[-1].exposure.level
    darkest, lightest = min(levels), max(levels)
    assert levels[darkest] > levels[lightest]


def test_a_matrix_on_their_own_shirt_is_no_code_either():
    engine = ZxingDecoder()
    scene = replace(OWNED, text="X", size=(1280, 720), clutter=Clutter.SHIRT, nearest_m=0.74, farthest_m=0.75)
    for frame in list(approach(scene, 6))[::2]:
        assert all(reading.text == "X" for reading in engine.decode(frame))


def test_one_camera_sees_one_hall_whoever_comes():
    scenes = [replace(ALONE, seed=seed, hall=9) for seed in (4, 5)]
    first, second = (next(iter(approach(scene, 30))) for scene in scenes)
    assert covered(first, second) < 0.1
    assert covered(first, next(iter(empty_hall(9, SMALL, 1)))) < 0.1
    assert covered(first, next(iter(approach(replace(scenes[0], hall=10), 30)))) > 0.15


def test_before_somebody_comes_the_same_camera_sees_the_same_hall():
    scene = replace(OWNED, hall_light=0.3, clutter=Clutter.CHECKS, auto_exposure=True, jpeg=80, noise=0.01)
    *_, waiting = before(scene, 5)
    first, *_ = approach(replace(scene, owner=False, farthest_m=3.0), 2)
    other, *_ = before(replace(scene, seed=4), 1)
    # A dark hall is noisy: what is compared is what stands there.
    waiting, first, other = (cv2.blur(frame, (9, 9)) for frame in (waiting, first, other))
    assert covered(waiting, first) < 0.02
    assert covered(waiting, other) > 0.1
