"""The lamp: an RGB lamp on three GPIO lines that tells from afar what the screen tells.

Colour is the registry's status, rhythm is our decision. It must never flash more than three times a second
(EN 301 549), never show a status colour where no status is known, and never keep a colour that nobody stands for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from drivers.pins import pins
from drivers.timing import RealTime, Timing
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

_STOP_S = 2.0
"""How long close() waits for the worker; the lamp is dark before that."""

Hue = tuple[float, float, float]
"""Red, green, blue, each from 0 to 1."""

HUES: dict[Colour, Hue] = {
    Colour.GREEN: (0.0, 1.0, 0.0),
    Colour.BLUE: (0.0, 0.0, 1.0),
    # The green diode is the brighter one in every RGB lamp: in equal parts yellow turns to lime.
    Colour.YELLOW: (1.0, 0.6, 0.0),
    Colour.RED: (1.0, 0.0, 0.0),
}
WHITE: Hue = (1.0, 1.0, 1.0)
"""No status is white: the hue of whatever is not known."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a rhythm."""

    level: float
    """Brightness from 0 (dark) to 1."""
    s: float
    """Seconds; infinite for a steady light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A rhythm, repeated until the next signal."""

    steps: tuple[Step, ...]
    coloured: bool
    """Whether it takes the colour of the status, where one is known. Otherwise white."""


_STEADY = float("inf")

PATTERNS: dict[Signal, Pattern] = {
    # Just alive: a dark lamp is a lamp without power.
    Signal.IDLE: Pattern(steps=(Step(0.05, _STEADY),), coloured=False),
    # Quick and soft: working.
    Signal.CHECKING: Pattern(steps=(Step(0.5, 0.25), Step(0.1, 0.25)), coloured=False),
    # Calm: go.
    Signal.ADMITTED: Pattern(steps=(Step(1.0, _STEADY),), coloured=True),
    # Twice, and twice again: stop, in any colour.
    Signal.REFUSED: Pattern(
        steps=(Step(1.0, 0.25), Step(0.0, 0.25), Step(1.0, 0.25), Step(0.0, 1.0)), coloured=True
    ),
    # Once, slowly: wait, somebody comes. Never a colour (rules.md 8).
    Signal.UNCHECKED: Pattern(steps=(Step(1.0, 0.8), Step(0.0, 0.8)), coloured=False),
    # A spark now and then, like a smoke detector's.
    Signal.OUT_OF_ORDER: Pattern(steps=(Step(1.0, 0.15), Step(0.0, 2.35)), coloured=False),
}


def hue_of(signal: Signal, colour: Colour | None) -> Hue:
    """Return the hue in which a signal is shown."""
    return HUES[colour] if colour is not None and PATTERNS[signal].coloured else WHITE


class GpioLamp:
    """An RGB lamp, one line a colour."""

    def __init__(
        self,
        *,
        red_pin: int,
        green_pin: int,
        blue_pin: int,
        active_high: bool = True,
        dimmable: bool = True,
        pin_factory: Any = None,
        timing: Timing | None = None,
    ) -> None:
        """Take the pins (BCM numbers) and stay dark until the first signal.

        `active_high` False for a common-anode lamp. `dimmable` False where relays switch the lamp: a quarter of the
        brightness or more is on, less is off. `pin_factory` None is gpiozero's own choice. Raises DriverError or
        DriverMissing.
        """
        self._what = f"the lamp on GPIO{red_pin}, {green_pin}, {blue_pin}"
        self._dimmable = dimmable
        self._timing = timing or RealTime()
        self._lock = threading.Lock()  # protects everything below
        self._shown: tuple[Signal, Colour | None] | None = None
        self._steps: Iterator[Step] = iter(())
        self._until: float | None = None
        self._over = ""
        """Why the lamp shows nothing any more; empty while it does."""
        with pins(self._what):
            from gpiozero import RGBLED

            self._led = RGBLED(
                red_pin, green_pin, blue_pin, active_high=active_high, pwm=dimmable, pin_factory=pin_factory
            )
        self._alarm = self._timing.alarm()
        self._worker = threading.Thread(target=self._work, name="lamp", daemon=True)
        self._worker.start()

    def show(self, signal: Signal, colour: Colour | None) -> None:
        """Change at once and return; the same signal again keeps its rhythm. Raises DriverError where it is gone."""
        with self._lock:
            if self._over:
                raise DriverError(f"{self._what} {self._over}: restart the kiosk")
            if self._shown == (signal, colour):
                return
            self._shown = (signal, colour)
            self._hue = hue_of(signal, colour)
            self._steps = cycle(PATTERNS[signal].steps)
            self._step(self._timing.now())
            self._alarm.ring()

    def close(self) -> None:
        """Go dark and give the pins back."""
        with self._lock:
            self._finish("is closed")
        self._alarm.ring()
        if threading.current_thread() is not self._worker:
            self._worker.join(_STOP_S)

    def _work(self) -> None:
        with self._alarm:
            try:
                while not self._over:
                    self._alarm.wait(self._catch_up())
            except Exception:
                LOG.exception("%s: its worker broke; it stays dark", self._what)
            finally:
                with self._lock:
                    self._finish("has lost its worker")

    def _catch_up(self) -> float | None:
        with self._lock:
            now = self._timing.now()
            if not self._over and self._until is not None and now >= self._until:
                # From where the step was to end, so that a rhythm does not drift; from now after a long sleep.
                self._step(self._until if now - self._until < 0.1 else now)
            return self._until

    def _step(self, at: float) -> None:
        step = next(self._steps)
        self._until = None if step.s == _STEADY else at + step.s
        with pins(self._what):
            self._led.value = tuple(self._brightness(part * step.level) for part in self._hue)

    def _brightness(self, level: float) -> float:
        return level if self._dimmable else float(level >= 0.25)

    def _finish(self, over: str) -> None:
        if self._over:
            return
        self._over = over
        self._until = None
        for let_go in (self._led.off, self._led.close):
            with suppress(Exception):  # a lamp that does not obey is let go all the same
                let_go()
