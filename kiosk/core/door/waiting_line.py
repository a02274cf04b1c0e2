"""Whose turn is next: who came while somebody else was being answered, or was typing their number."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import ANSWERING, WITH_DIGITS, Arrival, Door, Queued, Step
from kiosk.core.door.whose import identifier_of, stated_side, way_of
from kiosk.core.effects import Effect, Tell
from kiosk.core.inside.presence import tag_of
from kiosk.core.model import Direction, Stamp

AT_MOST = 32
"""So many wait: more than can stand before a door, and a bound for whoever plays with codes. The last one is told and dropped."""
WAITS_S = 30.0
"""Who wants in is answered within so many seconds or not at all: a gate that opens later opens for somebody else."""


def seen(door: Door, stamp: Stamp) -> bool:
    """Whether what is up has been up for long enough to be seen, so that the next one's turn may begin."""
    return door.state not in ANSWERING and stamp.mono - door.since >= door.setup.times.least_s


def queue(door: Door, event: Arrival, stamp: Stamp) -> Step:
    """Let somebody wait for their turn. Who leaves goes first, and the same person waits once."""
    if any(_same(door, queued.event, event) for queued in door.queue):
        return door, ()
    came = Queued(event=event, since=stamp.mono)
    leaving = tuple(queued for queued in door.queue if _leaves(door, queued))
    entering = tuple(queued for queued in door.queue if queued not in leaving)
    all_of_them = (*leaving, came, *entering) if _leaves(door, came) else (*leaving, *entering, came)
    dropped = (Tell(what="too-many-at-once"),) if len(all_of_them) > AT_MOST else ()
    return replace(door, queue=all_of_them[:AT_MOST]), dropped


def without(door: Door, event: Arrival) -> Door:
    """Return the door with nobody waiting who is the one of this event."""
    left = tuple(queued for queued in door.queue if not _same(door, queued.event, event))
    return door if len(left) == len(door.queue) else replace(door, queue=left)


def next_turn(door: Door, stamp: Stamp) -> tuple[Door, Arrival | None, tuple[Effect, ...]]:
    """Take whose turn it is out of the queue; who waited too long to come in is passed over, and that is told."""
    if not _somebody_may_go(door) or not seen(door, stamp):
        return door, None, ()
    late = tuple(
        queued for queued in door.queue if not _leaves(door, queued) and stamp.mono - queued.since > WAITS_S
    )
    passed_over = (Tell(what="came-too-long-ago"),) * len(late)
    waiting = tuple(queued for queued in door.queue if queued not in late)
    event = waiting[0].event if waiting else None
    return replace(door, queue=waiting[1:]), event, passed_over


def wakes_at(door: Door) -> float | None:
    """Return when somebody's turn comes by time alone (seconds of the monotonic clock); None: by something else first."""
    return door.since + door.setup.times.least_s if _somebody_may_go(door) else None


def _somebody_may_go(door: Door) -> bool:
    """Whether the first of the queue has nobody before them but time. Who types is not interrupted by who wants in."""
    if not door.queue or door.state in ANSWERING:
        return False
    return door.state not in WITH_DIGITS or _leaves(door, door.queue[0])


def _leaves(door: Door, queued: Queued) -> bool:
    return way_of(door, queued.event) is Direction.EXIT


def _same(door: Door, arrival: Arrival, other: Arrival) -> bool:
    """Whether two arrivals are one person going one way: a phone that checked in, and the pass on it."""
    who, other_one = identifier_of(arrival), identifier_of(other)
    if who is None or other_one is None or stated_side(arrival) is not stated_side(other):
        return False
    key = door.setup.presence_key
    return tag_of(key, who) == tag_of(key, other_one)
