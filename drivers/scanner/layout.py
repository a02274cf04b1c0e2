"""What a desk scanner types: codes of a keyboard -> characters, as the US layout has them. Pure: tables.

Every scanner leaves its factory with the US layout. Of a letter that it does not have (Kazakh, Russian) nothing can be
typed at all: such a code needs the scanner's serial mode.
"""

from __future__ import annotations

from drivers.input.keypad_layout import ENTERS, KP_DIGITS

# Numbers of linux/input-event-codes.h, by value, as in keypad_layout.py.
_RUNS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
"""First code, characters from there on, the same with shift."""
_PAD = dict(zip(KP_DIGITS, "0123456789", strict=True)) | {55: "*", 74: "-", 78: "+", 83: ".", 98: "/"}

PLAIN: dict[int, str] = {first + n: char for first, plain, _ in _RUNS for n, char in enumerate(plain)} | _PAD
SHIFTED: dict[int, str] = {
    first + n: char for first, _, shift in _RUNS for n, char in enumerate(shift)
} | _PAD

SHIFTS = frozenset({42, 54})
CTRLS = frozenset({29, 97})
ALTS = frozenset({56, 100})
"""With the number pad some scanners spell a character of a foreign layout: that cannot be read back for sure."""
CAPS_LOCK = 58
NUM_LOCK = 69
"""Some scanners switch it on and off around their digits: it changes nothing here."""
TAB = 15
TERMINATORS = ENTERS | {TAB}


def character(code: int, *, shift: bool, caps: bool, ctrl: bool) -> str | None:
    r"""Return what a key types; None where it types nothing. With control, a letter is a control character.

    >>> character(30, shift=True, caps=False, ctrl=False), character(30, shift=True, caps=True, ctrl=False)
    ('A', 'a')
    >>> character(50, shift=False, caps=False, ctrl=True)
    '\r'
    """
    plain = PLAIN.get(code)
    if plain is None:
        return None
    if ctrl:
        return chr(ord(SHIFTED[code]) & 0x1F) if plain.isalpha() or plain in "[]\\" else None
    return SHIFTED[code] if shift is not (caps and plain.isalpha()) else plain
