"""The keypad: a USB number pad (or any input device of the kernel) through evdev, grabbed for the kiosk alone.

It must never let a key through to a console, repeat a key that is held, or tell anybody which key it was: they are
the digits of an IIN. NumLock means nothing here: the kernel reports the same key either way, and a pad that turns
its own digits into arrows while NumLock is off is read as if it were on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.input.evdev_input import (
    DOWN,
    EV_KEY,
    UP,
    InputDevice,
    InputEvent,
    grabbed,
    next_event,
    open_evdev,
)
from drivers.input.input_choice import choose_keypad
from drivers.input.keypad_layout import KEYS
from kiosk.core.events import Key

_LED_NUML = 0


def open_keypad(device: str) -> InputDevice:
    """Open a path, or "auto" for the one number pad. Raises DriverMissing or DriverError."""
    return open_evdev("keypad", device, choose_keypad)


class EvdevKeypad:
    """A keypad that is found, grabbed and, after it was unplugged, found again."""

    def __init__(
        self,
        device: str = "auto",
        *,
        grab: bool = True,
        bounce_s: float = 0.005,
        open_device: Callable[[str], InputDevice] = open_keypad,
    ) -> None:
        """Touch nothing yet: the first `read` opens it, so that a kiosk starts before its keypad is plugged in.

        `device` is a path under /dev/input, or "auto" for the one number pad. `bounce_s`: the same key again within
        so many seconds of coming up is a worn contact. Short, because the "00" key of some pads is two quick ones.
        """
        # Some pads send digits only while this light is on. Others have none.
        self._input = grabbed(
            "keypad", device, open_device, grab=grab, ready=lambda pad: pad.set_led(_LED_NUML, 1)
        )
        self._bounce_s = bounce_s
        self._came_up: tuple[int, float] = (0, float("-inf"))  # the last key, and when

    def read(self, wait_s: float) -> Key | None:
        """Return the next key that went down, or None after `wait_s` seconds.

        Raises DriverMissing where there is no keypad, DriverError where it went away or may not be read; the next
        call looks for it again.
        """
        deadline = time.monotonic() + wait_s
        while (event := self._input.take(deadline, next_event)) is not None:
            key = self._meaning(event)
            if key is not None:
                return key
        return None

    def close(self) -> None:
        """Give the keypad back, once a `read` that waits has returned."""
        self._input.close()

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
