"""Where every thread puts what happened, for the loop: two lanes, because some of it may be lost and some must not be.

What a visitor can make as often as they like (codes, keys, hints, phones) goes into the visitors' lane. It is bounded, and
what does not fit is dropped and counted: whoever floods it costs themselves a second try.

What the door has to know goes into the facts' lane. No fact is ever dropped, and every fact comes before every visitor. This
lane needs no number as its bound, for each fact was ordered, or is a level:
* `Recorded`, `RecordFailed`, `Answered`, `AskFailed`, `PlaceAnswered`, `GateOpened` and `GateFailed` answer one order of the door each, and the
  loop gives orders only for what it took from here;
* `AlarmChanged`, `HealthChanged`, `LinkChanged`, `VenueCounted`, `KnowledgeChanged`, `DeviceRevoked` are levels: of each the newest waits, so
  that there are never more of them than parts;
* `Passed` is one body through a gate, `PolicyArrived` one signed document, and what staff do is one act of a person.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Any

from kiosk.core.events import (
    AlarmChanged,
    Answered,
    AskFailed,
    CodeRead,
    DeviceRevoked,
    Event,
    GateFailed,
    GateOpened,
    HealthChanged,
    HintChanged,
    KeyHeld,
    KeyPressed,
    KeyReleased,
    KnowledgeChanged,
    LinkChanged,
    Passed,
    PhoneArrived,
    PlaceAnswered,
    PolicyArrived,
    Recorded,
    RecordFailed,
    StaffAdmitted,
    StaffCorrected,
    StaffDismissed,
    StaffIdentified,
    Tick,
    VenueCounted,
)
from kiosk.threads.bursts import Burst

log = logging.getLogger(__name__)

VISITOR_EVENTS = 256
"""More than visitors make in a minute. A full lane is a fault of a source, or somebody's bad intention."""


class Lane(Enum):
    """Where an event waits for the loop."""

    VISITORS = auto()
    """May be dropped: whoever made it is there, and can make it again."""
    FACTS = auto()
    """Never dropped, and before all that visitors do."""


LANE_OF: Mapping[type[Any], Lane] = MappingProxyType(
    {
        CodeRead: Lane.VISITORS,
        KeyPressed: Lane.VISITORS,
        KeyHeld: Lane.VISITORS,
        KeyReleased: Lane.VISITORS,  # as a fact it would overtake its KeyHeld; one that is lost: core/door/typed.py, SHOWN_S
        HintChanged: Lane.VISITORS,
        PhoneArrived: Lane.VISITORS,
        Recorded: Lane.FACTS,
        RecordFailed: Lane.FACTS,
        Answered: Lane.FACTS,
        PlaceAnswered: Lane.FACTS,
        VenueCounted: Lane.FACTS,
        AskFailed: Lane.FACTS,
        Passed: Lane.FACTS,
        GateOpened: Lane.FACTS,
        GateFailed: Lane.FACTS,
        AlarmChanged: Lane.FACTS,
        HealthChanged: Lane.FACTS,
        LinkChanged: Lane.FACTS,
        PolicyArrived: Lane.FACTS,
        KnowledgeChanged: Lane.FACTS,
        DeviceRevoked: Lane.FACTS,
        StaffIdentified: Lane.FACTS,
        StaffAdmitted: Lane.FACTS,
        StaffCorrected: Lane.FACTS,
        StaffDismissed: Lane.FACTS,
        Tick: Lane.FACTS,
    }
)
"""Every event has its row (tests/house/test_lanes.py). One that had none would not be lost: it would be a fact."""


class Inbox:
    """Both lanes. `put` is for any thread and never waits; `take` is for the loop."""

    def __init__(self, size: int = VISITOR_EVENTS, *, mono: Callable[[], float] = time.monotonic) -> None:
        """`size` is the room in the visitors' lane."""
        self.dropped = 0
        """How many events of visitors found no room since the start."""
        self._size = size
        self._mono = mono
        self._came = threading.Condition()
        self._lanes: dict[Lane, OrderedDict[Hashable, Event]] = {
            lane: OrderedDict() for lane in (Lane.FACTS, Lane.VISITORS)
        }
        """In the order in which they are worked off."""
        self._count = 0
        self._full = Burst()

    def put(self, event: Event) -> None:
        """Hand an event to the loop."""
        kind = type(event)
        over = ""
        with self._came:
            lane = LANE_OF.get(kind, Lane.FACTS)
            waiting = self._lanes[lane]
            self._count += 1
            key = _level(event) or self._count
            waiting.pop(key, None)  # the newest word on a level goes to the end: it is the one that counts
            if lane is Lane.VISITORS and len(waiting) >= self._size:
                self.dropped += 1
                over = self._full.add(kind.__name__, self._mono())
            else:
                waiting[key] = event
                self._came.notify()
        _tell(over)

    def take(self, wait_s: float) -> Event | None:
        """Return the next event, facts first, or None where none came within `wait_s` seconds."""
        with self._came:
            over = self._full.over(self._mono())
            if wait_s > 0 and not over:
                self._came.wait_for(lambda: any(self._lanes.values()), wait_s)
            first = next((waiting for waiting in self._lanes.values() if waiting), None)
            event = first.popitem(last=False)[1] if first else None
        _tell(over)
        return event


def _tell(dropped: str) -> None:
    """Outside of the lock: a journal that is slow must not hold up whoever has a fact to tell."""
    if dropped:
        log.error("the visitors' lane was full, these were dropped: %s", dropped)


def _level(event: Event) -> Hashable:
    """Return of what this is a level, so that of several the newest is enough; None where each counts for itself.

    That it rang is never forgotten for that it is quiet again: an alarm that stops before the door looks is still recorded.
    """
    match event:
        case HealthChanged(part=part):
            return HealthChanged, part
        case AlarmChanged(active=active):
            return AlarmChanged, active
        case LinkChanged() | VenueCounted() | KnowledgeChanged() | DeviceRevoked() | HintChanged() | Tick():
            return (type(event),)
        case _:
            return None
