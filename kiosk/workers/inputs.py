"""The thread bodies of what a door hears beside camera and keypad: desk scanner, passage sensor, fire alarm.

Each owns one blocking thing and turns what it brings into events; when the thing is gone, `reopening` looks for it again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from kiosk.core.events import AlarmChanged, CodeRead, Part
from kiosk.core.model import Credential, Direction, NotACredential, TextFault, Via
from kiosk.ports import FireAlarm, PassageSensor, Scanned, Scanner
from kiosk.settings import Settings
from kiosk.threads.bursts import Burst
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put, Told, reopening
from kiosk.threads.worker import Body

log = logging.getLogger(__name__)

WAIT_S = 0.5
"""How long a thing is waited for in one go; a stop is noticed after it."""
NOISE_S = 2.0
"""The door hears of a scan that cannot be read once in so long (seconds): more often than somebody tries again who is not let out."""


class HeardParts(Protocol):
    """What a door hears, as far as it has it (`kiosk.root.equipment.Drivers`)."""

    @property
    def open_scanner(self) -> Callable[[], Scanner] | None: ...

    @property
    def open_passage(self) -> Callable[[], PassageSensor] | None: ...

    @property
    def open_alarm(self) -> Callable[[], FireAlarm] | None: ...


def bodies(
    drivers: HeardParts,
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
    mono: Callable[[], float] = time.monotonic,
) -> Body:
    """Return the body of the desk scanner's worker: its texts mean what they would mean before the camera.

    `is_new` tells a text that was not seen a moment ago, by the camera either. `side`: which way the scanner stands.
    """
    noise = Noise(mono)

    def heard(scan: Scanned | None) -> None:
        if isinstance(scan, NotACredential):
            if noise.is_new(scan.reason):
                put(CodeRead(credential=scan, via=Via.SCANNER, side=side))
            return
        noise.look()
        if scan is not None and is_new(scan):
            put(CodeRead(credential=understand(scan), via=Via.SCANNER, side=side))

    return _looks(open_scanner, heard, put, mono)


class Noise:
    """Scans that are none, as a torn cable gives them by the hundred: a burst of them is one event and one line of the journal.

    At an exit each such event opens the gate, because nobody is held for a code that cannot be read (rule 3).
    """

    def __init__(self, mono: Callable[[], float]) -> None:
        self._mono = mono
        self._burst = Burst()
        self._told_at = float("-inf")

    def is_new(self, reason: TextFault) -> bool:
        """Count one, and return whether the door is to hear of it.

        Not "whether it was quiet before": behind a line that never falls silent somebody may still want out.
        """
        mono = self._mono()
        self._say(self._burst.add(reason, mono))
        if mono - self._told_at < NOISE_S:
            return False
        self._told_at = mono
        return True

    def look(self) -> None:
        """Tell the journal of a burst that is over."""
        self._say(self._burst.over(self._mono()))

    def _say(self, numbers: str) -> None:
        if numbers:
            log.info("desk scanner: refused, because they cannot be read: %s", numbers)


def scans(
    open_scanner: Callable[[], Scanner],
    heard: Callable[[Scanned], None],
    put: Put,
) -> Body:
    """Return the body that hands each scan to `heard`; `put` hears how the scanner is."""

    def looked(scan: Scanned | None) -> None:
        if scan is not None:
            heard(scan)

    return _looks(open_scanner, looked, put)


def _looks(
    open_scanner: Callable[[], Scanner],
    looked: Callable[[Scanned | None], None],
    put: Put,
    mono: Callable[[], float] = time.monotonic,
) -> Body:
    """Return the body that tells each look at the scanner, also those that found nothing."""

    def listen(scanner: Scanner, stop: threading.Event, seen: Callable[[], None]) -> None:
        while not stop.is_set():
            scan = scanner.read(WAIT_S)
            seen()  # only now: a scanner is looked for by its first read
            looked(scan)

    return lambda stop: reopening(Part.SCANNER, open_scanner, listen, stop, put, mono=mono)


def passing(
    *, open_passage: Callable[[], PassageSensor], put: Put, mono: Callable[[], float] = time.monotonic
) -> Body:
    """Return the body of the passage sensor's worker. A sensor that cannot see is told of as long as it cannot."""

    def watch(sensor: PassageSensor, stop: threading.Event, told: Told) -> None:
        while not stop.is_set():
            passed = sensor.read(WAIT_S)
            if sensor.fault:
                told.ails(sensor.fault)
            else:
                told()
            if passed is not None:
                put(passed)

    return lambda stop: reopening(Part.PASSAGE, open_passage, watch, stop, put, mono=mono)


def alarmed(
    *, open_alarm: Callable[[], FireAlarm], put: Put, mono: Callable[[], float] = time.monotonic
) -> Callable[[threading.Event], None]:
    """Return the body of the fire alarm's worker. An input that fails is a fault, and changes nothing of what was heard.

    Whether it rings is told again every few seconds: of all that a door may miss, this it must not.
    """

    def listen(alarm: FireAlarm, stop: threading.Event, seen: Callable[[], None]) -> None:
        level: Level[AlarmChanged] = Level(put, mono=mono)
        while not stop.is_set():
            rings = alarm.read(WAIT_S)
            seen()
            if rings is not None:
                log.log(
                    logging.ERROR if rings else logging.INFO,
                    "fire alarm: %s",
                    "it rings" if rings else "quiet",
                )
                level.tell(AlarmChanged(active=rings))
            elif level.now is not None:
                level.tell(level.now)

    return lambda stop: reopening(Part.ALARM, open_alarm, listen, stop, put, mono=mono)
