"""The three that look at the same pictures: the tutorial's decoder, zxing-cpp alone, and the door's reader. All are given frames and a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import cv2
from pyzbar import pyzbar

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.ports import Grey
from kiosk.reader.pipeline import Reader

SIZE = (1280, 720)
FPS = 15.0
FIRST_SEED = 1000
"""Nothing was tuned on the drawn visitors from here on."""


class Side(Protocol):
    """One loop: frames in, texts out."""

    def texts(self, frame: Grey, mono: float) -> set[str]:
        """Return what is read in this frame at this moment, in seconds."""
        ...


class Tutorial:
    """Colour to grey, then every symbology on the full frame. Guarded: one structured-append code would end it."""

    def texts(self, frame: Grey, mono: float) -> set[str]:
        grey = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), cv2.COLOR_BGR2GRAY)
        try:
            return {code.data.decode("utf-8", "replace") for code in pyzbar.decode(grey)}
        except ValueError:
            return set()


class Alone:
    """zxing-cpp on every full frame, as the door sets it up."""

    def __init__(self) -> None:
        self._engine = ZxingDecoder()

    def texts(self, frame: Grey, mono: float) -> set[str]:
        return {reading.text for reading in self._engine.decode(frame)}


class Ours:
    """The door's reader with both engines."""

    def __init__(self) -> None:
        self._reader = Reader(ZxingDecoder(), ZbarDecoder(), timer=time.thread_time)

    def texts(self, frame: Grey, mono: float) -> set[str]:
        return {reading.text for reading in self._reader.read(frame, mono)}


SIDES: dict[str, Callable[[], Side]] = {"tutorial": Tutorial, "zxing-cpp alone": Alone, "door": Ours}


def about(machine: dict[str, Any], *, quick: bool) -> str:
    """Return what the results belong to, in a line."""
    run = "quick" if quick else "full"
    return f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, {run} run."
