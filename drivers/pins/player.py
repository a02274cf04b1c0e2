"""Beats on a worker's clock: what a gate's line, a lamp and a buzzer have in common.

The caller makes the first beat, so that no thread switch delays a visitor and a dead wire is the caller's exception; the
worker makes the others. When it ends, however it ends, the thing is let go for good: nothing stays energised, lit or
sounding. Not gpiozero's `blink(n=1)`: stopped in mid-pulse, that leaves the pin on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Generic, TypeVar

from drivers.pins.timing import RealTime, Timing
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

STEADY = float("inf")
"""How long a beat lasts that nothing follows (seconds)."""
_STOP_S = 2.0
"""How long close() waits for the worker; the thing is off before that."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Beat(Generic[T]):
    """One part of a rhythm."""

    what: T
    s: float
    """Seconds; STEADY for ever."""


class Player(Generic[T]):
    """Plays beats on one thing, one rhythm at a time."""

    def __init__(
        self,
        what: str,
        name: str,
        *,
        perform: Callable[[T], None],
        free: Iterable[Callable[[], None]],
        timing: Timing | None = None,
    ) -> None:
        """`what` is how errors call the thing, `name` the worker's; `perform` makes a beat, and may raise DriverError.

        `free` switches the thing off and gives it back, one call after the other, once.
        """
        self._what = what
        self._perform = perform
        self._free = tuple(free)
        self._timing = timing or RealTime()
        self._lock = threading.Lock()  # protects everything below, and the thing
        self._repeated: tuple[Beat[T], ...] | None = None
        self._beats: Iterator[Beat[T]] = iter(())
        self._until: float | None = None
        self._over = ""
        """Why nothing is played any more; empty while it is."""
        self._alarm = self._timing.alarm()
        self._worker = threading.Thread(target=self._work, name=name, daemon=True)
        try:
            self._worker.start()
        except BaseException:
            self._finish("has no worker")
            raise

    @property
    def waits(self) -> bool:
        """Whether there are beats to come."""
        return self._until is not None

    def check(self) -> None:
        """Raise DriverError where nothing is played any more."""
        if self._over:
            raise DriverError(f"{self._what} {self._over}: restart the kiosk")

    def repeat(self, beats: tuple[Beat[T], ...]) -> None:
        """Play these over and over from now on; the same again keep their rhythm. Raises DriverError."""
        with self._lock:
            self.check()
            if self._repeated != beats:
                self._start(cycle(beats))
                self._repeated = beats

    def once(self, beats: Iterable[Beat[T]]) -> None:
        """Play these from now on, and stay at the last. Raises DriverError."""
        with self._lock:
            self.check()
            self._start(iter(beats))

    def close(self, over: str = "is closed") -> None:
        """Let the thing go, and say why from now on. May be called twice, from any thread; raises nothing."""
        with self._lock:
            self._finish(over)
        self._alarm.ring()
        if self._worker.is_alive() and threading.current_thread() is not self._worker:
            self._worker.join(_STOP_S)

    def _start(self, beats: Iterator[Beat[T]]) -> None:
        self._repeated = None  # until it is known to be played
        self._beats = beats
        try:
            self._beat(self._timing.now())
        finally:
            self._alarm.ring()  # whatever happened to the first beat, the worker makes the others

    def _work(self) -> None:
        over = "has lost its worker"
        with self._alarm:
            try:
                while not self._over:
                    self._alarm.wait(self._catch_up())
            except DriverError as error:
                LOG.error("%s is let go: %s", self._what, error)
                over = "does not obey any more"
            except Exception:
                LOG.exception("%s: its worker broke; it is let go", self._what)
            finally:
                with self._lock:
                    self._finish(over)

    def _catch_up(self) -> float | None:
        with self._lock:
            now = self._timing.now()
            if not self._over and self._until is not None and now >= self._until:
                # From where the beat was to end, so that a rhythm does not drift; from now after a long sleep.
                self._beat(self._until if now - self._until < 0.1 else now)
            return self._until

    def _beat(self, at: float) -> None:
        beat = next(self._beats, None)
        if beat is None:
            self._until = None
            return
        self._until = None if beat.s == STEADY else at + beat.s
        self._perform(beat.what)

    def _finish(self, over: str) -> None:
        """Let the thing go for good. Called with the lock held; raises nothing."""
        if self._over:
            return
        self._over = over
        self._until = None
        for let_go in self._free:
            with suppress(Exception):  # a thing that does not obey is let go all the same
                let_go()


def beat_at(beats: tuple[Beat[T], ...], s: float) -> T:
    """Return what is played `s` seconds after a rhythm was begun that repeats.

    >>> beat_at((Beat("on", 1.0), Beat("off", 2.0)), 4.5)
    'off'
    """
    if beats[0].s != STEADY:
        s %= sum(beat.s for beat in beats)
    for beat in beats:
        # A nanosecond of grace: a sum of floats ends a little before or after the beat does.
        if s < beat.s - 1e-9:
            return beat.what
        s -= beat.s
    return beats[0].what
