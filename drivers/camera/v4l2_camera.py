"""A USB camera through V4L2 and OpenCV, luminance only.

It asks for a format whose luminance can be taken without a colour conversion and never makes a BGR picture. It must never
read in the caller's thread: OpenCV's read blocks for 10 s when the camera goes away (measured).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import cv2
import numpy as np

from drivers.camera.profiles import Wish
from drivers.camera.slot import FramePump
from drivers.camera.v4l2_controls import DeviceKnobs, Knobs, turn
from kiosk.errors import CameraLost, DriverMissing
from kiosk.ports import Grey

FORMATS = ("YUYV", "NV12", "GREY", "MJPG")
"""What is asked for, in order. MJPG last: it costs a JPEG decode a frame, but many webcams have 720p at 15 Hz only so."""
PACE_ENOUGH = 0.66
"""A format that gives less than this share of the frame rate is passed over: USB 2 carries 720p YUYV at 10 Hz or less."""


class Capture(Protocol):
    """The six calls of cv2.VideoCapture that are used."""

    def isOpened(self) -> bool: ...  # noqa: N802 - OpenCV's name
    def set(self, prop: int, value: float) -> bool: ...
    def get(self, prop: int) -> float: ...
    def read(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


def open_v4l2(device: str) -> Capture:
    """Open a device file with OpenCV's own V4L2 backend: never GStreamer or FFmpeg, which keep queues."""
    return cv2.VideoCapture(device, cv2.CAP_V4L2)


class V4l2Camera:
    """The port `Camera` over a V4L2 device.

    `device` is a path such as `/dev/video0`, `size` (width, height) in pixels, `fps` frames a second; the camera may give
    another size than it was asked for. `wishes` are its controls (drivers/camera/profiles.py); `refused` tells, in words, which it did
    not take. Raises DriverMissing where there is no such camera or another program has it.
    """

    def __init__(
        self,
        device: str = "/dev/video0",
        size: tuple[int, int] = (1280, 720),
        fps: float = 15.0,
        *,
        wishes: Iterable[Wish] = (),
        open_capture: Callable[[str], Capture] = open_v4l2,
        open_knobs: Callable[[str], Knobs] = DeviceKnobs,
    ) -> None:
        self._device = device
        self._capture = open_capture(device)
        if not self._capture.isOpened():
            self._capture.release()
            raise DriverMissing(
                f"expected a camera at {device}, found none that opens: plug it in, close the program that uses it, "
                "or name another one (v4l2-ctl --list-devices)"
            )
        self._format = _agree(self._capture, size, fps)
        # Last: some cameras forget their controls when the format changes.
        self.refused = turn(device, wishes, open_knobs)
        self._pump = FramePump("camera", self._grab, self._capture.release)

    def read(self, wait_s: float) -> Grey:
        """Return the newest frame; raises CameraLost after `wait_s` seconds, or when the camera is gone for good."""
        return self._pump.read(wait_s)

    def close(self) -> None:
        """Give the camera back, at once or as soon as its read ends."""
        self._pump.close()

    def _grab(self) -> Grey | None:
        ok, frame = self._capture.read()
        if not ok or frame is None:
            raise CameraLost(
                f"the camera at {self._device} stopped giving frames: see its cable, then open it anew"
            )
        return luminance(frame, self._format)


def luminance(frame: Any, fourcc: str) -> Grey | None:
    """Return the luminance of one raw frame as OpenCV gives it with CONVERT_RGB off; None where a JPEG is damaged.

    A view wherever the layout allows: OpenCV makes a new array for each frame, so that it stays valid. Raises CameraLost for
    a layout that is none of ours: the camera changed its mind about what it agreed to.
    """
    if fourcc == "MJPG" and (frame.ndim == 1 or 1 in frame.shape[:2]):
        # Decoded to grey: libjpeg then leaves the colour planes alone.
        return cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_GRAYSCALE)
    if fourcc == "YUYV" and frame.ndim == 3 and frame.shape[2] == 2:
        return frame[:, :, 0]
    if fourcc == "NV12" and frame.ndim == 2:
        return frame[: frame.shape[0] * 2 // 3]
    if fourcc == "GREY" and frame.ndim == 2:
        return frame
    raise CameraLost(
        f"expected {fourcc or 'a known pixel format'} from the camera, got an array of shape {frame.shape}: open it anew"
    )


def _agree(capture: Capture, size: tuple[int, int], fps: float) -> str:
    """Set format, size and rate; return the four letters that the camera settled on."""
    settled = ""
    for fourcc in FORMATS:
        settled = _ask(capture, fourcc, size, fps)
        got = (int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
        # 0: the driver does not say; then it is taken at its word.
        rate = capture.get(cv2.CAP_PROP_FPS) or fps
        if settled == fourcc and got == size and rate >= fps * PACE_ENOUGH:
            return settled
    return settled


def _ask(capture: Capture, fourcc: str, size: tuple[int, int], fps: float) -> str:
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*fourcc))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
    capture.set(cv2.CAP_PROP_FPS, fps)
    # Last: nothing that is set after it may turn the conversion on again.
    capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("ascii", "replace")
