"""From the start of a process to the first frame that its decoder has looked at. Imports as late as the real program does.

The parent made a frame beforehand, so that drawing one is no part of it. It must never import the rest of the benchmark before
the clock has stopped.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any


class OneFrame:
    """A camera that hands over the same frame and notes when it was asked for a second one: the first was looked at."""

    def __init__(self, frame: Any) -> None:
        self.seen_at: float | None = None
        self._frame = frame
        self._handed = False

    def read(self) -> Any | None:
        """Return the frame once."""
        if self._handed:
            self.seen_at = self.seen_at or time.monotonic()
            return None
        self._handed = True
        return self._frame


def tutorial(order: dict[str, Any]) -> dict[str, Any]:
    """Start the tutorial's loop."""
    import cv2
    import numpy as np
    import requests  # noqa: F401 - a part of the tutorial's start
    from pyzbar import pyzbar

    camera = OneFrame(np.load(Path(order["folder"], "bgr.npy")))
    while (frame := camera.read()) is not None:
        pyzbar.decode(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))
    return _took(order, camera)


def door(order: dict[str, Any]) -> dict[str, Any]:
    """Start the kiosk: settings, store, workers, screen, as `kiosk run` does."""
    import threading
    from dataclasses import replace

    import numpy as np

    from drivers.nothing import NoGate, NoLamp, Silence
    from kiosk.clock import SystemClock
    from kiosk.enrolment.device import Device
    from kiosk.errors import CameraLost
    from kiosk.root.app import App
    from kiosk.root.equipment import Drivers
    from kiosk.root.eyes import eyes_here
    from kiosk.settings import Settings
    from ui.screen import PygameScreen

    frame = OneFrame(np.load(Path(order["folder"], "grey.npy")))
    seen = threading.Event()

    class Camera:
        def read(self, wait_s: float) -> Any:
            there = frame.read()
            if there is None:
                seen.set()
                raise CameraLost("one frame was all there is")
            return there

        def close(self) -> None:
            """Nothing to give back."""

    defaults = Settings()
    store = Path(order["folder"], f"start-{os.getpid()}.db")
    settings = replace(defaults, store=replace(defaults.store, path=store))
    device = Device.beside(store)
    identity = device.load()
    if identity is None:
        raise RuntimeError("expected an enrolled device beside the store, found none: Bench enrols it")
    screen = PygameScreen(size=(1280, 800), driver="offscreen")
    drivers = Drivers(
        open_eyes=eyes_here(Camera),
        open_keypad=None,
        gate=NoGate(),
        lamp=NoLamp(),
        sounder=Silence(),
        screen=screen,
    )
    app = App(settings, drivers, clock=SystemClock(), device=device, identity=identity)
    app.start()
    app.loop.run(seen.is_set)
    app.stop()
    return _took(order, frame)


def _took(order: dict[str, Any], camera: OneFrame) -> dict[str, Any]:
    if camera.seen_at is None:
        raise RuntimeError("expected the frame to be looked at, it never was")
    return {"seconds": camera.seen_at - order["started_at"]}
