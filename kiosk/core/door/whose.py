"""Whose code or number it is, and which way they go, as far as the door can tell. Decides nothing."""

from __future__ import annotations

from kiosk.core.door.state import ANSWERING, Arrival, Door, Visitor
from kiosk.core.events import CodeRead, PhoneArrived, StaffIdentified
from kiosk.core.inside.presence import comparable, tag_of
from kiosk.core.model import Direction, DoorKind, Identifier, Pass, Stamp


def side_of(door: Door, side: Direction | None) -> Direction | None:
    """Return the way that door and reader alone can tell; None at a toggle door with one reader."""
    if door.setup.kind is not DoorKind.TOGGLE:
        return Direction.EXIT if door.setup.kind is DoorKind.EXIT else Direction.ENTRY
    if side is None and door.building.everybody_leaves:
        return Direction.EXIT
    return side


def direction_of(door: Door, side: Direction | None, identifier: Identifier | None) -> Direction:
    """Return the way somebody goes: what door and reader say, else out for who is known to be inside."""
    known = side_of(door, side)
    if known is not None:
        return known
    tags = (tag_of(door.setup.presence_key, identifier),) if identifier else ()
    return Direction.EXIT if door.people.went_in(tags) else Direction.ENTRY


def stated_side(event: Arrival) -> Direction | None:
    """Return the way that reader or phone stated."""
    match event:
        case CodeRead(side=side) | PhoneArrived(direction=side):
            return side
        case StaffIdentified():
            return None


def way_of(door: Door, event: Arrival) -> Direction:
    """Return which way somebody who presents themselves would go, as things stand."""
    return direction_of(door, stated_side(event), identifier_of(event))


def identifier_of(event: Arrival) -> Identifier | None:
    """Return who came; None where nobody can tell."""
    match event:
        case CodeRead(credential=Pass() as shown):
            return shown.identifier
        case CodeRead(credential=Identifier() as identifier):
            return identifier
        case CodeRead():
            return None
        case _:
            return event.identifier


def again(door: Door, identifier: Identifier | None, side: Direction | None, stamp: Stamp) -> bool:
    """Whether this is the visitor of a moment ago, going the same way: a code that is held up is no second visit."""
    last = door.visitor
    if last is None or identifier is None or side_of(door, side) not in (None, last.direction):
        return False
    key = door.setup.presence_key
    if tag_of(key, identifier) not in last.tags(key):
        return False
    return door.state in ANSWERING or stamp.mono - last.decided_mono < door.setup.times.repeat_s


def may_be_inside(door: Door, visitor: Visitor) -> bool:
    """Whether a toggle door may have taken somebody who leaves for somebody who enters: a refusal then waits for staff.

    It could where somebody is inside whom nobody named, or who was named another way: an IIN typed offline and a pass
    may be one person.
    """
    if visitor.side_known or visitor.direction is Direction.EXIT:
        return False
    tags = visitor.tags(door.setup.presence_key)
    people = door.people
    everybody = (*people.presence.inside, *people.lingering.inside)
    return not people.everybody_is_known or not all(comparable(entered.tags, tags) for entered in everybody)


def can_turn_round(door: Door, stamp: Stamp) -> bool:
    """Whether the last visitor, taken for leaving by the list alone, can still say that they come in.

    They left some day without being read, behind somebody else: a forgotten exit is never held against them (rule 12).
    """
    last = door.visitor
    return (
        door.setup.kind is DoorKind.TOGGLE
        and Direction.ENTRY in door.ways
        and last is not None
        and last.direction is Direction.EXIT
        and not last.side_known
        and last.identifier is not None
        and last.decision is not None
        and door.state not in ANSWERING
        and stamp.mono - last.decided_mono < door.setup.times.turn_round_s
    )
