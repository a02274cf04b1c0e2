"""What the building and the kiosk's own parts are like: it decides whether anybody enters at all, whoever they are.

Two sentences have their only place here. *Nobody enters now*: `ways` has no entry. *Everybody leaves*: `everybody_leaves`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from kiosk.core.events import Part
from kiosk.core.health.faults import numbers
from kiosk.core.model import Direction, DoorKind


class Standing(StrEnum):
    """Whether a door admits at all, and why it does not. An exit is open in all of them (rule 3)."""

    OPEN = "open"
    OUT_OF_ORDER = "out-of-order"
    """Visits cannot be recorded."""
    OUT_OF_SERVICE = "out-of-service"
    """The registry withdrew the device."""
    ALARM = "alarm"
    """The building's fire alarm rings: whoever presents themselves leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """What is broken, withdrawn or on fire."""

    broken: Mapping[Part, str] = field(default_factory=dict)
    """Why each part does not work, in the order in which they broke."""
    revoked: bool = False
    """The registry withdrew this device."""
    alarm: bool = False
    """The building's fire alarm rings. An exit that is being recorded ends as it would have."""
    release_at: float = float("-inf")
    """When the gate is next opened outwards in an alarm, where it is at all (seconds of the monotonic clock)."""
    trusts_time: bool = False
    """What the clock said of itself last; a door begins without having asked."""

    @property
    def standing(self) -> Standing:
        """Return how the door stands: the weightiest reason first."""
        if self.alarm:
            return Standing.ALARM
        if self.revoked:
            return Standing.OUT_OF_SERVICE
        return Standing.OUT_OF_ORDER if Part.STORE in self.broken else Standing.OPEN

    @property
    def everybody_leaves(self) -> bool:
        """Whether whoever presents themselves is taken for leaving: nobody goes into a building that burns."""
        return self.alarm

    def ways(self, kind: DoorKind) -> frozenset[Direction]:
        """Return which ways people may go through a door of this kind now."""
        ways = _WAYS[kind]
        return ways if self.standing is Standing.OPEN else ways - {Direction.ENTRY}

    @property
    def faults(self) -> tuple[int, ...]:
        """Return what is broken, by number, lowest first (docs/doctor.md)."""
        return numbers(self.broken, revoked=self.revoked)

    @property
    def lowest_fault(self) -> int:
        """Return the number that the lamp blinks; 0: nothing is broken."""
        return min(self.faults, default=0)

    def with_part(self, part: Part, why: str | None) -> Self:
        """Return this with a part broken for a reason, or (None) working again."""
        others = {other: reason for other, reason in self.broken.items() if other is not part}
        return replace(self, broken=others if why is None else {**others, part: why})


_WAYS = {
    DoorKind.ENTRY: frozenset({Direction.ENTRY}),
    DoorKind.EXIT: frozenset({Direction.EXIT}),
    DoorKind.TOGGLE: frozenset(Direction),
}
