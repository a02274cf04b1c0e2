"""Characters of a desk scanner -> one whole reading, or the reason why it is none. Pure: no device, no clock.

One code is one reading, however many lines it has. A scanner sends its text as it stands in the code and then its ending (Enter,
CR, LF, CR LF, Tab), and a contact card or the back of an ID card has such endings in its middle. So an ending alone does not end a
reading: it does when the scanner falls silent behind it, for SETTLE_S, or for twice the longest pause between two characters of
this reading where that is longer. Whatever follows before `pause_s` seconds of silence belongs to the same code and is nobody's.

It must never keep more of a text than a credential can have, never hand on half of one as if it were whole, and never give more than
one reading for one code, or for one burst of noise.
"""

from __future__ import annotations

from enum import StrEnum

from kiosk.core.model import NotACredential, TextFault
from kiosk.core.who.credential import LONGEST
from kiosk.ports import Scanned

PATIENCE_S = 0.5
"""A device that never stops sending does not hold its reader for longer than this past what it was told to wait."""
SETTLE_S = 0.05
"""So long a silence behind an ending is the end: a serial line sends a character a millisecond, keys come every 2 to 16 ms."""
SPOILED_S = 1.0
"""What is worth nothing is told after so long, even if the noise goes on: the door hears of it, and the screen may help."""


class Ends(StrEnum):
    """How a scanner says that its text is complete."""

    ENTER = "enter"
    """By Enter, Tab, CR or LF. What stops without one is half a scan."""
    PAUSE = "pause"
    """By one of these, or by sending nothing more."""


class Assembly:
    """The reading as far as it has come. `pause_s` seconds without a character are a pause; times are monotonic seconds."""

    def __init__(self, *, ends: Ends = Ends.ENTER, pause_s: float = 0.3, longest: int = LONGEST) -> None:
        self._ends = ends
        self._pause_s = pause_s
        self._longest = longest
        self._came_at = float("-inf")
        """When the scanner sent something last."""
        self.clear()

    def clear(self) -> None:
        """Forget what has come."""
        self._text: list[str] = []
        self._endings = ""
        """What ended a line behind the text so far; a part of the text if more of it comes."""
        self._fault: TextFault | None = None
        self._spoiled_at = 0.0
        self._complete = False
        self._slowest_s = 0.0
        self._handed_on = False
        """A reading was handed on: what comes before the next pause is the rest of its code."""

    @property
    def due(self) -> float | None:
        """When the reading is over if nothing more comes; None while nothing has come."""
        if not self._begun:
            return None
        if self._complete:
            return self._came_at
        settles_s = max(SETTLE_S, 2 * self._slowest_s) if self._endings else self._pause_s
        over_at = self._came_at + min(settles_s, self._pause_s)
        return over_at if self._fault is None else min(over_at, self._spoiled_at + SPOILED_S)

    def add(self, text: str, now: float) -> None:
        """Take the next characters."""
        if not self._is_new(now):
            return
        lines = self._endings.replace("\r\n", "\n").replace("\r", "\n") + text
        self._endings = ""
        if len(self._text) + len(lines) > self._longest:
            self._spoil(TextFault.TOO_LONG, now)
        if self._fault is None:
            self._text += lines

    def end(self, ending: str, now: float) -> None:
        """Take one of the characters that end a text; none where nothing has come, as between two endings."""
        if self._begun and self._is_new(now):
            self._endings += ending
            if len(self._endings) > self._longest:
                self._spoil(TextFault.TOO_LONG, now)

    def complete(self, now: float) -> None:
        """The scanner says in so many words (ETX) that nothing more comes."""
        if self._begun and self._is_new(now):
            self._endings, self._complete = "", True

    def spoil(self, fault: TextFault, now: float) -> None:
        """Something came that is no character: the whole reading is worth nothing, whatever follows."""
        if self._is_new(now):
            self._spoil(fault, now)

    def take(self, now: float, *, silent: bool) -> Scanned | None:
        """Return the reading if it is over. `silent`: the scanner has sent nothing that was not taken."""
        due = self.due
        if due is None or now < due:
            return None
        noise_goes_on = self._fault is not None and now >= self._spoiled_at + SPOILED_S
        if not (silent or self._complete or noise_goes_on):
            return None
        if self._ends is Ends.ENTER and not (self._endings or self._complete):
            self._spoil(TextFault.HALF_SCAN, now)
        text, fault = "".join(self._text), self._fault
        self.clear()
        self._handed_on = True
        return text if fault is None else NotACredential(reason=fault)

    @property
    def _begun(self) -> bool:
        return bool(self._text) or self._fault is not None

    def _is_new(self, now: float) -> bool:
        """Note that something came, and return whether it is more than the rest of a code that was handed on."""
        silence_s = now - self._came_at
        self._came_at = now
        if self._complete or (self._handed_on and silence_s < self._pause_s):
            return False
        self._handed_on = False
        if self._begun:
            self._slowest_s = max(self._slowest_s, silence_s)
        return True

    def _spoil(self, fault: TextFault, now: float) -> None:
        if self._fault is None:
            self._fault, self._spoiled_at = fault, now
        self._text.clear()
        self._endings = ""
