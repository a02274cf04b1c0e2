"""An input device of the kernel without the device: what FakeKeypad and FakeScanner type on.

It obeys the physics of keys behind a plug: down, held, up, bouncing contacts, a buffer that runs over, a plug that is
pulled. Above the wire everything is the real driver.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections import deque
from dataclasses import dataclass

from drivers.input.evdev_input import DOWN, EV_KEY, EV_SYN, SYN_DROPPED, UP
from kiosk.errors import DriverMissing

_EV_MSC = 4
_HELD = 2


@dataclass(frozen=True, slots=True)
class FakeInputEvent:
    """One event of the fake device."""

    type: int
    code: int
    value: int
    at: float

    def timestamp(self) -> float:
        """Seconds of the device's own clock."""
        return self.at


class FakeInputDevice:
    """The device as the kernel shows it (`drivers.input.evdev_input.InputDevice`). `fd` is a real file: select() works."""

    def __init__(self) -> None:
        self.fd, self._keys_end = os.pipe()
        os.set_blocking(self.fd, False)
        self._events: deque[FakeInputEvent] = deque()
        """Each has a byte in the pipe, which is written after it and read before it."""
        self._clock = itertools.count(start=1)
        self._plugged = True
        self.grabbed = False
        self.numlock_light = False

    def strike(self, code: int, *, repeats: int = 0, bounces: int = 0) -> None:
        """Press and release one key. `repeats` while it is held, `bounces` of its contact (1 ms) when it comes up."""
        at = self.push(code, repeats=repeats)
        self._lift(code, at + 0.1, bounces)

    def push(self, code: int, *, repeats: int = 0, bounces: int = 0) -> float:
        """Press one key and leave it down; `bounces` of its contact (1 ms) as it goes down. Returns when, by its own clock."""
        at = next(self._clock) * 0.2  # five keys a second
        self.send(code, DOWN, at)
        for n in range(bounces):
            self.send(code, UP, at + 0.001 + n * 0.002)
            self.send(code, DOWN, at + 0.002 + n * 0.002)
        for n in range(repeats):
            self.send(code, _HELD, at + 0.05 + n * 0.001)
        return at

    def lift(self, code: int, *, bounces: int = 0) -> None:
        """Release a key that is down; `bounces` of its contact (1 ms) as it comes up."""
        self._lift(code, next(self._clock) * 0.2, bounces)

    def _lift(self, code: int, at: float, bounces: int) -> None:
        self.send(code, UP, at)
        for n in range(bounces):
            self.send(code, DOWN, at + 0.001 + n * 0.002)
            self.send(code, UP, at + 0.002 + n * 0.002)

    def send(self, code: int, value: int, at: float) -> None:
        """Send one edge of a key as the kernel does: with its scan code before and a report after it."""
        for event in ((_EV_MSC, 4, 0), (EV_KEY, code, value), (EV_SYN, 0, 0)):
            self._put(FakeInputEvent(*event, at))

    def overrun(self) -> None:
        """Lose what nobody has read yet, as the kernel does when its buffer is full, and say so."""
        while self.read_one() is not None:
            pass
        self._put(FakeInputEvent(EV_SYN, SYN_DROPPED, 0, 0.0))

    def unplug(self) -> None:
        """Pull the plug: the kernel drops what was not read yet."""
        if self._plugged:
            self._plugged = False
            os.close(self._keys_end)

    def read_one(self) -> FakeInputEvent | None:
        """Return the next event, None where none waits; OSError (ENODEV) once it is unplugged."""
        if not self._plugged:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        try:
            waits = os.read(self.fd, 1)
        except BlockingIOError:
            return None
        return self._events.popleft() if waits else None

    def grab(self) -> None:
        """Take it for one program; OSError (EBUSY) for the second."""
        if self.grabbed:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.grabbed = True

    def set_led(self, led_num: int, value: int) -> None:
        """Switch a light: this device has one."""
        self.numlock_light = (led_num, value) == (0, 1)

    def close(self) -> None:
        """Let the kernel's file go. The grab ends with it."""
        self.grabbed = False
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _put(self, event: FakeInputEvent) -> None:
        self._events.append(event)
        os.write(self._keys_end, b"\0")


class FakeSocket:
    """Where a fake keypad or scanner is plugged in, pulled out, and plugged in again: another device each time."""

    def __init__(self, what: str) -> None:
        self.device = FakeInputDevice()
        self._what = what
        self._here = True

    def unplug(self) -> None:
        """Pull the plug."""
        self._here = False
        self.device.unplug()

    def plug(self) -> None:
        """Plug another one in."""
        self.close()
        self.device = FakeInputDevice()
        self._here = True

    def open(self, device: str) -> FakeInputDevice:
        """Return what is plugged in, as the real driver's opener does. Raises DriverMissing."""
        if not self._here:
            raise DriverMissing(f"expected {self._what} at {device}, found none: plug it in")
        return self.device

    def close(self) -> None:
        """Take the device away: the driver closes only what it opened."""
        self.unplug()
        self.device.close()
