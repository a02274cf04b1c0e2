"""Picamera2Camera over its fake: strides, requests, buffers."""

import importlib.util

import numpy as np
import pytest

from drivers.camera_picamera2 import BUFFERS, FRAME_LIMIT_S, Picamera2Camera, first_camera
from drivers.fake_camera import FakeLight
from drivers.fake_picamera2 import FakePicamera2
from kiosk.errors import CameraLost, DriverError, DriverMissing
from tests.drivers.camera_contract import (
    FPS,
    PLENTY_S,
    SIZE,
    BlockingCameraContract,
    Done,
    Rig,
    grey_frames,
    is_frame,
)


@pytest.fixture
def fake():
    return FakePicamera2(FakeLight(grey_frames(), FPS))


@pytest.fixture
def pi(fake):
    light = fake.light
    camera = Picamera2Camera(SIZE, FPS, picamera2=lambda: fake)
    rig = Rig(camera, light.show, light.unplug, light, given_back=fake.closed)
    yield rig
    Done(rig)()


class TestPicamera2Camera(BlockingCameraContract):
    @pytest.fixture
    def rig(self, pi):
        return pi


def test_every_request_is_released(pi, fake):
    pi.show(3 * BUFFERS)
    assert fake.held == 0


def test_rows_are_cut_to_the_picture_and_hold_none_of_the_stride(pi):
    pi.show(1)
    frame = pi.camera.read(PLENTY_S)
    # The fake fills the rest of its rows with 128.
    assert not np.any(frame == 128)
    assert frame.shape == (SIZE[1], SIZE[0])


def test_a_frame_does_not_change_when_the_camera_gets_its_buffer_back(pi):
    pi.show(1)
    first = pi.camera.read(PLENTY_S)
    pi.show(2 * BUFFERS)
    assert is_frame(first, 0)


def test_a_camera_that_falls_silent_is_lost_after_its_limit(pi):
    pi.show(1)
    pi.camera.read(PLENTY_S)
    pi.unplug()
    pi.light.settle()
    pi.light.advance(FRAME_LIMIT_S)
    with pytest.raises(CameraLost, match=r"expected a frame within 2 s.*ribbon cable"):
        pi.camera.read(PLENTY_S)


def test_what_the_camera_refuses_is_said_and_the_camera_given_back():
    fake = FakePicamera2(
        FakeLight(grey_frames(), FPS), refuses="Control AfMode is not advertised by libcamera"
    )
    with pytest.raises(DriverError, match="100x64 at 15 frames a second, libcamera says: Control AfMode"):
        Picamera2Camera(SIZE, FPS, controls={"AfMode": 0}, picamera2=lambda: fake)
    assert fake.closed.is_set()


class NoCamera:
    """The library on a machine without a camera: whoever makes one all the same leaves a file open."""

    made = 0

    @staticmethod
    def global_camera_info() -> list[dict[str, object]]:
        return []

    def __init__(self) -> None:
        NoCamera.made += 1
        raise RuntimeError("No camera number 0 found")


def test_a_ribbon_without_a_camera_is_said_and_no_file_stays_open_at_each_try():
    with pytest.raises(
        DriverMissing, match=r"expected a camera on the ribbon cable.*See that the cable sits"
    ):
        first_camera(NoCamera)
    assert NoCamera.made == 0


@pytest.mark.skipif(
    importlib.util.find_spec("picamera2") is not None, reason="needs a machine without picamera2"
)
def test_a_machine_without_picamera2_is_told_which_package_it_needs():
    with pytest.raises(DriverMissing, match="apt install python3-picamera2"):
        Picamera2Camera()
