"""Uses a thing at the door for as long as it works, and opens it anew when it is gone.

It must never be silent about a thing that does not work for longer than it may take to open, however the thing fails: by an error of
its driver, by one that nobody foresaw, by not opening, or by hanging while it is opened.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from traceback import format_tb

from kiosk.core.events import Event, HealthChanged, Part
from kiosk.errors import DriverBroken, DriverError, DriverHangs, DriverMissing
from kiosk.threads.levels import Level
from kiosk.threads.opening import AnyThing, Opening

log = logging.getLogger(__name__)

REOPEN_S = (1.0, 2.0, 5.0, 10.0)
"""Pauses between attempts to open a thing that is gone; the last one repeats."""
OPEN_WAIT_S = 2.0
"""A thing that is not open by then is said to be missing, unless its kind may take longer; it is waited for all the same."""

Put = Callable[[Event], None]


class Told:
    """Says how a part is: each change at once, and as a level again (kiosk/threads/levels.py). Called, it says that the part works."""

    def __init__(
        self, part: Part, put: Put, *, optional: bool = False, mono: Callable[[], float] = time.monotonic
    ) -> None:
        self._part = part
        self._works = HealthChanged(part=part, working=True)
        self._level: Level[HealthChanged] = Level(put, self._works, mono=mono)
        self._fault = self._works
        """What was told when it failed last."""
        self._known = not optional
        self.failures = 0
        """How often in a row it was opened for nothing."""
        self._missing: set[type] = set()
        """The kinds of failure that were told since it last worked."""

    def __call__(self) -> None:
        """The part works: it has just given something."""
        if self._level.now != self._works:
            log.info("%s: works again", self._part)
        self._is_there()
        self._level.tell(self._works)

    def ails(self, why: str) -> None:
        """The part is there, and says itself why it cannot do its work."""
        self._is_there()
        fault = HealthChanged(part=self._part, working=False, why=why)
        if fault != self._level.now:
            log.error("%s: %s", self._part, why)
        self._level.tell(fault)

    def _is_there(self) -> None:
        self._missing.clear()
        self.failures, self._known = 0, True

    def fails(self, failure: DriverError) -> None:
        """The part failed; one that was never here and need not be is no fault."""
        if self._known or not isinstance(failure, DriverMissing):
            self.missing(failure)
        elif not self._missing:
            log.debug("%s: %s", self._part, failure)

    def broke(self, failure: Exception) -> None:
        """The part failed in a way that nobody foresaw. The journal has where, and nothing of what it was busy with."""
        if DriverBroken not in self._missing:
            log.error("%s: it failed here:\n%s", self._part, "".join(format_tb(failure.__traceback__)))
        self.fails(DriverBroken(self._part, failure))

    def missing(self, failure: DriverError) -> None:
        """The part does not work, for a reason that says what to do. Told once for each kind of failure: the last is what to do now."""
        if type(failure) not in self._missing:
            log.error("%s: %s", self._part, failure)
            self._fault = HealthChanged(part=self._part, working=False, why=str(failure))
        self._missing.add(type(failure))
        self._level.tell(self._fault)


def reopening(
    part: Part,
    open_thing: Callable[[], AnyThing],
    use: Callable[[AnyThing, threading.Event, Told], None],
    stop: threading.Event,
    put: Put,
    *,
    optional: bool = False,
    open_wait_s: float = OPEN_WAIT_S,
    mono: Callable[[], float] = time.monotonic,
) -> None:
    """Use a thing for as long as it works; when it is gone, say so, and open it anew after a pause.

    `optional`: none need be here. One that was never there is no fault, one that went away is.
    """
    report = Told(part, put, optional=optional, mono=mono)

    while not stop.is_set():
        try:
            thing = _opened(part, open_thing, stop, report, open_wait_s)
            if thing is None:
                return
            try:
                use(thing, stop, report)
            finally:
                thing.close()
            continue
        except DriverError as failure:
            report.fails(failure)
        except Exception as failure:  # whatever a library raises: the door says so, and goes on trying
            report.broke(failure)
        stop.wait(REOPEN_S[min(report.failures, len(REOPEN_S) - 1)])
        report.failures += 1


def _opened(
    part: Part, open_thing: Callable[[], AnyThing], stop: threading.Event, report: Told, wait_s: float
) -> AnyThing | None:
    """Return the thing, however long it takes, or None when told to stop. Raises DriverError."""
    opening = Opening(f"open-{part}", open_thing)
    while not stop.is_set():
        thing = opening.take(wait_s, stop)
        if thing is not None:
            return thing
        if not stop.is_set():
            report.missing(
                DriverHangs(
                    f"expected the {part} to open within {wait_s:g} s, it is still opening: at a start that may take ten seconds; "
                    "later its driver hangs: pull it and plug it in again; if that does not help, start the kiosk anew"
                )
            )
    opening.abandon()
    return None
