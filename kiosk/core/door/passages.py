"""Visit = decision and passage (rule 9). Where no sensor looks, an opened gate is taken for a passage."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.state import Door, Pending, Step
from kiosk.core.effects import Chime, Effect, Shut, Sound, Tell, Write
from kiosk.core.events import Passed
from kiosk.core.ids import derived_id
from kiosk.core.model import Anomaly, Direction, DoorKind, Oddity, Passage, Stamp

TAILGATE_S = 3.0
"""A second person in the same direction within so many seconds came behind the first."""

_ONLY_WAY = {DoorKind.ENTRY: Direction.ENTRY, DoorKind.EXIT: Direction.EXIT}


def passage_id(visit_id: str) -> str:
    """Return the id of a visit's passage."""
    return derived_id(visit_id, "passage")


def await_passage(
    door: Door, visit_id: str, direction: Direction, tags: frozenset[str], stamp: Stamp
) -> Step:
    """One more person is on the way through: waited for where a sensor looks, taken for passed where none does."""
    if door.setup.passage_sensor:
        coming = Pending(
            visit_id=visit_id, direction=direction, until=stamp.mono + door.setup.times.passage_s, tags=tags
        )
        return replace(door, pending=(*door.pending, coming)), ()
    door = replace(
        _left(door, direction, tags), occupancy=door.occupancy.moved(direction, passage_id(visit_id))
    )
    return door, (_passage(visit_id, stamp, passed=True, sensed=False),)


def passed(door: Door, event: Passed, stamp: Stamp) -> Step:
    """Somebody went through: the one who waited longest for that way, or an anomaly.

    Which way, where the sensor cannot tell, is the way of the relay that was open for them.
    """
    one = next((one for one in door.pending if event.direction in (one.direction, None)), None)
    if one is not None:
        occupancy = door.occupancy.moved(one.direction, passage_id(one.visit_id))
        left = tuple(other for other in door.pending if other is not one)
        door = replace(
            _left(door, one.direction, one.tags),
            pending=left,
            occupancy=occupancy,
            passed_at=stamp.mono,
            passed_way=one.direction,
        )
        record = _passage(one.visit_id, stamp, passed=True, sensed=True)
        # At once, even before the record: every moment that a gate stands open longer lets in who comes behind.
        more = any(other.direction is one.direction for other in left)
        return door, (record,) if more else (Shut(direction=one.direction), record)
    what, way = _oddity(door, event.direction, stamp)
    anomaly = Anomaly(
        id=stamp.visit_id, what=what, direction=way, seen_at=stamp.wall, time_trusted=stamp.trusted
    )
    if way is not None:
        door = replace(door, occupancy=door.occupancy.moved(way, anomaly.id))
    if what is Oddity.TAILGATE:  # a third one comes behind the second
        door = replace(door, passed_at=stamp.mono)
    if door.alarm:  # they are meant to leave
        return door, (Write(record=anomaly),)
    door = replace(door, noticed=what, noticed_at=stamp.mono)
    return door, (Write(record=anomaly), Tell(what=what), Chime(sound=Sound.MISTAKE))


def expire(door: Door, stamp: Stamp) -> tuple[Door, tuple[Effect, ...]]:
    """Withdraw every admitted visit whose visitor did not pass in time: nobody is counted inside."""
    gone = [one for one in door.pending if one.until <= stamp.mono]
    if not gone:
        return door, ()
    presence, lingering = door.presence, door.lingering
    for one in gone:
        presence, lingering = presence.withdraw(one.visit_id), lingering.withdraw(one.visit_id)
    door = replace(
        door,
        presence=presence,
        lingering=lingering,
        pending=tuple(one for one in door.pending if one not in gone),
    )
    return door, tuple(_passage(one.visit_id, stamp, passed=False, sensed=True) for one in gone)


def withdrawn(visit_id: str, stamp: Stamp) -> Write:
    """Return the record that an admitted visit came to nothing, because its gate was never opened."""
    return _passage(visit_id, stamp, passed=False, sensed=False)


def _left(door: Door, direction: Direction, tags: frozenset[str]) -> Door:
    """Forget who went out: at the passage and not at the decision, so that who stayed can ask to leave again."""
    if direction is Direction.ENTRY:
        return door
    return replace(door, presence=door.presence.leave(tags), lingering=door.lingering.leave(tags))


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
    lately = stamp.mono - door.passed_at < TAILGATE_S
    if lately and way in (door.passed_way, None):
        return Oddity.TAILGATE, door.passed_way
    only = _ONLY_WAY.get(door.setup.kind)
    if way is not None and (door.pending or only not in (way, None)):
        return Oddity.WRONG_WAY, way
    return Oddity.UNCALLED, way or only
