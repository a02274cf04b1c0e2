"""V4l2Camera over its fake, in every pixel format, and over a real camera where there is one."""

from pathlib import Path

import numpy as np
import pytest

from drivers.camera.v4l2_camera import V4l2Camera, luminance
from kiosk.errors import CameraLost, DriverMissing
from simulator.camera import FakeCapture, FakeLight
from tests.drivers.camera_contract import (
    FPS,
    PLENTY_S,
    SIZE,
    BlockingCameraContract,
    CameraContract,
    Done,
    Rig,
    grey_frames,
    is_frame,
)

pytestmark = pytest.mark.concurrent


def build(**options) -> tuple[Rig, FakeCapture]:
    light = FakeLight(grey_frames(), FPS)
    capture = FakeCapture(light, **options)
    camera = V4l2Camera("/dev/video0", SIZE, FPS, open_capture=lambda _device: capture)
    absent: list[FakeCapture] = []

    def none_there(_device: str) -> FakeCapture:
        absent.append(FakeCapture(light, present=False))
        return absent[-1]

    rig = Rig(
        camera, light.show, light.unplug, light, given_back=capture.released,
        fail=lambda: V4l2Camera("/dev/video9", open_capture=none_there),
        open_files=lambda: sum(not each.released.is_set() for each in absent),
    )  # fmt: skip
    return rig, capture


class TestV4l2Camera(BlockingCameraContract):
    @pytest.fixture(params=["YUYV", "NV12", "GREY", "MJPG"])
    def rig(self, request):
        rig, capture = build(offers=[request.param])
        yield rig
        Done(rig)()
        assert not capture.crashed, "the device was released while a read was under way"


REAL = sorted(Path("/dev").glob("video*"))


@pytest.mark.hardware
@pytest.mark.skipif(not REAL, reason="needs a camera on USB (no /dev/video*)")
class TestRealV4l2Camera(CameraContract):
    @pytest.fixture
    def rig(self):
        camera = V4l2Camera(str(REAL[0]))
        try:
            height, width = camera.read(PLENTY_S).shape
            yield Rig(camera, size=(width, height))
        finally:
            camera.close()


@pytest.fixture
def webcam():
    """Build a webcam that is given back when the test ends."""
    rigs = []

    def make(**options):
        rig, capture = build(**options)
        rigs.append(rig)
        return rig, capture

    yield make
    for rig in rigs:
        Done(rig)()


def test_luminance_is_taken_where_it_needs_no_conversion(webcam):
    _, capture = webcam(offers=["MJPG", "YUYV"])
    assert capture.agreed() == ("YUYV", False)


def test_a_format_that_is_too_slow_for_the_door_is_passed_over(webcam):
    _, capture = webcam(offers=["YUYV", "MJPG"], slow=["YUYV"])
    assert capture.agreed() == ("MJPG", False)


def test_a_damaged_jpeg_is_skipped_and_the_next_frame_is_read(webcam):
    rig, capture = webcam(offers=["MJPG"])
    capture.damaged.add(0)
    rig.show(1)
    with pytest.raises(CameraLost, match="none came"):
        rig.camera.read(0.0)
    rig.show(1)
    assert is_frame(rig.camera.read(PLENTY_S), 1)


def test_the_luminance_of_yuyv_is_a_view_and_not_a_copy():
    raw = np.zeros((4, 6, 2), np.uint8)
    assert np.shares_memory(luminance(raw, "YUYV"), raw)


def test_a_layout_that_was_not_agreed_to_is_a_lost_camera():
    with pytest.raises(CameraLost, match=r"expected YUYV .* shape \(4, 6, 3\)"):
        luminance(np.zeros((4, 6, 3), np.uint8), "YUYV")


def test_no_camera_at_the_device_is_said_with_the_device_and_what_to_do():
    capture = FakeCapture(FakeLight(grey_frames(), FPS), present=False)
    with pytest.raises(DriverMissing, match=r"expected a camera at /dev/video7.*plug it in"):
        V4l2Camera("/dev/video7", open_capture=lambda _device: capture)
    assert capture.released.is_set()


@pytest.mark.filterwarnings("ignore")
def test_opencv_itself_finds_no_camera_where_there_is_none(tmp_path):
    with pytest.raises(DriverMissing, match="found none that opens"):
        V4l2Camera(str(tmp_path / "video0"))
