"""The time that gate and lamp live by: a clock, and an alarm that a worker thread sleeps on.

One seam for both, so that a test advances time by hand (`simulator.outputs.ManualTime`) and never sleeps. It must never
be asked for a date: deadlines only.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Protocol, Self


class Alarm(Protocol):
    """What one worker thread sleeps on. The worker holds it as a context for as long as it lives."""

    def ring(self) -> None:
        """Wake the sleeper now; where nobody sleeps yet, the next `wait` returns at once."""
        ...

    def wait(self, until: float | None) -> None:
        """Sleep until the clock says `until` (seconds of `Timing.now`; None: for ever), or until it rings."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Timing(Protocol):
    """A clock with alarms."""

    def now(self) -> float:
        """Seconds, never backwards."""
        ...

    def alarm(self) -> Alarm:
        """Return a new alarm on this clock."""
        ...


class RealAlarm:
    """An alarm on the monotonic clock."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake the sleeper."""
        self._rung.set()

    def wait(self, until: float | None) -> None:
        """Sleep until then, or until it rings."""
        self._rung.wait(None if until is None else max(0.0, until - time.monotonic()))
        self._rung.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to give back."""


class RealTime:
    """The monotonic clock of the machine."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def alarm(self) -> RealAlarm:
        """Return a new alarm."""
        return RealAlarm()
