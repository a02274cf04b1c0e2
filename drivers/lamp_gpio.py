"""The lamp: an RGB lamp on three GPIO lines that tells from afar what the screen tells.

It plays drivers/rhythms.py. It must never keep a colour that nobody stands for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

from drivers.pins import pins
from drivers.rhythms import STEADY_S, Step, hue_of, steps_of
from drivers.timing import RealTime, Timing
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

_STOP_S = 2.0
"""How long close() waits for the worker; the lamp is dark before that."""


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
        self._shown: tuple[Signal, Colour | None, int] | None = None
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

    def show(self, signal: Signal, colour: Colour | None, fault: int = 0) -> None:
        """Change at once and return; the same signal again keeps its rhythm. Raises DriverError where it is gone."""
        with self._lock:
            if self._over:
                raise DriverError(f"{self._what} {self._over}: restart the kiosk")
            if self._shown == (signal, colour, fault):
                return
            self._shown = (signal, colour, fault)
            self._hue = hue_of(signal, colour)
            self._steps = cycle(steps_of(signal, fault))
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
        self._until = None if step.s == STEADY_S else at + step.s
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
