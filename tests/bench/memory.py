"""How much memory the kiosk has after so many visits: codes shown as still pictures, as fast as the door takes them.

The decoder reads every one. Only time is helped: the door leaves an answer up for a while before the next one, and the clock that
the kiosk was given skips that. It must never leave out a step of a visit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import segno

from kiosk.errors import CameraLost
from kiosk.ports import Camera, Grey
from tests.bench.door import BEGINS_WITHIN_S, House

SIZE = (1280, 720)
SCALE = 8
"""Pixels a module."""
SKIP_S = 1.0
"""A little more than the least time for which an answer is up."""
OPENS_WITHIN_S = 20.0


class SkippingClock:
    """The machine's clock, with stretches of it left out."""

    def __init__(self) -> None:
        self._skipped_s = 0.0

    def skip(self, s: float) -> None:
        """Leave out so many seconds."""
        self._skipped_s += s

    def wall(self) -> datetime:
        """UTC; as it is, because passes are good by it."""
        return datetime.now(UTC)

    def mono(self) -> float:
        """Seconds, never backwards."""
        return time.monotonic() + self._skipped_s

    def trusted(self) -> bool:
        """Always."""
        return True


class Stills:
    """Port `Camera`: a picture of each text, the next one when the gate has opened for the last."""

    def __init__(
        self, texts: Sequence[str], *, opened: Callable[[], int], clock: SkippingClock, over: threading.Event
    ) -> None:
        self.rss_mb: dict[int, float] = {}
        """Resident memory by visits made, at the marks."""
        self.took_s = 0.0
        self._texts = texts
        self._opened = opened
        self._clock = clock
        self._over = over
        self._given = 0
        self._marks = sorted({0, min(100, len(texts)), len(texts)})
        self._began = time.monotonic()

    def read(self, wait_s: float) -> Grey:
        """Return the next picture. Raises CameraLost when all were shown, or when the gate does not open."""
        self._wait()
        if self._given in self._marks:
            self.rss_mb[self._given] = psutil.Process().memory_info().rss / 1e6
        if self._given == len(self._texts):
            self.took_s = time.monotonic() - self._began
            self._over.set()
            raise CameraLost("all were shown")
        if self._given:
            self._clock.skip(SKIP_S)
        self._given += 1
        return still(self._texts[self._given - 1])

    def close(self) -> None:
        """Nothing to give back."""

    def _wait(self) -> None:
        ends = time.monotonic() + OPENS_WITHIN_S
        while self._opened() < self._given:
            if time.monotonic() > ends:
                self._over.set()
                raise CameraLost(f"expected the gate to open for visitor {self._given}, it did not")
            time.sleep(0.002)


def still(text: str) -> Grey:
    """Return a frame with a code in its middle, on a grey wall."""
    rows = np.array(
        [list(row) for row in segno.make(text, micro=False, error="m").matrix_iter(scale=SCALE)], np.uint8
    )
    frame = np.full(SIZE[::-1], 120, np.uint8)
    top, left = (frame.shape[0] - len(rows)) // 2, (frame.shape[1] - len(rows)) // 2
    frame[top : top + len(rows), left : left + len(rows)] = (1 - rows) * np.uint8(235) + np.uint8(10)
    return frame


def visits(order: dict[str, Any]) -> dict[str, Any]:
    """Let everybody in, and return the memory at the start, after 100 visits and at the end."""
    clock = SkippingClock()
    house = House(url=order["url"], store=Path(order["store"]), clock=clock)
    stills: list[Stills] = []

    def open_camera() -> Camera:
        if not house.onlooker.ready.wait(BEGINS_WITHIN_S):
            raise CameraLost(f"expected a policy within {BEGINS_WITHIN_S:.0f} s, none came")
        stills.append(
            Stills(order["texts"], opened=lambda: len(house.onlooker.opened), clock=clock, over=house.over)
        )
        return stills[-1]

    house.run(open_camera)
    seen = stills[0]
    if len(seen.rss_mb) < 2 or not seen.took_s:
        raise RuntimeError(
            f"expected {len(order['texts'])} visits, the gate opened {len(house.onlooker.opened)} times"
        )
    return {"rss_mb": seen.rss_mb, "visits": len(order["texts"]), "seconds": seen.took_s}
