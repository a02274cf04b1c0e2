"""Desk scanners without the scanner: for tests and for the demo.

The one that types obeys the physics of a keyboard (shift goes down before its letter, a plug is pulled); the serial one is a
real terminal of the kernel (a pty). Above the wire both are the real drivers. They must never be the only reader at a door.
"""

from __future__ import annotations

import itertools
import os
import tty

from drivers.input.evdev_input import DOWN, UP
from drivers.scanner.assembly import Ends
from drivers.scanner.evdev_scanner import EvdevScanner
from drivers.scanner.layout import PLAIN, SHIFTED
from drivers.scanner.serial_scanner import SerialScanner
from kiosk.errors import DriverMissing
from kiosk.ports import Scanned
from simulator.input_device import FakeInputDevice, FakeSocket

_ENTER, _SHIFT = 28, 42
_KEYS = {char: (code, True) for code, char in reversed(SHIFTED.items())} | {
    char: (code, False) for code, char in reversed(PLAIN.items())
}
"""Character -> the key that types it on the US layout, and whether shift is held."""
PAUSE_S = 0.03
"""Of a fake: a test does not want to wait."""


class FakeScanner:
    """The real HID driver on a fake device: `scan("AQ1:...")`, `unplug()`, `plug()`."""

    def __init__(self, *, ends: Ends | str = Ends.ENTER, pause_s: float = PAUSE_S) -> None:
        self._socket = FakeSocket("the desk scanner")
        self.unplug, self.plug = self._socket.unplug, self._socket.plug
        self._clock = itertools.count(start=1)
        self._scanner = EvdevScanner("fake", ends=ends, pause_s=pause_s, open_device=self._socket.open)

    @property
    def device(self) -> FakeInputDevice:
        """What is plugged in, or was last."""
        return self._socket.device

    def scan(self, text: str, *, end: bool = True) -> None:
        """Type a text and Enter; without `end` it stops before it. Raises KeyError for what the US layout does not have."""
        for char in text:
            code, shifted = _KEYS[char]
            if shifted:
                self._edge(_SHIFT, DOWN)
            self._edge(code, DOWN)
            self._edge(code, UP)
            if shifted:
                self._edge(_SHIFT, UP)
        if end:
            self._edge(_ENTER, DOWN)
            self._edge(_ENTER, UP)

    def read(self, wait_s: float) -> Scanned | None:
        """Return the next scan, as the real one does."""
        return self._scanner.read(wait_s)

    def close(self) -> None:
        """Give the device back."""
        self._scanner.close()
        self._socket.close()

    def _edge(self, code: int, value: int) -> None:
        self.device.send(code, value, next(self._clock) * 0.001)  # a key a millisecond


class FakeSerialScanner:
    """The real serial driver on a pty: `scan("AQ1:...")`, `send(b"...")`, `unplug()`, `plug()`."""

    def __init__(self, *, ends: Ends | str = Ends.ENTER, pause_s: float = PAUSE_S) -> None:
        self._here = False
        self._insert()
        self._scanner = SerialScanner("auto", ends=ends, pause_s=pause_s, find=self._find)

    def scan(self, text: str, *, end: bool = True) -> None:
        """Send a text, with CR and LF behind it unless `end` is False."""
        self.send(text.encode("utf-8", "surrogatepass") + (b"\r\n" if end else b""))

    def send(self, sent: bytes) -> None:
        """Send any bytes."""
        while sent:
            sent = sent[os.write(self._far_end, sent) :]

    def unplug(self) -> None:
        """Pull the plug: the line is hung up."""
        if self._here:
            self._here = False
            os.close(self._far_end)
            os.close(self._near_end)

    def plug(self) -> None:
        """Plug another one in."""
        self.unplug()
        self._insert()

    def read(self, wait_s: float) -> Scanned | None:
        """Return the next scan, as the real one does."""
        return self._scanner.read(wait_s)

    def close(self) -> None:
        """Give the line back."""
        self._scanner.close()
        self.unplug()

    def _insert(self) -> None:
        # The near end is held open here, so that the line outlives a driver that closes it, as a plug does.
        self._far_end, self._near_end = os.openpty()
        tty.setraw(self._near_end)
        self._path = os.ttyname(self._near_end)
        self._here = True

    def _find(self) -> str:
        if not self._here:
            raise DriverMissing("expected the desk scanner at a pty, found none: plug it in")
        return self._path
