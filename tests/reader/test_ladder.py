"""The rescue ladder: which step when, and what each undoes."""

import cv2
import numpy as np
import pytest

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.ports import Grey, Reading
from kiosk.reader.ladder import Ladder
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


def test_a_round_is_each_step_once():
    engine = Heard()
    ladder, seen = Ladder(engine, None), frame()
    for _ in range(len(ladder)):
        ladder.climb(seen, Box(80, 40, 360, 320), Box.whole(seen))
    shown = engine.shown
    assert len(shown) == len(ladder)
    assert not any(np.array_equal(one, other) for at, one in enumerate(shown) for other in shown[:at])


@pytest.mark.parametrize("sigma_px, module_px", [(1.7, 3), (3.1, 5)])
def test_a_code_too_blurred_for_either_engine_is_read_by_the_first_steps(sigma_px, module_px):
    rng = np.random.default_rng(1)
    blurred = cv2.GaussianBlur(frame(module_px), (0, 0), sigma_px)
    seen = np.clip(blurred + rng.normal(0, 1.5, blurred.shape), 0, 255).astype(np.uint8)
    first, second = ZxingDecoder(), ZbarDecoder()
    assert first.decode(seen) == second.decode(seen) == []
    ladder = Ladder(first, second)
    found = [ladder.climb(seen, Box(60, 20, 420, 400), Box.whole(seen)) for _ in range(3)]
    reading = next(readings[0] for readings in found if readings)
    assert reading.text == PASS
    xs, ys = zip(*reading.corners, strict=True)
    code = len(qr(PASS)) // 3 * module_px
    assert (min(xs), max(xs)) == pytest.approx((100 + 4 * module_px, 100 + code - 4 * module_px), abs=8)
    assert (min(ys), max(ys)) == pytest.approx((60 + 4 * module_px, 60 + code - 4 * module_px), abs=8)
