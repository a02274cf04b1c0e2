"""What stands where the venue has no gate, lamp, sound, keypad or QR codes: it does nothing, and says so by its name.

It must never pretend: nothing here records, opens or answers.
"""

from __future__ import annotations

import threading

from kiosk.core.effects import Signal, Sound
from kiosk.core.model import Colour, Direction
from kiosk.core.strokes import Stroke
from kiosk.errors import DriverError
from kiosk.ports import Grey, Reading


class NoGate:
    """A door without a gate: people walk in past the desk."""

    def open(self, direction: Direction) -> None:
        """Nothing to open."""

    def shut(self, direction: Direction) -> None:
        """Nothing to shut."""

    def close(self) -> None:
        """Nothing to give back."""


class LostGate:
    """A gate that is meant to be here and could not be had: each order says why, and nobody takes it for opened."""

    def __init__(self, why: str) -> None:
        self._why = why

    def open(self, direction: Direction) -> None:  # noqa: ARG002 - the port's
        """Raise DriverError."""
        raise DriverError(self._why)

    def shut(self, direction: Direction) -> None:
        """Nothing was opened."""

    def close(self) -> None:
        """Nothing to give back."""


class NoLamp:
    """No lamp."""

    def show(self, signal: Signal, colour: Colour | None, fault: int = 0) -> None:
        """Nothing to light."""

    def close(self) -> None:
        """Nothing to give back."""


class LostLamp:
    """A lamp that is meant to be here and could not be had: each order says why, so that nobody takes it for mended."""

    def __init__(self, why: str) -> None:
        self._why = why

    def show(self, signal: Signal, colour: Colour | None, fault: int = 0) -> None:  # noqa: ARG002 - the port's
        """Raise DriverError."""
        raise DriverError(self._why)

    def close(self) -> None:
        """Nothing to give back."""


class Silence:
    """No loudspeaker, or a venue that wants none."""

    def play(self, sound: Sound) -> None:
        """Make no sound."""

    def close(self) -> None:
        """Nothing to give back."""


class LostSound:
    """A loudspeaker or buzzer that is meant to be here and could not be had: each order says why."""

    def __init__(self, why: str) -> None:
        self._why = why

    def play(self, sound: Sound) -> None:  # noqa: ARG002 - the port's
        """Raise DriverError."""
        raise DriverError(self._why)

    def close(self) -> None:
        """Nothing to give back."""


class NoKeypad:
    """No keypad. It waits like one that nobody touches: a worker must not spin on it."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def read(self, wait_s: float) -> Stroke | None:
        """Return None after `wait_s` seconds, or as soon as it is closed."""
        self._closed.wait(wait_s)
        return None

    def close(self) -> None:
        """End the wait."""
        self._closed.set()


class NoDecoder:
    """A venue that reads no QR codes, only cards."""

    name = "none"

    def decode(self, frame: Grey) -> list[Reading]:  # noqa: ARG002 - the port's
        """Find nothing."""
        return []
