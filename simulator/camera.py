"""Cameras without a camera, under the drivers' own seams: they obey the physics that hurt, and nothing else.

Time stands still until somebody moves it, so that a test needs no sleep. Frames come at their pace, a cable can be pulled, a
read then blocks as long as the real one does, and a buffer that was given back is written over. They must never be kinder
than the real thing.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

import cv2
import numpy as np

from kiosk.ports import Grey
from simulator.sensor import FakeSensor

PATIENCE_S = 30.0
"""How long `settle` waits for a driver's thread before it says that it is stuck. Wall-clock; never reached in a good run."""
V4L2_GIVES_UP_S = 10.0
"""OpenCV's read blocks this long when a camera goes away (measured), then returns False."""
V4L2_BUFFERS = 4


class FakeLight:
    """What falls on a fake sensor: frames at a pace, on a clock that `advance` moves, through a cable that can be pulled."""

    def __init__(self, frames: Sequence[Grey], fps: float) -> None:
        self.frames = frames
        self.fps = fps
        self.plugged = True
        self._now = 0.0
        self._waiting = False
        self._changed = threading.Condition(threading.RLock())

    @property
    def now(self) -> float:
        """Seconds since the light went on."""
        return self._now

    def frame(self, number: int) -> Grey:
        """Return the frame of this number; the last one goes on."""
        return self.frames[min(number, len(self.frames) - 1)]

    def fallen(self) -> int:
        """Return how many frames have come so far."""
        return int(self._now * self.fps + 1e-6)

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        with self._changed:
            self._now += seconds
            self._stir()

    def show(self, frames: int = 1) -> None:
        """Let so many frames fall, one by one, and return when the driver has taken each and waits for the next."""
        for _ in range(frames):
            self.settle()
            self.advance(1 / self.fps)
        self.settle()

    def unplug(self) -> None:
        """Pull the cable."""
        with self._changed:
            self.plugged = False
            self._stir()

    def settle(self) -> None:
        """Wait until a driver's thread is blocked in its camera, with nothing left for it to take."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, PATIENCE_S):
                raise TimeoutError(
                    f"expected a driver to wait for a frame within {PATIENCE_S:.0f} s, none does"
                )

    def wait_for(self, come: Callable[[], bool], limit_s: float) -> bool:
        """Block the calling thread until `come()` or until the clock is `limit_s` further; return whether it came."""
        with self._changed:
            limit = self._now + limit_s
            while not come() and self._now < limit:
                self._waiting = True
                self._changed.notify_all()
                self._changed.wait()
            return come()

    def _stir(self) -> None:
        """Wake the driver's thread; it is settled again when it has looked and waits anew."""
        self._waiting = False
        self._changed.notify_all()


class FakeCapture:
    """A cv2.VideoCapture over V4L2 with conversion off: the formats in `offers`, four kernel buffers, oldest first."""

    def __init__(
        self,
        light: FakeLight,
        *,
        offers: Collection[str] = ("YUYV", "MJPG"),
        slow: Collection[str] = (),
        present: bool = True,
        sensor: FakeSensor | None = None,
    ) -> None:
        """Without a `sensor` every frame is as bright and sharp as it was drawn."""
        self._sensor = sensor
        self.released = threading.Event()
        self.crashed = False
        """Whether it was released while a read was under way: the real one takes the process with it."""
        self.damaged: set[int] = set()
        """Numbers of frames that a bad cable damages (MJPG)."""
        self._light = light
        self._offers = tuple(offers)
        self._slow = slow
        self._present = present
        self._fourcc = self._offers[-1]
        self._converts = True
        self._next = 0
        self._reading = False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self._present

    def set(self, prop: int, value: float) -> bool:
        if prop == cv2.CAP_PROP_CONVERT_RGB:
            self._converts = bool(value)
        elif prop == cv2.CAP_PROP_FOURCC:
            asked = int(value).to_bytes(4, "little").decode("ascii")
            # A camera keeps what it has when it is asked for something else; V4L2 does not call that an error.
            self._fourcc = asked if asked in self._offers else self._fourcc
        return True

    def get(self, prop: int) -> float:
        height, width = self._light.frame(0).shape
        match prop:
            case cv2.CAP_PROP_FOURCC:
                return float(cv2.VideoWriter.fourcc(*self._fourcc))
            case cv2.CAP_PROP_FRAME_WIDTH:
                return float(width)
            case cv2.CAP_PROP_FRAME_HEIGHT:
                return float(height)
            case cv2.CAP_PROP_FPS:
                return self._light.fps / 3 if self._fourcc in self._slow else self._light.fps
            case _:
                return 0.0

    def read(self) -> tuple[bool, Any]:
        self._reading = True
        try:
            self._light.wait_for(
                lambda: not self._light.plugged or self._light.fallen() > self._next, math.inf
            )
            if not self._light.plugged:
                self._light.wait_for(lambda: False, V4L2_GIVES_UP_S)
                return False, None
            # Buffers that nobody emptied are full of old frames; what fell since then is lost.
            number = self._next
            self._next = max(number + 1, self._light.fallen() - V4L2_BUFFERS)
            return True, self._raw(number)
        finally:
            self._reading = False

    def release(self) -> None:
        self.crashed = self.crashed or self._reading
        self.released.set()

    def agreed(self) -> tuple[str, bool]:
        """Return the format that was settled on, and whether frames are converted to BGR."""
        return self._fourcc, self._converts

    def _raw(self, number: int) -> Any:
        grey = self._light.frame(number)
        if self._sensor is not None:
            grey = self._sensor.see(grey)
        height, width = grey.shape
        if self._converts:
            return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        match self._fourcc:
            case "YUYV":
                return np.dstack([grey, np.full_like(grey, 128)])
            case "NV12":
                return np.vstack([grey, np.full((height // 2, width), 128, np.uint8)])
            case "MJPG":
                data = cv2.imencode(".jpg", grey)[1].reshape(1, -1)
                return data[:, :20] if number in self.damaged else data
            case _:
                return grey.copy()
