"""What `kiosk doctor` looks at of the camera: that it gives pictures (10), what reads codes in them (11), what it sees (37).

What a running kiosk has open is not opened beside it: the kiosk is asked how it does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing

import numpy as np
import segno

from kiosk.doctor import readings
from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.running import STOP_FIRST, Running
from kiosk.doctor.site import Site
from kiosk.errors import DriverError
from kiosk.ports import Camera, Decoder, Grey

FRAMES = 15
"""So many pictures are waited for to tell the camera's rate."""
SLOW_FPS = 5.0
"""Below, a phone that is held up while walking is seen once or not at all."""


def check_camera(site: Site) -> Finding:
    """Check 10."""
    return camera(site.open_camera, mono=time.monotonic, running=site.running)


def check_decoders(_site: Site) -> Finding:
    """Check 11."""
    return decoders((readings.zxing, readings.zbar))


def check_view(site: Site) -> Finding:
    """Check 37."""
    # Only here: without the library that looks at pictures the other checks go on.
    from kiosk.doctor.view import view
    from kiosk.reader.scenery import Scenery
    from kiosk.workers.view_watch import kept

    scenery = Scenery.from_bytes(kept(site.settings.store.path.parent))
    return view(site.open_camera, scenery, running=site.running)


def camera(
    open_camera: Callable[[], Camera] | None,
    *,
    mono: Callable[[], float],
    running: Running | None = None,
    wait_s: float = 5.0,
) -> Finding:
    """The camera opens, and gives pictures often enough. What can be seen in them another check tells (37)."""
    if open_camera is None:
        return ok("none at this door")
    if running is not None:
        return running.says(10, "see [camera] and the cable; journalctl -u ashyq-kiosk -n 50")
    try:
        with closing(open_camera()) as opened:
            frame = opened.read(wait_s)
            begun = mono()
            for _ in range(FRAMES):
                frame = opened.read(wait_s)
            took = mono() - begun
            height, width = frame.shape
    except DriverError as wrong:
        return broken(str(wrong), f"see [camera]; {STOP_FIRST}")
    rate = FRAMES / max(took, 0.001)
    shown = f"{width}x{height}, {rate:.0f} a second"
    if rate < SLOW_FPS:
        return warning(
            f"gives pictures of {shown}: too few", "see the cable and [camera] size; a USB 2 hub is too slow"
        )
    return ok(f"gives pictures of {shown}")


def decoders(engines: Iterable[Callable[[], Decoder]]) -> Finding:
    """Every engine reads a code that we draw."""
    text = "ASHYQ KIOSK DOCTOR"
    picture = _drawn(text)
    read: list[str] = []
    for make in engines:
        try:
            engine = make()
        except DriverError as wrong:
            return broken(str(wrong), "run install.sh again")
        if text not in [reading.text for reading in engine.decode(picture)]:
            return broken(f"{engine.name} does not read a code that was drawn for it", "run install.sh again")
        read.append(engine.name)
    return ok(f"{' and '.join(read)} read a drawn code")


def _drawn(text: str) -> Grey:
    """Return the code as a camera would give it: dark on light, six pixels a module, with its margin."""
    rows = [
        [0 if dark else 255 for dark in row] for row in segno.make_qr(text).matrix_iter(scale=6, border=4)
    ]
    return np.array(rows, dtype=np.uint8)
