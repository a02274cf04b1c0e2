"""Uses a thing at the door for as long as it works, and opens it anew when it is gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from kiosk.core.events import Event, HealthChanged, Part
from kiosk.errors import DriverError

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
) -> None:
    """Use a thing for as long as it works; when it is gone, say so, and open it anew after a pause."""
    failures = 0
    told: str | None = None

    def seen() -> None:
        nonlocal failures, told
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
            if told is None:
                log.error("%s: %s", part, failure)
                put(HealthChanged(part=part, working=False, why=str(failure)))
            told = str(failure)
            stop.wait(REOPEN_S[min(failures, len(REOPEN_S) - 1)])
            failures += 1
