"""A recording in place of a camera: for the demo, the tour and tests.

It plays frames at the camera's pace or as fast as they are read, and never drops one: a machine too slow to draw them shows
them slowly, rather than leaving the visitor's approach out. It must never open a file or a device.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from kiosk.errors import CameraLost
from kiosk.ports import Grey


class FramePace:
    """When frames are due: `fps` a second, counted from the first one that was asked for."""

    def __init__(
        self,
        fps: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval_s = 1.0 / fps
        self._clock = clock
        self._sleep = sleep
        self._due: float | None = None

    def next(self, wait_s: float) -> bool:
        """Wait for the next frame's moment, at most `wait_s` seconds; False where it comes later than that."""
        now = self._clock()
        due = now if self._due is None else self._due
        ahead_s = due - now
        if ahead_s > wait_s:
            self._sleep(max(wait_s, 0.0))
            return False
        if ahead_s > 0:
            self._sleep(ahead_s)
        # One that is late moves the ones behind it: slow motion, never a jump.
        self._due = max(due, now) + self._interval_s
        return True


class ReplayCamera:
    """The port `Camera` over frames from memory, or drawn as they are asked for.

    `frames` are played first and `play` adds more, from any thread; between them the `idle` frames go round (an empty hall),
    or the last frame stays. `pace` None gives frames as fast as they are read. With `ends` the camera is lost when everything
    was played. `finished` is set by the read that finds nothing left to play, and clear again after `play`.
    """

    def __init__(
        self,
        frames: Iterable[Grey] = (),
        *,
        pace: FramePace | None = None,
        idle: Iterable[Grey] = (),
        ends: bool = False,
    ) -> None:
        self.finished = threading.Event()
        self._pace = pace
        self._idle = itertools.cycle(idle)
        self._ends = ends
        self._lock = threading.Lock()
        self._scenes: deque[Iterator[Grey]] = deque()
        self._last: Grey | None = None
        self._closed = False
        self.play(frames)

    def play(self, frames: Iterable[Grey]) -> None:
        """Queue a scene behind those that wait; returns at once."""
        with self._lock:
            self.finished.clear()
            self._scenes.append(iter(frames))

    def read(self, wait_s: float) -> Grey:
        """Return the next frame when it is due. Raises CameraLost where it is due later than `wait_s` seconds from now."""
        if self._closed:
            raise CameraLost("the camera was closed: open a new one to read on")
        if self._pace is not None and not self._pace.next(wait_s):
            raise CameraLost(f"expected a frame within {wait_s:.1f} s, the recording's next one is due later")
        frame = self._next()
        if frame is None:
            raise CameraLost("expected another frame, the recording has ended: give it more to play")
        self._last = frame
        return frame

    def close(self) -> None:
        """Play no more."""
        self._closed = True

    def _next(self) -> Grey | None:
        # Drawn without the lock: a frame takes milliseconds, and whoever calls play() is not to wait for it.
        while scene := self._scene():
            frame = next(scene, None)
            if frame is not None:
                return frame
            with self._lock:
                self._scenes.popleft()
        if self._ends:
            return None
        return next(self._idle, self._last)

    def _scene(self) -> Iterator[Grey] | None:
        with self._lock:
            if self._scenes:
                return self._scenes[0]
            self.finished.set()
            return None
