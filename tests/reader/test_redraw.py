"""A code that is too blurred for an engine is found by its corner squares, learned, drawn anew and read."""

import cv2
import numpy as np
import pytest
import segno

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.ports import Grey, Reading
from kiosk.reader import grid, redraw, symbol
from kiosk.reader.ladder import Ladder
from kiosk.reader.likeness import densest
from kiosk.reader.motion import Box
from simulator.lens import people_walking
from tests.bench.hostile import pictures
from tests.reader.codes import PASS, qr
from tests.reader.test_ladder import Heard

MODULE_PX = 4


def held(*, roll: float = 0.0, smear_px: int = 9, sigma_px: float = 1.2, text: str = PASS) -> Grey:
    """A code that moves sideways while the shutter is open, turned by so many degrees, with the sensor's noise."""
    code = np.kron(qr(text)[::3, ::3], np.ones((MODULE_PX, MODULE_PX), np.uint8))
    wall = np.full((440, 440), 150, np.uint8)
    start = (440 - len(code)) // 2
    wall[start : start + len(code), start : start + len(code)] = code // 2 + 60
    turned = cv2.warpAffine(
        wall, cv2.getRotationMatrix2D((219.5, 219.5), -roll, 1.0), (440, 440), borderValue=150
    )
    moved = cv2.blur(cv2.GaussianBlur(turned, (0, 0), sigma_px), (smear_px, 1))
    noise = np.random.default_rng(1).normal(0, 2.0, moved.shape)
    return np.clip(np.rint(moved + noise), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("roll", [0, 12, 30, 60, -100])
@pytest.mark.parametrize("light_on_dark", [False, True])
def test_a_smeared_code_that_no_step_of_the_ladder_reads_is_read_redrawn(roll, light_on_dark):
    seen = 255 - held(roll=roll) if light_on_dark else held(roll=roll)
    first = ZxingDecoder()
    ladder = Ladder(first, ZbarDecoder())
    everything = Box.whole(seen)
    assert first.decode(seen) == []
    assert not any(ladder.climb(seen, everything, everything) for _ in range(len(ladder)))
    (reading,) = redraw.read(first, seen)
    assert reading.text == PASS
    assert reading.engine == "zxing"
    # Where the light border of four modules ends, turned about the picture's middle.
    half = len(qr(PASS)) / 3 * MODULE_PX / 2 - 4 * MODULE_PX
    angle = np.deg2rad(roll)
    upper_left = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ (-half, -half)
    assert np.hypot(*(reading.corners[0] - (upper_left + 220))) < MODULE_PX


def test_a_large_part_is_searched_smaller_and_its_corners_are_the_parts_own():
    large = cv2.resize(held(smear_px=5), (1320, 1320), interpolation=cv2.INTER_CUBIC)
    (reading,) = redraw.read(ZxingDecoder(), large)
    half = 3 * (len(qr(PASS)) / 3 * MODULE_PX / 2 - 4 * MODULE_PX)
    assert reading.corners[0] == pytest.approx((660 - half, 660 - half), abs=3 * MODULE_PX)


def test_what_is_no_code_is_no_reading():
    frames = [*people_walking(5, (640, 360), 3, people=3), *pictures((640, 360)).values()]
    for frame in frames:
        assert {reading.text for reading in redraw.read(ZxingDecoder(), frame)} <= {"HELLO WORLD"}


@pytest.mark.parametrize("shape", [(1, 1), (41, 41), (40, 60000), (3000, 48), (720, 1280)])
@pytest.mark.parametrize("grey", [0, 128, 255, None])
def test_a_part_of_any_shape_costs_the_engine_one_small_picture_at_most(shape, grey):
    engine = Heard()
    rng = np.random.default_rng(2)
    part = rng.integers(0, 256, shape, np.uint8) if grey is None else np.full(shape, grey, np.uint8)
    assert redraw.read(engine, part) == []
    assert len(engine.shown) <= 1
    largest = (symbol.FIRST_SIZE + 4 * symbol.LARGEST_VERSION + 2 * grid.QUIET) * grid.DRAWN_PX
    assert all(max(picture.shape) <= largest for picture in engine.shown)


@pytest.mark.parametrize("version", range(1, symbol.LARGEST_VERSION + 1))
def test_what_is_the_same_in_every_code_of_a_size_is_so_in_codes_that_others_make(version):
    due = symbol.always(symbol.FIRST_SIZE + 4 * version)
    same = np.ones(due.shape, bool)
    for mask, error in ((0, "l"), (3, "h"), (6, "m")):
        code = segno.make("1", version=version, mask=mask, error=error, boost_error=False, micro=False)
        dark = np.array([list(row) for row in code.matrix]) > 0
        same &= dark == (due > 0)
    assert np.all(same[due != 0])


class Deaf:
    """An engine that reads whatever it is shown as the same text."""

    name = "deaf"

    def decode(self, frame: Grey) -> list[Reading]:
        return [Reading(text="?", corners=(), engine="deaf")]


def test_an_engine_is_asked_only_where_a_grid_fits():
    noise = np.random.default_rng(3).integers(0, 256, (400, 400), np.uint8)
    assert redraw.read(Deaf(), noise) == []


def test_the_densest_part_is_the_code_without_the_coat_about_it():
    frame = np.full((480, 640), 120, np.uint8)
    frame[:, ::12] = 90
    frame[::12] = 90
    code = qr(PASS)
    frame[144 : 144 + len(code), 240 : 240 + len(code)] = code
    there = Box(240, 144, 240 + len(code), 144 + len(code))
    found = densest(frame)
    assert found.overlap(there) >= 0.95 * there.area
    assert found.area < 2 * there.area
    assert densest(frame[:30, :30]) == Box(0, 0, 30, 30)
