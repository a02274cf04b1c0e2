"""A USB number pad without the pad: for tests and for the demo.

It obeys the physics of a key: down, held, up, bouncing contacts, a plug that is pulled. Above the wire it is the
real driver. It must never be the only keypad at a door.
"""

from __future__ import annotations

from typing import Self

from drivers.input.keypad_layout import KEYS
from drivers.keypad.evdev_keypad import EvdevKeypad
from kiosk.core.events import Key
from kiosk.core.strokes import Stroke
from simulator.input_device import FakeInputDevice, FakeSocket

_CODES = {meaning: code for code, meaning in reversed(KEYS.items())}
"""The first code of the table for each meaning."""


class FakeKeypad:
    """The real driver on a fake pad: `type("123")`, `press(Key.CONFIRM)`, `hold(Key.D5)`, `let_go(Key.D5)`, `unplug()`, `plug()`."""

    def __init__(self) -> None:
        self._socket = FakeSocket("the keypad")
        self.unplug, self.plug = self._socket.unplug, self._socket.plug
        self._keypad = EvdevKeypad("fake", open_device=self._socket.open)

    @property
    def device(self) -> FakeInputDevice:
        """What is plugged in, or was last."""
        return self._socket.device

    def press(self, key: Key, *, repeats: int = 0, bounces: int = 0) -> None:
        """Press one key and let it go."""
        self.device.strike(_CODES[key], repeats=repeats, bounces=bounces)

    def hold(self, key: Key, *, repeats: int = 0, bounces: int = 0) -> None:
        """Press one key and leave the finger on it. `repeats`: what a pad that repeats tells of it, most tell nothing."""
        self.device.push(_CODES[key], repeats=repeats, bounces=bounces)

    def let_go(self, key: Key, *, bounces: int = 0) -> None:
        """Take the finger off a key that is held. A plug that was pulled meanwhile tells nobody."""
        self.device.lift(_CODES[key], bounces=bounces)

    def type(self, digits: str) -> Self:
        """Press the keys of these digits, one after the other."""
        for digit in digits:
            self.press(Key(digit))
        return self

    def read(self, wait_s: float) -> Stroke | None:
        """Return the next key that went down or up, as the real one does."""
        return self._keypad.read(wait_s)

    def close(self) -> None:
        """Give the pad back."""
        self._keypad.close()
        self._socket.close()
