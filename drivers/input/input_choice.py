"""Which of the keyboards that are plugged in is the keypad, and which the desk scanner. Pure: tables and a choice.

It must never take a whole keyboard unasked: the technician is typing on it. What the names do not tell, the settings say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.input.keypad_layout import ENTERS, KP_DIGITS, ROW_DIGITS
from kiosk.errors import DriverMissing

_LETTERS = frozenset(range(16, 26))  # KEY_Q .. KEY_P
_PAD_WORDS = ("keypad", "numpad", "numeric", "number pad")
_SCANNER_WORDS = (
    *("scanner", "barcode", "bar code", "qr code", "imager", "scan engine", "kbw"),
    *(
        "newland",
        "honeywell",
        "metrologic",
        "hand held products",
        "datalogic",
        "zebra",
        "symbol technologies",
    ),
    *(
        "opticon",
        "denso",
        "sycode",
        "netum",
        "inateck",
        "usbkey",
        "mindeo",
        "zebex",
        "cipherlab",
        "code corporation",
    ),
)
"""Kinds and makers, in small letters. The makers make nothing else that types."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An input device that may be one of ours."""

    path: str
    name: str
    keys: frozenset[int]
    """The codes that it can send."""

    @property
    def types_numbers(self) -> bool:
        """Whether it has ten digits and an Enter."""
        return bool(self.keys & ENTERS) and any(self.keys >= set(row) for row in (KP_DIGITS, ROW_DIGITS))

    @property
    def is_scanner(self) -> bool:
        """Whether its name says that it reads codes. What it can send says nothing: it claims to be a keyboard."""
        return self.types_numbers and self._named(_SCANNER_WORDS)

    @property
    def is_keypad(self) -> bool:
        """Whether it is a number pad and not a whole keyboard. Many pads claim all keys, but bear the name."""
        pad = self._named(_PAD_WORDS) or not self.keys & _LETTERS
        return self.types_numbers and pad and not self.is_scanner

    def _named(self, words: Iterable[str]) -> bool:
        return any(word in self.name.lower() for word in words)


def choose_keypad(candidates: Iterable[Candidate]) -> str:
    """Return the path of the one keypad among them. Raises DriverMissing with a list where there is not one."""
    typing = [candidate for candidate in candidates if candidate.types_numbers]
    return _only("number pad", [candidate for candidate in typing if candidate.is_keypad], typing)


def choose_scanner(candidates: Iterable[Candidate]) -> str:
    """Return the path of the one desk scanner among them. Raises DriverMissing with a list where there is not one."""
    typing = [candidate for candidate in candidates if candidate.types_numbers]
    return _only("desk scanner", [candidate for candidate in typing if candidate.is_scanner], typing)


def _only(what: str, fitting: list[Candidate], others: list[Candidate]) -> str:
    if len(fitting) == 1:
        return fitting[0].path
    listed = (
        ", ".join(f"{candidate.path} ({candidate.name})" for candidate in fitting or others)
        or "nothing that types numbers"
    )
    raise DriverMissing(
        f"expected one {what}, found {listed}: plug it in, see that the kiosk's user is in the group input, or name "
        "it in the settings by its path under /dev/input/by-id"
    )
