"""A USB desk scanner that is a keyboard to the kernel (HID), grabbed for the kiosk alone.

It must never let a character through to a console or to the keypad, and never print what it read: that is somebody's pass or
IIN. A scan that is not whole is refused with a reason.
"""

from __future__ import annotations

import time
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
from drivers.input.input_choice import choose_scanner
from drivers.scanner.assembly import PATIENCE_S, Assembly, Ends
from drivers.scanner.layout import ALTS, CAPS_LOCK, CTRLS, NUM_LOCK, SHIFTS, TAB, TERMINATORS, character
from kiosk.core.model import TextFault
from kiosk.errors import DriverError
from kiosk.ports import Scanned


def open_scanner(device: str) -> InputDevice:
    """Open a path, or "auto" for the one desk scanner. Raises DriverMissing or DriverError."""
    return open_evdev("desk scanner", device, choose_scanner)


class EvdevScanner:
    """A scanner that is found, grabbed and, after it was unplugged, found again."""

    def __init__(
        self,
        device: str = "auto",
        *,
        ends: Ends | str = Ends.ENTER,
        pause_s: float = 0.3,
        open_device: Callable[[str], InputDevice] = open_scanner,
    ) -> None:
        """Touch nothing yet: the first `read` opens it.

        `device` is a path under /dev/input, or "auto" for what is a scanner by its name. `pause_s` seconds without a
        key end a scan; it is a whole one only where `ends` says so.
        """
        self._input = grabbed("desk scanner", device, open_device)
        self._scan = Assembly(ends=Ends(ends), pause_s=pause_s)
        self._held: set[int] = set()
        self._caps = False

    def read(self, wait_s: float) -> Scanned | None:
        """Return the next scan, or why it was none; None after `wait_s` seconds.

        Raises DriverMissing where there is no scanner, DriverError where it went away or may not be read; half a scan
        is forgotten then, and the next call looks for it again.
        """
        deadline = time.monotonic() + wait_s
        while True:
            due = self._scan.due
            ends = deadline if due is None else min(deadline, due)
            try:
                event = self._input.take(ends, next_event)
            except DriverError:
                self._forget()
                raise
            now = time.monotonic()
            if event is not None:
                self._typed(event, now)
            scan = self._scan.take(now, silent=event is None)
            over = now >= deadline + (0.0 if event is None else PATIENCE_S)
            if scan is not None or over:
                return scan

    def close(self) -> None:
        """Give the scanner back, once a `read` that waits has returned."""
        self._input.close()

    def _typed(self, event: InputEvent, now: float) -> None:
        if (event.type, event.code) == (EV_SYN, SYN_DROPPED):
            self._held.clear()
            self._scan.spoil(TextFault.HALF_SCAN, now)
        if event.type != EV_KEY:
            return
        code = event.code
        if event.value == UP:
            self._held.discard(code)
        if event.value != DOWN or code == NUM_LOCK:
            return
        self._held.add(code)
        if code in TERMINATORS:
            self._scan.end("\t" if code == TAB else "\n", now)
        elif code == CAPS_LOCK:
            self._caps = not self._caps
        elif code not in SHIFTS | CTRLS | ALTS:
            self._character(code, now)

    def _character(self, code: int, now: float) -> None:
        ctrl = bool(self._held & CTRLS)
        typed = character(code, shift=bool(self._held & SHIFTS), caps=self._caps, ctrl=ctrl)
        if typed is None or self._held & ALTS:
            self._scan.spoil(TextFault.CONTROL_BYTES, now)
        elif typed in "\r\n":
            self._scan.end(typed, now)
        else:
            self._scan.add(typed, now)

    def _forget(self) -> None:
        self._scan.clear()
        self._held.clear()
        self._caps = False
