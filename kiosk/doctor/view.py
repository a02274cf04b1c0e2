"""What `kiosk doctor` says of the camera's picture: one look, by what the kiosk has learned of its hall."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from kiosk.core.health.camera_view import WHY, seen_in
from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.running import STOP_FIRST, Running
from kiosk.errors import DriverError
from kiosk.ports import Camera
from kiosk.reader.lookout import Lookout
from kiosk.reader.scenery import Scenery

SETTLES = 20
"""So many pictures go by until exposure and focus have settled."""


def view(
    open_camera: Callable[[], Camera] | None,
    scenery: Scenery,
    *,
    running: Running | None = None,
    wait_s: float = 5.0,
) -> Finding:
    """What the camera sees is its hall, by one look; `scenery` is what the kiosk learned of it."""
    if open_camera is None:
        return ok("none at this door")
    if running is not None:
        return running.says(37, "journalctl -u ashyq-kiosk -n 50; docs/wiring/camera.md")
    lookout = Lookout(scenery)
    try:
        with closing(open_camera()) as opened:
            for _ in range(SETTLES):
                opened.read(wait_s)
            lookout.begin(opened.read(wait_s))
            seen = seen_in(lookout.glance(opened.read(wait_s)))
    except DriverError as wrong:
        return broken(str(wrong), f"see the camera (10); {STOP_FIRST}")
    if seen is not None:
        what, _, remedy = WHY[seen].partition(": ")
        return warning(
            f"{what} at this moment",
            f"{remedy}. At night, or with somebody before the lens, that is no fault",
        )
    return ok(
        "nothing is wrong with the picture" + ("" if scenery.known else "; its hall is not learned yet")
    )
