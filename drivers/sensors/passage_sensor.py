"""The passage sensor: a turnstile's own contacts, or one or two light beams, on GPIO inputs.

What the edges mean is `kiosk/core/crossings.py`. It must never tell of a passage twice, and says so when a beam is blocked.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from drivers.sensors.input_lines import InputLines
from kiosk.core import crossings
from kiosk.core.crossings import STUCK_S, Sensor, Watch
from kiosk.core.events import Passed
from kiosk.errors import DriverError


class GpioPassageSensor:
    """A sensor on one wire or two."""

    def __init__(
        self,
        sensor: Sensor | str,
        numbers: Sequence[int],
        *,
        active_high: bool = False,
        bounce_s: float = 0.02,
        now: Callable[[], float] = time.monotonic,
        pin_factory: Any = None,
    ) -> None:
        """Take the pins (BCM numbers): of two, the way in's contact or the outer beam first.

        `active_high` False: a closed contact or a broken beam pulls the line to ground. `bounce_s`: a level counts when it
        has been steady for so long. Raises DriverError or DriverMissing.
        """
        self._kind = Sensor(sensor)
        if len(numbers) != self._kind.lines:
            raise DriverError(
                f"expected {self._kind.lines} pins for {self._kind.value}, found {len(numbers)}: see [passage]"
            )
        self._numbers = tuple(numbers)
        self._now = now
        self._lines = InputLines(
            f"the passage sensor on {self._named(range(len(numbers)))}",
            numbers,
            active_high=active_high,
            now=now,
            pin_factory=pin_factory,
        )
        self._watch = Watch.begun(self._kind, tuple(self._lines.known), now(), bounce_s=bounce_s)
        self._passages: deque[Passed] = deque()
        self._closed = False
        self.fault = ""
        """What is wrong, for staff; empty while nothing is."""

    def read(self, wait_s: float) -> Passed | None:
        """Return the next passage, or None after `wait_s` seconds. Raises DriverError when the pins are gone."""
        deadline = time.monotonic() + wait_s
        while True:
            if self._closed:
                raise DriverError("the passage sensor is closed: it was read after the kiosk's stop")
            while (edge := self._lines.take(0)) is not None:
                self._see(*crossings.after(self._watch, edge))
            now = self._now()
            self._see(*crossings.look(self._watch, now))
            self.fault = self._wrong(now)
            if self._passages:
                return self._passages.popleft()
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            due = self._watch.due(now)
            edge = self._lines.take(left if due is None else min(due - now, left))
            if edge is not None:
                self._see(*crossings.after(self._watch, edge))

    def close(self) -> None:
        """Give the pins back. May be called twice."""
        self._closed = True
        self._lines.close()

    def _see(self, watch: Watch, passed: tuple[Passed, ...]) -> None:
        self._watch = watch
        self._passages += passed

    def _wrong(self, now: float) -> str:
        stuck = self._watch.stuck(now)
        if not stuck:
            return ""
        thing = "beam" if self._kind in (Sensor.BEAM, Sensor.BEAMS) else "contact"
        does = "is blocked" if thing == "beam" else "does not open again"
        return (
            f"the {thing} on {self._named(stuck)} {does} for more than {STUCK_S:g} s: nobody is counted; "
            "see what stands there, clean the sensor, then its wire"
        )

    def _named(self, lines: Sequence[int]) -> str:
        return " and ".join(f"GPIO{self._numbers[line]}" for line in lines)
