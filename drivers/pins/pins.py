"""What gate and lamp share of the pins: an error of gpiozero or of the pin library in our own words.

It must never hide which wire is meant: the technician looks for it with a screwdriver.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.pins.header import take_header
from kiosk.errors import DriverError, DriverMissing, KioskError


@contextmanager
def pins(what: str) -> Iterator[None]:
    """Turn whatever the pin library raises into DriverMissing or DriverError about `what` ("the gate on GPIO17").

    Pins that are taken in it are the header's.
    """
    try:
        take_header()
        yield
    except KioskError:
        raise
    except Exception as error:  # lgpio's own error inherits from Exception, nothing nearer
        if type(error).__name__ == "BadPinFactory":  # asked first: it is an ImportError, too
            raise DriverMissing(
                f"{what}: expected the pins of a Raspberry Pi, found none that can be driven. On a Pi: "
                "`sudo apt install python3-lgpio`, and the kiosk's user in the group gpio. Elsewhere choose the "
                f'driver "none" ({error})'
            ) from error
        if isinstance(error, ImportError):
            raise DriverMissing(
                f"{what} needs gpiozero, which is not installed ({error}): run install.sh again"
            ) from error
        raise DriverError(
            f"{what} cannot be set ({type(error).__name__}: {error}): check that no other program holds the pin, "
            "and the wire"
        ) from error
