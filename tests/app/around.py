"""What is around a door in a test: its time, its hall and the codes held up in it, the registry, an eye on the screen."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import segno

from kiosk.core.events import Key
from kiosk.core.screen.view import View
from kiosk.demo.photographer import Savable
from kiosk.errors import DriverMissing
from kiosk.ports import Grey
from registry.demo_people import populate
from registry.embedded import EmbeddedRegistry
from registry.keys import DOCUMENT_LIFE
from tests.factories import NOON

WITHIN_S = 30.0
"""Generous: never reached in a good run, however busy the machine is."""
FPS = 30.0
FRAME = (640, 800)
"""Rows and columns; the largest QR code there is fits in at three pixels a module."""
HALL = np.full(FRAME, 120, np.uint8)
HELD_FRAMES = 4
NO_DISPLAY = "no display is connected: plug it in. " + "A driver may say a great deal more than that. " * 10
JITTER = 0.02
"""In place of chance: the back-off of a test is milliseconds, and never nothing."""


class HouseClock:
    """Both clocks from a Wednesday noon on. They go as fast as real ones, and jump when they are told to.

    `wrong_by` is how far the wall clock is from the time, as that of a Pi is which starts without a network.
    """

    def __init__(self, *, wrong_by: timedelta = timedelta(0), is_trusted: bool = True) -> None:
        self._begun = time.monotonic()
        self._skipped = 0.0
        self.wrong_by = wrong_by
        self.is_trusted = is_trusted

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.mono()) + self.wrong_by

    def mono(self) -> float:
        return time.monotonic() - self._begun + self._skipped

    def trusted(self) -> bool:
        return self.is_trusted

    def skip(self, seconds: float) -> None:
        """Let so much time have gone by."""
        self._skipped += seconds


class Onlooker:
    """Port `Screen`: shows everything on another screen, and remembers each picture that was new."""

    def __init__(self, screen: Savable) -> None:
        self.plugged = True
        self.views: list[View] = []
        self._screen = screen

    def show(self, view: View, preview: Grey | None = None) -> None:
        if not self.plugged:
            raise DriverMissing(NO_DISPLAY)
        still = replace(view, time_left=None)
        if not self.views or self.views[-1] != still:
            self.views.append(still)
        self._screen.show(view, preview)

    @property
    def down(self) -> Key | None:
        return self._screen.down

    def poll(self) -> list[Key]:
        return self._screen.poll()

    def close(self) -> None:
        self._screen.close()


def still(content: str | bytes, *, mirrored: bool = False) -> Grey:
    """Return a frame with a QR code in its middle, in the mirror if wanted."""
    code = segno.make(content, micro=False)
    modules = 1 - np.array([list(row) for row in code.matrix_iter(scale=3, border=4)], np.uint8)
    picture = (np.fliplr(modules) if mirrored else modules) * np.uint8(255)
    frame = HALL.copy()
    top, left = ((whole - side) // 2 for whole, side in zip(FRAME, picture.shape, strict=True))
    frame[top : top + len(picture), left : left + len(picture)] = picture
    return frame


def open_registry(clock: HouseClock, *, document_life: timedelta = DOCUMENT_LIFE) -> EmbeddedRegistry:
    """Return a registry on the house's clock, with the demo's door, policy and people."""
    registry = EmbeddedRegistry(clock=clock.wall, document_life=document_life)
    populate(registry.registry)
    return registry
