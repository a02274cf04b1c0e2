"""What every camera's driver must do (tests/drivers/camera_contract.py), asked of the ribbon camera's over the real libcamera.

Runs in the guest, by pytest, with the kiosk's Python, while the kiosk has another camera.
"""

from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from drivers.camera.picamera2_camera import BUFFERS, Picamera2Camera
from kiosk.errors import CameraLost, DriverMissing
from tests.drivers.camera_contract import PLENTY_S, CameraContract, Rig

SIZE, FPS = (800, 600), 5.0
OPEN_FILES = Path("/proc/self/fd")


def open_files() -> int:
    return len(list(OPEN_FILES.iterdir()))


def try_for_a_camera() -> int:
    """Look for a ribbon camera, in vain; return how many files are open after it."""
    with pytest.raises(DriverMissing, match="expected a camera on the ribbon cable"):
        Picamera2Camera(SIZE, FPS)
    return open_files()


class TestNoRibbonCamera:
    def test_it_is_missing_and_looking_for_it_again_and_again_leaves_no_file_open(self):
        assert len({try_for_a_camera() for _ in range(5)}) == 1


class TestRibbonCamera(CameraContract):
    @pytest.fixture
    def rig(self):
        camera = Picamera2Camera(SIZE, FPS)
        yield Rig(camera, size=SIZE)
        camera.close()
        assert camera.given_back(PLENTY_S)

    def test_opened_again_and_again_it_leaves_no_file_open(self):
        counts = []
        for _ in range(3):
            camera = Picamera2Camera(SIZE, FPS)
            camera.read(PLENTY_S)
            camera.close()
            assert camera.given_back(PLENTY_S)
            counts.append(open_files())
        assert len(set(counts)) == 1

    def test_one_that_gives_no_frame_any_more_is_lost_and_given_back(self, rig):
        rig.camera.read(PLENTY_S)
        held = []
        # Kept, every buffer: libcamera has none left to fill. Whoever gives the camera back ends the wait for one more.
        with pytest.raises(CancelledError):
            while len(held) <= BUFFERS:
                held.append(rig.camera._camera.capture_request(wait=PLENTY_S))
        with pytest.raises(CameraLost, match="expected a frame within 2 s"):
            while held:
                rig.camera.read(PLENTY_S)
        assert rig.camera.given_back(PLENTY_S)
