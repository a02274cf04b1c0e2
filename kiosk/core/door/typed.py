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
WHILE_TYPING = (4, 4, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A number as far as it is typed."""

    digits: str = field(default="", repr=False)
    last_at: float = 0.0
    """When the last key went down, in seconds of the monotonic clock."""
    mistyped: bool = False
    """The check digit said no; stays until another key."""
    shown: bool = False
    """All of it can be read, for as long as its visitor holds a key down."""

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
        return replace(self, mistyped=False, shown=False, last_at=now)

    def cells(self, now: float | None) -> str:
        """Return the twelve cells as they may be seen; `now` None masks the newest digit as well."""
        if self.shown:
            return self.digits.ljust(iin.LENGTH)
        shown = ""
        for at, digit in enumerate(self.digits):
            newest = now is not None and at == len(self.digits) - 1 and now - self.last_at < GLIMPSE_S
            shown += digit if newest or at >= iin.LENGTH - SHOWN_LAST else MASKED
        return shown.ljust(iin.LENGTH)
