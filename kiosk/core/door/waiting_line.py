"""Whose turn is next: who came while somebody else was being answered. Who leaves goes first.

No more than AT_MOST wait. Whoever comes then is not written down, and that is told.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import Arrival, Door, Queued, Step
from kiosk.core.door.whose import identifier_of, told_side, way_of
from kiosk.core.effects import Effect, Tell
from kiosk.core.inside.presence import tag_of
from kiosk.core.model import Direction, Stamp

AT_MOST = 32
"""So many wait: more than can stand before a door, and a bound for whoever plays with codes."""
WAITS_S = 30.0
"""Who wants in is answered within so many seconds or not at all: a gate that opens later opens for somebody else."""


def queue(door: Door, event: Arrival, stamp: Stamp) -> Step:
    """Let somebody wait for their turn. Who leaves goes first, and the same person waits once."""
    if any(_same(door, one.event, event) for one in door.queue):
        return door, ()
    came = Queued(event=event, since=stamp.mono)
    leaving = tuple(one for one in door.queue if way_of(door, one.event) is Direction.EXIT)
    entering = tuple(one for one in door.queue if one not in leaving)
    all_of_them = (*leaving, came, *entering) if _leaves(door, came) else (*leaving, *entering, came)
    told = (Tell(what="too-many-at-once"),) if len(all_of_them) > AT_MOST else ()
    return replace(door, queue=all_of_them[:AT_MOST]), told


def without(door: Door, event: Arrival) -> Door:
    """Return the door with nobody waiting who is the one of this event."""
    left = tuple(one for one in door.queue if not _same(door, one.event, event))
    return door if len(left) == len(door.queue) else replace(door, queue=left)


def next_turn(door: Door, stamp: Stamp) -> tuple[Door, Arrival | None, tuple[Effect, ...]]:
    """Take whose turn it is out of the queue; who waited too long to come in is passed over, and that is told."""
    late = tuple(one for one in door.queue if not _leaves(door, one) and stamp.mono - one.since > WAITS_S)
    told = (Tell(what="came-too-long-ago"),) * len(late)
    waiting = tuple(one for one in door.queue if one not in late)
    event = waiting[0].event if waiting else None
    return replace(door, queue=waiting[1:]), event, told


def _leaves(door: Door, one: Queued) -> bool:
    return way_of(door, one.event) is Direction.EXIT


def _same(door: Door, one: Arrival, other: Arrival) -> bool:
    """Whether two arrivals are one person going one way: a phone that checked in, and the pass on it."""
    who, other_one = identifier_of(one), identifier_of(other)
    if who is None or other_one is None or told_side(one) is not told_side(other):
        return False
    key = door.setup.presence_key
    return tag_of(key, who) == tag_of(key, other_one)
