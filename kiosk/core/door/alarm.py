"""The building's fire alarm: whoever wants out goes out, and nobody goes in.

The release of the doors is the building's own hardware; nothing here is needed for it, and nothing may work against it.
What a visitor was being told gives way at once. No entry begins, and one whose record is still on its way is withdrawn.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import Door, State, Step
from kiosk.core.door.typed import Typed
from kiosk.core.door.verdicts import abandoned
from kiosk.core.effects import Chime, Light, Release, Signal, Sound, Tell, Write
from kiosk.core.events import AlarmChanged
from kiosk.core.model import Anomaly, Direction, Oddity, Stamp


def alarm_changed(door: Door, event: AlarmChanged, stamp: Stamp) -> Step:
    """The alarm rings, or has stopped; either is recorded. What was said already changes nothing."""
    if event.active is door.building.alarm:
        return door, ()
    what = Oddity.FIRE_ALARM if event.active else Oddity.FIRE_ALARM_OVER
    record = Anomaly(
        id=stamp.visit_id, what=what, direction=None, seen_at=stamp.wall, time_trusted=stamp.trusted
    )
    door = door.stands(alarm=event.active, release_at=stamp.mono)
    ring = (Light(signal=Signal.ALARM), Chime(sound=Sound.ALARM)) if event.active else ()
    door, released = release(door, stamp)
    return door, (*released, *ring, Write(record=record), Tell(what=what))


def interrupted(door: Door, _event: AlarmChanged, stamp: Stamp) -> Step:
    """Whoever was being answered is not any more; but who is on their way out goes on, and what has stopped disturbs nobody."""
    visitor = door.visitor
    leaving = visitor is not None and visitor.direction is Direction.EXIT
    if not door.building.alarm or (door.state is State.RECORDING and leaving):
        return door, ()
    if door.state is State.RECORDING:
        door = abandoned(door)
    if door.state in (State.ASKING, State.RECORDING):
        door = replace(door, visitor=None)
    return door.goes(State.IDLE, stamp.mono, typed=Typed()), ()


def release(door: Door, stamp: Stamp) -> Step:
    """Open the gate outwards, again and again while it burns, where the venue wants it."""
    every_s = door.setup.release_every_s
    building = door.building
    if not building.alarm or every_s is None or stamp.mono < building.release_at:
        return door, ()
    return door.stands(release_at=stamp.mono + every_s), (Release(),)
