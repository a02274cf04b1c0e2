"""The gate: relays on GPIO lines that open a turnstile or a lock, for one pulse or until the visitor has passed.

No line is ever left energised, whatever happens in Python (`drivers/gate/line.py`). What Python cannot catch (SIGKILL,
a crash) is for `kiosk gate-safe`, which systemd runs after the kiosk and before it (`put_at_rest`, docs/wiring).
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

from drivers.gate.duty import Duty
from drivers.gate.line import GateLine
from drivers.gate.shutter import Shutter
from drivers.pins.timing import RealTime, Timing
from kiosk.core.model import Direction


class Fail(StrEnum):
    """What becomes of the lock when its power goes: the power of the lock, so that of a kiosk that died, too."""

    SECURE = "secure"
    """It locks. Energised to open: a turnstile, a strike, a bolt. At rest the line is off, a pulse switches it on."""
    SAFE = "safe"
    """It opens. Energised to hold: a magnet. At rest the line is on, a pulse switches it off."""


class GpioGate:
    """A gate on one line, or on one for each direction, and perhaps one more that shuts it."""

    def __init__(
        self,
        *,
        entry_pin: int,
        exit_pin: int | None = None,
        shut_pin: int | None = None,
        pulse_s: float,
        hold_s: float | None = None,
        active_high: bool = True,
        fail: Fail | str = Fail.SECURE,
        max_on_s: float | None = 10.0,
        pin_factory: Any = None,
        timing: Timing | None = None,
    ) -> None:
        """Take the pins (BCM numbers) and bring them to rest.

        `exit_pin` None: one line opens both ways. `pulse_s` seconds a pulse; `max_on_s` is how much the lock bears
        (`drivers.gate.duty`), None where it may stay on, as a magnet may in any case; `active_high` False for a relay board that switches on when its input is pulled low.
        `hold_s` seconds for one person, None: a pulse is all. Without `shut_pin` the line itself is held until `shut`
        or for `hold_s`; with it the line has its pulse, and a pulse on `shut_pin` ends what it began.
        `pin_factory` None is gpiozero's own choice. Raises DriverError, DriverMissing or SettingsError.
        """
        timing = timing or RealTime()
        self._holds = hold_s is not None and shut_pin is None
        self._taken: list[GateLine] = []

        def line(name: str, pin: int, on_s: float, *, at_rest: bool) -> GateLine:
            # A pulse takes a magnet's power away: nothing warms up, and in a rush of people nobody is to wait for it.
            bears_s = math.inf if at_rest or max_on_s is None else max_on_s
            self._taken.append(
                GateLine(
                    f"the gate's {name} line on GPIO{pin}",
                    pin,
                    duty=Duty(pulse_s=on_s, max_on_s=bears_s),
                    active_high=active_high,
                    energised_at_rest=at_rest,
                    pin_factory=pin_factory,
                    timing=timing,
                )
            )
            return self._taken[-1]

        self._shutter: Shutter | None = None
        on_s = hold_s if self._holds and hold_s is not None else pulse_s
        at_rest = Fail(fail) is Fail.SAFE
        try:
            entry = line("entry", entry_pin, on_s, at_rest=at_rest)
            leave = entry if exit_pin is None else line("exit", exit_pin, on_s, at_rest=at_rest)
            if shut_pin is not None and hold_s is not None:
                # Never energised at rest: it is the input of a controller, not a lock.
                shut = line("shutting", shut_pin, pulse_s, at_rest=False)
                self._shutter = Shutter(shut, hold_s=hold_s, timing=timing)
        except BaseException:
            self.close()  # nobody else will
            raise
        self._lines = {Direction.ENTRY: entry, Direction.EXIT: leave}

    def open(self, direction: Direction) -> None:
        """Open for one person, or go on with it from now, and return at once.

        Raises DriverError where the line does not follow, is closed, or has been on for as long as it may.
        """
        if self._shutter is not None:
            self._shutter.expect(direction)
        self._lines[direction].pulse(direction)

    def shut(self, direction: Direction) -> None:
        """Nobody is on the way in this direction any more: end what is held for them. A mere pulse is left to end by itself.

        Raises DriverError where the line does not follow.
        """
        if self._shutter is not None:
            self._lines[direction].rest(direction)
            self._shutter.passed(direction)
        elif self._holds:
            self._lines[direction].rest(direction)

    def close(self) -> None:
        """End any pulse and leave every line without power. May be called twice, from any thread."""
        if self._shutter is not None:
            self._shutter.close()
        for line in self._taken:
            line.close()
