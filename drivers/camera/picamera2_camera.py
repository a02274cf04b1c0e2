"""The Raspberry Pi's own camera through picamera2: the low-resolution stream's luminance, nothing else of the picture.

It uses few calls of picamera2 and its table of controls, so that a fake can be exact. It must never wait for a frame without a limit and
never keep a request: a request that is not released is a buffer that the camera does not get back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from drivers.camera.picamera2_opening import give_back, open_picamera2, picamera2_class
from drivers.camera.slot import FramePump
from kiosk.errors import CameraLost, DriverError
from kiosk.ports import Grey

FRAME_LIMIT_S = 2.0
"""How long one frame may take. Well above the slowest exposure, well below a visitor's patience."""
FIRST_LIMIT_S = 6.0
"""How long the first one may take: libcamera measures the light and sets the lens before it."""
BUFFERS = 4


class Picamera2Camera:
    """The port `Camera` over picamera2.

    `size` is (width, height) in pixels of the stream that is read, `fps` frames a second; `controls` are libcamera's own
    (exposure, focus; drivers/camera/profiles.py), beside the frame rate: what the camera has not of them is left out and told in
    `refused`, what goes too far is taken as far as it goes. `picamera2` returns the library's class. Raises DriverMissing where library or camera is absent, DriverError where the
    camera cannot do what it is asked for.
    """

    def __init__(
        self,
        size: tuple[int, int] = (1280, 720),
        fps: float = 15.0,
        *,
        controls: Mapping[str, Any] | None = None,
        picamera2: Callable[[], Any] = picamera2_class,
    ) -> None:
        self._size = size
        self._camera = open_picamera2(picamera2)
        frame_us = round(1e6 / fps)
        try:
            taken, self.refused = _within(controls or {}, self._camera.camera_controls)
            configuration = self._camera.create_video_configuration(
                # The main stream must exist and be no smaller; YUV420 is the cheapest that it can be.
                main={"size": size, "format": "YUV420"},
                lores={"size": size, "format": "YUV420"},
                controls={"FrameDurationLimits": (frame_us, frame_us), **taken},
                buffer_count=BUFFERS,
            )
            self._camera.configure(configuration)
            self._camera.start()
        except Exception as refused:
            with contextlib.suppress(Exception):  # of two failures the first says more
                give_back(self._camera)
            raise DriverError(
                f"expected a camera that gives {size[0]}x{size[1]} at {fps:g} frames a second, libcamera says: {refused}. "
                "Ask for less, or leave out a control that this camera has not"
            ) from refused
        self._limit_s = FIRST_LIMIT_S
        self._pump = FramePump("camera", self._grab, lambda: give_back(self._camera))

    def read(self, wait_s: float) -> Grey:
        """Return the newest frame; raises CameraLost after `wait_s` seconds, or when the camera is gone for good."""
        return self._pump.read(wait_s)

    def close(self) -> None:
        """Stop the camera and give it back, now or as soon as it lets us."""
        self._pump.close()

    def given_back(self, wait_s: float) -> bool:
        """Whether nothing of it is open any more, which is waited for at most `wait_s` seconds."""
        return self._pump.given_back(wait_s)

    def _grab(self) -> Grey:
        try:
            request = self._camera.capture_request(wait=self._limit_s)
        except TimeoutError as late:
            raise CameraLost(
                f"expected a frame within {self._limit_s:.0f} s, none came: see the ribbon cable, then open the camera anew"
            ) from late
        self._limit_s = FRAME_LIMIT_S
        try:
            width, height = self._size
            # Rows are as wide as the stride, and below the luminance lies the colour: both are cut off. Copied, which costs
            # 0.07 ms, because the memory is the camera's again after release(), and because a frame also goes to the screen
            # as a preview, so that holding the request until the next read would not be long enough.
            return request.make_array("lores")[:height, :width].copy()
        finally:
            request.release()


def _within(
    controls: Mapping[str, Any], table: Mapping[str, tuple[Any, Any, Any]]
) -> tuple[dict[str, Any], list[str]]:
    """Return what the camera has of the controls, as far as it goes; and in words what was left out or changed."""
    taken: dict[str, Any] = {}
    said: list[str] = []
    for name, asked in controls.items():
        if name not in table:
            said.append(f"{name}: it has none")
            continue
        least, most, _ = table[name]
        taken[name] = min(max(asked, least), most)
        if taken[name] != asked:
            said.append(f"{name}: {taken[name]:g} instead of {asked:g}")
    return taken, said
