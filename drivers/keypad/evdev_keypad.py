"""The keypad: a USB number pad (or any input device of the kernel) through evdev, grabbed for the kiosk alone.

It must never let a key through to a console, repeat a key that is held, or tell anybody which key it was: they are
the digits of an IIN. Autorepeat is not listened to: many pads have none, and a key that is held is one that did not come up. NumLock means nothing here: the kernel reports the same key either way, and a pad that turns
its own digits into arrows while NumLock is off is read as if it were on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from drivers.input.evdev_input import (
    DOWN,
    EV_KEY,
    EV_SYN,
    SYN_DROPPED,
    UP,
    InputDevice,
    InputEvent,
    grabbed,
    next_event,
    open_evdev,
)
from drivers.input.input_choice import choose_keypad
from drivers.input.keypad_layout import KEYS
from kiosk.core.strokes import Stroke
from kiosk.errors import DriverError

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
        so many seconds of coming up is a worn contact, and the key did not come up. Short, because the "00" key of some
        pads is two quick ones.
        """
        # Some pads send digits only while this light is on. Others have none.
        self._input = grabbed(
            "keypad", device, open_device, grab=grab, ready=lambda pad: pad.set_led(_LED_NUML, 1)
        )
        self._bounce_s = bounce_s
        self._came_up: tuple[int, float] = (0, float("-inf"))
        """The code of the last key that came up, and when by the kernel's clock."""
        self._up_until: float | None = None
        """Until then (monotonic clock) that may be a bounce and is not told; None: it is told."""
        self._down: set[int] = set()
        """The codes of what was told down, and not up."""
        self._strokes: deque[Stroke] = deque()

    def read(self, wait_s: float) -> Stroke | None:
        """Return the next key that went down or up, or None after `wait_s` seconds. What waits comes first.

        A key that may be on its way up is waited for by `bounce_s` more: nobody is to take it for held meanwhile.
        Raises DriverMissing where there is no keypad, DriverError where it went away or may not be read; the next
        call looks for it again, and takes no key for down that was down on the old one.
        """
        deadline = time.monotonic() + wait_s
        while not self._strokes:
            try:
                event = self._input.take(deadline if self._up_until is None else self._up_until, next_event)
            except DriverError:
                self._forget()
                raise
            if event is not None:
                self._hear(event)
            elif self._up_until is not None:
                self._tell_up()
            else:
                return None
        return self._strokes.popleft()

    def close(self) -> None:
        """Give the keypad back, once a `read` that waits has returned."""
        self._input.close()

    def _hear(self, event: InputEvent) -> None:
        if (event.type, event.code) == (EV_SYN, SYN_DROPPED):
            # That a key came up may be among what was lost: nothing that is shown for it may stay.
            self._tell_up()
            for code in sorted(self._down):
                self._strokes.append(Stroke(KEYS[code], down=False))
            self._down.clear()
        if event.type != EV_KEY or event.code not in KEYS:
            return
        if event.value == UP:
            self._tell_up()
            self._came_up = (event.code, event.timestamp())
            self._up_until = time.monotonic() + self._bounce_s if event.code in self._down else None
        elif event.value == DOWN:
            self._went_down(event)

    def _went_down(self, event: InputEvent) -> None:
        code, at = self._came_up
        if code == event.code and 0 <= event.timestamp() - at < self._bounce_s:
            self._up_until = None  # it is down still
            return
        self._tell_up()
        self._down.add(event.code)
        self._strokes.append(Stroke(KEYS[event.code], down=True))

    def _tell_up(self) -> None:
        """Tell of the last key that came up, unless that is told."""
        code, _ = self._came_up
        if self._up_until is not None:
            self._down.discard(code)
            self._strokes.append(Stroke(KEYS[code], down=False))
        self._up_until = None

    def _forget(self) -> None:
        self._came_up, self._up_until = (0, float("-inf")), None
        self._down.clear()
