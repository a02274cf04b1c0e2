"""One line of a gate: a GPIO pin that is switched for a while and comes to rest by itself.

It must never be left energised: not when closed in mid-pulse, not when its thread breaks (`drivers/pins/player.py`), not when
the interpreter ends.
"""

from __future__ import annotations

import atexit
import threading
from typing import Any

from drivers.gate.duty import Duty
from drivers.pins.pins import pins
from drivers.pins.player import STEADY, Beat, Player
from drivers.pins.timing import Timing
from kiosk.core.model import Direction
from kiosk.errors import DriverError


class GateLine:
    """One pin, its pulses, and whom they are for."""

    def __init__(
        self,
        what: str,
        pin: int,
        *,
        duty: Duty,
        active_high: bool,
        energised_at_rest: bool,
        pin_factory: Any,
        timing: Timing,
    ) -> None:
        """Take the pin (a BCM number) and bring it to rest; `what` is how errors call it.

        `energised_at_rest`: the line has power while nothing happens, and a pulse takes it away. Raises DriverError
        or DriverMissing.
        """
        self._what = what
        self._duty = duty
        self._at_rest = energised_at_rest
        self._timing = timing
        self._lock = threading.Lock()  # protects the duty and _ways
        self._ways: set[Direction] = set()
        with pins(what):
            from gpiozero import OutputDevice

            self._device = OutputDevice(
                pin, active_high=active_high, initial_value=energised_at_rest, pin_factory=pin_factory
            )
        self._player: Player[bool] = Player(
            what,
            f"gate-GPIO{pin}",
            perform=self._set,
            free=(self._device.off, self._device.close),
            timing=timing,
        )
        # A stop that forgot close() must not leave a magnet or a coil under power: gpiozero's own shutdown turns the
        # pin to an input that still reads high. Registered later than that one, so it runs before it.
        atexit.register(self.close)

    def pulse(self, way: Direction | None = None) -> None:
        """Begin a pulse, or prolong the one that runs. Raises DriverError where the line does not obey.

        `way` is whom it is for; `rest` asks after it.
        """
        with self._lock:
            self._player.check()
            now = self._timing.now()
            running = self._duty.on(now)
            self._duty.pulse(now)
            self._ways = (self._ways if running else set()) | ({way} if way else set())
            self._player.once([Beat(not self._at_rest, self._duty.pulse_s), Beat(self._at_rest, STEADY)])

    def rest(self, way: Direction | None = None) -> None:
        """End the pulse now, unless it runs for somebody else's way too. Nothing where none runs. Raises DriverError."""
        with self._lock:
            if not self._duty.on(self._timing.now()):
                return
            self._ways.discard(way) if way else self._ways.clear()
            if self._ways:
                return
            self._duty.cut(self._timing.now())
            try:
                self._player.once([Beat(self._at_rest, STEADY)])
            except DriverError:
                self._player.close(
                    "could not be brought to rest"
                )  # the pin becomes an input: no power either
                raise

    def close(self) -> None:
        """End any pulse and leave the line without power. May be called twice, from any thread; raises nothing."""
        atexit.unregister(self.close)
        self._player.close()
        with self._lock:
            self._duty.cut(self._timing.now())

    def _set(self, energised: bool) -> None:
        with pins(self._what):
            if energised:
                self._device.on()
            else:
                self._device.off()
            # Read back, since a write to a shorted or seized line "succeeds". The pulse goes on all the same:
            # if only the reading is wrong, the visitor passes.
            if energised is not self._at_rest and bool(self._device.value) is self._at_rest:
                raise DriverError(
                    f"{self._what} was switched and did not follow: check the wire for a short, and that nothing else "
                    "drives the pin"
                )
