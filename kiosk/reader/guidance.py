"""What to tell somebody whose code is seen and not read. Pure: numbers in, a hint out.

It must never speak to who merely walks by: only after a code-like thing stayed unread for a while.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.hint import Hint

PATIENCE_S = 0.7
"""A code-like thing is unread for so long before anything is said: most are read before it."""
DARK = 70
"""Grey level: where the brightest tenth of it is darker, modules drown in noise."""
BURNT = 0.12
"""The share that is burnt out in patches larger than modules: a page's white is not, because black stands beside it."""
SMALL = 0.16
"""The share of the frame's height below which the modules of a pass are narrower than two pixels."""
LARGE = 0.58
"""The share of the frame's height above which it is nearer than a fixed lens is sharp: about 14 cm for a code as wide as a phone."""
RUNS = 0.8
"""Widths of itself a second that it moves: at an exposure of 1/100 s the blur is then about half a module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What can be measured of an unread thing."""

    unread_s: float
    """For how long it has been there."""
    sure: bool
    """Whether no crowd was ever seen that looks so: a striped coat that walks by is a guess."""
    height: float
    """Its height, a share of the frame's."""
    bright: float
    """The grey level that a tenth of it exceeds, 0 to 255."""
    burnt: float
    """The share of it that is burnt out in patches."""
    speed: float
    """How fast its middle moves, in its own widths a second."""


def hint(sight: Sight) -> Hint | None:
    """Return what helps most, or None: too early, not surely a code, or nothing is known to be wrong.

    >>> hint(Sight(unread_s=1.0, sure=True, height=0.1, bright=200, burnt=0.0, speed=0.0))
    <Hint.COME_NEARER: 'come-nearer'>
    """
    if sight.unread_s < PATIENCE_S or not sight.sure:
        return None
    # Black before everything: it is measured wrongly in every other way. Too close before burnt: a white module may fill a patch.
    if sight.bright < DARK:
        return Hint.BRIGHTER
    if sight.height > LARGE:
        return Hint.MOVE_AWAY
    if sight.burnt > BURNT:
        return Hint.TURN_FROM_GLARE
    if sight.height < SMALL:
        return Hint.COME_NEARER
    if sight.speed > RUNS:
        return Hint.HOLD_STILL
    return None
