"""What every camera driver must do, whatever it is made of. A test file inherits it and gives a `rig`.

`CameraContract` is for all, the real device too; `BlockingCameraContract` adds what needs a cable that can be pulled and a
clock that can be moved.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from kiosk.errors import CameraLost, DriverMissing
from kiosk.ports import Camera, Grey
from simulator.camera import V4L2_GIVES_UP_S, FakeLight

PLENTY_S = 20.0
"""Wall-clock a test may wait for what is sure to come."""
FPS = 15.0
SIZE = (100, 64)
"""A width that no camera's rows are as wide as."""


def level(number: int) -> int:
    """The grey of the numbered test frame."""
    return 30 + 20 * number


def grey_frames(count: int = 8) -> list[Grey]:
    """Return frames that differ in grey, with a black corner that says which way up they are."""
    frames = []
    for number in range(count):
        frame = np.full((SIZE[1], SIZE[0]), level(number), np.uint8)
        frame[:16, :32] = 0
        frames.append(frame)
    return frames


def is_frame(frame: Grey, number: int) -> bool:
    """Whether it is the numbered test frame; a JPEG in between may have moved its greys a little."""
    return bool(abs(float(frame[40:, 60:].mean()) - level(number)) < 4 and float(frame[:12, :24].mean()) < 8)


@dataclass
class Rig:
    """A camera and the hands that a test lays on its world."""

    camera: Camera
    show: Callable[[int], None] = lambda _frames: None
    """Let so many frames happen, and the driver take them."""
    unplug: Callable[[], None] = lambda: None
    light: FakeLight | None = None
    size: tuple[int, int] = SIZE
    given_back: threading.Event | None = None
    fail: Callable[[], None] = lambda: None
    """Let an attempt to open a camera fail, as where none is plugged in."""
    open_files: Callable[[], int] = lambda: 0
    """How many files are open for cameras."""


@dataclass
class Done:
    """Ends what a test began, so that no thread of a driver outlives it."""

    rig: Rig

    def __call__(self) -> None:
        if self.rig.light is not None:
            self._end_the_read()
        self.rig.camera.close()

    def _end_the_read(self) -> None:
        self.rig.unplug()
        for _ in range(2000):
            # Whatever its thread was waiting for, enough time goes by for it to come to its end.
            self.rig.light.advance(V4L2_GIVES_UP_S)
            if self.rig.given_back.wait(PLENTY_S / 2000):
                return
        pytest.fail("the driver's thread did not give its camera back")


class CameraContract:
    """For every camera."""

    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        raise NotImplementedError("a test file gives its own rig")

    def test_a_frame_is_a_grey_picture_of_the_size_asked_for(self, rig):
        rig.show(1)
        frame = rig.camera.read(PLENTY_S)
        assert frame.dtype == np.uint8
        assert frame.shape == (rig.size[1], rig.size[0])

    def test_a_frame_stays_as_it_was_when_later_ones_are_read(self, rig):
        rig.show(1)
        kept = rig.camera.read(PLENTY_S)
        before = kept.copy()
        for _ in range(5):
            rig.show(1)
            rig.camera.read(PLENTY_S)
        assert np.array_equal(kept, before)

    def test_closing_twice_is_closing_once(self, rig):
        rig.camera.close()
        rig.camera.close()

    def test_a_closed_camera_says_so(self, rig):
        rig.camera.close()
        with pytest.raises(CameraLost, match="closed"):
            rig.camera.read(0.0)


class BlockingCameraContract(CameraContract):
    """For every driver whose camera blocks, over its fake."""

    def test_frames_come_in_order_and_each_once(self, rig):
        for number in range(4):
            rig.show(1)
            assert is_frame(rig.camera.read(PLENTY_S), number)
        with pytest.raises(CameraLost, match="none came"):
            rig.camera.read(0.0)

    def test_the_newest_frame_wins_over_those_nobody_took(self, rig):
        rig.show(5)
        assert is_frame(rig.camera.read(PLENTY_S), 4)
        with pytest.raises(CameraLost):
            rig.camera.read(0.0)

    def test_no_frame_in_time_is_a_lost_camera_and_a_later_frame_is_still_read(self, rig):
        with pytest.raises(CameraLost, match=r"expected a frame within 0\.0 s"):
            rig.camera.read(0.01)
        rig.show(1)
        assert is_frame(rig.camera.read(PLENTY_S), 0)

    def test_an_unplugged_camera_is_lost_with_the_thing_to_do(self, rig):
        rig.show(1)
        rig.camera.read(PLENTY_S)
        rig.unplug()
        rig.light.settle()
        rig.light.advance(V4L2_GIVES_UP_S)
        with pytest.raises(CameraLost, match=r"open (it|the camera) anew"):
            rig.camera.read(PLENTY_S)

    def test_closing_does_not_wait_for_a_read_that_hangs_and_the_camera_is_given_back_after_it(self, rig):
        rig.unplug()
        rig.light.settle()
        # Would never return if it waited: time stands still.
        rig.camera.close()
        assert not rig.given_back.is_set()
        rig.light.advance(V4L2_GIVES_UP_S)
        assert rig.given_back.wait(PLENTY_S)

    def test_a_camera_that_falls_silent_is_given_back_though_nobody_closes_it(self, rig):
        rig.show(1)
        rig.camera.read(PLENTY_S)
        rig.unplug()
        rig.light.settle()
        rig.light.advance(V4L2_GIVES_UP_S)
        assert rig.given_back.wait(PLENTY_S)

    def test_an_attempt_to_open_that_fails_leaves_nothing_open(self, rig):
        before = rig.open_files()
        for _ in range(3):
            with pytest.raises(DriverMissing):
                rig.fail()
        assert rig.open_files() == before
