"""Wires that the kiosk only listens to: every change of level with its time, and no change lost.

What passage sensor and fire alarm share. It must never drive a pin, and never decide what a change means.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from drivers.pins.pins import pins
from kiosk.core.crossings import Edge

_STEP_S = 1e-6
"""Two changes never have the same time: their order is what tells the way."""


class InputLines:
    """Some pins as inputs, each with the Pi's own resistor."""

    def __init__(
        self,
        what: str,
        numbers: Sequence[int],
        *,
        active_high: bool,
        now: Callable[[], float],
        pin_factory: Any = None,
    ) -> None:
        """Take the pins (BCM numbers).

        `active_high` False: a line is on when it is pulled to ground, and the Pi's resistor pulls it up otherwise; True the
        reverse. `now` gives monotonic seconds. Raises DriverError or DriverMissing.
        """
        self._what = what
        self._now = now
        self._last = float("-inf")
        self._edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self._devices: list[Any] = []
        try:
            with pins(what):
                from gpiozero import DigitalInputDevice

                for number in numbers:
                    self._devices.append(
                        DigitalInputDevice(number, pull_up=not active_high, pin_factory=pin_factory)
                    )
                self.known = list(self.levels())
                for line, device in enumerate(self._devices):
                    device.when_activated = self._changed(line, on=True)
                    device.when_deactivated = self._changed(line, on=False)
        except BaseException:
            self.close()
            raise

    def levels(self) -> tuple[bool, ...]:
        """Return which lines are on now. Raises DriverError."""
        with pins(self._what):
            return tuple(bool(device.value) for device in self._devices)

    def take(self, wait_s: float) -> Edge | None:
        """Return the next change, or None after `wait_s` seconds. A change that nobody told of is found then."""
        edge: Edge | None
        try:
            edge = self._edges.get(timeout=wait_s) if wait_s > 0 else self._edges.get_nowait()
        except queue.Empty:
            edge = self._untold()
        if edge is not None:
            self.known[edge.line] = edge.on
        return edge

    def close(self) -> None:
        """Give the pins back. May be called twice."""
        for device in self._devices:
            with suppress(Exception):
                device.close()
        self._devices.clear()

    def _changed(self, line: int, *, on: bool) -> Callable[[], None]:
        def changed() -> None:
            self._edges.put(Edge(self._at(), line, on))

        return changed

    def _untold(self) -> Edge | None:
        """The pin library may lose an edge under load: the levels themselves are the truth."""
        for line, on in enumerate(self.levels()):
            if on is not self.known[line] and self._edges.empty():
                return Edge(self._at(), line, on)
        return None

    def _at(self) -> float:
        self._last = max(self._now(), self._last + _STEP_S)
        return self._last
