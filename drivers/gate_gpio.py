"""The gate: a relay on a GPIO line that opens a turnstile or a lock for one pulse.

It must never leave the line energised: not when closed in mid-pulse, not when its thread breaks, not when the
interpreter ends. What Python cannot catch (SIGKILL, a crash) is for systemd's ExecStopPost (docs/wiring/README.md).

Not gpiozero's `blink(n=1)`: stopped in mid-pulse, that leaves the pin on. The pulse is owned here.
"""

from __future__ import annotations

import atexit
import logging
import threading
from contextlib import suppress
from enum import StrEnum
from typing import Any

from drivers.duty import Duty
from drivers.pins import pins
from drivers.timing import RealTime, Timing
from kiosk.core.model import Direction
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

_STOP_S = 2.0
"""How long close() waits for the worker. The line is off before that: this only tidies up."""


class Fail(StrEnum):
    """What becomes of the lock when its power goes: the power of the lock, so that of a kiosk that died, too."""

    SECURE = "secure"
    """It locks. Energised to open: a turnstile, a strike, a bolt. At rest the line is off, a pulse switches it on."""
    SAFE = "safe"
    """It opens. Energised to hold: a magnet. At rest the line is on, a pulse switches it off."""


class GpioGate:
    """A gate on one line, or on one for each direction."""

    def __init__(
        self,
        *,
        entry_pin: int,
        exit_pin: int | None = None,
        pulse_s: float,
        active_high: bool = True,
        fail: Fail | str = Fail.SECURE,
        max_on_s: float = 10.0,
        pin_factory: Any = None,
        timing: Timing | None = None,
    ) -> None:
        """Take the pins (BCM numbers) and bring them to rest.

        `exit_pin` None: one line opens both ways. `pulse_s` seconds a pulse; `max_on_s` is how much the lock bears
        (`drivers.duty`); `active_high` False for a relay board that switches on when its input is pulled low.
        `pin_factory` None is gpiozero's own choice. Raises DriverError, DriverMissing or SettingsError.
        """

        def line(name: str, pin: int) -> _Line:
            return _Line(
                f"the gate's {name} line on GPIO{pin}",
                pin,
                duty=Duty(pulse_s=pulse_s, max_on_s=max_on_s),
                active_high=active_high,
                energised_at_rest=Fail(fail) is Fail.SAFE,
                pin_factory=pin_factory,
                timing=timing or RealTime(),
            )

        entry = line("entry", entry_pin)
        self._lines = {Direction.ENTRY: entry, Direction.EXIT: entry}
        if exit_pin is not None:
            try:
                self._lines[Direction.EXIT] = line("exit", exit_pin)
            except BaseException:
                entry.close()  # nobody else will
                raise

    def open(self, direction: Direction) -> None:
        """Start one pulse, or prolong the one that runs, and return at once.

        Raises DriverError where the line does not follow, is closed, or has been on for as long as it may.
        """
        self._lines[direction].pulse()

    def close(self) -> None:
        """End any pulse and leave every line without power. May be called twice, from any thread."""
        for line in self._lines.values():
            line.close()


class _Line:
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
        self._what = what
        self._duty = duty
        self._at_rest = energised_at_rest
        self._timing = timing
        self._lock = threading.Lock()  # protects the pin, the duty and _over
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

    def pulse(self) -> None:
        with self._lock, pins(self._what):
            if self._over:
                raise DriverError(f"{self._what} {self._over}: restart the kiosk")
            self._duty.pulse(self._timing.now())
            self._alarm.ring()  # before the pin: whatever happens below, the worker ends this pulse
            self._set(not self._at_rest)
            # Read back, since a write to a shorted or seized line "succeeds". The pulse goes on all the same:
            # if only the reading is wrong, the visitor passes.
            if bool(self._device.value) == self._at_rest:
                raise DriverError(
                    f"{self._what} was switched and did not follow: check the wire for a short, and that nothing else "
                    "drives the pin"
                )

    def close(self) -> None:
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
