"""The keypad: a USB number pad (or any input device of the kernel) through evdev, grabbed for the kiosk alone.

It must never let a key through to a console, repeat a key that is held, or tell anybody which key it was: they are
the digits of an IIN. NumLock means nothing here: the kernel reports the same key either way, and a pad that turns
its own digits into arrows while NumLock is off is read as if it were on.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Protocol

from drivers.keypad_layout import KEYS, Candidate, choose
from kiosk.core.events import Key
from kiosk.errors import DriverError, DriverMissing

EV_KEY = 1
DOWN = 1
"""The value of a key event that goes down; 0 comes up, 2 is held."""
UP = 0
_LED_NUML = 0


class InputEvent(Protocol):
    """One event of the kernel, as evdev gives it."""

    type: int
    code: int
    value: int

    def timestamp(self) -> float:
        """Seconds of the kernel's clock."""
        ...


class InputDevice(Protocol):
    """The five things of an evdev.InputDevice that a keypad needs. Each raises OSError once it is unplugged."""

    fd: int

    def read_one(self) -> Any:
        """Return the next InputEvent, None where none waits."""
        ...

    def grab(self) -> None: ...

    def set_led(self, led_num: int, value: int) -> None: ...

    def close(self) -> None: ...


def open_evdev(device: str) -> InputDevice:
    """Open an input device: a path, or "auto" for the one number pad. Raises DriverMissing or DriverError."""
    try:
        import evdev
    except ImportError as error:
        raise DriverMissing(
            f"the keypad needs evdev, which is not installed ({error}): `sudo apt install python3-evdev`"
        ) from error
    try:
        if device != "auto":
            return evdev.InputDevice(device)
        return evdev.InputDevice(choose(_plugged_in(evdev)))
    except PermissionError as error:
        raise DriverError(
            f"the keypad {device} may not be read: put the kiosk's user into the group input"
        ) from error
    except OSError as error:
        if isinstance(error, DriverError):
            raise
        raise DriverMissing(
            f"expected the keypad at {device}, found none ({error.strerror}): plug it in"
        ) from error


def _plugged_in(evdev: Any) -> list[Candidate]:
    found = []
    for path in evdev.list_devices():
        with suppress(OSError), closing(evdev.InputDevice(path)) as one:  # gone since it was listed
            found.append(Candidate(path, one.name, frozenset(one.capabilities().get(EV_KEY, ()))))
    return found


class EvdevKeypad:
    """A keypad that is found, grabbed and, after it was unplugged, found again."""

    def __init__(
        self,
        device: str = "auto",
        *,
        grab: bool = True,
        bounce_s: float = 0.005,
        open_device: Callable[[str], InputDevice] = open_evdev,
    ) -> None:
        """Touch nothing yet: the first `read` opens it, so that a kiosk starts before its keypad is plugged in.

        `device` is a path under /dev/input, or "auto" for the one number pad. `bounce_s`: the same key again within
        so many seconds of coming up is a worn contact. Short, because the "00" key of some pads is two quick ones.
        """
        self._name = device
        self._grab = grab
        self._bounce_s = bounce_s
        self._open_device = open_device
        self._lock = threading.Lock()  # close() must not take the file from under a select()
        self._device: InputDevice | None = None
        self._came_up: tuple[int, float] = (0, float("-inf"))  # the last key, and when
        self._closed = False

    def read(self, wait_s: float) -> Key | None:
        """Return the next key that went down, or None after `wait_s` seconds.

        Raises DriverMissing where there is no keypad, DriverError where it went away or may not be read; the next
        call looks for it again.
        """
        deadline = time.monotonic() + wait_s
        with self._lock:
            device = self._opened()
            try:
                while True:
                    while (event := device.read_one()) is not None:
                        key = self._meaning(event)
                        if key is not None:
                            return key
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return None
                    select.select([device.fd], [], [], left)
            except OSError as error:
                self._let_go()
                raise DriverError(
                    f"the keypad {self._name} went away ({error.strerror}): plug it in again"
                ) from error

    def close(self) -> None:
        """Give the keypad back, once a `read` that waits has returned."""
        with self._lock:
            self._closed = True
            self._let_go()

    def _opened(self) -> InputDevice:
        if self._closed:
            raise DriverError("the keypad is closed: it was asked for a key after the kiosk's stop")
        if self._device is None:
            device = self._open_device(self._name)
            try:
                if self._grab:
                    device.grab()
            except OSError as error:
                device.close()
                raise DriverError(
                    f"the keypad {self._name} is held by another program ({error.strerror}): stop that one"
                ) from error
            # Some pads send digits only while this light is on. Others have none, or may not be written to.
            with suppress(Exception):
                device.set_led(_LED_NUML, 1)
            self._device = device
        return self._device

    def _meaning(self, event: InputEvent) -> Key | None:
        if event.type != EV_KEY:
            return None
        if event.value == UP:
            self._came_up = (event.code, event.timestamp())
            return None
        if event.value != DOWN:
            return None
        code, at = self._came_up
        if code == event.code and 0 <= event.timestamp() - at < self._bounce_s:
            return None
        return KEYS.get(event.code)

    def _let_go(self) -> None:
        if self._device is not None:
            with suppress(OSError):  # it may be gone already
                self._device.close()
            self._device = None
