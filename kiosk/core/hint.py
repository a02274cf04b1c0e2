"""What a visitor can do so that the camera reads their code: words between the reader, which sees it, and the screen, which says it."""

from __future__ import annotations

from enum import StrEnum


class Hint(StrEnum):
    """One piece of advice. It is about the picture, never about what the code says."""

    COME_NEARER = "come-nearer"
    MOVE_AWAY = "move-away"
    BRIGHTER = "brighter"
    """The screen is too dark, or no light falls on the paper."""
    TURN_FROM_GLARE = "turn-from-glare"
    """A lamp shines back from it: tilt it a little."""
    HOLD_STILL = "hold-still"
