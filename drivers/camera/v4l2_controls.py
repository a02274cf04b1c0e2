"""A V4L2 camera's controls by their own ioctls: OpenCV knows no range of a control, and neither the mains nor the frame rate that sinks
in the dark. A second file handle of the same device, which V4L2 allows while another one streams."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from drivers.camera.profiles import NAMES, Wish

# _IOWR('V', number, size of the struct), as in linux/videodev2.h.
QUERYCTRL, G_CTRL, S_CTRL = 0xC0445624, 0xC008561B, 0xC008561C
_QUERY = struct.Struct("=II32siiiiI8x")
_CONTROL = struct.Struct("=Ii")
DISABLED = 1


class Range(NamedTuple):
    """What a control may be set to."""

    least: int
    most: int
    step: int


class Knobs(Protocol):
    """The controls of one camera, by V4L2's numbers."""

    def range(self, control: int) -> Range | None:
        """Return what it may be set to; None where the camera has no such control."""
        ...

    def set(self, control: int, value: int) -> int:
        """Set it, and return what the camera made of it. Raises OSError where it refuses."""
        ...

    def close(self) -> None:
        """Give the handle back."""
        ...


class DeviceKnobs:
    """The controls of a device file. Raises OSError where it does not open."""

    def __init__(self, device: str) -> None:
        self._handle = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def range(self, control: int) -> Range | None:
        """Ask the camera."""
        try:
            said = fcntl.ioctl(self._handle, QUERYCTRL, _QUERY.pack(control, 0, b"", 0, 0, 0, 0, 0))
        except OSError:  # EINVAL: no such control
            return None
        _, _, _, least, most, step, _, flags = _QUERY.unpack(said)
        return None if flags & DISABLED else Range(least, most, max(1, step))

    def set(self, control: int, value: int) -> int:
        """Set it and read it back."""
        fcntl.ioctl(self._handle, S_CTRL, _CONTROL.pack(control, value))
        return int(_CONTROL.unpack(fcntl.ioctl(self._handle, G_CTRL, _CONTROL.pack(control, 0)))[1])

    def close(self) -> None:
        """Close the handle; the values stay."""
        os.close(self._handle)


def turn(device: str, wishes: Iterable[Wish], open_knobs: Callable[[str], Knobs] = DeviceKnobs) -> list[str]:
    """Set what the camera has of the wishes; return, in words, what it did not take. Never raises for a camera's refusal."""
    if not (wishes := list(wishes)):
        return []
    try:
        knobs = open_knobs(device)
    except OSError as refused:
        return [f"its controls do not open: {refused.strerror or refused}"]
    try:
        return [said for wish in wishes if (said := _turned(knobs, wish))]
    finally:
        knobs.close()


def _turned(knobs: Knobs, wish: Wish) -> str:
    name = NAMES.get(wish.control, hex(wish.control))
    range_ = knobs.range(wish.control)
    if range_ is None:
        return f"{name}: it has none"
    asked = (
        range_.least + round(wish.share * (range_.most - range_.least)) if wish.value is None else wish.value
    )
    value = min(max(asked, range_.least), range_.most)
    try:
        got = knobs.set(wish.control, value)
    except OSError as refused:
        return f"{name}: {asked} was refused ({refused.strerror or refused})"
    return f"{name}: {got} instead of {asked}" if abs(got - asked) > range_.step else ""
