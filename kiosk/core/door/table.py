"""The state machine of the door: `step(door, event, stamp)` gives the next door and what to do.

Theory of operation. One visitor at a time walks IDLE -> (TYPING -> CONFIRMING ->) ASKING -> RECORDING -> one of
ADMITTED, REFUSED, UNCHECKED -> IDLE. The visit id is made on leaving IDLE and stays the same to the very end. A decision
is put on the disk in RECORDING, and only its commit leads on: so whatever was shown was recorded (rule 2).

Rule 1: every transition is in TABLE; a pair that is not there changes nothing, and that is meant.
Rule 2: `to` names every state that a handler may lead to; the tests hold it to that, and the diagram in docs is drawn
from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from kiosk.core.door import alarm, arrivals, news, passages, staff, verdicts, waiting_line
from kiosk.core.door.state import Door, State, Step
from kiosk.core.door.whose import seen
from kiosk.core.effects import Effect, TrustTime, Write
from kiosk.core.events import (
    AlarmChanged,
    Answered,
    AskFailed,
    CodeRead,
    DeviceRevoked,
    Event,
    GateFailed,
    HealthChanged,
    HintChanged,
    KeyPressed,
    KnowledgeChanged,
    LinkChanged,
    Passed,
    PhoneArrived,
    PolicyArrived,
    Recorded,
    RecordFailed,
    StaffAdmitted,
    StaffDismissed,
    StaffIdentified,
    Tick,
)
from kiosk.core.ids import derived_id
from kiosk.core.inside.presence import Presence
from kiosk.core.model import Closing, Stamp

EVENTS: tuple[type[Any], ...] = get_args(Event)
Handler = Callable[[Door, Any, Stamp], Step]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a state does with an event, and where that may lead."""

    handler: Handler
    to: tuple[State, ...] = ()
    """Besides staying."""


def _dismissed(door: Door, _event: StaffDismissed | Tick, stamp: Stamp) -> Step:
    return verdicts.rest(door, stamp)


_ENDS = (State.ADMITTED, State.REFUSED, State.UNCHECKED)
_BROKEN = (State.OUT_OF_ORDER, State.OUT_OF_SERVICE)
_STAYED_OUT = (State.REFUSED, State.UNCHECKED)
"""A check again that changes nothing leads back to the same result."""
_REST = (State.IDLE, State.OUT_OF_ORDER)
_AFTER = news.REST
"""Where the door goes when an answer was shown: the registry may have withdrawn the device meanwhile."""


def _arrivals(handler: Handler) -> dict[type[Any], Rule]:
    """Return the rules for everybody who presents themselves to a door that is free for them."""
    return {
        CodeRead: Rule(handler, (State.ASKING, State.RECORDING, State.NOTICE, State.RESTING)),
        PhoneArrived: Rule(handler, (State.RECORDING,)),
        StaffIdentified: Rule(handler, (State.ASKING, State.RECORDING)),
    }


_ARRIVES = _arrivals(arrivals.arrived)
_NEXT = _arrivals(arrivals.arrived_meanwhile)
_WHILE_TYPING = _arrivals(arrivals.arrived_while_typing)
_WAITS = dict.fromkeys(_NEXT, Rule(arrivals.arrived_meanwhile))
_LEAVES_ONLY = dict.fromkeys(_NEXT, Rule(arrivals.arrived_out_of_order, (State.RECORDING,)))
_OVERRIDE = Rule(staff.staff_admitted, (State.RECORDING,))
_DISMISS = Rule(_dismissed, _REST)
_WITHDRAWN = Rule(news.device_revoked, (State.OUT_OF_SERVICE,))
_IN_ALARM = dict.fromkeys(_NEXT, Rule(alarm.arrived, (State.RECORDING,)))
_LATE = Rule(verdicts.recorded_late)

ANYWHERE: Mapping[type[Any], Rule] = {
    LinkChanged: Rule(news.link_changed),
    PolicyArrived: Rule(news.policy_arrived),
    KnowledgeChanged: Rule(news.knowledge_changed),
    DeviceRevoked: Rule(news.device_revoked),
    AlarmChanged: Rule(alarm.alarm_changed, (State.ALARM,)),
    HealthChanged: Rule(news.health_changed),
    HintChanged: Rule(news.hint_changed),
    GateFailed: Rule(news.gate_failed),
    Passed: Rule(passages.passed),
    Answered: Rule(verdicts.heard_late),
    Recorded: _LATE,
    RecordFailed: Rule(news.store_failed),
}

_RESULT: Mapping[type[Any], Rule] = {
    **_NEXT,
    KeyPressed: Rule(arrivals.key_over_result, (State.TYPING, State.RESTING, State.ASKING, *_AFTER)),
    StaffDismissed: Rule(_dismissed, _AFTER),
    Tick: Rule(_dismissed, _AFTER),
}

TABLE: Mapping[State, Mapping[type[Any], Rule]] = {
    State.IDLE: {
        **_ARRIVES,
        KeyPressed: Rule(arrivals.first_key, (State.TYPING, State.RESTING, State.RECORDING, State.ASKING)),
        StaffAdmitted: _OVERRIDE,
        DeviceRevoked: _WITHDRAWN,
        HealthChanged: Rule(news.health_changed, (State.OUT_OF_ORDER,)),
        RecordFailed: Rule(news.store_failed, (State.OUT_OF_ORDER,)),
    },
    State.TYPING: {
        **_WHILE_TYPING,
        KeyPressed: Rule(arrivals.typed, (State.CONFIRMING, State.RESTING, State.RECORDING, *_REST)),
        DeviceRevoked: _WITHDRAWN,
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
    },
    State.CONFIRMING: {
        **_WHILE_TYPING,
        KeyPressed: Rule(
            arrivals.confirmed, (State.TYPING, State.RESTING, State.ASKING, State.RECORDING, *_ENDS, *_REST)
        ),
        DeviceRevoked: _WITHDRAWN,
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
    },
    State.ASKING: {
        **_WAITS,
        Answered: Rule(verdicts.answered, (State.RECORDING, *_STAYED_OUT)),
        AskFailed: Rule(verdicts.unanswered, (State.RECORDING, *_STAYED_OUT)),
        Tick: Rule(verdicts.unanswered, (State.RECORDING, *_STAYED_OUT)),
    },
    State.RECORDING: {
        **_WAITS,
        Answered: Rule(verdicts.answered),
        Recorded: Rule(verdicts.recorded, (*_ENDS, State.ALARM)),
        RecordFailed: Rule(verdicts.not_recorded, (State.ADMITTED, State.ALARM, *_BROKEN)),
        Tick: Rule(verdicts.not_recorded, (State.ADMITTED, State.ALARM, *_BROKEN)),
    },
    State.ADMITTED: {
        **_RESULT,
        KeyPressed: Rule(arrivals.key_over_result, (State.TYPING, State.RESTING, State.RECORDING, *_AFTER)),
    },
    State.REFUSED: {**_RESULT, StaffAdmitted: _OVERRIDE},
    State.UNCHECKED: {**_RESULT, StaffAdmitted: _OVERRIDE},
    State.NOTICE: {
        **_ARRIVES,
        KeyPressed: Rule(arrivals.key_over_result, (State.TYPING, State.RESTING, State.ASKING, *_REST)),
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
        DeviceRevoked: _WITHDRAWN,
    },
    State.RESTING: {
        **_ARRIVES,
        KeyPressed: Rule(arrivals.key_while_resting, (State.TYPING, State.ASKING, *_REST)),
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
        DeviceRevoked: _WITHDRAWN,
    },
    State.OUT_OF_ORDER: {
        **_LEAVES_ONLY,
        KeyPressed: Rule(arrivals.first_key, (State.RECORDING,)),
        Recorded: Rule(verdicts.recorded_late, (State.IDLE,)),
        HealthChanged: Rule(news.health_changed, (State.IDLE,)),
        DeviceRevoked: _WITHDRAWN,
    },
    State.OUT_OF_SERVICE: {
        **_LEAVES_ONLY,
        KeyPressed: Rule(arrivals.first_key, (State.RECORDING,)),
    },
    State.ALARM: {
        **_IN_ALARM,
        KeyPressed: Rule(alarm.key, (State.RECORDING,)),
        AlarmChanged: Rule(alarm.alarm_changed, news.REST),
    },
}


def rule_for(state: State, event: type[Any]) -> Rule | None:
    """Return what a state does with a kind of event; None: nothing, and that is meant."""
    return TABLE[state].get(event) or ANYWHERE.get(event)


def step(door: Door, event: Event, stamp: Stamp) -> Step:
    """Return the next door, and what is to be done, in order."""
    if isinstance(event, Tick):
        return _tick(door, event, stamp)
    rule = rule_for(door.state, type(event))
    return rule.handler(door, event, stamp) if rule else (door, ())


def wake_at(door: Door) -> float | None:
    """Return when the door wants its next Tick, in seconds of the monotonic clock; None: not before something happens.

    Opening hours are looked at on any Tick: send one at least every few seconds.
    """
    moments = [one.until for one in door.pending]
    if door.alarm and door.setup.release_every_s is not None:
        moments.append(door.release_at)
    if door.until is not None:
        moments.append(door.until)
    if door.queue and not _answering(door):
        moments.append(door.since + door.setup.times.least_s)
    return min(moments, default=None)


def _tick(door: Door, event: Tick, stamp: Stamp) -> Step:
    """Let time do its work: passages that did not come, closing time, the next visitor's turn, the end of a screen."""
    door, effects = passages.expire(door, stamp)
    door, corrected = _time(door, stamp)
    effects += corrected
    door, closing = _hours(door, stamp)
    effects += closing
    door, released = alarm.release(door, stamp)
    effects += released
    if door.queue and seen(door, stamp):
        door, came, late = waiting_line.next_turn(door, stamp)
        effects += late
        if came is not None:
            door, begun = step(door, came, stamp)
            return door, effects + begun
    rule = rule_for(door.state, Tick)
    if rule is None or door.until is None or stamp.mono < door.until:
        return door, effects
    door, done = rule.handler(door, event, stamp)
    return door, effects + done


def _time(door: Door, stamp: Stamp) -> tuple[Door, tuple[Effect, ...]]:
    """Notice when the clock becomes right: what was recorded with a wrong one can be corrected now."""
    if stamp.trusted is door.trusts_time:
        return door, ()
    corrected = (TrustTime(wall=stamp.wall, mono=stamp.mono),) if stamp.trusted else ()
    return replace(door, trusts_time=stamp.trusted), corrected


def _answering(door: Door) -> bool:
    """Whether an answer is on its way: nobody else's turn begins before it was shown."""
    return door.state in (State.ASKING, State.RECORDING)


def _hours(door: Door, stamp: Stamp) -> tuple[Door, tuple[Effect, ...]]:
    """Watch for closing time: whoever is still counted inside then has left, as far as anybody will ever know."""
    now = door.now(stamp)
    edition = door.edition(now)
    if edition is None:
        return door, ()
    local = door.local(now)
    known = door.occupancy
    if known.last_at is not None:  # a restart: the stretch that the last one passed in
        stretch = known.open_until or edition.open_until(door.local(known.last_at))
        known = replace(known, open_until=stretch, last_at=None)
    runs_on = known.open_until is not None and edition.open_until(known.open_until) is not None
    occupancy, assumed = known.seen(local, edition.open_until(local), runs_on=runs_on)
    if occupancy == door.occupancy:
        return door, ()
    door = replace(door, occupancy=occupancy)
    if occupancy.open_until is not None:  # who forgot to leave yesterday comes anew today (rule 12)
        door = replace(door, lingering=Presence())
    if assumed is None:
        return door, ()
    # Not the stamp's own id: the next visitor's turn may begin in the same moment, and bears that one.
    own_id = derived_id(stamp.visit_id, "closing")
    if occupancy.open_until is None:  # whoever is under the shower at closing time goes home later (rule 3)
        door = replace(door, lingering=door.presence.with_nameless(assumed, own_id, stamp.mono))
    door = replace(door, presence=Presence(), occupancy=occupancy.emptied(own_id))
    closing = Closing(id=own_id, closed_at=stamp.wall, assumed_exits=assumed, time_trusted=stamp.trusted)
    return door, (Write(record=closing),)
