"""One place for one frame, and the thread that fills it: what every camera that blocks has in common.

A camera's own read may block for ten seconds when the cable is pulled (docs/facts.md#a-silent-camera), so it runs in a daemon thread
that nobody ever waits for; the reader waits at the slot, with a deadline. It must never queue: the newest frame replaces the
one that nobody took.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from kiosk.errors import CameraLost, DriverHangs
from kiosk.ports import Camera, Grey

CLOSE_WAIT_S = 0.25
"""How long `close` waits for a frame that is on its way: a few at 15 a second. A dead camera is left to its thread."""
LET_GO_S = 1.5
"""How long one that is opened anew may still hold on: picamera2 takes half a second to close. Less than a thing may take to open before it is said to be missing."""


class NewestFrame:
    """A slot for one frame between two threads. A frame is handed out once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Grey | None = None
        self._lost: str | None = None

    def put(self, frame: Grey) -> None:
        """Lay a frame down; one that nobody took is gone."""
        with self._changed:
            self._frame = frame
            self._changed.notify_all()

    def lose(self, why: str) -> None:
        """Say that no frame will come any more. The first reason stands."""
        with self._changed:
            self._lost = self._lost or why
            self._changed.notify_all()

    def take(self, wait_s: float) -> Grey:
        """Return the frame, waiting at most `wait_s` seconds. Raises CameraLost."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._frame is not None or self._lost is not None, max(wait_s, 0.0)
            )
            if self._lost is not None:
                raise CameraLost(self._lost)
            if self._frame is None:
                raise CameraLost(
                    f"expected a frame within {wait_s:.1f} s, none came: see that the camera is plugged in"
                )
            frame, self._frame = self._frame, None
            return frame


class FramePump:
    """A thread that grabs frames until it is told to stop, and then gives the camera back itself.

    `grab` blocks and returns a frame that stays valid, or None for one to be skipped; it raises when the camera is gone.
    `release` is only ever called by the thread that grabs: closing a V4L2 device under a read crashes the process.
    """

    def __init__(self, name: str, grab: Callable[[], Grey | None], release: Callable[[], None]) -> None:
        self._grab = grab
        self._release = release
        self._slot = NewestFrame()
        self._closing = threading.Event()
        self._given_back = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def read(self, wait_s: float) -> Grey:
        """Return the newest frame that was not yet returned, within `wait_s` seconds. Raises CameraLost."""
        return self._slot.take(wait_s)

    def close(self) -> None:
        """Stop. Returns soon even if the camera hangs; the thread then gives it back when its read ends."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._slot.lose("the camera was closed: open a new one to read on")
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_WAIT_S)

    def given_back(self, wait_s: float) -> bool:
        """Whether the camera was given back, which is waited for at most `wait_s` seconds."""
        return self._given_back.wait(wait_s)

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                frame = self._grab()
                if frame is not None:
                    self._slot.put(frame)
        except Exception as gone:  # the top of a thread: the reason goes to whoever reads
            self._slot.lose(str(gone) or type(gone).__name__)
        finally:
            self._release_quietly()

    def _release_quietly(self) -> None:
        try:
            self._release()
        except Exception as stuck:  # the camera is gone already; there is nobody left to tell but the reader
            self._slot.lose(f"the camera did not close: {stuck}")
        finally:
            self._given_back.set()


class GivenBack(Camera, Protocol):
    """A camera that knows whether it was given back."""

    def given_back(self, wait_s: float) -> bool:
        """Whether it was, which is waited for at most `wait_s` seconds."""
        ...


class OneAtATime:
    """Opens a camera, but never while an earlier one is being opened or was not given back.

    libcamera has one owner at a time, and the second one damages the first (picamera2 up to 2026). A camera that hangs in its driver or in
    the kernel cannot be made to let go; that must be said, and waited for.
    """

    def __init__(self, what: str, open_camera: Callable[[], GivenBack], *, wait_s: float = LET_GO_S) -> None:
        """`what`: the camera's name in a sentence."""
        self._what, self._open, self._wait_s = what, open_camera, wait_s
        self._opening = threading.Lock()
        self._last: GivenBack | None = None

    def __call__(self) -> GivenBack:
        """Return the camera. Raises DriverHangs while an earlier one is held, and whatever opening it raises."""
        if not self._opening.acquire(timeout=self._wait_s):
            raise self._hangs()
        try:
            if self._last is not None and not self._last.given_back(self._wait_s):
                raise self._hangs()
            self._last = None
            self._last = self._open()
            return self._last
        finally:
            self._opening.release()

    def _hangs(self) -> DriverHangs:
        return DriverHangs(
            f"expected {self._what} to be given back, it hangs and is waited for: with the power off see its cable, then switch the "
            "device on again"
        )
