"""How many rescue steps the door can pay: all that one visitor needs at once, few in the long run."""

from __future__ import annotations

BURST = 45
"""Steps for somebody who stands there with an unread code: two seconds of frames, more than three times the whole ladder."""
STEPS_A_SECOND = 1.0
"""What grows back: a crowd in patterned coats, or a poster that nobody can read, costs this and no more."""
KEPT = 33
"""Steps that are reserved for candidates that are surely codes: a guess may spend only what lies above this."""


class RescueBudget:
    """Steps that may still be taken. Time comes in, in seconds; a clock that runs backwards gives nothing."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at: float | None = None

    def take(self, mono: float, *, sure: bool) -> bool:
        """Return whether a step may be taken now, and count it."""
        if self._at is not None:
            self._left = min(BURST, self._left + max(0.0, mono - self._at) * STEPS_A_SECOND)
        self._at = mono
        if self._left < 1 + (0 if sure else KEPT):
            return False
        self._left -= 1
        return True
