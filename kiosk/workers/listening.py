"""The worker that hears from the registry who scanned the venue code on our screen with their phone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from kiosk.errors import RegistryRefused, RegistryUnreachable
from kiosk.threads.reopening import REOPEN_S, Put
from kiosk.threads.worker import SILENCE_S
from kiosk.uplink.client import Arrivals

log = logging.getLogger(__name__)

POLL_S = 25.0
"""How long the registry may hold a listening call open."""
LISTEN_SILENCE_S = POLL_S + SILENCE_S
FROM_NOW_ON = 2**53
"""A cursor that no event has reached: the registry answers with where it is."""
LISTEN_PAUSE_S = 0.2
"""Between two calls: a registry that tells of phones again and again is asked five times a second and no more."""
EARLY_S = (0.5, 1.0, 2.0)
"""Pauses after empty answers that did not wait; the last one repeats. Longer ones would keep a phone's owner at the door."""


def listening(
    *,
    events: Callable[[int, float], Arrivals],
    put: Put,
    heard: Callable[[bool], None],
    poll_s: float = POLL_S,
    mono: Callable[[], float] = time.monotonic,
) -> Callable[[threading.Event], None]:
    """Return the body that hears from the registry who scanned our venue code; `events(after, wait_s)` long-polls.

    Who came while nobody listened is not let in later: they are no longer at the door.
    """

    def body(stop: threading.Event) -> None:
        cursor: int | None = None
        failures = early = 0
        while not stop.is_set():
            try:
                if cursor is None:
                    cursor = events(FROM_NOW_ON, 0).cursor
                asked_at = mono()
                arrivals = events(cursor, poll_s)
            except (RegistryUnreachable, RegistryRefused) as failure:
                if failures == 0:
                    log.info("nobody can check in by phone for now: %s", failure)
                heard(isinstance(failure, RegistryRefused))
                cursor = None
                stop.wait(REOPEN_S[min(failures, len(REOPEN_S) - 1)])
                failures += 1
                continue
            failures, cursor = 0, arrivals.cursor
            heard(True)
            if not arrivals.phones and mono() - asked_at < poll_s / 2:
                # It was to wait for somebody, and did not: a proxy in between, or a registry that is going down.
                stop.wait(EARLY_S[min(early, len(EARLY_S) - 1)])
                early += 1
                continue
            early = 0
            if arrivals.left_out:
                log.warning(
                    "%d phones at once: the newest %d are heard",
                    arrivals.left_out + len(arrivals.phones),
                    len(arrivals.phones),
                )
            for phone in arrivals.phones:
                put(phone)
            stop.wait(LISTEN_PAUSE_S)

    return body
