"""Which chip the GPIO header is, and who holds its lines: asked of the kernel, which is all that it does. No line is taken,
none is switched. The header is found by what the kernel calls it, never by its number: a Pi 5 has had it at 4, at 0 and at 11.

Without a library: the pin libraries can say it only of lines that they took.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import DriverError, DriverMissing

DEVICES = Path("/dev")
LABEL = "pinctrl-"
"""What the kernel calls the chip of the header: pinctrl-bcm2711, pinctrl-rp1 ..."""
HEADER_LINES = 28
_CHIP_INFO = struct.Struct("32s32sI")
_LINE_INFO = struct.Struct("32s32sIIQ160x16x")
_USED = 1
_OUTPUT = 8


def _ior(number: int, size: int, *, both: bool) -> int:
    """An ioctl of linux/gpio.h: all of them are of type 0xB4, and read, or write and read."""
    return ((3 if both else 2) << 30) | (size << 16) | (0xB4 << 8) | number


GET_CHIP_INFO = _ior(0x01, _CHIP_INFO.size, both=False)
GET_LINE_INFO = _ior(0x05, _LINE_INFO.size, both=True)
"""GPIO_V2_GET_LINEINFO_IOCTL, since Linux 5.10."""

Ioctl = Callable[[int, int, bytearray], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """One line of the header."""

    pin: int
    """BCM."""
    held_by: str
    """What its holder calls itself; empty while nobody has it."""
    output: bool


def lines(
    pins: Iterator[int] | list[int], *, devices: Path = DEVICES, ioctl: Ioctl = fcntl.ioctl
) -> list[HeaderLine]:
    """Return who holds each of these pins (BCM). Raises DriverMissing where there is no header, DriverError where it may
    not be looked at.
    """
    with _header(devices, ioctl) as (_number, chip):
        return [_line(chip, pin, ioctl) for pin in pins]


def header_number(*, devices: Path = DEVICES, ioctl: Ioctl = fcntl.ioctl) -> int:
    """Return the number of the header's chip: 4 for /dev/gpiochip4. Raises as `lines`; the text names the chips that are there."""
    with _header(devices, ioctl) as (number, _chip):
        return number


@contextmanager
def _header(devices: Path, ioctl: Ioctl) -> Iterator[tuple[int, int]]:
    """Give the number of the header's chip, and the chip, open."""
    others: list[str] = []
    refused: OSError | None = None
    for device in sorted(devices.glob("gpiochip*")):
        try:
            chip = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as failure:
            refused = failure
            continue
        try:
            info = bytearray(_CHIP_INFO.size)
            ioctl(chip, GET_CHIP_INFO, info)
            _name, label, count = _CHIP_INFO.unpack(info)
            if label.startswith(LABEL.encode()) and count >= HEADER_LINES:
                yield int(device.name.removeprefix("gpiochip")), chip
                return
            others.append(f"{device.name} ({label.rstrip(bytes(1)).decode('utf-8', 'replace')})")
        finally:
            os.close(chip)
    if refused is not None:
        raise DriverError(
            f"the pins may not be looked at ({refused.strerror}): the kiosk's user belongs into the group gpio"
        )
    raise DriverMissing(
        f"expected the GPIO header of a Raspberry Pi, found {', '.join(others) or 'no GPIO'} on this machine"
    )


def _line(chip: int, pin: int, ioctl: Ioctl) -> HeaderLine:
    info = bytearray(_LINE_INFO.pack(b"", b"", pin, 0, 0))
    try:
        ioctl(chip, GET_LINE_INFO, info)
    except OSError as failure:
        raise DriverError(f"GPIO{pin} cannot be looked at ({failure.strerror})") from None
    _name, consumer, _offset, _attributes, flags = _LINE_INFO.unpack(info)
    holder = consumer.rstrip(b"\0").decode("utf-8", "replace")
    return HeaderLine(
        pin=pin, held_by=(holder or "the kernel") if flags & _USED else "", output=bool(flags & _OUTPUT)
    )
