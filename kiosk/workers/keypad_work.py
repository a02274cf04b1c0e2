"""The keypad's worker: its keys become events, for as long as it is plugged in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from kiosk.core.events import Part
from kiosk.core.strokes import Holding
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
        holding = Holding()
        try:
            while not stop.is_set():
                stroke = keypad.read(holding.wait_s(KEY_WAIT_S, mono()))
                seen()  # only now: a keypad is looked for by its first read
                for event in holding.take(stroke, mono()):
                    put(event)
        finally:  # whether its key is still down nobody can tell: a number that is shown for it is hidden
            for event in holding.see(None, mono()):
                put(event)

    return lambda stop: reopening(Part.KEYPAD, open_keypad, listen, stop, put, optional=optional, mono=mono)
