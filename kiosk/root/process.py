"""`kiosk run` as a process: signals, who the device is, one door after the other, and what systemd hears of it."""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import ExitStack
from functools import partial

from kiosk.clock import SystemClock, boot_id
from kiosk.enrolment.device import Device
from kiosk.loop import LOOP_SILENCE_S
from kiosk.root.app import App
from kiosk.root.equipment import drivers_for
from kiosk.root.identify import identify
from kiosk.service.console import hush
from kiosk.service.systemd import Systemd
from kiosk.service.watchdog import LOOP, Watchdog
from kiosk.settings import Settings
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.worker import Worker

log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Run the door until a signal says stop; enrol it first where it belongs to nobody. Returns the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    clock, device = SystemClock(), Device.beside(settings.store.path)
    heartbeats = Heartbeats(clock.mono)
    systemd = Systemd.of(os.environ, os.getpid())
    if systemd.is_there:
        hush()
    watchdog = Watchdog(heartbeats, systemd, mono=clock.mono, stopping=stop.is_set)
    with ExitStack() as last:
        watching = Worker("watchdog", watchdog.body)
        watching.start()
        last.callback(watching.stop)
        drivers = drivers_for(settings, clock, last)
        try:
            while not stop.is_set():
                identity = identify(
                    settings,
                    drivers,
                    clock=clock,
                    stopped=stop.is_set,
                    heartbeats=heartbeats,
                    when_not_enrolled=partial(
                        watchdog.say, "Belongs to no door: waits for an enrolment code."
                    ),
                )
                if identity is not None:
                    app = App(
                        settings,
                        drivers,
                        clock=clock,
                        device=device,
                        identity=identity,
                        boot=boot_id(),
                        heartbeats=heartbeats,
                    )
                    watchdog.status = app.condition
                    _serve(app, stop, heartbeats)
        except KeyboardInterrupt:
            log.info("the window was closed")
    return 0


def _serve(app: App, stop: threading.Event, heartbeats: Heartbeats) -> None:
    """Run the door until it is told to stop, or, after the registry withdrew this device, enrolled anew."""
    try:
        app.start()
        log.info("door %s is open for visitors", app.loop.door.setup.door)
        with heartbeats.promise(LOOP, LOOP_SILENCE_S) as pulse:
            app.loop.run(lambda: stop.is_set() or app.enrolled_anew(), pulse.beat)
    finally:
        app.stop()
