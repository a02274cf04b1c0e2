"""The building's fire alarm, heard on one GPIO input: a loop that is closed while all is well.

It only listens. The doors are released by the alarm's own relay, in hardware, whatever becomes of this program. A wire that
is cut counts as alarm: an input that cannot be told from silence would be worth nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from drivers.sensors.input_lines import InputLines
from kiosk.core.crossings import SensorWire
from kiosk.errors import DriverError


class GpioFireAlarm:
    """An alarm contact between one pin and ground."""

    def __init__(
        self,
        number: int,
        *,
        closed_when_quiet: bool = True,
        steady_s: float = 0.2,
        now: Callable[[], float] = time.monotonic,
        pin_factory: Any = None,
    ) -> None:
        """Take the pin (BCM number). The Pi's resistor pulls it up, so that a cut wire reads as an open contact.

        `closed_when_quiet` False is for a contact that closes in an alarm: a cut wire is not noticed there. `steady_s`: a
        change counts when it has lasted so long. Raises DriverError or DriverMissing.
        """
        self._now = now
        self._quiet = closed_when_quiet
        self._steady_s = steady_s
        self._lines = InputLines(
            f"the fire alarm on GPIO{number}", [number], active_high=False, now=now, pin_factory=pin_factory
        )
        closed = self._lines.known[0]
        self._line = SensorWire(on=closed, raw=closed, since=now(), moved=now())
        self._rang: bool | None = None
        self._closed = False

    def read(self, wait_s: float) -> bool | None:
        """Return whether it rings, the first time and after each change; None where nothing changed in `wait_s` seconds.

        Raises DriverError when the pin is gone.
        """
        deadline = time.monotonic() + wait_s
        while True:
            if self._closed:
                raise DriverError("the fire alarm's input is closed: it was read after the kiosk's stop")
            while (edge := self._lines.take(0)) is not None:
                self._line = self._settled(edge.at).after_edge(edge.at, edge.on)
            now = self._now()
            self._line = self._settled(now)
            rings = self._line.on is not self._quiet
            if rings is not self._rang:
                self._rang = rings
                return rings
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if self._line.began is not None:
                left = min(left, max(self._line.moved + self._steady_s - now, 0.001))
            edge = self._lines.take(left)
            if edge is not None:
                self._line = self._settled(edge.at).after_edge(edge.at, edge.on)

    def close(self) -> None:
        """Give the pin back. May be called twice."""
        self._closed = True
        self._lines.close()

    def _settled(self, at: float) -> SensorWire:
        line = self._line
        return line.settled() if line.began is not None and at - line.moved >= self._steady_s else line
