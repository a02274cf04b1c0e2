"""What the keys of a USB number pad mean. Pure: a table."""

from __future__ import annotations

from kiosk.core.events import Key

# Numbers of linux/input-event-codes.h, by value: the table can be tested, and the fake works, without evdev.
_DIGITS = (Key.D0, Key.D1, Key.D2, Key.D3, Key.D4, Key.D5, Key.D6, Key.D7, Key.D8, Key.D9)
KP_DIGITS = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)  # KEY_KP0 .. KEY_KP9
ROW_DIGITS = (11, 2, 3, 4, 5, 6, 7, 8, 9, 10)  # KEY_0 .. KEY_9
# Insert, End, Down, PageDown, Left, Clear, Right, Home, Up, PageUp: where a pad without NumLock has 0 to 9.
_ARROW_DIGITS = (110, 107, 108, 109, 105, 355, 106, 102, 103, 104)

KEYS: dict[int, Key] = {
    **dict(zip(KP_DIGITS, _DIGITS, strict=True)),
    **dict(zip(ROW_DIGITS, _DIGITS, strict=True)),
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

ENTERS = frozenset({28, 96})
