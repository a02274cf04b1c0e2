"""A fire alarm's contact without the building: for tests and for the demo.

It obeys the physics of a loop: closed while all is well, opened by the alarm or by whoever cuts the wire. Above the pin it is
the real driver.
"""

from __future__ import annotations

import threading

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.sensors.fire_alarm import GpioFireAlarm

PIN = 25


class _Contact(MockPin):
    """A pin with a contact to ground, which wins over the Pi's own resistor."""

    closed = False

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if self.closed:
            self.drive_low()


class FakeFireAlarm:
    """The real driver on a mock pin: `ring()`, `silence()`, `cut()`. Its clock goes by `wait`, and with each of these."""

    def __init__(self, *, closed_when_quiet: bool = True, ringing: bool = False) -> None:
        self._lock = threading.Lock()
        self._now = 0.0
        self._quiet = closed_when_quiet
        factory = MockFactory(pin_class=_Contact)
        self._wire = factory.pin(f"GPIO{PIN}")
        self._contact(closed=closed_when_quiet is not ringing)
        self._real = GpioFireAlarm(
            PIN, closed_when_quiet=closed_when_quiet, now=self.now, pin_factory=factory
        )

    def now(self) -> float:
        """Seconds of its own clock."""
        with self._lock:
            return self._now

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        with self._lock:
            self._now += seconds

    def ring(self) -> None:
        """Raise the alarm."""
        self._change(closed=not self._quiet)

    def silence(self) -> None:
        """End it."""
        self._change(closed=self._quiet)

    def cut(self) -> None:
        """Cut the wire: nothing pulls the pin down any more."""
        self._change(closed=False)

    def flicker(self) -> None:
        """Let a spark go over the wire: 20 ms."""
        self._contact(closed=not self._quiet)
        self.wait(0.02)
        self._contact(closed=self._quiet)

    def read(self, wait_s: float) -> bool | None:
        """Return what the real one does."""
        return self._real.read(wait_s)

    def close(self) -> None:
        """Give the pin back."""
        self._real.close()

    def _change(self, *, closed: bool) -> None:
        for _ in range(3):  # a relay's contact bounces
            self._contact(closed=closed)
            self.wait(0.003)
            self._contact(closed=not closed)
            self.wait(0.003)
        self._contact(closed=closed)
        self.wait(1.0)

    def _contact(self, *, closed: bool) -> None:
        self._wire.closed = closed
        (self._wire.drive_low if closed else self._wire.drive_high)()
