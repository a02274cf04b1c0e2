"""What a lamp tells, as light over time: one table that every lamp plays, whatever it is made of.

Colour is the registry's status (drivers/lamp/palettes.py), rhythm is our decision. It must never flash more than three
times a second (EN 301 549).
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pins.player import STEADY
from kiosk.core.effects import Signal
from kiosk.core.health import faults


@dataclass(frozen=True, slots=True)
class RhythmStep:
    """One part of a rhythm."""

    level: float
    """Brightness from 0 (dark) to 1."""
    s: float
    """Seconds; infinite for a steady light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A rhythm, repeated until the next signal."""

    steps: tuple[RhythmStep, ...]
    coloured: bool
    """Whether it takes the colour of the status, where one is known."""


PATTERNS: dict[Signal, Pattern] = {
    # Just alive: a dark lamp is a lamp without power.
    Signal.IDLE: Pattern(steps=(RhythmStep(0.05, STEADY),), coloured=False),
    # Quick and soft: working.
    Signal.CHECKING: Pattern(steps=(RhythmStep(0.5, 0.25), RhythmStep(0.1, 0.25)), coloured=False),
    # Calm: go.
    Signal.ADMITTED: Pattern(steps=(RhythmStep(1.0, STEADY),), coloured=True),
    # Twice, and twice again: stop, in any colour.
    Signal.REFUSED: Pattern(
        steps=(RhythmStep(1.0, 0.25), RhythmStep(0.0, 0.25), RhythmStep(1.0, 0.25), RhythmStep(0.0, 1.0)),
        coloured=True,
    ),
    # Once, slowly: wait, somebody comes. Never a colour (rule 8).
    Signal.UNCHECKED: Pattern(steps=(RhythmStep(1.0, 0.8), RhythmStep(0.0, 0.8)), coloured=False),
    # A spark now and then, like a smoke detector's.
    Signal.OUT_OF_ORDER: Pattern(steps=(RhythmStep(1.0, 0.15), RhythmStep(0.0, 2.35)), coloured=False),
    # Three, and a pause: what the sounders of a building say when everybody has to leave (ISO 8201).
    Signal.ALARM: Pattern(
        steps=(*(RhythmStep(1.0, 0.5), RhythmStep(0.0, 0.5)) * 2, RhythmStep(1.0, 0.5), RhythmStep(0.0, 1.5)),
        coloured=False,
    ),
}


BLINKED: dict[Signal, tuple[float, float, float]] = {
    # Bright, dark, and a pause in seconds. People come and go, so it is softer and seldom.
    Signal.IDLE: (0.6, 0.05, faults.IDLE_PAUSE_S),
    Signal.OUT_OF_ORDER: (1.0, 0.0, faults.PAUSE_S),
}
"""The signals in which a lamp tells the number of what is broken: nobody is being answered."""


def steps_of(signal: Signal, fault: int = 0) -> tuple[RhythmStep, ...]:
    """Return one round of a signal; where it bears a fault, its number: long for each ten, short for each one."""
    if not fault or signal not in BLINKED:
        return PATTERNS[signal].steps
    bright, dark, pause_s = BLINKED[signal]
    return tuple(RhythmStep(bright if blink.on else dark, blink.s) for blink in faults.blinks(fault, pause_s))
