"""The camera of both loops under measurement: frames fall due at a pace, and the newest one is handed over.

What fell due while a loop was busy is lost to it, as with any camera; a kernel's queue of old frames, which a plain
VideoCapture keeps, is left out in favour of the tutorial. It must never do work for one loop that it does not do for the
other while the clock runs: frames are drawn, and turned into colour, before a shot begins.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.ports import Grey

FPS = 15.0
LEAD = 15
"""Frames of the empty hall before each shot: a second, so that the last answer has been up for long enough to be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One approach, or a stretch of the empty hall."""

    hall: Callable[[], Sequence[Grey]]
    """Draws the hall with nobody in it; its frames go round before and after."""
    frames: Callable[[], Sequence[Grey]] = tuple
    """Draws the frames that are shown once."""
    first: int = 0
    """Which of the frames the time counts from."""
    patience_s: float
    """How long after that frame the gate is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What became of one shot. Moments are seconds of the monotonic clock."""

    due_at: float
    """When the frame that the time counts from was ready to be read."""
    opened_before: int
    """How many times the gate had opened when the shot began."""
    wall_s: float
    cpu_s: float
    """Of the whole process."""
    frames: int
    """How many were handed over."""
    busy_s: float
    """The longest time from one frame handed over to the next one asked for."""


class Reel:
    """Plays shots one after the other. A shot ends when the gate has opened, or when patience has."""

    def __init__(
        self,
        shots: Iterable[Shot],
        *,
        opened: Callable[[], int],
        develop: Callable[[Grey], Any] = lambda grey: grey,
        fps: float = FPS,
        lead: int = LEAD,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        """`opened` counts the gate's rising edges; `develop` makes what the loop wants of a grey frame."""
        self.shown: list[Shown] = []
        self._shots = iter(shots)
        self._opened = opened
        self._develop = develop
        self._fps = fps
        self._lead = lead
        self._clock = clock
        self._sleep = sleep
        self._cpu = cpu
        self._shot: Shot | None = None

    def read(self) -> Any | None:
        """Wait for the newest frame that was not yet handed over; None when everything was shown."""
        if self._shot is not None:
            self._busy_s = max(self._busy_s, self._clock() - self._handed_at)
        while True:
            if (self._shot is None or self._ended()) and not self._next_shot():
                return None
            now = self._clock()
            index = math.floor((now - self._began_at) * self._fps)
            if index > self._last:
                self._last = index
                self._count += 1
                self._handed_at = now
                return self._frame(index)
            self._sleep(max(0.0, self._began_at + (self._last + 1) / self._fps - now))

    def _ended(self) -> bool:
        shot = self._shot
        if shot is None or (
            self._opened() == self._before and self._clock() < self._due_at + shot.patience_s
        ):
            return False
        self.shown.append(
            Shown(
                due_at=self._due_at,
                opened_before=self._before,
                wall_s=self._clock() - self._began_at,
                cpu_s=self._cpu() - self._began_cpu,
                frames=self._count,
                busy_s=self._busy_s,
            )
        )
        return True

    def _next_shot(self) -> bool:
        self._shot = next(self._shots, None)
        if self._shot is None:
            return False
        self._hall = [self._develop(frame) for frame in self._shot.hall()]
        self._frames = [self._develop(frame) for frame in self._shot.frames()]
        self._before, self._last, self._count, self._busy_s = self._opened(), -1, 0, 0.0
        self._began_cpu, self._began_at = self._cpu(), self._clock()
        self._handed_at = self._began_at
        self._due_at = self._began_at + (self._lead + self._shot.first) / self._fps
        return True

    def _frame(self, index: int) -> Any:
        shown = index - self._lead
        return self._frames[shown] if 0 <= shown < len(self._frames) else self._hall[index % len(self._hall)]
