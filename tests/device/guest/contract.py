"""What every camera's driver must do (tests/drivers/camera_contract.py), asked of the ribbon camera's over the real libcamera.

Runs in the guest, by pytest, with the kiosk's Python, while the kiosk has another camera.
"""

import threading
from pathlib import Path

import pytest

from drivers.camera_picamera2 import Picamera2Camera
from kiosk.errors import DriverMissing
from tests.drivers.camera_contract import PLENTY_S, CameraContract, Rig

SIZE, FPS = (800, 600), 5.0
OPEN_FILES = Path("/proc/self/fd")


def try_for_a_camera() -> int:
    """Look for a ribbon camera, in vain; return how many files are open after it."""
    with pytest.raises(DriverMissing, match="expected a camera on the ribbon cable"):
        Picamera2Camera(SIZE, FPS)
    return len(list(OPEN_FILES.iterdir()))


class TestNoRibbonCamera:
    def test_it_is_missing_and_looking_for_it_again_and_again_leaves_no_file_open(self):
        assert len({try_for_a_camera() for _ in range(5)}) == 1


class TestRibbonCamera(CameraContract):
    @pytest.fixture
    def rig(self):
        camera = Picamera2Camera(SIZE, FPS)
        yield Rig(camera, size=SIZE)
        camera.close()
        for thread in threading.enumerate():
            if thread.name == "camera":  # gives the camera back, in its own time
                thread.join(PLENTY_S)
                assert not thread.is_alive()
