"""Each fault of the view is found in drawn halls within its time, and days of visitors, flicker and changing light bring none."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from kiosk.core.health.camera_view import ViewTrouble
from kiosk.ports import Grey
from kiosk.reader.lookout import SCENERY_S, Lookout
from kiosk.reader.scenery import LEARNED, READS, Scenery
from simulator.lens import Scene, approach, empty_hall, people_walking
from tests.reader.codes import PASS

SIZE = (640, 360)
NOWHEN = float("-inf")
RNG = np.random.default_rng(5)
NOISE = itertools.cycle([RNG.normal(0, 3, SIZE[::-1]).round().astype(np.int16) for _ in range(7)])
"""A sensor's, which never gives one frame twice."""


@pytest.fixture(scope="module")
def hall() -> Grey:
    return next(iter(empty_hall(0, SIZE, frames=1)))


@pytest.fixture(scope="module")
def learned(hall) -> Scenery:
    lookout = Lookout()
    watch(lookout, hall, round(LEARNED * SCENERY_S) + 10)
    assert lookout.scenery.known
    return lookout.scenery


def watch(
    lookout: Lookout,
    shown: Grey,
    seconds: int,
    *,
    noisy: bool = True,
    is_open: bool = True,
    read: int = 0,
) -> int | None:
    """Show a picture, two frames a second, until something new is told; return the second of that, or None."""
    began = lookout._due + 1 if np.isfinite(lookout._due) else 0.0
    before = lookout.vigil.known
    for at in range(2 * seconds):
        frame = cv2.add(shown, next(NOISE), dtype=cv2.CV_8U) if noisy else shown
        told = lookout.look(frame, began + at / 2, moved_at=NOWHEN, read=read, is_open=is_open)
        if told is not before:
            return at // 2
    return None


def blurred(sigma: float) -> Callable[[Grey], Grey]:
    return lambda hall: cv2.GaussianBlur(hall, (0, 0), sigma)


def turned(hall: Grey) -> Grey:
    return np.roll(hall, SIZE[0] // 9, axis=1)


def tilted(hall: Grey) -> Grey:
    turn = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), 9, 1)
    return cv2.warpAffine(hall, turn, SIZE, borderMode=cv2.BORDER_REFLECT)


FAULTS = {
    "dark": (ViewTrouble.DARK, lambda hall: hall // 20, 31),
    "burnt out": (ViewTrouble.BURNT, lambda hall: np.clip(hall.astype(int) * 6, 0, 255), 46),
    "a hand's width of card before the lens": (ViewTrouble.COVERED, lambda hall: np.full_like(hall, 90), 61),
    "misted": (ViewTrouble.BLURRED, blurred(3), 121),
    "out of focus": (ViewTrouble.BLURRED, blurred(6), 121),
    "turned": (ViewTrouble.TURNED, turned, 121),
    "tilted": (ViewTrouble.TURNED, tilted, 121),
    "hung elsewhere": (ViewTrouble.TURNED, lambda _: next(iter(empty_hall(3, SIZE, frames=1))), 121),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_within_its_time(name, hall, learned):
    trouble, spoil, within = FAULTS[name]
    spoilt, lookout = spoil(hall).astype(np.uint8), Lookout(learned)
    at = watch(lookout, spoilt, within + 5)
    assert lookout.vigil.known is trouble
    assert at <= within


def test_a_frozen_picture_is_found_within_ten_seconds_and_one_that_only_lives_by_its_noise_is_not(
    hall, learned
):
    lookout = Lookout(learned)
    assert watch(lookout, hall, 20, noisy=False) <= 10
    assert lookout.vigil.known is ViewTrouble.FROZEN
    assert watch(Lookout(learned), hall, 60) is None


@pytest.mark.parametrize("name", ["dark", "turned", "misted"])
def test_at_night_none_of_it_is_a_fault(name, hall, learned):
    _, spoil, within = FAULTS[name]
    spoilt = spoil(hall).astype(np.uint8)
    assert watch(Lookout(learned), spoilt, within + 20, is_open=False) is None


LIGHTS = {
    "half the lamps": lambda hall: hall * 0.4,
    "all of them and the sun": lambda hall: np.clip(hall * 1.5, 0, 255),
    "from one side": lambda hall: np.clip(hall + np.linspace(-45, 45, SIZE[0])[None], 0, 255),
    "night behind the glass door": lambda hall: cv2.GaussianBlur(
        np.where(hall > 170, 50, hall).astype(np.uint8), (0, 0), 1.1
    ),
}


@pytest.mark.parametrize("name", LIGHTS)
def test_the_same_hall_in_another_light_is_the_same_hall(name, hall, learned):
    lit = LIGHTS[name](hall).astype(np.uint8)
    assert watch(Lookout(learned), lit, 150) is None


def test_an_hour_and_a_half_of_people_phones_and_flicker_bring_no_alarm(hall, learned):
    """An hour and a half of looks, in an order that changes: crowds, phones held close, and the empty hall between them."""
    crowd = list(people_walking(0, SIZE, frames=40, people=4))
    phones = list(approach(Scene(text=PASS, seed=0, size=SIZE, nearest_m=0.08), 30))
    rng, lookout = np.random.default_rng(8), Lookout(learned)
    mono = 1e6
    while mono < 1e6 + 1.5 * 3600:
        busy = rng.random() < 0.6
        frames = (crowd if rng.random() < 0.7 else phones) if busy else [hall]
        for _ in range(int(rng.integers(3, 25))):
            frame = frames[int(rng.integers(len(frames)))]
            for half in (0.0, 0.5):
                light = np.uint8(rng.integers(0, 6))
                told = lookout.look(
                    cv2.add(frame, int(light)) if half else frame,
                    mono + half,
                    moved_at=mono if busy else mono - 60,
                    read=0,
                    is_open=True,
                )
                assert told is None, f"{told} after {mono - 1e6:.0f} s"
            mono += 1


def test_a_camera_that_was_turned_while_the_kiosk_was_off_is_told_from_what_was_kept(hall, learned):
    back = Scenery.from_bytes(learned.to_bytes())
    lookout, elsewhere = Lookout(back), turned(hall)
    assert watch(lookout, elsewhere, 130) is not None
    assert lookout.vigil.known is ViewTrouble.TURNED
    assert watch(Lookout(back), hall, 130) is None


def test_codes_that_are_read_in_the_new_view_make_it_the_right_one(hall, learned):
    lookout, elsewhere = Lookout(learned), turned(hall)
    watch(lookout, elsewhere, 130)
    assert lookout.vigil.known is ViewTrouble.TURNED
    for _ in range(READS // 2):
        assert lookout.vigil.known is ViewTrouble.TURNED
        watch(lookout, elsewhere, 1, read=1)  # two frames, each with a code
    assert lookout.vigil.known is None
    assert watch(lookout, elsewhere, round(LEARNED * SCENERY_S) + 130) is None
    assert lookout.scenery.known


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b'{"version": 1, "edges": [[1]]}', b'{"edges": "x"}']
)
def test_a_file_that_is_not_whole_is_nothing_known(body):
    assert not Scenery.from_bytes(body).known


@pytest.mark.parametrize("shape", [(1, 1), (10, 4000), (48, 48), (49, 49), (3000, 50)])
def test_a_frame_of_any_shape_is_looked_at_or_passed_over(shape):
    lookout = Lookout()
    for at in range(6):
        lookout.look(np.full(shape, at, np.uint8), at * 3.0, moved_at=NOWHEN, read=0, is_open=True)
