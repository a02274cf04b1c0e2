"""Characters of a desk scanner -> one whole scan, or the reason why it is none. Pure: no device, no clock.

A scan ends with Enter, or with a pause where the scanner sends no Enter. It must never keep more of a text than a
credential can have, and never hand on half of one as if it were whole.
"""

from __future__ import annotations

from enum import StrEnum

from kiosk.core.model import NotACredential, Refusal
from kiosk.core.who.credential import LONGEST
from kiosk.ports import Scanned

PATIENCE_S = 0.5
"""A device that never stops sending does not hold its reader for longer than this past what it was told to wait."""


class Ends(StrEnum):
    """How a scanner says that its text is complete."""

    ENTER = "enter"
    """By Enter, Tab, CR or LF. What stops without one is half a scan."""
    PAUSE = "pause"
    """By one of these, or by sending nothing more."""


class Assembly:
    """The scan as far as it has come. `pause_s` seconds without a character are a pause; times are monotonic seconds."""

    def __init__(self, *, ends: Ends = Ends.ENTER, pause_s: float = 0.3, longest: int = LONGEST) -> None:
        self._ends = ends
        self._pause_s = pause_s
        self._longest = longest
        self.due: float | None = None
        """When it is over if nothing more comes; None while nothing has come."""
        self.clear()

    def clear(self) -> None:
        """Forget what has come."""
        self._text: list[str] = []
        self._fault: Refusal | None = None
        self.due = None

    def add(self, text: str, now: float) -> None:
        """Take the next characters."""
        self.due = now + self._pause_s
        if len(self._text) + len(text) > self._longest:
            self.spoil(Refusal.TOO_LONG, now)
        if self._fault is None:
            self._text += text

    def spoil(self, fault: Refusal, now: float) -> None:
        """Something came that is no character: the whole scan is worth nothing, whatever follows."""
        self.due = now + self._pause_s
        self._fault = self._fault or fault
        self._text.clear()

    def end(self) -> Scanned | None:
        """The scanner says that it is complete; None where nothing has come, as between CR and LF."""
        begun, text, fault = self.due is not None, "".join(self._text), self._fault
        self.clear()
        if fault is not None:
            return NotACredential(reason=fault)
        return text if begun else None

    def paused(self, now: float) -> Scanned | None:
        """Look whether the scan is over because nothing more came."""
        if self.due is None or now < self.due:
            return None
        if self._ends is Ends.ENTER:
            self.spoil(Refusal.HALF_SCAN, now)
        return self.end()
