"""Edges of a passage sensor -> who went through: contacts of a turnstile, one light beam, or two.

Pure: times come in, in seconds of the monotonic clock. It must never count what did not go all the way through, nor lose who did.

Two beams stand closer together than a body is deep, beam 0 on the outer side. Somebody who enters breaks 0, then both, then
frees 0, then 1: four steps round. Whoever turns back goes back the same steps, and a hand only goes the first one or two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.core.events import Passed
from kiosk.core.model import Direction

STUCK_S = 10.0
"""Nobody stands in a passage for so long: dirt, a thing that was left there, or a wire."""
LEAST_S = 0.08
"""One beam that is broken for less is a hand, not a body: 25 cm at three metres a second."""
_STEPS = {(False, False): 0, (True, False): 1, (True, True): 2, (False, True): 3}
_ROUND = 4


class Sensor(StrEnum):
    """What tells that somebody went through."""

    NONE = "none"
    CONTACT = "contact"
    """A turnstile's own: one pulse a person. Which way, the relay knows that was open."""
    CONTACTS = "contacts"
    """Two of them: the first for the way in, the second for the way out."""
    BEAM = "beam"
    """One light beam: somebody went through, nobody knows which way."""
    BEAMS = "beams"
    """Two light beams, one behind the other: the order tells which way."""

    @property
    def lines(self) -> int:
        """How many wires it has."""
        return {"none": 0, "contact": 1, "beam": 1}.get(self.value, 2)


@dataclass(frozen=True, slots=True)
class Edge:
    """A line changed: a beam was broken or a contact closed (`on`), or the reverse."""

    at: float
    line: int
    on: bool


@dataclass(frozen=True, slots=True)
class SensorWire:
    """One wire, freed of its bouncing."""

    on: bool = False
    """As it was when it last was steady."""
    since: float = 0.0
    """When it came to be so."""
    raw: bool = False
    began: float | None = None
    """When it left what it was, while that has not settled."""
    moved: float = 0.0
    """When it last changed at all."""

    def after_edge(self, at: float, on: bool) -> SensorWire:
        if on is self.raw:
            return self
        return replace(self, raw=on, began=at if self.began is None else self.began, moved=at)

    def settled(self) -> SensorWire:
        if self.began is None or self.raw is self.on:
            return replace(self, began=None)
        return replace(self, on=self.raw, since=self.began, began=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """All that is known of a passage at one moment."""

    sensor: Sensor
    bounce_s: float
    """A line is believed when it has been steady for so long."""
    lines: tuple[SensorWire, ...]
    place: int | None = None
    """Two beams: how many steps somebody has gone inwards, below 0 outwards; None: not known, until all is clear."""

    @classmethod
    def begun(cls, sensor: Sensor, levels: tuple[bool, ...], now: float, *, bounce_s: float) -> Watch:
        """Return a watch over lines that are as `levels` says."""
        lines = tuple(SensorWire(on=on, raw=on, since=now, moved=now) for on in levels)
        return cls(sensor=sensor, bounce_s=bounce_s, lines=lines, place=None if any(levels) else 0)

    def stuck(self, now: float) -> tuple[int, ...]:
        """Return the lines that have been on, or have not come to rest, for longer than anybody stands in a passage."""
        return tuple(
            number
            for number, line in enumerate(self.lines)
            if (line.on and now - line.since >= STUCK_S)
            or (line.began is not None and now - line.began >= STUCK_S)
        )

    def due(self, now: float) -> float | None:
        """Return when to look again though nothing changes; None: not before something does."""
        settle = [line.moved + self.bounce_s for line in self.lines if line.began is not None]
        stuck = [line.since + STUCK_S for line in self.lines if line.on]
        return min((at for at in (*settle, *stuck) if at > now), default=None)


WatchStep = tuple[Watch, tuple[Passed, ...]]


def after(watch: Watch, edge: Edge) -> WatchStep:
    """Take an edge; return who has gone through by then."""
    watch, passed = look(watch, edge.at)
    lines = list(watch.lines)
    lines[edge.line] = lines[edge.line].after_edge(edge.at, edge.on)
    return replace(watch, lines=tuple(lines)), passed


def look(watch: Watch, now: float) -> WatchStep:
    """Take it that nothing has changed until now; return who has gone through by then."""
    passed: list[Passed] = []
    while (number := _steady(watch, now)) is not None:
        before = watch.lines[number]
        after = before.settled()
        watch = replace(watch, lines=(*watch.lines[:number], after, *watch.lines[number + 1 :]))
        if after.on is not before.on:
            watch, through = _STEP[watch.sensor](watch, number, before, after)
            passed += through
    return watch, tuple(passed)


def _steady(watch: Watch, now: float) -> int | None:
    """Return a line that has come to rest. Of two beams only the one that left its level first: their order tells the way.

    Two contacts know nothing of each other: one that chatters must not hold back who passes the other.
    """
    moving = sorted((line.began, number) for number, line in enumerate(watch.lines) if line.began is not None)
    if watch.sensor is Sensor.BEAMS:
        moving = moving[:1]
    rested = (number for _, number in moving if now - watch.lines[number].moved >= watch.bounce_s)
    return next(rested, None)


def _contact(watch: Watch, number: int, _before: SensorWire, after: SensorWire) -> WatchStep:
    if not after.on:
        return watch, ()
    if watch.sensor is Sensor.CONTACT:
        return watch, (Passed(direction=None),)
    return watch, (Passed(direction=Direction.EXIT if number else Direction.ENTRY),)


def _beam(watch: Watch, _number: int, before: SensorWire, after: SensorWire) -> WatchStep:
    broken_s = after.since - before.since
    through = not after.on and LEAST_S <= broken_s < STUCK_S
    return watch, (Passed(direction=None),) if through else ()


def _beams(watch: Watch, _number: int, _before: SensorWire, _after: SensorWire) -> WatchStep:
    outer, inner = watch.lines
    step = _STEPS[outer.on, inner.on]
    if watch.place is None:
        return replace(watch, place=0 if step == 0 else None), ()
    inwards = (step - watch.place) % _ROUND == 1  # one line changes at a time, so it is one step either way
    place = watch.place + (1 if inwards else -1)
    if step:
        return replace(watch, place=place), ()
    through = {_ROUND: Direction.ENTRY, -_ROUND: Direction.EXIT}.get(place)
    return replace(watch, place=0), (Passed(direction=through),) if through else ()


_STEP = {
    Sensor.CONTACT: _contact,
    Sensor.CONTACTS: _contact,
    Sensor.BEAM: _beam,
    Sensor.BEAMS: _beams,
}
