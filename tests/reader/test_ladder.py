"""The rescue ladder: which step when, and what each undoes."""

import cv2
import numpy as np
import pytest

from drivers.engine_zbar import ZbarDecoder
from drivers.engine_zxing import ZxingDecoder
from kiosk.ports import Grey, Reading
from kiosk.reader.ladder import BEST, Ladder
from kiosk.reader.motion import Box
from tests.reader.codes import PASS, qr


class Heard:
    """An engine that reads nothing and keeps what it was shown."""

    name = "heard"

    def __init__(self):
        self.shown: list[Grey] = []

    def decode(self, frame: Grey) -> list[Reading]:
        self.shown.append(frame)
        return []


def frame(module_px: int = 4) -> Grey:
    wall = np.full((480, 640), 130, np.uint8)
    code = np.kron(qr(PASS)[::3, ::3], np.ones((module_px, module_px), np.uint8))
    wall[60 : 60 + len(code), 100 : 100 + len(code)] = code
    return wall


def tried(calls: int, *, again: bool) -> list[Grey]:
    engine = Heard()
    ladder = Ladder(engine, None)
    place = Box(80, 40, 360, 320)
    for _ in range(calls):
        ladder.climb(frame(), place, Box.whole(frame()), again=again)
    return engine.shown


def test_a_thing_held_still_gets_each_step_once_in_a_round():
    engine = Heard()
    steps = len(Ladder(engine, None))
    shown = tried(steps, again=False)
    assert len(shown) == steps
    assert not any(np.array_equal(one, other) for at, one in enumerate(shown) for other in shown[:at])


def test_a_thing_on_its_way_gets_the_best_steps_again_in_every_other_call():
    still, moving = tried(BEST + 4, again=False), tried(2 * BEST + 4, again=True)
    best = [
        index for index, one in enumerate(moving) if any(np.array_equal(one, first) for first in still[:BEST])
    ]
    assert len(best) >= BEST + 2
    assert any(np.array_equal(moving[index], still[BEST]) for index in range(BEST, len(moving)))


@pytest.mark.parametrize("sigma_px, module_px", [(1.7, 3), (3.1, 5)])
def test_a_code_too_blurred_for_either_engine_is_read_by_the_first_steps(sigma_px, module_px):
    rng = np.random.default_rng(1)
    blurred = cv2.GaussianBlur(frame(module_px), (0, 0), sigma_px)
    seen = np.clip(blurred + rng.normal(0, 1.5, blurred.shape), 0, 255).astype(np.uint8)
    first, second = ZxingDecoder(), ZbarDecoder()
    assert first.decode(seen) == second.decode(seen) == []
    ladder = Ladder(first, second)
    found = [ladder.climb(seen, Box(60, 20, 420, 400), Box.whole(seen)) for _ in range(BEST + 1)]
    reading = next(readings[0] for readings in found if readings)
    assert reading.text == PASS
    xs, ys = zip(*reading.corners, strict=True)
    code = len(qr(PASS)) // 3 * module_px
    assert (min(xs), max(xs)) == pytest.approx((100 + 4 * module_px, 100 + code - 4 * module_px), abs=8)
    assert (min(ys), max(ys)) == pytest.approx((60 + 4 * module_px, 60 + code - 4 * module_px), abs=8)
