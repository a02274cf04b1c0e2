"""Keys -> twelve digits -> a number to confirm. Never submits by itself: a mistyped 11th digit is somebody else's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kiosk.core.events import Key
from kiosk.core.who import iin

MASKED = "•"
SHOWN_LAST = 4
"""So many digits at the end stay readable; the others are masked (docs/facts.md#a-public-screen)."""
GLIMPSE_S = 0.8
"""How long a digit that will be masked can be read after its key went down."""
SHOWN_S = 1.5
"""After the last word that a key is still held, the number can be read for so long (seconds): three times HOLD_AGAIN_S.

KeyReleased may be dropped like all that visitors make (kiosk/threads/inbox.py), and a keypad may hang. No lane mends that: as a
fact KeyReleased would overtake a KeyHeld that waits, and the number would stay. So nobody has to say that it is to be hidden."""
WHILE_TYPING = (4, 4, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A number as far as it is typed."""

    digits: str = field(default="", repr=False)
    last_at: float = 0.0
    """When the last key went down, in seconds of the monotonic clock."""
    mistyped: bool = False
    """The check digit said no; stays until another key."""
    shown_until: float | None = None
    """Until then all of it can be read, because its visitor holds a key down; None: nobody looks at it."""

    @property
    def complete(self) -> bool:
        """Whether no more digits fit."""
        return len(self.digits) == iin.LENGTH

    def press(self, key: Key, now: float) -> Typed:
        """Return the number after a digit or an erasure; other keys only end the complaint.

        After a complaint a digit begins anew: people type the whole number again.
        """
        if key is Key.ERASE:
            return Typed(digits=self.digits[:-1], last_at=now)
        if key.isdigit() and (self.mistyped or not self.complete):
            return Typed(digits=("" if self.mistyped else self.digits) + key, last_at=now)
        return replace(self, mistyped=False, shown_until=None, last_at=now)

    def looked_at(self, now: float) -> Typed:
        """Return the number as it can be read in whole, for SHOWN_S from `now`."""
        return replace(self, shown_until=now + SHOWN_S)

    def shown(self, now: float) -> bool:
        """Whether all of it can be read."""
        return self.shown_until is not None and now < self.shown_until

    def cells(self, now: float, *, confirming: bool = False) -> str:
        """Return the twelve cells as they may be seen; where it is to be confirmed the newest digit is masked as well."""
        if confirming and self.shown(now):
            return self.digits.ljust(iin.LENGTH)
        shown = ""
        for at, digit in enumerate(self.digits):
            newest = not confirming and at == len(self.digits) - 1 and now - self.last_at < GLIMPSE_S
            shown += digit if newest or at >= iin.LENGTH - SHOWN_LAST else MASKED
        return shown.ljust(iin.LENGTH)
