"""Has gpiozero drive the chip that is the 40-pin header, whatever its number: for gate, lamp, buzzer, sensors, keypad and doctor.

gpiozero itself takes the chip by a number that it knows of a board, and newer kernels have moved it: then nothing opens, or the
pins of something else are switched.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from typing import Any

from drivers.pins.gpio_lines import header_number

_ONCE = threading.Lock()
CHOSEN = "GPIOZERO_PIN_FACTORY"
"""Whoever sets this (a test, the demo) has chosen what drives the pins, and is not overruled."""


def take_header(
    *, find: Callable[[], int] = header_number, library: Callable[[], Callable[[int], Any]] | None = None
) -> Any:
    """Return what drives the pins, made once for the whole process.

    `find` returns the number of the header's chip; `library` what makes the driver of one, and raises ImportError where lgpio
    is not there: then it is gpiozero's own choice. Raises ImportError, DriverError, or DriverMissing where lgpio is there and
    the header is not: the pins of another chip are never switched.
    """
    from gpiozero import Device

    with _ONCE, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gpiozero's, of each library that it did not find
        if Device.pin_factory is None and not os.environ.get(CHOSEN):
            try:
                make = (library or _lgpio)()
            except ImportError:
                pass
            else:
                Device.pin_factory = make(find())
        Device.ensure_pin_factory()
        return Device.pin_factory


def _lgpio() -> Callable[[int], Any]:
    from gpiozero.pins.lgpio import LGPIOFactory

    return lambda chip: LGPIOFactory(chip=chip)
