"""A decision that is looked at again: the refused visitor checked once more, or admitted by staff (rules 10, 11).

It is never a second visit, and never beyond red.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import Door, Step
from kiosk.core.door.verdicts import ask, write
from kiosk.core.effects import Tell
from kiosk.core.events import StaffAdmitted
from kiosk.core.model import Colour, Direction, Outcome, Reason, Stamp


def can_check_again(door: Door, stamp: Stamp) -> bool:
    """Whether the last visitor was refused or unchecked at an entry, not too long ago.

    Where nobody watches, the key is anybody's: there it lasts only as long as the one it is about can still stand there.
    """
    times = door.setup.times
    lasts = times.recheck_s if door.setup.attended else min(times.recheck_s, times.unchecked_s)
    visitor = door.visitor
    return (
        not door.revoked
        and visitor is not None
        and visitor.identifier is not None
        and visitor.direction is Direction.ENTRY
        and visitor.decision is not None
        and not visitor.decision.opens
        and stamp.mono - visitor.decided_mono < lasts
    )


def check_again(door: Door, stamp: Stamp) -> Step:
    """Ask once more for the visitor who was refused: the same visit, amended if the answer is another (rule 11)."""
    if not can_check_again(door, stamp) or door.visitor is None:
        return door, ()
    return ask(door, door.visitor, stamp)


def staff_admitted(door: Door, event: StaffAdmitted, stamp: Stamp) -> Step:
    """Staff override: a recorded act with who and why. Red is beyond it (rule 6)."""
    visitor = door.visitor
    if visitor is None or visitor.decision is None or not can_check_again(door, stamp):
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
