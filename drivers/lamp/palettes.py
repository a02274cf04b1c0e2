"""What a lamp has for each status: an RGB lamp its hues, a column its lights. The rhythm is in `drivers/lamp/rhythms.py`.

A status colour must never be shown where no status is known, and no two statuses may look alike.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from drivers.lamp.rhythms import PATTERNS, steps_of
from drivers.pins.player import Beat
from kiosk.core.effects import Signal
from kiosk.core.model import Colour

Levels = tuple[float, ...]
"""Brightness of each output of a lamp, from 0 (dark) to 1."""
LampPalette = Callable[[Colour | None], Levels]
"""What a lamp has for a status; for None what it has for "not known", which is like no status."""

DIMMEST = 0.25
"""What cannot be dimmed is on from this level up."""


class ColumnLight(StrEnum):
    """One light of a column."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    WHITE = "white"


NEEDED = (ColumnLight.RED, ColumnLight.YELLOW, ColumnLight.GREEN)
"""A column has at least these: with fewer, two statuses would look alike."""

_RGB: dict[Colour | None, Levels] = {
    Colour.GREEN: (0.0, 1.0, 0.0),
    Colour.BLUE: (0.0, 0.0, 1.0),
    # The green diode is the brighter one in every RGB lamp: in equal parts yellow turns to lime.
    Colour.YELLOW: (1.0, 0.6, 0.0),
    Colour.RED: (1.0, 0.0, 0.0),
    None: (1.0, 1.0, 1.0),
}


def rgb(colour: Colour | None) -> Levels:
    """The palette of an RGB lamp: red, green, blue. What is not known is white."""
    return _RGB[colour]


def column(lights: tuple[ColumnLight, ...]) -> LampPalette:
    """Return the palette of a column with these lights, in this order.

    A status has its own light. Blue, where there is no blue one, is green and yellow together: it is no better than
    the one and no worse than the other. What is not known is white, and where there is no white one, all at once:
    so that it is never taken for a status.
    """

    def palette(colour: Colour | None) -> Levels:
        if colour is None:
            lit = {ColumnLight.WHITE} if ColumnLight.WHITE in lights else set(lights)
        elif colour is Colour.BLUE and ColumnLight.BLUE not in lights:
            lit = {ColumnLight.YELLOW, ColumnLight.GREEN}
        else:
            lit = {ColumnLight(colour.value)}
        return tuple(float(light in lit) for light in lights)

    return palette


def beats_of(
    signal: Signal, colour: Colour | None, palette: LampPalette, *, dimmable: bool, fault: int = 0
) -> tuple[Beat[Levels], ...]:
    """Return one round of a signal, or of the number that it bears, as beats of one lamp."""
    full = palette(colour if PATTERNS[signal].coloured else None)

    def levels(level: float) -> Levels:
        if dimmable:
            return tuple(part * level for part in full)
        return tuple(float(part * level >= DIMMEST) for part in full)

    return tuple(Beat(levels(step.level), step.s) for step in steps_of(signal, fault))
