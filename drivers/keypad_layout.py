"""What the keys of a number pad mean, and which of the input devices is one. Pure: tables and a choice.

It must never take a whole keyboard for a keypad: that is the desk scanner, or what the technician is typing on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.core.events import Key
from kiosk.errors import DriverMissing

# Numbers of linux/input-event-codes.h, by value: the table can be tested, and the fake works, without evdev.
_DIGITS = (Key.D0, Key.D1, Key.D2, Key.D3, Key.D4, Key.D5, Key.D6, Key.D7, Key.D8, Key.D9)
_KP_DIGITS = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)  # KEY_KP0 .. KEY_KP9
_ROW_DIGITS = (11, 2, 3, 4, 5, 6, 7, 8, 9, 10)  # KEY_0 .. KEY_9
# Insert, End, Down, PageDown, Left, Clear, Right, Home, Up, PageUp: where a pad without NumLock has 0 to 9.
_ARROW_DIGITS = (110, 107, 108, 109, 105, 355, 106, 102, 103, 104)

KEYS: dict[int, Key] = {
    **dict(zip(_KP_DIGITS, _DIGITS, strict=True)),
    **dict(zip(_ROW_DIGITS, _DIGITS, strict=True)),
    **dict(zip(_ARROW_DIGITS, _DIGITS, strict=True)),
    96: Key.CONFIRM,  # KEY_KPENTER
    28: Key.CONFIRM,  # KEY_ENTER
    14: Key.ERASE,  # KEY_BACKSPACE
    83: Key.ERASE,  # KEY_KPDOT
    111: Key.ERASE,  # KEY_DELETE: KPDOT of a pad without NumLock
    121: Key.ERASE,  # KEY_KPCOMMA
    74: Key.ERASE,  # KEY_KPMINUS
    1: Key.CANCEL,  # KEY_ESC
    55: Key.CANCEL,  # KEY_KPASTERISK
    98: Key.CANCEL,  # KEY_KPSLASH
    63: Key.RECHECK,  # KEY_F5
    78: Key.RECHECK,  # KEY_KPPLUS
}
"""What each key means. Any other key is nothing."""

_LETTERS = frozenset(range(16, 26))  # KEY_Q .. KEY_P
_ENTERS = frozenset({28, 96})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An input device that may be the keypad."""

    path: str
    name: str
    keys: frozenset[int]
    """The codes that it can send."""

    @property
    def types_numbers(self) -> bool:
        """Whether it has ten digits and an Enter."""
        return bool(self.keys & _ENTERS) and any(self.keys >= set(row) for row in (_KP_DIGITS, _ROW_DIGITS))

    @property
    def is_keypad(self) -> bool:
        """Whether it is a number pad and not a whole keyboard. Many pads claim all keys, but bear the name."""
        named = any(word in self.name.lower() for word in ("keypad", "numpad", "numeric", "number pad"))
        return self.types_numbers and (named or not self.keys & _LETTERS)


def choose(candidates: Iterable[Candidate]) -> str:
    """Return the path of the one keypad among them. Raises DriverMissing with a list where there is not one."""
    typing = [one for one in candidates if one.types_numbers]
    pads = [one for one in typing if one.is_keypad]
    if len(pads) == 1:
        return pads[0].path
    found = ", ".join(f"{one.path} ({one.name})" for one in pads or typing) or "nothing that types numbers"
    raise DriverMissing(
        f"expected one number pad, found {found}: plug it in, see that the kiosk's user is in the group input, or name "
        "it in the settings by its path under /dev/input/by-id"
    )
