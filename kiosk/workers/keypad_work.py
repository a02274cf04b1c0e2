"""The keypad's worker: its keys become events, for as long as it is plugged in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from kiosk.core.events import KeyPressed, Part
from kiosk.ports import Keypad
from kiosk.threads.reopening import Put, reopening

KEY_WAIT_S = 0.5
"""How long a key is waited for in one go; a stop is noticed after it."""


def typing(
    *,
    open_keypad: Callable[[], Keypad],
    put: Put,
    optional: bool = False,
    mono: Callable[[], float] = time.monotonic,
) -> Callable[[threading.Event], None]:
    """Return the body of the keypad's worker. `optional`: the screen's keys do where none was ever plugged in."""

    def listen(keypad: Keypad, stop: threading.Event, seen: Callable[[], None]) -> None:
        while not stop.is_set():
            key = keypad.read(KEY_WAIT_S)
            seen()  # only now: a keypad is looked for by its first read
            if key is not None:
                put(KeyPressed(key=key))

    return lambda stop: reopening(Part.KEYPAD, open_keypad, listen, stop, put, optional=optional, mono=mono)
