"""The thread bodies of what a door hears beside camera and keypad: desk scanner, passage sensor, fire alarm.

Each owns one blocking thing and turns what it brings into events; when the thing is gone, `reopening` looks for it again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from kiosk.core.events import AlarmChanged, CodeRead, HealthChanged, Part
from kiosk.core.model import Credential, Direction, NotACredential, Via
from kiosk.ports import FireAlarm, PassageSensor, Scanned, Scanner
from kiosk.settings import Settings
from kiosk.threads.reopening import Put, reopening
from kiosk.threads.worker import Body

log = logging.getLogger(__name__)

WAIT_S = 0.5
"""How long a thing is waited for in one go; a stop is noticed after it."""


class Heard(Protocol):
    """What a door hears, as far as it has it (`kiosk.root.equipment.Drivers`)."""

    @property
    def open_scanner(self) -> Callable[[], Scanner] | None: ...

    @property
    def open_passage(self) -> Callable[[], PassageSensor] | None: ...

    @property
    def open_alarm(self) -> Callable[[], FireAlarm] | None: ...


def bodies(
    drivers: Heard,
    settings: Settings,
    is_new: Callable[[str], bool],
    understand: Callable[[str], Credential],
    put: Put,
) -> Iterator[tuple[str, Body]]:
    """Yield the name and the body of each worker that this door has. `is_new` and `understand` as in `desk_scanning`."""
    if drivers.open_scanner is not None:
        side = settings.scanner.side
        yield (
            "scanner",
            desk_scanning(
                open_scanner=drivers.open_scanner,
                is_new=is_new,
                understand=understand,
                side=None if side == "both" else Direction(side),
                put=put,
            ),
        )
    if drivers.open_passage is not None:
        yield "passage", passing(open_passage=drivers.open_passage, put=put)
    if drivers.open_alarm is not None:
        yield "alarm", alarmed(open_alarm=drivers.open_alarm, put=put)


def desk_scanning(
    *,
    open_scanner: Callable[[], Scanner],
    is_new: Callable[[str], bool],
    understand: Callable[[str], Credential],
    side: Direction | None,
    put: Put,
) -> Body:
    """Return the body of the desk scanner's worker: its texts mean what they would mean before the camera.

    `is_new` tells a text that was not seen a moment ago, by the camera either. `side`: which way the scanner stands.
    """

    def heard(scan: Scanned) -> None:
        if isinstance(scan, NotACredential):
            log.info("desk scanner: a scan was refused: %s", scan.reason)
            credential: Credential = scan
        elif is_new(scan):
            credential = understand(scan)
        else:
            return
        put(CodeRead(credential=credential, via=Via.SCANNER, side=side))

    return scans(open_scanner, heard, put)


def scans(open_scanner: Callable[[], Scanner], heard: Callable[[Scanned], None], put: Put) -> Body:
    """Return the body that hands each scan to `heard`; `put` hears how the scanner is."""

    def listen(scanner: Scanner, stop: threading.Event, seen: Callable[[], None]) -> None:
        while not stop.is_set():
            scan = scanner.read(WAIT_S)
            seen()  # only now: a scanner is looked for by its first read
            if scan is not None:
                heard(scan)

    return lambda stop: reopening(Part.SCANNER, open_scanner, listen, stop, put)


def passing(*, open_passage: Callable[[], PassageSensor], put: Put) -> Body:
    """Return the body of the passage sensor's worker. A sensor that cannot see is told of as long as it cannot."""

    def watch(sensor: PassageSensor, stop: threading.Event, seen: Callable[[], None]) -> None:
        told = ""
        while not stop.is_set():
            passed = sensor.read(WAIT_S)
            if sensor.fault != told:
                told = sensor.fault
                log.log(
                    logging.ERROR if told else logging.INFO, "passage sensor: %s", told or "it sees again"
                )
                put(HealthChanged(part=Part.PASSAGE, working=not told, why=told))
            if not told:
                seen()
            if passed is not None:
                put(passed)

    return lambda stop: reopening(Part.PASSAGE, open_passage, watch, stop, put)


def alarmed(*, open_alarm: Callable[[], FireAlarm], put: Put) -> Callable[[threading.Event], None]:
    """Return the body of the fire alarm's worker. An input that fails is a fault, and changes nothing of what was heard."""

    def listen(alarm: FireAlarm, stop: threading.Event, seen: Callable[[], None]) -> None:
        while not stop.is_set():
            rings = alarm.read(WAIT_S)
            seen()
            if rings is not None:
                log.log(
                    logging.ERROR if rings else logging.INFO,
                    "fire alarm: %s",
                    "it rings" if rings else "quiet",
                )
                put(AlarmChanged(active=rings))

    return lambda stop: reopening(Part.ALARM, open_alarm, listen, stop, put)
