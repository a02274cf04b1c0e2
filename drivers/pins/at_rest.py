"""Takes the power from lines that nobody drives any more: after a kiosk that was killed, and before one that starts.

It must never switch a line on, not for a moment, and never stop at the first that fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drivers.pins.pins import pins
from kiosk.errors import DriverError, DriverMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A line that a program may have left on."""

    what: str
    """How an error calls it: "[gate] entry_pin"."""
    pin: int
    """BCM."""
    active_high: bool


def put_at_rest(outputs: Iterable[Output], *, pin_factory: Any = None) -> tuple[Output, ...]:
    """Take the power from each line, let it go, and return those lines: a strike locks, a magnet opens.

    Every line is tried. Raises DriverError with a sentence for each that could not be had: while the kiosk runs, that
    is all of them; DriverMissing where this machine has no pins. `pin_factory` None is gpiozero's own choice.
    """
    done: list[Output] = []
    failed: list[DriverError] = []
    for output in outputs:
        try:
            with pins(f"{output.what} on GPIO{output.pin}"):
                from gpiozero import OutputDevice

                # The first level that gpiozero drives is the initial one: there is no edge through "on".
                OutputDevice(
                    output.pin, active_high=output.active_high, initial_value=False, pin_factory=pin_factory
                ).close()
        except DriverError as error:
            failed.append(error)
        else:
            done.append(output)
    if failed:
        kind = DriverMissing if isinstance(failed[0], DriverMissing) else DriverError
        raise kind("; ".join(dict.fromkeys(map(str, failed))))
    return tuple(done)
