"""The eyes of this kiosk, put together: camera, engines and reader; and where they look, in a process of their own or here.

Part of the composition root, at both ends of the line: the door asks here for its eyes, and `kiosk eyes` is the other process.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from pathlib import Path

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import CardDecoder, ZxingDecoder
from drivers.nothing import NoDecoder
from kiosk.errors import DriverMissing
from kiosk.eyes import cell
from kiosk.eyes.engines import AtWork, EngineGuard
from kiosk.eyes.far import FarEyes, Line, called
from kiosk.eyes.here import CameraEyes
from kiosk.eyes.messages import OpenCamera
from kiosk.eyes.nursery import Nursery
from kiosk.eyes.own import OwnEyes
from kiosk.ports import Camera, Decoder, Eyes, Learned, Symbology
from kiosk.reader.cards import CardReader, Cards
from kiosk.reader.formats import ON_CARDS
from kiosk.reader.pipeline import Reader
from kiosk.root.camera_drivers import CAMERAS
from kiosk.service.systemd import Systemd
from kiosk.settings import Settings, parse, shown

log = logging.getLogger(__name__)

SERVICE = Path("/run/ashyq-kiosk-eyes/eyes")
"""Where the service listens (systemd/ashyq-kiosk-eyes.socket)."""
FIRST_FILE = 3
"""systemd hands over what listens as the first open file after the standard ones (sd_listen_fds(3))."""

OpenEyes = Callable[[Learned], Eyes]
"""Opens the camera, with the reader behind it; is given what was known of the view before. Raises DriverError."""


def code_reader(formats: Collection[Symbology] = (Symbology.QR,), guard: EngineGuard | None = None) -> Reader:
    """Return a reader of these formats with the engines of this kiosk; `guard`: who stands over them in a process that may be lost."""
    guard = guard or EngineGuard()
    first, second = _engines(guard) if Symbology.QR in formats else (NoDecoder(), None)
    cards = [each for each in ON_CARDS if each in formats]
    if cards:
        on_cards = Cards(guard(CardDecoder(cards), "zxing-cards"))
        return CardReader(first, second, cards=on_cards, timer=time.thread_time)
    return Reader(first, second, timer=time.thread_time)


def second_engine() -> Decoder | None:
    """Return the decoder that reads what the first does not; None, and said so, where its library is missing."""
    try:
        return ZbarDecoder()
    except DriverMissing as missing:
        log.error("second decoder: %s", missing)
        return None


def _engines(guard: EngineGuard) -> tuple[Decoder, Decoder | None]:
    zbar = second_engine()
    second = None if zbar is None else guard(zbar, "zbar")
    return guard(ZxingDecoder(), "zxing", instead=second), second


def eyes_here(
    open_camera: Callable[[], Camera],
    formats: Collection[Symbology] = (Symbology.QR,),
    *,
    mono: Callable[[], float] = time.monotonic,
) -> OpenEyes:
    """Return what opens a camera in this process, for one that is made up here. One reader stays: it knows the hall."""
    reader = code_reader(formats)
    return lambda learned: CameraEyes(open_camera(), reader, mono=mono, learned=learned)


def eyes_for(settings: Settings, last: ExitStack) -> OpenEyes | None:
    """Return what opens the camera of these settings in a process of its own; None where the door has none. `last` ends it."""
    if settings.camera.driver == "none":
        return None
    line = _line(settings, last)
    # Of the configuration the eyes are told what concerns them, and nothing else.
    configuration = shown(Settings(camera=settings.camera, reader=settings.reader))
    return lambda learned: FarEyes(line, OpenCamera(settings=configuration, learned=learned))


def _line(settings: Settings, last: ExitStack) -> Line:
    where = settings.reader.process
    if where == "service" or (where == "auto" and SERVICE.exists()):
        return called(SERVICE)
    own = OwnEyes()
    last.callback(own.close)
    return own


def serve(doors: int | None, until: int | None) -> int:
    """Be the eyes, until told to stop: `kiosk eyes`. `doors`: an open file that listens, where systemd gives none; `until` ends them."""
    # Where the door began us its own line to systemd came along, and we are not the door.
    systemd = Systemd.of(os.environ, os.getpid()) if doors is None else Systemd()
    _import_what_looking_takes()
    nursery = Nursery(_look, _import_cameras)
    told_ready = False

    def each_round() -> None:
        nonlocal told_ready
        if not told_ready:
            told_ready = systemd.ready()
        systemd.alive()

    with socket.socket(fileno=_given() if doors is None else doors) as listening:
        nursery.serve(listening, each_round=each_round, until=until)
    return 0


def _given() -> int:
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        raise DriverMissing(
            "expected systemd to hand over where the eyes listen, found nothing: `systemctl start ashyq-kiosk-eyes.socket`"
        )
    return FIRST_FILE


def _look(line: socket.socket, at_work: AtWork, rests_until: Mapping[str, float]) -> None:
    """What one process of the eyes does with the line to a door."""

    def open_eyes(order: OpenCamera) -> Eyes:
        settings = parse(order.settings)
        open_camera = CAMERAS[settings.camera.driver](settings)
        if open_camera is None:
            raise DriverMissing("expected a camera in the settings, found none: see [camera] driver")
        guard = EngineGuard(at_work, rests_until, mono=time.monotonic)
        reader = code_reader(settings.reader.formats, guard)
        return CameraEyes(open_camera(), reader, mono=time.monotonic, learned=order.learned)

    def slot_bytes(order: OpenCamera) -> int:
        wide, high = parse(order.settings).camera.size
        return wide * high

    cell.look_for(line, open_eyes, slot_bytes)


def _import_what_looking_takes() -> None:
    """Load what every process of the eyes needs, before there is one: they share it."""
    code_reader(tuple(Symbology))


def _import_cameras() -> None:
    """Load the cameras' libraries, in a process that waits: they begin threads, which no process may take along."""
    import importlib
    from contextlib import suppress

    for name in ("drivers.camera.v4l2_camera", "drivers.camera.picamera2_camera"):
        with suppress(ImportError):
            importlib.import_module(name)
