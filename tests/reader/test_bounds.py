"""What a frame can cost at most, whatever is shown: engine calls and pixels, not milliseconds, which are a machine's own."""

import cv2
import numpy as np
import pytest

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.ports import Grey, Reading
from kiosk.reader import ladder, pipeline
from kiosk.reader.motion import Box
from kiosk.reader.pipeline import Reader
from tests.bench.hostile import pictures
from tests.reader.test_pipeline import Counted, feed


class Blind:
    """An engine that reads nothing and counts the pixels of each call."""

    name = "blind"

    def __init__(self):
        self.pixels: list[int] = []

    def decode(self, frame: Grey) -> list[Reading]:
        self.pixels.append(frame.size)
        return []


@pytest.mark.parametrize("size", [(1280, 720), (4608, 2592), (60, 20000), (20000, 60)])
def test_a_frame_is_two_engine_calls_on_bounded_pictures_whatever_its_size(size):
    first, second = Blind(), Blind()
    reader = Reader(first, second)
    frame = np.random.default_rng(1).integers(0, 2, (size[1] // 4, size[0] // 4), np.uint8) * 255
    frame = cv2.resize(frame, size, interpolation=cv2.INTER_NEAREST)
    for index in range(12):
        before = len(first.pixels), len(second.pixels)
        assert reader.read(frame, index / 15) == []
        calls = first.pixels[before[0] :], second.pixels[before[1] :]
        assert len(calls[0]) + len(calls[1]) <= 2
        assert max(calls[0], default=0) <= pipeline.MOST_PIXELS
        assert max(calls[1], default=0) <= ladder.MOST_SECOND_PIXELS
    assert max(first.pixels[1:], default=0) <= max(frame.size, ladder.MOST_PIXELS)


@pytest.mark.parametrize(
    "shape", [(0, 0), (0, 900), (1, 1), (39, 5000), (5_000_000, 1), (41, 41), (40, 60000)]
)
def test_a_frame_of_any_shape_is_no_error(shape):
    reader = Reader(Blind(), Blind())
    assert feed(reader, [np.zeros(shape, np.uint8)] * 2 + [np.full(shape, 255, np.uint8)]) == [[]] * 3


def test_each_step_of_the_ladder_keeps_to_its_pixels_and_gives_a_picture():
    first, second = Blind(), Blind()
    climbing = ladder.Ladder(first, second)
    frame = np.zeros((1080, 1920), np.uint8)
    for _ in range(2 * len(climbing)):
        assert climbing.climb(frame, Box(0, 0, 41, 1080), Box.whole(frame)) == []
    assert len(first.pixels) + len(second.pixels) == 2 * len(climbing)
    assert max(first.pixels) <= ladder.MOST_PIXELS
    assert max(second.pixels) <= ladder.MOST_SECOND_PIXELS


@pytest.mark.parametrize("name, picture", pictures((640, 360)).items())
def test_the_worst_pictures_are_read_or_passed_over_and_nothing_else(name, picture):
    first, second = Counted(ZxingDecoder()), Counted(ZbarDecoder())
    found = feed(Reader(first, second), [np.full((360, 640), 128, np.uint8), *[picture] * 6])
    assert {reading.text for readings in found for reading in readings} <= {"HELLO WORLD"}
    assert len(first.pixels) + len(second.pixels) <= 1 + 2 * 6


def slow_reader(first: Blind, second: Blind, took_s: float) -> Reader:
    """A reader by whose timer every look takes so long."""
    spent = iter(range(10**6))
    return Reader(first, second, timer=lambda: next(spent) * took_s)


def test_a_frame_whose_look_was_slow_gets_no_rescue_step_and_the_next_one_gets_nothing_else():
    calls = []
    first, second = Blind(), Blind()
    reader = slow_reader(first, second, 2 * pipeline.SLOW_S)
    assert reader.read(np.full((360, 640), 128, np.uint8), 0.0) == []
    picture = pictures((640, 360))["broken codes of 3 px a module"]
    for index in range(8):
        before = len(first.pixels) + len(second.pixels)
        reader.read(picture, 0.1 + index / 15)
        calls.append(len(first.pixels) + len(second.pixels) - before)
    assert calls == [1] * 8
    assert second.pixels or max(first.pixels) > picture.size  # the ladder was climbed


def test_a_frame_whose_look_was_quick_gets_both():
    first, second = Blind(), Blind()
    reader = slow_reader(first, second, pipeline.SLOW_S / 2)
    reader.read(np.full((360, 640), 128, np.uint8), 0.0)
    before = len(first.pixels)
    reader.read(pictures((640, 360))["broken codes of 3 px a module"], 0.1)
    assert len(first.pixels) - before == 2
