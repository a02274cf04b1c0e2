"""What `kiosk today` prints: the day's numbers and the hours in which the venue really worked. No person in any of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from kiosk.core.inside.occupancy import LONGEST_STAY, MovementKind, Occupancy, WorkDay, hours_worked
from kiosk.core.model import Direction
from kiosk.store.reports import Reports, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """One local day at this door."""

    visits: tuple[Tally, ...]
    inside: int
    worked: WorkDay | None
    """None: nobody has passed yet."""
    corrections: tuple[int, ...] = ()
    """By how many people staff corrected the number inside today, each time: more, or fewer (negative)."""
    by_old_number: int = 0
    """Let in offline, near a full venue, by the last number that was known: by so many it may have been over-full."""

    def as_json(self) -> str:
        """Return it for a machine."""
        worked: dict[str, Any] | None = None
        if self.worked is not None:
            worked = {
                "first": self.worked.first.isoformat(),
                "last": self.worked.last.isoformat(),
                "entries": self.worked.entries,
                "exits": self.worked.exits,
            }
        visits = [
            {"direction": row.direction, "outcome": row.outcome, "colour": row.colour, "visits": row.visits}
            for row in self.visits
        ]
        return json.dumps(
            {
                "inside": self.inside,
                "by_old_number": self.by_old_number,
                "corrections": list(self.corrections),
                "worked": worked,
                "visits": visits,
            },
            indent=2,
        )

    def as_text(self) -> str:
        """Return it for a person."""
        lines = [
            f"{row.visits:5}  {row.direction:5}  {row.outcome:9}  {row.colour or 'no colour'}"
            for row in self.visits
        ]
        if self.by_old_number:
            lines.append(
                f"{self.by_old_number:5}  of them let in by an old number: the registry could not be asked"
            )
        if self.corrections:
            by = ", ".join(f"{change:+}" for change in self.corrections)
            lines.append(f"the number inside was corrected by staff: {by}")
        if self.worked is None:
            since = "" if self.corrections else " since before midnight"
            inside = f", {self.inside} inside{since}" if self.inside else ""
            return "\n".join([*lines, f"nobody has passed today{inside}"])
        worked = f"worked from {self.worked.first:%H:%M} to {self.worked.last:%H:%M}"
        passed = f"{self.worked.entries} in, {self.worked.exits} out, {self.inside} inside"
        return "\n".join([*lines, f"{worked}: {passed}"])


def today(file: Path, now: datetime, zone: tzinfo) -> Today:
    """Read the day's numbers beside a running kiosk. Raises StoreError where there is no store."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    reports = Reports.of_file(file)
    try:
        # Who came before midnight may still be inside.
        visits, moved = reports.today(midnight), reports.movements(min(midnight, now - LONGEST_STAY))
        by_old_number = reports.by_old_number(midnight)
    finally:
        reports.close()
    of_today = [movement for movement in moved if movement.at >= midnight]
    days = hours_worked(
        (movement.at.astimezone(zone), Direction.ENTRY if movement.change > 0 else Direction.EXIT)
        for movement in of_today
        if movement.kind is MovementKind.PASSED
    )
    return Today(
        visits=visits,
        inside=max(0, Occupancy().after(moved).inside),
        worked=days[-1] if days else None,
        corrections=tuple(
            movement.change for movement in of_today if movement.kind is MovementKind.CORRECTED
        ),
        by_old_number=by_old_number,
    )
