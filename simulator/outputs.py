"""Gate, lamp, sounder and time without hardware: for tests, for the demo, and for a desk without a Pi.

They obey the physics of the real ones (a pulse ends by itself, a coil warms up) and write down what happened. They
must never be told what to answer. The keypad is in `simulator/keypad.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from drivers.gate.duty import Duty
from drivers.lamp.palettes import LampPalette, Levels, beats_of, rgb
from drivers.pins.player import Beat, beat_at
from drivers.sound.melodies import seconds
from kiosk.core.effects import Signal, Sound
from kiosk.core.model import Colour, Direction
from kiosk.errors import DriverError

_STUCK_S = 20.0
"""Real seconds after which a worker that does not come back to its alarm is a mistake of the test or the driver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePulse:
    """One time that the gate was open."""

    at: float
    """When it began, on the clock that the fake was given (seconds)."""
    s: float
    """How long it lasts, as far as is known now (seconds)."""
    direction: Direction
    """What it was opened for; prolonging does not change it, the line has no direction."""


class FakeGate:
    """A gate on one line. `fail("...")` breaks its wire, `mend()` repairs it.

    `holds`: it stands open until `shut`, for `pulse_s` at most; otherwise nothing but time ends a pulse.
    """

    def __init__(
        self, *, now: Callable[[], float], pulse_s: float = 0.5, max_on_s: float = 10.0, holds: bool = False
    ) -> None:
        self._now = now
        self._holds = holds
        self._ways: set[Direction] = set()
        self._duty = Duty(pulse_s=pulse_s, max_on_s=max_on_s)
        self._lock = threading.Lock()
        self._begun: list[tuple[float, Direction]] = []
        self._ended: list[float] = []
        self._broken = ""
        self.orders: list[Direction] = []
        """Every order that was obeyed, prolonging ones too."""

    @property
    def pulses(self) -> list[GatePulse]:
        """Every pulse so far, the running one last."""
        with self._lock:
            ends = self._ended if self._duty.until is None else [*self._ended, self._duty.until]
            return [
                GatePulse(at=at, s=round(end - at, 9), direction=direction)
                for (at, direction), end in zip(self._begun, ends, strict=True)
            ]

    @property
    def is_open(self) -> bool:
        """Whether a visitor could pass now."""
        with self._lock:
            return self._duty.on(self._now())

    def open(self, direction: Direction) -> None:
        """Start a pulse or prolong it. Raises DriverError as the real one does."""
        with self._lock:
            if self._broken:
                raise DriverError(self._broken)
            now, running, last = self._now(), self._duty.on(self._now()), self._duty.until
            self._duty.pulse(now)
            if not running:
                self._begun.append((now, direction))
                if last is not None:
                    self._ended.append(last)
                self._ways.clear()
            self._ways.add(direction)
            self.orders.append(direction)

    def shut(self, direction: Direction) -> None:
        """End what is held for this way, unless the other one is waited for. Raises DriverError as the real one does."""
        with self._lock:
            self._ways.discard(direction)
            if self._holds and not self._ways and not self._broken:
                self._duty.cut(self._now())

    def close(self) -> None:
        """End the pulse."""
        with self._lock:
            self._duty.cut(self._now())
            self._broken = "the gate is closed: restart the kiosk"

    def fail(self, why: str = "the gate's wire is cut") -> None:
        """Break the wire: whatever was open falls shut, and each order raises DriverError."""
        with self._lock:
            self._duty.cut(self._now())
            self._broken = why

    def mend(self) -> None:
        """Repair the wire."""
        with self._lock:
            self._broken = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LampChange:
    """What a lamp changed to."""

    at: float
    signal: Signal
    colour: Colour | None
    fault: int = 0


class FakeLamp:
    """A lamp that remembers, and blinks as the real one. The same signal again is no change."""

    def __init__(
        self, *, now: Callable[[], float], palette: LampPalette = rgb, dimmable: bool = True
    ) -> None:
        self._now = now
        self._palette = palette
        self._dimmable = dimmable
        self._closed = False
        self._beats: tuple[Beat[Levels], ...] = ()
        self._begun = 0.0
        self.shown: list[LampChange] = []

    @property
    def levels(self) -> Levels:
        """How bright each of its outputs is now."""
        if self._closed or not self.shown:
            return tuple(0.0 for _ in self._palette(None))
        return beat_at(self._beats, self._now() - self._begun)

    def show(self, signal: Signal, colour: Colour | None, fault: int = 0) -> None:
        """Change to this signal."""
        if self._closed:
            raise DriverError("the lamp is closed: restart the kiosk")
        beats = beats_of(signal, colour, self._palette, dimmable=self._dimmable, fault=fault)
        if beats != self._beats:  # what looks the same keeps its rhythm
            self._beats, self._begun = beats, self._now()
        new = LampChange(at=self._now(), signal=signal, colour=colour, fault=fault)
        if not self.shown or replace(self.shown[-1], at=new.at) != new:
            self.shown.append(new)

    def close(self) -> None:
        """Go dark."""
        self._closed = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a sounder began."""

    at: float
    sound: Sound


class FakeSounder:
    """A loudspeaker that remembers what it played, and falls silent when a melody is over."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._closed = False
        self.played: list[Played] = []

    @property
    def playing(self) -> Sound | None:
        """What is heard now."""
        if self._closed or not self.played:
            return None
        last = self.played[-1]
        return last.sound if self._now() - last.at < seconds(last.sound) else None

    def play(self, sound: Sound) -> None:
        """Begin this sound."""
        if self._closed:
            raise DriverError("the sound device was closed: restart the kiosk")
        self.played.append(Played(at=self._now(), sound=sound))

    def close(self) -> None:
        """Fall silent."""
        self._closed = True


class ManualTime:
    """A clock that stands still until a test advances it (`drivers.pins.timing.Timing`).

    `advance` stops at every deadline on its way, wakes the worker that waits for it and goes on when all workers
    sleep again or have ended: afterwards everything that was due has happened, and nobody slept for real.
    """

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._changed = threading.Condition()  # protects everything here and in the alarms
        self._alarms: list[ManualAlarm] = []

    def now(self) -> float:
        """Seconds, as far as they were advanced."""
        with self._changed:
            return self._now

    def alarm(self) -> ManualAlarm:
        """Return a new alarm: whoever holds it is awake until it first waits."""
        with self._changed:
            self._alarms.append(ManualAlarm(self._changed, self.now))
            return self._alarms[-1]

    def advance(self, s: float) -> None:
        """Let `s` seconds go by. Raises TimeoutError where a worker does not come back to its alarm."""
        with self._changed:
            target = self._now + s
            while True:
                if not self._changed.wait_for(
                    lambda: not any(alarm.awake for alarm in self._alarms), _STUCK_S
                ):
                    raise TimeoutError(
                        f"expected every worker to sleep on its alarm within {_STUCK_S:g} s, one is still awake: "
                        "it hangs, or ended without leaving the alarm's `with`"
                    )
                due = [alarm for alarm in self._alarms if alarm.until is not None and alarm.until <= target]
                if not due:
                    self._now = target
                    return
                self._now = max(self._now, min(alarm.until for alarm in due if alarm.until is not None))
                for alarm in due:
                    if alarm.until is not None and alarm.until <= self._now:
                        alarm.wake()

    def settle(self) -> None:
        """Let everybody who is awake go to sleep, while no time goes by."""
        self.advance(0.0)


class ManualAlarm:
    """An alarm on a ManualTime."""

    def __init__(self, changed: threading.Condition, now: Callable[[], float]) -> None:
        self._changed = changed
        self._now = now
        self._rung = False
        self._gone = False
        self.awake = True
        """Whether the worker is at work."""
        self.until: float | None = None
        """When it is to be woken; None: only by a ring, or it is awake or gone."""

    def ring(self) -> None:
        """Wake the sleeper."""
        with self._changed:
            self._rung = True
            self.wake()

    def wake(self) -> None:
        """Take the sleeper for awake from now on. Called with the lock held."""
        self.awake = not self._gone
        self.until = None
        self._changed.notify_all()

    def wait(self, until: float | None) -> None:
        """Sleep until the clock was advanced to then, or until it rings."""
        with self._changed:
            if not self._rung and (until is None or until > self._now()):
                self.awake, self.until = False, until
                self._changed.notify_all()
                self._changed.wait_for(lambda: self.awake)
            self._rung = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The worker has ended: nobody waits for it any more."""
        with self._changed:
            self._gone, self.awake, self.until = True, False, None
            self._changed.notify_all()
