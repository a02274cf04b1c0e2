"""What is broken, as the number that `kiosk doctor` gives it: the screen shows it, the lamp blinks it, people say it on the telephone.

A number is never given to another fault (docs/doctor.md); tests/commands/test_doctor.py holds this table to the doctor's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kiosk.core.events import Part

NUMBER_OF: Mapping[Part, int] = MappingProxyType(
    {
        Part.CLOCK: 4,
        Part.DISK: 5,
        Part.STORE: 7,
        Part.REGISTRY: 9,
        Part.CAMERA: 10,
        Part.KEYPAD: 12,
        Part.DISPLAY: 14,
        Part.GATE: 19,
        Part.LAMP: 20,
        Part.SCANNER: 21,
        Part.SOUND: 32,
        Part.POWER: 33,
        Part.HEAT: 34,
        Part.MEMORY: 35,
        Part.PASSAGE: 36,
        Part.VIEW: 37,
        Part.ALARM: 38,
    }
)
"""The check of `kiosk doctor` that looks at each part."""
NOT_ENROLLED = 17
"""The check that a device fails which belongs to no door, or does not any more."""

SHORT_S, LONG_S = 0.3, 1.2
GAP_S, BETWEEN_S, PAUSE_S = 0.45, 1.2, 3.0
IDLE_PAUSE_S = 10.0
"""Where visitors come and go, the lamp says it now and then only: the door works."""
LARGEST = 99


@dataclass(frozen=True, slots=True)
class Blink:
    """A time in which the light is on, or off."""

    on: bool
    s: float
    """Seconds."""


def numbers(broken: Iterable[Part], *, revoked: bool) -> tuple[int, ...]:
    """Return what is broken here, lowest first; nothing while all is well. The network is told elsewhere: it is no fault here."""
    of_parts = {NUMBER_OF[part] for part in broken}
    return tuple(sorted(of_parts | {NOT_ENROLLED} if revoked else of_parts))


def blinks(number: int, pause_s: float = PAUSE_S) -> tuple[Blink, ...]:
    """Return a number as light: a long one for each ten, a short one for each one, and a pause before it begins again.

    Slow enough to be counted, and far below three flashes a second. Raises ValueError outside of 1 to 99.

    >>> [(each.on, each.s) for each in blinks(12)]
    [(True, 1.2), (False, 1.2), (True, 0.3), (False, 0.45), (True, 0.3), (False, 3.0)]
    """
    if not 1 <= number <= LARGEST:
        raise ValueError(f"expected a number from 1 to {LARGEST} to blink, found {number}")
    tens, ones = divmod(number, 10)
    lit = [LONG_S] * tens + [SHORT_S] * ones
    dark = [GAP_S] * (len(lit) - 1) + [pause_s]
    if tens and ones:
        dark[tens - 1] = BETWEEN_S
    return tuple(
        Blink(on, s)
        for pair in zip(lit, dark, strict=True)
        for on, s in zip((True, False), pair, strict=True)
    )
