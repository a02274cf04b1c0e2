"""Visit = decision and passage (rule 9). Where no sensor looks, a gate that obeyed is taken for a passage."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kiosk.core.door.state import Door, Step
from kiosk.core.effects import Chime, Effect, Shut, Sound, Tell, Write
from kiosk.core.events import GateFailed, GateOpened, Part, Passed
from kiosk.core.ids import derived_id
from kiosk.core.inside.people import Pending
from kiosk.core.model import Anomaly, Direction, DoorKind, Oddity, Passage, Stamp

TAILGATE_S = 3.0
"""A second person in the same direction within so many seconds came behind the first."""

_ONLY_WAY = {DoorKind.ENTRY: Direction.ENTRY, DoorKind.EXIT: Direction.EXIT}


def passage_id(visit_id: str) -> str:
    """Return the id of a visit's passage."""
    return derived_id(visit_id, "passage")


def await_passage(
    door: Door, visit_id: str, direction: Direction, tags: frozenset[str], stamp: Stamp
) -> Door:
    """Return the door with one more person on the way through: until a sensor saw them, or the gate obeyed."""
    until = stamp.mono + door.setup.times.passage_s
    coming = Pending(visit_id=visit_id, direction=direction, until=until, tags=tags)
    return door.counts(pending=(*door.people.pending, coming))


def gate_opened(door: Door, event: GateOpened, stamp: Stamp) -> Step:
    """The gate obeyed: where no sensor looks, its visitor is taken to have passed."""
    door = door.with_part(Part.GATE, None)
    pending = door.people.waiting_for(event.visit_id)
    if pending is None or door.setup.passage_sensor:
        return door, ()
    return through(door, pending, stamp, sensed=False)


def gate_failed(door: Door, event: GateFailed, stamp: Stamp) -> Step:
    """The gate did not obey: nobody went through it, so its visitor is not counted."""
    door = door.with_part(Part.GATE, event.why)
    failed = Tell(what="gate-failed", visit_id=event.visit_id)
    if door.people.waiting_for(event.visit_id) is None:
        return door, (failed,)
    return _forget(door, event.visit_id), (withdrawn(event.visit_id, stamp), failed)


def through(door: Door, pending: Pending, stamp: Stamp, *, sensed: bool) -> Step:
    """Count one who passed. Who went out is forgotten now and not at the decision, so that who stayed can leave again."""
    people = door.people
    if pending.direction is Direction.EXIT:
        people = people.left(pending.tags)
    people = replace(people, pending=tuple(other for other in people.pending if other is not pending))
    door = replace(door, people=people.moved(pending.direction, passage_id(pending.visit_id)))
    return door, (_passage(pending.visit_id, stamp, passed=True, sensed=sensed),)


def passed(door: Door, event: Passed, stamp: Stamp) -> Step:
    """Somebody went through: the one who waited longest for that way, or an anomaly.

    Which way, where the sensor cannot tell, is the way of the relay that was open for them.
    """
    pending = next(
        (waiting for waiting in door.people.pending if event.direction in (waiting.direction, None)), None
    )
    if pending is not None:
        door, record = through(door, pending, stamp, sensed=True)
        door = door.counts(passed_at=stamp.mono, passed_way=pending.direction)
        # At once, even before the record: every moment that a gate stands open longer lets in who comes behind.
        more = any(other.direction is pending.direction for other in door.people.pending)
        return door, record if more else (Shut(direction=pending.direction), *record)
    what, way = _oddity(door, event.direction, stamp)
    anomaly = Anomaly(
        id=stamp.visit_id, what=what, direction=way, seen_at=stamp.wall, time_trusted=stamp.trusted
    )
    if way is not None:
        door = replace(door, people=door.people.moved(way, anomaly.id))
    if what is Oddity.TAILGATE:  # a third one comes behind the second
        door = door.counts(passed_at=stamp.mono)
    if door.building.everybody_leaves:  # they are meant to
        return door, (Write(record=anomaly),)
    door = door.counts(noticed=what, noticed_at=stamp.mono)
    return door, (Write(record=anomaly), Tell(what=what), Chime(sound=Sound.MISTAKE))


def expire(door: Door, stamp: Stamp) -> Step:
    """Withdraw every admitted visit whose visitor did not pass in time: nobody is counted inside."""
    gone = [pending for pending in door.people.pending if pending.until <= stamp.mono]
    effects: tuple[Effect, ...] = ()
    for pending in gone:
        door = _forget(door, pending.visit_id)
        sensed = door.setup.passage_sensor
        effects += (_passage(pending.visit_id, stamp, passed=False, sensed=sensed),)
    return door, effects


def withdrawn(visit_id: str, stamp: Stamp) -> Write:
    """Return the record that an admitted visit came to nothing, because its gate was never opened."""
    return _passage(visit_id, stamp, passed=False, sensed=False)


def assumed(visit_id: str, at: datetime, *, time_trusted: bool) -> Passage:
    """Return the record that the visitor of a visit that a stop cut short went in, unseen: the gate may have opened.

    To withdraw it would lose somebody who is inside; and whoever did not go in is missed by nobody (docs/decisions.md).
    """
    return Passage(
        id=passage_id(visit_id),
        visit_id=visit_id,
        passed=True,
        ended_at=at,
        sensed=False,
        time_trusted=time_trusted,
    )


def _forget(door: Door, visit_id: str) -> Door:
    return replace(door, people=door.people.without(visit_id))


def _passage(visit_id: str, stamp: Stamp, *, passed: bool, sensed: bool) -> Write:
    return Write(
        record=Passage(
            id=passage_id(visit_id),
            visit_id=visit_id,
            passed=passed,
            ended_at=stamp.wall,
            sensed=sensed,
            time_trusted=stamp.trusted,
        )
    )


def _oddity(door: Door, way: Direction | None, stamp: Stamp) -> tuple[Oddity, Direction | None]:
    """Return what somebody did whom nobody let through, and which way they went; None: nobody knows."""
    people = door.people
    lately = stamp.mono - people.passed_at < TAILGATE_S
    if lately and way in (people.passed_way, None):
        return Oddity.TAILGATE, people.passed_way
    only = _ONLY_WAY.get(door.setup.kind)
    if way is not None and (people.pending or only not in (way, None)):
        return Oddity.WRONG_WAY, way
    return Oddity.UNCALLED, way or only
