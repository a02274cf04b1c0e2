"""The number inside, put right by staff: a recorded act with who and why. It moves nobody, and touches no visit.

It needs no registry: this door counts by it at once, and the registry hears of it as a record (docs/contract.md).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import Door, Step
from kiosk.core.effects import Tell, Write
from kiosk.core.events import StaffCorrected
from kiosk.core.model import MOST_CORRECTED, Correction, Stamp


def staff_corrected(door: Door, event: StaffCorrected, stamp: Stamp) -> Step:
    """Change the number as staff say. An act without who or why, or by a number that is none, changes nothing and is told."""
    if not event.by.strip() or not event.why.strip():
        return door, (Tell(what="correction-without-who-or-why"),)
    if not 1 <= abs(event.change) <= MOST_CORRECTED:
        return door, (Tell(what="correction-out-of-range"),)
    correction = Correction(
        id=stamp.visit_id,
        change=event.change,
        corrected_at=stamp.wall,
        by=event.by,
        why=event.why,
        time_trusted=stamp.trusted,
    )
    people = door.people.corrected(event.change, correction.id)
    return replace(door, people=people), (Write(record=correction),)
