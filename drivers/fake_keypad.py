"""A USB number pad without the pad: for tests and for the demo.

It obeys the physics of a key: down, held, up, bouncing contacts, a plug that is pulled. Above the wire it is the
real driver. It must never be the only keypad at a door.
"""

from __future__ import annotations

import errno
import itertools
import os
import struct
from dataclasses import dataclass
from typing import Self

from drivers.keypad_evdev import DOWN, EV_KEY, UP, EvdevKeypad
from drivers.keypad_layout import KEYS
from kiosk.core.events import Key
from kiosk.errors import DriverMissing

_EV_SYN, _EV_MSC = 0, 4
_HELD = 2
_EVENT = struct.Struct("<HHid")  # type, code, value, seconds: one write to a pipe is never torn
_CODES = {meaning: code for code, meaning in reversed(KEYS.items())}
"""The first code of the table for each meaning."""


@dataclass(frozen=True, slots=True)
class FakeInputEvent:
    """One event of the fake pad."""

    type: int
    code: int
    value: int
    at: float

    def timestamp(self) -> float:
        """Seconds of the pad's own clock."""
        return self.at


class FakeKeypadDevice:
    """The pad as the kernel shows it (`drivers.keypad_evdev.InputDevice`). `fd` is a real file: select() works."""

    def __init__(self) -> None:
        self.fd, self._keys_end = os.pipe()
        os.set_blocking(self.fd, False)
        self._clock = itertools.count(start=1)
        self._plugged = True
        self.grabbed = False
        self.numlock_light = False

    def strike(self, code: int, *, repeats: int = 0, bounces: int = 0) -> None:
        """Press and release one key. `repeats` while it is held, `bounces` of its contact (1 ms) when it comes up."""
        at = next(self._clock) * 0.2  # five keys a second
        self._send(code, DOWN, at)
        for n in range(repeats):
            self._send(code, _HELD, at + 0.05 + n * 0.001)
        self._send(code, UP, at + 0.1)
        for n in range(bounces):
            self._send(code, DOWN, at + 0.101 + n * 0.002)
            self._send(code, UP, at + 0.102 + n * 0.002)

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
            return FakeInputEvent(*_EVENT.unpack(os.read(self.fd, _EVENT.size)))
        except BlockingIOError:
            return None

    def grab(self) -> None:
        """Take it for one program; OSError (EBUSY) for the second."""
        if self.grabbed:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.grabbed = True

    def set_led(self, led_num: int, value: int) -> None:
        """Switch a light: this pad has one."""
        self.numlock_light = (led_num, value) == (0, 1)

    def close(self) -> None:
        """Let the kernel's file go. The grab ends with it."""
        self.grabbed = False
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _send(self, code: int, value: int, at: float) -> None:
        for event in ((_EV_MSC, 4, 0), (EV_KEY, code, value), (_EV_SYN, 0, 0)):
            os.write(self._keys_end, _EVENT.pack(*event, at))


class FakeKeypad:
    """The real driver on a fake pad: `type("123")`, `press(Key.CONFIRM)`, `unplug()`, `plug()`."""

    def __init__(self) -> None:
        self.device = FakeKeypadDevice()
        self._here = True
        self._keypad = EvdevKeypad("fake", open_device=self._open)

    def press(self, key: Key, *, repeats: int = 0, bounces: int = 0) -> None:
        """Press one key and let it go."""
        self.device.strike(_CODES[key], repeats=repeats, bounces=bounces)

    def type(self, digits: str) -> Self:
        """Press the keys of these digits, one after the other."""
        for digit in digits:
            self.press(Key(digit))
        return self

    def unplug(self) -> None:
        """Pull the plug."""
        self._here = False
        self.device.unplug()

    def plug(self) -> None:
        """Plug another one in."""
        self.unplug()
        self.device.close()
        self.device = FakeKeypadDevice()
        self._here = True

    def read(self, wait_s: float) -> Key | None:
        """Return the next key, as the real one does."""
        return self._keypad.read(wait_s)

    def close(self) -> None:
        """Give the pad back."""
        self._keypad.close()
        self.device.unplug()
        self.device.close()  # the driver closes only what it opened

    def _open(self, device: str) -> FakeKeypadDevice:
        if not self._here:
            raise DriverMissing(f"expected the keypad at {device}, found none: plug it in")
        return self.device
