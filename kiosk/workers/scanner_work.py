"""The desk scanner's worker: what it reads means what it would mean before the camera; scans that are none are told once a burst."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from kiosk.core.events import CodeRead, Part
from kiosk.core.model import Credential, Direction, NotACredential, TextFault, Via
from kiosk.ports import Scanned, Scanner
from kiosk.threads.bursts import Burst
from kiosk.threads.reopening import Put, reopening
from kiosk.threads.worker import Body

log = logging.getLogger(__name__)

SCAN_WAIT_S = 0.5
"""How long a scan is waited for in one go; a stop is noticed after it."""
NOISE_S = 2.0
"""The door hears of a scan that cannot be read once in so long (seconds): more often than somebody tries again who is not let out."""


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
            scan = scanner.read(SCAN_WAIT_S)
            seen()  # only now: a scanner is looked for by its first read
            looked(scan)

    return lambda stop: reopening(Part.SCANNER, open_scanner, listen, stop, put, mono=mono)
