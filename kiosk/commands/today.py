"""What `kiosk today` prints: the day's numbers and the hours in which the venue really worked. No person in any of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from kiosk.core.inside.occupancy import LONGEST_STAY, Occupancy, WorkDay, hours_worked
from kiosk.store.reports import Reports, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """One local day at this door."""

    visits: tuple[Tally, ...]
    inside: int
    worked: WorkDay | None
    """None: nobody has passed yet."""
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
        if self.worked is None:
            since_before = f", {self.inside} inside since before midnight" if self.inside else ""
            return "\n".join([*lines, f"nobody has passed today{since_before}"])
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
    passed = ((one.at, one.direction) for one in moved if one.direction is not None and one.at >= midnight)
    days = hours_worked((at.astimezone(zone), direction) for at, direction in passed)
    return Today(
        visits=visits,
        inside=Occupancy().after(moved).inside,
        worked=days[-1] if days else None,
        by_old_number=by_old_number,
    )
