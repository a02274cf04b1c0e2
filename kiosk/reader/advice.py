"""When a hint is said and for how long: words that change with every frame help nobody. Pure: hints and times in, a hint out."""

from __future__ import annotations

from kiosk.core.hint import Hint

AGREED_S = 0.3
"""The reader is of one opinion for so long before it is said."""
LINGERS_S = 1.0
"""What is said goes when the reader was of no opinion, or of another one, for so long: a hand that shakes hides a code now and then,
and whoever walks needs a second to read it."""
LONGEST_STEP_S = 0.2
"""The time between two frames counts for no more: nobody knows what was there in between."""


class Advice:
    """What is said to whoever stands there, from frame to frame."""

    def __init__(self) -> None:
        self.said: Hint | None = None
        self._meant: Hint | None = None
        self._trust = 0.0
        """From 0 to 1 in AGREED_S while it is meant, and back in LINGERS_S while it is not."""
        self._at: float | None = None

    def hears(self, hint: Hint | None, mono: float, *, read: bool) -> Hint | None:
        """Return what is said after a frame at `mono` seconds; `read`: a code was read in it, so nothing is left to say."""
        step_s = 0.0 if self._at is None else min(mono - self._at, LONGEST_STEP_S)
        self._at = mono
        if read:
            self.said, self._meant, self._trust = None, None, 0.0
            return None
        if hint is not None and hint is self._meant:
            self._trust = min(1.0, self._trust + step_s / AGREED_S)
        else:
            self._trust = max(0.0, self._trust - step_s / LINGERS_S)
        if self._trust >= 1.0:
            self.said = self._meant
        elif self._trust <= 0.0:
            self.said, self._meant = None, hint
        return self.said
