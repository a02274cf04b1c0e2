"""Who presents themselves, and which way they go, as far as the door can tell. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection

from kiosk.core.door.state import Arrival, Door, State, Visitor
from kiosk.core.events import CodeRead, PhoneArrived, StaffIdentified
from kiosk.core.inside.presence import comparable, tag_of
from kiosk.core.model import Direction, DoorKind, Identifier, Pass, Stamp


def side_of(door: Door, side: Direction | None) -> Direction | None:
    """Return the way that door and reader alone can tell; None at a toggle door with one reader."""
    if door.setup.kind is not DoorKind.TOGGLE:
        return Direction.EXIT if door.setup.kind is DoorKind.EXIT else Direction.ENTRY
    if side is None and door.alarm:  # nobody goes in while it burns, so whoever is here leaves
        return Direction.EXIT
    return side


def direction_of(door: Door, side: Direction | None, identifier: Identifier | None) -> Direction:
    """Return the way somebody goes: what door and reader say, else out for who is known to be inside."""
    told = side_of(door, side)
    if told is not None:
        return told
    tags = (tag_of(door.setup.presence_key, identifier),) if identifier else ()
    return Direction.EXIT if went_in(door, tags) else Direction.ENTRY


def went_in(door: Door, tags: Collection[str]) -> bool:
    """Whether somebody under one of these tags went in and was not seen leaving, by closing time or after."""
    return bool(door.presence.find(tags) or door.lingering.find(tags))


def told_side(event: Arrival) -> Direction | None:
    """Return the way that reader or phone told."""
    match event:
        case CodeRead(side=side) | PhoneArrived(direction=side):
            return side
        case StaffIdentified():
            return None


def way_of(door: Door, event: Arrival) -> Direction:
    """Return which way somebody who presents themselves would go, as things stand."""
    return direction_of(door, told_side(event), identifier_of(event))


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
    undecided = door.state in (State.ASKING, State.RECORDING)
    return undecided or stamp.mono - last.decided_mono < door.setup.times.repeat_s


def seen(door: Door, stamp: Stamp) -> bool:
    """Whether an answer has been up for long enough to be seen, so that the next one's turn may begin."""
    answering = door.state in (State.ASKING, State.RECORDING)
    return not answering and stamp.mono - door.since >= door.setup.times.least_s


def may_be_inside(door: Door, visitor: Visitor) -> bool:
    """Whether a toggle door may have taken somebody who leaves for somebody who enters: a refusal then waits for staff.

    It could where somebody is inside whom nobody named, or who was named another way: an IIN typed offline and a pass
    may be one person.
    """
    if visitor.side_known or visitor.direction is Direction.EXIT:
        return False
    tags = visitor.tags(door.setup.presence_key)
    everybody = (*door.presence.inside, *door.lingering.inside)
    return not door.knows_who_is_inside or not all(comparable(entered.tags, tags) for entered in everybody)
