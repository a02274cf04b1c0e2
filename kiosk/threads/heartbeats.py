"""Who is heard of how often: each worker promises a longest silence, and says that it lives by working.

A worker that waits is not silent (kiosk/threads/worker.py beats while it waits); one that hangs in a driver is. This must never
judge by what a worker does, only by when it was last heard of.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Self

FRAMES = 4
"""How many frames of a hanging thread are told: the innermost say where, the next ones on whose behalf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastHeard:
    """When one worker was last heard of, in seconds of the monotonic clock."""

    name: str
    longest_s: float
    """Its promise: it is never silent for longer."""
    at: float
    thread: int = 0
    """Which thread it was, as `threading.get_ident`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A worker that broke its promise."""

    name: str
    silent_s: float
    longest_s: float
    thread: int = 0


def silent(heard: Iterable[LastHeard], now: float) -> tuple[Silent, ...]:
    """Return whoever was silent for longer than promised, by name.

    >>> silent([Heard(name="scan", longest_s=5, at=10), Heard(name="sync", longest_s=60, at=10)], now=20)
    (Silent(name='scan', silent_s=10, longest_s=5, thread=0),)
    """
    overdue = [
        Silent(name=each.name, silent_s=now - each.at, longest_s=each.longest_s, thread=each.thread)
        for each in heard
        if now - each.at > each.longest_s
    ]
    return tuple(sorted(overdue, key=lambda each: each.name))


class Pulse:
    """One worker's side. A context: what is left is not waited for any more."""

    def __init__(
        self, name: str, longest_s: float, mono: Callable[[], float], end: Callable[[Pulse], None]
    ) -> None:
        self._name = name
        self._longest_s = longest_s
        self._mono = mono
        self._end = end
        self._heard: LastHeard | None = None

    def beat(self) -> None:
        """Be heard of. Costs a microsecond; the first time begins the promise."""
        self._heard = LastHeard(
            name=self._name, longest_s=self._longest_s, at=self._mono(), thread=threading.get_ident()
        )

    def end(self) -> None:
        """Not be waited for any more: the work is over, and that is meant. May be called twice."""
        self._end(self)

    @property
    def heard(self) -> LastHeard | None:
        """When it was last heard of; None before the first time."""
        return self._heard

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class Heartbeats:
    """All promises of one process. May be used from any thread."""

    def __init__(self, mono: Callable[[], float]) -> None:
        self._mono = mono
        self._guard = threading.Lock()
        self._pulses: list[Pulse] = []

    def promise(self, name: str, longest_s: float) -> Pulse:
        """Return a new worker's side: from its first beat on it is never silent for longer than `longest_s` seconds."""
        pulse = Pulse(name, longest_s, self._mono, self._ended)
        with self._guard:
            self._pulses.append(pulse)
        return pulse

    def heard(self) -> tuple[LastHeard, ...]:
        """Return all that were heard of and are still at work."""
        with self._guard:
            pulses = tuple(self._pulses)
        return tuple(each.heard for each in pulses if each.heard is not None)

    def silent(self) -> tuple[Silent, ...]:
        """Return who has broken a promise by now."""
        return silent(self.heard(), self._mono())

    def _ended(self, pulse: Pulse) -> None:
        with self._guard:
            if pulse in self._pulses:
                self._pulses.remove(pulse)


def where(thread: int) -> str:
    """Return where a thread stands, innermost first, by file, line and function: never what it works on.

    Empty where it has ended.
    """
    frame: FrameType | None = sys._current_frames().get(thread)  # noqa: SLF001 - the one way to see another thread
    places: list[str] = []
    while frame is not None and len(places) < FRAMES:
        code = frame.f_code
        if code.co_filename == threading.__file__:  # who waits, waits in there: the caller is what is wanted
            frame = frame.f_back
            continue
        places.append(f"{'/'.join(code.co_filename.rsplit('/', 2)[-2:])}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return " < ".join(places)
