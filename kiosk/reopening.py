"""Uses a thing at the door for as long as it works, and opens it anew when it is gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from kiosk.core.events import Event, HealthChanged, Part
from kiosk.errors import DriverError, DriverMissing

log = logging.getLogger(__name__)

REOPEN_S = (1.0, 2.0, 5.0, 10.0)
"""Pauses between attempts to open a thing that is gone; the last one repeats."""

Put = Callable[[Event], None]


class Thing(Protocol):
    """Whatever can be opened and given back."""

    def close(self) -> None:
        """Give it back."""
        ...


_Thing = TypeVar("_Thing", bound=Thing)


def reopening(
    part: Part,
    open_thing: Callable[[], _Thing],
    use: Callable[[_Thing, threading.Event, Callable[[], None]], None],
    stop: threading.Event,
    put: Put,
    *,
    optional: bool = False,
) -> None:
    """Use a thing for as long as it works; when it is gone, say so, and open it anew after a pause.

    `optional`: none need be here. One that was never there is no fault, one that went away is.
    """
    failures = 0
    told: str | None = None
    known = not optional

    def seen() -> None:
        nonlocal failures, told, known
        known = True
        if told is not None:
            log.info("%s: works again", part)
            put(HealthChanged(part=part, working=True))
        failures, told = 0, None

    while not stop.is_set():
        try:
            thing = open_thing()
            try:
                use(thing, stop, seen)
            finally:
                thing.close()
        except DriverError as failure:
            if told is None and not known and isinstance(failure, DriverMissing):
                log.debug("%s: %s", part, failure)
            elif told is None:
                log.error("%s: %s", part, failure)
                put(HealthChanged(part=part, working=False, why=str(failure)))
                told = str(failure)
            stop.wait(REOPEN_S[min(failures, len(REOPEN_S) - 1)])
            failures += 1
