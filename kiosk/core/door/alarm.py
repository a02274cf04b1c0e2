"""The building's fire alarm: whoever wants out goes out, and nobody goes in.

The release of the doors is the building's own hardware; nothing here is needed for it, and nothing may work against it.
What a visitor was being told gives way at once. No entry begins, and one whose record is still on its way is withdrawn.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door import arrivals, verdicts
from kiosk.core.door.state import Arrival, Door, State, Step
from kiosk.core.door.typed import Typed
from kiosk.core.effects import Chime, Effect, Light, Release, Signal, Sound, Tell, Write
from kiosk.core.events import AlarmChanged, CodeRead, Key, KeyPressed
from kiosk.core.model import Anomaly, Direction, NotACredential, Oddity, Refusal, Stamp, Via

SOMEBODY = NotACredential(reason=Refusal.EMPTY)
"""Who leaves by a key gives no name."""


def alarm_changed(door: Door, event: AlarmChanged, stamp: Stamp) -> Step:
    """The alarm rings, or has stopped; either is recorded."""
    if event.active is door.alarm:
        return door, ()
    what = Oddity.FIRE_ALARM if event.active else Oddity.FIRE_ALARM_OVER
    record = Anomaly(
        id=stamp.visit_id, what=what, direction=None, seen_at=stamp.wall, time_trusted=stamp.trusted
    )
    told: tuple[Effect, ...] = (Write(record=record), Tell(what=what))
    door = replace(door, alarm=event.active, release_at=stamp.mono)
    if not event.active:
        if door.state is not State.ALARM:
            return door, told
        door, effects = verdicts.rest(door, stamp)
        return door, (*effects, *told)
    ring = (Light(signal=Signal.ALARM), Chime(sound=Sound.ALARM))
    if door.state is State.RECORDING and door.visitor and door.visitor.direction is Direction.EXIT:
        door, released = release(door, stamp)
        return door, (*released, *ring, *told)
    door = _abandoned(door).goes(State.ALARM, stamp.mono, typed=Typed(), refusal=None)
    door, released = release(door, stamp)
    return door, (*released, *ring, *told)


def arrived(door: Door, event: Arrival, stamp: Stamp) -> Step:
    """Somebody presents themselves: where people leave at all, they leave, whoever they are (`comers.side_of`)."""
    return arrivals.arrived_out_of_order(door, event, stamp)


def key(door: Door, event: KeyPressed, stamp: Stamp) -> Step:
    """The confirm key is the way out."""
    if event.key is not Key.CONFIRM:
        return door, ()
    return arrived(door, CodeRead(credential=SOMEBODY, via=Via.KEYPAD), stamp)


def release(door: Door, stamp: Stamp) -> tuple[Door, tuple[Effect, ...]]:
    """Open the gate outwards, again and again while it burns, where the venue wants it."""
    every_s = door.setup.release_every_s
    if not door.alarm or every_s is None or stamp.mono < door.release_at:
        return door, ()
    return replace(door, release_at=stamp.mono + every_s), (Release(),)


def _abandoned(door: Door) -> Door:
    """Drop the visitor who was being answered; a record that would have opened the gate is withdrawn when it is there."""
    visitor = door.visitor
    if visitor is None or door.state not in (State.ASKING, State.RECORDING):
        return door
    late = door.state is State.RECORDING and visitor.decision is not None and visitor.decision.opens
    pairs = ((visitor.awaiting, visitor.visit_id),) if late else ()
    return replace(door, visitor=None, abandoned=(*door.abandoned, *pairs)[-16:])
