"""How many are inside and when the venue worked: counted, never listed (FAQ 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from kiosk.core.model import Direction

LONGEST_STAY = timedelta(hours=24)
"""Who entered longer ago is not counted after a restart that knows nothing of them."""


class MovementKind(StrEnum):
    """By what the count changed."""

    PASSED = "passed"
    """Somebody went through, let through or not."""
    CORRECTED = "corrected"
    """Staff said that there are more inside, or fewer."""
    CLOSED = "closed"
    """The venue closed, and everybody left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A record that changed the count."""

    uid: str
    at: datetime
    """UTC, by the clock of then: it may have been wrong, so it orders nothing."""
    kind: MovementKind
    change: int = 0
    """People, in (positive) or out: one where somebody passed, as many as staff said in a correction, 0 at a closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """The count of one door at one moment."""

    inside: int = 0
    """Signed: who came in here and left by another door makes that door's count negative, and the sum right."""
    open_until: datetime | None = None
    """When the stretch of opening hours ends that the last look saw (local, naive); None while closed."""
    last_at: datetime | None = None
    """After a restart: when the count last changed, but for a closing (UTC), until the hours were looked at."""
    through: str = ""
    """The record that was counted last, so that none is counted twice after a restart; empty: none was."""

    def moved(self, direction: Direction, record: str) -> Self:
        """Return the count after somebody passed, as this record tells."""
        return self.changed(1 if direction is Direction.ENTRY else -1, record)

    def changed(self, change: int, record: str) -> Self:
        """Return the count with so many people more, or fewer (negative), as this record tells."""
        return replace(self, inside=self.inside + change, through=record)

    def emptied(self, record: str) -> Self:
        """Return the count after everybody left, as this record tells."""
        return replace(self, inside=0, through=record)

    def after(self, movements: Iterable[Movement]) -> Self:
        """Return the count after these, in the order in which they were written."""
        count = self
        for movement in movements:
            if movement.kind is MovementKind.CLOSED:
                count = replace(count.emptied(movement.uid), open_until=None, last_at=None)
            else:
                count = replace(count.changed(movement.change, movement.uid), last_at=movement.at)
        return count

    def seen(self, local: datetime, open_until: datetime | None, *, runs_on: bool) -> tuple[Self, int | None]:
        """Look at the hours; return the count, and how many exits are to be assumed if the venue has closed since.

        `runs_on`: the known stretch ends in another one (around the clock), so nothing closed. A stretch that is cut
        short (the zone shut the venue, or the clock was set back) closes at the hour that was known: people are still
        on their way out. None: nothing closed.
        """
        if self.open_until is None or runs_on:
            return replace(self, open_until=open_until), None
        if local.replace(tzinfo=None) >= self.open_until:
            return replace(self, inside=0, open_until=open_until), max(0, self.inside)
        return replace(self, open_until=open_until or self.open_until), None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDay:
    """The hours in which the venue really worked on one local day, by its first and last passage."""

    day: date
    first: datetime
    last: datetime
    entries: int
    exits: int


def hours_worked(passages: Iterable[tuple[datetime, Direction]]) -> tuple[WorkDay, ...]:
    """Return the working hours by day, from the local times of passages in any order."""
    days: dict[date, list[tuple[datetime, Direction]]] = {}
    for local, direction in passages:
        days.setdefault(local.date(), []).append((local, direction))
    return tuple(
        WorkDay(
            day=day,
            first=min(local for local, _ in seen),
            last=max(local for local, _ in seen),
            entries=sum(direction is Direction.ENTRY for _, direction in seen),
            exits=sum(direction is Direction.EXIT for _, direction in seen),
        )
        for day, seen in sorted(days.items())
    )
