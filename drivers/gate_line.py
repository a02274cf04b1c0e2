"""One line of a gate: a GPIO pin that is switched for a while and comes to rest by itself.

It must never be left energised: not when closed in mid-pulse, not when its thread breaks, not when the interpreter
ends. Not gpiozero's `blink(n=1)`: stopped in mid-pulse, that leaves the pin on. The pulse is owned here.
"""

from __future__ import annotations

import atexit
import logging
import threading
from contextlib import suppress
from typing import Any

from drivers.duty import Duty
from drivers.pins import pins
from drivers.timing import Timing
from kiosk.core.model import Direction
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

_STOP_S = 2.0
"""How long close() waits for the worker. The line is off before that: this only tidies up."""


class Line:
    """One pin and the worker that ends its pulses.

    The caller begins the pulse, so that a dead line is its own exception and no thread switch delays the visitor;
    the worker ends it. Whoever touches the pin holds the lock, and a line whose worker is gone takes no pulse.
    """

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
        self._lock = threading.Lock()  # protects the pin, the duty, _ways and _over
        self._ways: set[Direction] = set()
        self._over = ""
        """Why the line takes no more pulses; empty while it does."""
        with pins(what):
            from gpiozero import OutputDevice

            self._device = OutputDevice(
                pin, active_high=active_high, initial_value=energised_at_rest, pin_factory=pin_factory
            )
        self._alarm = timing.alarm()
        self._worker = threading.Thread(target=self._work, name=f"gate-GPIO{pin}", daemon=True)
        # A stop that forgot close() must not leave a magnet or a coil under power: gpiozero's own shutdown turns the
        # pin to an input that still reads high. Registered later than that one, so it runs before it.
        atexit.register(self.close)
        try:
            self._worker.start()
        except BaseException:
            self.close()
            raise

    def pulse(self, way: Direction | None = None) -> None:
        """Begin a pulse, or prolong the one that runs. Raises DriverError where the line does not obey.

        `way` is whom it is for; `rest` asks after it.
        """
        with self._lock, pins(self._what):
            if self._over:
                raise DriverError(f"{self._what} {self._over}: restart the kiosk")
            running = self._duty.on(self._timing.now())
            self._duty.pulse(self._timing.now())
            self._ways = (self._ways if running else set()) | ({way} if way else set())
            self._alarm.ring()  # before the pin: whatever happens below, the worker ends this pulse
            self._set(not self._at_rest)
            # Read back, since a write to a shorted or seized line "succeeds". The pulse goes on all the same:
            # if only the reading is wrong, the visitor passes.
            if bool(self._device.value) == self._at_rest:
                raise DriverError(
                    f"{self._what} was switched and did not follow: check the wire for a short, and that nothing else "
                    "drives the pin"
                )

    def rest(self, way: Direction | None = None) -> None:
        """End the pulse now, unless it runs for somebody else's way too. Nothing where none runs. Raises DriverError."""
        with self._lock:
            if self._over or not self._duty.on(self._timing.now()):
                return
            self._ways.discard(way) if way else self._ways.clear()
            if self._ways:
                return
            self._duty.cut(self._timing.now())
            self._alarm.ring()
            with pins(self._what):
                self._set(self._at_rest)

    def close(self) -> None:
        """End any pulse and leave the line without power. May be called twice, from any thread; raises nothing."""
        atexit.unregister(self.close)
        with self._lock:
            self._finish("is closed")
        self._alarm.ring()
        if self._worker.is_alive() and threading.current_thread() is not self._worker:
            self._worker.join(_STOP_S)

    def _work(self) -> None:
        with self._alarm:
            try:
                while not self._over:
                    self._alarm.wait(self._end_pulse())
            except Exception:
                LOG.exception("%s: its worker broke; the line is without power", self._what)
            finally:
                with self._lock:
                    self._finish("has lost its worker")

    def _end_pulse(self) -> float | None:
        """Bring the line to rest if its pulse is over; return when to look again, None where nothing is to come."""
        with self._lock:
            if self._over:
                return None
            if self._duty.on(self._timing.now()):
                return self._duty.until
            try:
                with pins(self._what):
                    self._set(self._at_rest)
            except DriverError as error:
                LOG.error("%s: the pulse could not be ended: %s", self._what, error)
                self._finish("could not be brought to rest")
            return None

    def _finish(self, over: str) -> None:
        """Take the power away for good. Called with the lock held; raises nothing."""
        if self._over:
            return
        self._over = over
        self._duty.cut(self._timing.now())
        for let_go in (self._device.off, self._device.close):
            with suppress(Exception):  # a line that does not obey is freed all the same
                let_go()

    def _set(self, energised: bool) -> None:
        if energised:
            self._device.on()
        else:
            self._device.off()
