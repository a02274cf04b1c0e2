"""A decision that is looked at again: the refused visitor checked once more, or admitted by staff (rules 10, 11).

It is never a second visit, and never beyond red.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import Door, Place, Step
from kiosk.core.door.verdicts import ask, write
from kiosk.core.effects import Tell
from kiosk.core.events import StaffAdmitted
from kiosk.core.model import Colour, Direction, Outcome, Reason, Stamp


def _was_turned_away(door: Door, stamp: Stamp, within_s: float) -> bool:
    """Whether the last visitor was refused or unchecked at an entry, at most so many seconds ago, and could enter now."""
    visitor = door.visitor
    return (
        Direction.ENTRY in door.ways
        and visitor is not None
        and visitor.identifier is not None
        and visitor.direction is Direction.ENTRY
        and visitor.decision is not None
        and not visitor.decision.opens
        and stamp.mono - visitor.decided_mono < within_s
    )


def check_again(door: Door, stamp: Stamp) -> Step:
    """Ask once more for the visitor who was refused: the same visit, amended if the answer is another (rule 11).

    The key is anybody's, so it lasts only as long as the one it is about still stands there.
    """
    if door.visitor is None or not _was_turned_away(door, stamp, door.setup.times.stands_there_s):
        return door, ()
    return ask(door, replace(door.visitor, place=Place.NOT_ASKED), stamp)


def staff_admitted(door: Door, event: StaffAdmitted, stamp: Stamp) -> Step:
    """Staff override: a recorded act with who and why. Red is beyond it (rule 6)."""
    visitor = door.visitor
    staff_s = door.setup.times.staff_s if door.setup.attended else door.setup.times.stands_there_s
    if visitor is None or visitor.decision is None or not _was_turned_away(door, stamp, staff_s):
        return door, ()
    if not event.by.strip() or not event.why.strip():
        return door, (Tell(what="override-without-who-or-why", visit_id=visitor.visit_id),)
    if visitor.decision.colour is Colour.RED:
        return door, (Tell(what="red-not-overridden", visit_id=visitor.visit_id),)
    decision = replace(
        visitor.decision,
        outcome=Outcome.ADMITTED,
        reason=Reason.STAFF_OVERRIDE,
        opens=True,
        calls_staff=False,
        incident=False,
    )
    return write(door, visitor, decision, stamp, by=event.by, why=event.why)
